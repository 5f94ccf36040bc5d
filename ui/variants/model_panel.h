// The model on view: its facts in one place, the bundled models to choose from, and a folder to open.
//
// Owned by main_window, on the window's thread. Opening is the window's affair: the panel only asks.
#pragma once

#include "core/session.h"

#include <QFrame>

#include <vector>

class QFormLayout;
class QLabel;
class QMenu;
class QProgressBar;
class QPushButton;

namespace slopescope::ui {

class PanelHeader;

class ModelPanel : public QFrame {
    Q_OBJECT
public:
    explicit ModelPanel(QWidget* parent = nullptr);

    void setBundledModels(const std::vector<BundledModel>& models);
    void setModel(const ModelFacts& facts); // ends the busy state, removes the error
    void clear();

    void setBusy(const QString& what, double fraction = -1); // fraction < 0: unknown
    void setIdle();
    void setError(const QString& sentence); // ends the busy state, the facts stay; empty removes it

    PanelHeader* header() const { return m_header; } // the window may make it the title bar of a dock

signals:
    void modelChosen(const QString& name); // a bundled model's name
    void openRequested();                  // "Open folder…"

private:
    void build();
    void setFact(QLabel* value, const QString& text);
    void tickCurrent();
    static QString positions(const ModelFacts& facts);

    PanelHeader* m_header = nullptr;
    QPushButton* m_models = nullptr;
    QMenu* m_menu = nullptr;
    QLabel* m_name = nullptr;
    QLabel* m_hint = nullptr; // what to do while no model is open
    QLabel* m_error = nullptr;
    QLabel* m_busy = nullptr;
    QProgressBar* m_progress = nullptr;
    QFormLayout* m_form = nullptr;
    QLabel* m_parameters = nullptr;
    QLabel* m_shape = nullptr;
    QLabel* m_positions = nullptr;
    QLabel* m_trainedAt = nullptr;
    QLabel* m_trainedOn = nullptr;
    QLabel* m_longest = nullptr;
    QLabel* m_memory = nullptr;
    std::vector<BundledModel> m_bundled;
    QString m_current; // name of the bundled model on view, or empty
};

} // namespace slopescope::ui
