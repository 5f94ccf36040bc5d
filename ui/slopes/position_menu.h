// The positions that a model can be run with, as a menu: a method, a window and sinks, each chosen for itself, so that
// they can be combined, and "Other…", which takes a SPEC as the command line does (core/positions/position_override.h).
//
// Part of the toolbar's PositionPicker and of the variants panel. Window's thread. Choices are compared by value.
#pragma once

#include "core/study/requests.h"

#include <QMenu>

class QActionGroup;

namespace slopescope::ui {

class PositionMenu : public QMenu {
    Q_OBJECT
public:
    explicit PositionMenu(QWidget* parent = nullptr);

    // What `model` (as trained) can be run with; what `variant` of it is run with is ticked. A variant's own slopes
    // stay with it as long as its bias does.
    void setVariant(const Variant& variant, const ModelFacts& model);
    void clearVariant(); // nothing can be chosen

    const Variant& variant() const { return m_variant; }

    // The variant that a choice makes; not yet ticked.
    Variant with(const PositionOverride& positions) const;

signals:
    // To be connected queued where it leads to setVariant: the action that was chosen goes then.
    void chosen(const slopescope::Variant& variant, const QString& what);

private:
    void addMethods();
    void addOtherBiases(QActionGroup* group);
    void addScores();
    void addWindows();
    void addSinks();
    void addMethod(QMenu* menu, QActionGroup* group, const QString& name, const PositionOverride& method,
                   const QString& told);
    QAction* addChoice(QMenu* menu, QActionGroup* group, const QString& name, const PositionOverride& positions);
    void askForSpec();
    void choose(const Variant& variant, const QString& what);

    Variant m_variant;
    ModelFacts m_model; // as trained
};

} // namespace slopescope::ui
