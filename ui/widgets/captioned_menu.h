// A caption and a button that opens a menu, side by side: what the pickers of the toolbar are made of. Window's thread.
#pragma once

#include <QWidget>

class QLabel;
class QMenu;
class QPushButton;

namespace slopescope::ui {

class CaptionedMenu : public QWidget {
public:
    QMenu* menu() const { return m_menu; }

    int captionWidth() const; // with the space beside it
    void showCaption(bool shown);

protected:
    CaptionedMenu(const QString& caption, const QString& toolTip, QWidget* parent);
    void addBeside(QWidget* widget); // right of the button

    QLabel* const m_caption;
    QMenu* const m_menu;
    QPushButton* const m_button;
};

} // namespace slopescope::ui
