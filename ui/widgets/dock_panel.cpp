#include "ui/widgets/dock_panel.h"

#include "ui/widgets/panel_header.h"
#include "ui/widgets/theme.h"

#include <QContextMenuEvent>
#include <QCoreApplication>
#include <QMenu>
#include <QPainter>
#include <QVBoxLayout>

namespace slopescope::ui {

DockPanel::DockPanel(const QString& name, PanelHeader* header, QWidget* content, QWidget* parent)
    : QDockWidget(header->title(), parent), m_header(header) {
    setObjectName(name);
    setAllowedAreas(Qt::AllDockWidgetAreas);
    // A dock asks its title bar for a size hint alone; the box around it minds the header's minimum.
    auto* const bar = new QWidget(this);
    auto* const box = new QVBoxLayout(bar);
    box->setContentsMargins(0, 0, 0, 0);
    box->addWidget(header);
    setTitleBarWidget(bar);
    setLook(content, ""); // the dock draws the card
    auto* const inside = new QWidget(this);
    auto* const column = new QVBoxLayout(inside);
    column->setContentsMargins(1, 0, 1, kRadius); // leaves the border and the round corners free
    column->setSpacing(0);
    column->addWidget(content);
    setWidget(inside);
}

void DockPanel::paintEvent(QPaintEvent*) {
    const Theme theme = Theme::of(palette());
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(theme.line);
    painter.setBrush(theme.panel);
    const qreal radius = isFloating() ? 0 : kGrid;
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius);
}

void DockPanel::contextMenuEvent(QContextMenuEvent* event) {
    if (!titleBarWidget()->geometry().contains(event->pos()))
        return QDockWidget::contextMenuEvent(event);
    QMenu menu(this);
    menu.addAction(isFloating() ? tr("Put back") : tr("Float"), this, [this] { setFloating(!isFloating()); });
    menu.addAction(tr("Hide"), this, &QWidget::close);
    menu.exec(event->globalPos());
}

void DockPanel::keyPressEvent(QKeyEvent* event) {
    // A floating dock is a window of its own, where keys would stop; the keyboard works the same in all of them.
    if (isFloating() && parentWidget())
        QCoreApplication::sendEvent(parentWidget(), event);
    else
        QDockWidget::keyPressEvent(event);
}

} // namespace slopescope::ui
