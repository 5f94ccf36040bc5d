// The variants: a row each, which of them is on view, A and B, and the facts of the selected one. New ones are added
// here. A panel of the window, on its thread; everything it does goes through the Lab that it is attached to.
#pragma once

#include "core/workspace.h"
#include "ui/engine/view.h"
#include "ui/variants/variant_rows.h"

#include <QFrame>

#include <string>

class QLabel;
class QMenu;
class QProgressBar;
class QPushButton;

namespace slopescope::ui {

class FactsView;
class Lab;
class PanelHeader;
class PositionMenu;
class VariantList;

class VariantsPanel : public QFrame {
    Q_OBJECT
public:
    explicit VariantsPanel(QWidget* parent = nullptr);

    void attach(Lab& lab);

    PanelHeader* header() const { return m_header; } // the window may make it the title bar of a dock
    VariantList* list() const { return m_list; }
    FactsView* facts() const { return m_facts; }
    QMenu* addMenu() const { return m_addMenu; }

    // Of the selected variant; also for keys of the window.
    void togglePinOf(VariantId id);
    void toggleBOf(VariantId id);
    void renameSelected();
    void removeSelected();

    // A menu of all that can be done with a variant; deletes itself.
    QMenu* menuFor(VariantId id);

    QSize minimumSizeHint() const override;

signals:
    void folderRequested(); // "Open model folder…"
    void fileRequested();   // "Open model file (GGUF)…"

private:
    void build();
    void connectList();
    void refresh(unsigned changes);
    VariantRow rowOf(const WorkspaceVariant& variant) const;
    void showFacts();
    void showProgress(Task task, double fraction, const QString& what);
    void endProgress(Task task);

    void fillAddMenu();
    void addCopyActions(QMenu* menu, VariantId id);
    void copy(VariantId id);
    void copyWith(VariantId id, const Variant& variant, const QString& what);
    void copyWithSlopes(VariantId id, const std::string& spec, const QString& what);
    void recolour(VariantId id);
    void rename(VariantId id, const QString& name);
    void remove(VariantId id);

    Lab* m_lab = nullptr;
    VariantId m_selected = 0, m_previous = 0; // on view now, and before
    double m_progress = -1;                   // of the model that is being opened

    PanelHeader* m_header = nullptr;
    QPushButton* m_add = nullptr;
    QMenu* m_addMenu = nullptr;
    QLabel* m_hint = nullptr; // what to do while the list is empty
    QWidget* m_busy = nullptr;
    QLabel* m_busyText = nullptr;
    QProgressBar* m_busyBar = nullptr;
    VariantList* m_list = nullptr;
    FactsView* m_facts = nullptr;
};

} // namespace slopescope::ui
