// The button that says which positions the variant on view is run with, its menu of others, and a mark beside it when
// they are not those of its training: what a model does with other positions shows how far its own carry.
//
// In the toolbar, on the window's thread.
#pragma once

#include "ui/slopes/position_menu.h"
#include "ui/widgets/captioned_menu.h"

class QLabel;

namespace slopescope::ui {

class Lab;

class PositionPicker : public CaptionedMenu {
    Q_OBJECT
public:
    explicit PositionPicker(QWidget* parent = nullptr);

    void attach(Lab& lab); // shows the variant on view and changes it

    void setVariant(const Variant& variant, const ModelFacts& model); // model: as trained
    void clear();                                                     // nothing is on view

    PositionMenu* positions() const { return m_positions; }

signals:
    void chosen(const slopescope::Variant& variant, const QString& what);

private:
    PositionMenu* m_positions;
    QLabel* m_mark;
};

} // namespace slopescope::ui
