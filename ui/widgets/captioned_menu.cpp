#include "ui/widgets/captioned_menu.h"

#include "ui/widgets/theme.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QPushButton>

namespace slopescope::ui {

CaptionedMenu::CaptionedMenu(const QString& caption, const QString& toolTip, QWidget* parent)
    : QWidget(parent), m_menu(new QMenu(this)), m_button(new QPushButton(this)) {
    auto* const label = new QLabel(caption, this);
    setLook(label, "soft");
    label->setBuddy(m_button);
    m_menu->setToolTipsVisible(true);
    m_button->setMenu(m_menu);
    m_button->setAccessibleName(caption);
    m_button->setToolTip(toolTip);
    m_button->setFocusPolicy(Qt::TabFocus);
    auto* const row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(kGrid);
    row->addWidget(label);
    row->addWidget(m_button);
}

void CaptionedMenu::addBeside(QWidget* widget) {
    layout()->addWidget(widget);
}

} // namespace slopescope::ui
