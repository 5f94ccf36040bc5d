// The menu of positions that the open model can be run with in place of its own, and a mark beside it when it is: a model was
// trained with one kind of positions only, and what it does with others shows how far they carry.
//
// Owned by main_window, in its toolbar, on the window's thread. It names positions as the command line does
// (core/positions/position_override.h).
#pragma once

#include "core/session.h"
#include "ui/widgets/captioned_menu.h"

#include <QString>

class QLabel;

namespace slopescope::ui {

class PositionPicker : public CaptionedMenu {
    Q_OBJECT
public:
    explicit PositionPicker(QWidget* parent = nullptr);

    // What this model can be run with; its own are chosen.
    void setModel(const ModelFacts& model);
    // Shows `spec` as chosen, without a signal; one that the menu does not have leaves the model's own.
    void setChosen(const QString& spec);

    QString spec() const; // empty: its own
    QString name() const; // "NTK × 4"; empty: its own

signals:
    void chosen(const QString& spec);

private:
    void add(QMenu* menu, const QString& name, const QString& spec, const QString& told);

    QLabel* m_mark;
};

} // namespace slopescope::ui
