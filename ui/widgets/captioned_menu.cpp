#include "ui/widgets/captioned_menu.h"

#include "ui/widgets/theme.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QPushButton>

namespace slopescope::ui {

CaptionedMenu::CaptionedMenu(const QString& caption, const QString& toolTip, QWidget* parent)
    : QWidget(parent), m_caption(new QLabel(caption, this)), m_menu(new QMenu(this)), m_button(new QPushButton(this)) {
    setLook(m_caption, "soft");
    m_caption->setBuddy(m_button);
    m_menu->setToolTipsVisible(true);
    m_button->setMenu(m_menu);
    m_button->setAccessibleName(caption);
    m_button->setToolTip(toolTip);
    m_button->setFocusPolicy(Qt::TabFocus);
    auto* const row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(kGrid);
    row->addWidget(m_caption);
    row->addWidget(m_button);
}

int CaptionedMenu::captionWidth() const {
    return m_caption->sizeHint().width() + kGrid;
}

void CaptionedMenu::showCaption(bool shown) {
    m_caption->setVisible(shown);
}

void CaptionedMenu::addBeside(QWidget* widget) {
    layout()->addWidget(widget);
}

} // namespace slopescope::ui
