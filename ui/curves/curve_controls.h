// The controls in the header of the curve panel: unit, axis, scale and Measure. Rows of buttons where there is room,
// menus where there is none. Window's thread.
#pragma once

#include "core/workspace.h"

#include <QWidget>

class QMenu;
class QPushButton;

namespace slopescope::ui {

class MeasureMenu;
class SegmentedButtons;

// One choice of a few: a row of joined buttons, or a button with a menu of them.
class NarrowChoice : public QWidget {
    Q_OBJECT
public:
    NarrowChoice(const QString& name, const QStringList& labels, const QStringList& toolTips, QWidget* parent);

    int chosen() const;
    void choose(int index); // does not emit
    void setToolTips(const QStringList& toolTips);
    void setNarrow(bool narrow);
    bool isNarrow() const;
    int wideWidth() const;   // that the row of buttons needs
    int narrowWidth() const; // and the menu

signals:
    void chosenByUser(int index);

private:
    QString m_name;
    QStringList m_labels;
    SegmentedButtons* m_row;
    QPushButton* m_button;
    QMenu* m_menu;
};

class CurveControls : public QWidget {
    Q_OBJECT
public:
    explicit CurveControls(QWidget* parent = nullptr);

    // `logarithmic`: as the axis is drawn now.
    void setLook(const CurveLook& look, bool logarithmic);
    int fitInto(int width); // turns rows into menus until they fit; the width that they then need
    bool isNarrow() const;
    MeasureMenu* measure() const { return m_measure; }

signals:
    void lookChosen(const slopescope::CurveLook& look);

private:
    CurveLook m_look;
    NarrowChoice *m_unit, *m_axis, *m_scale;
    MeasureMenu* m_measure;
};

} // namespace slopescope::ui
