#include "ui/widgets/notice_strip.h"

#include "ui/widgets/theme.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QToolButton>

namespace slopescope::ui {

NoticeStrip::NoticeStrip(QWidget* parent) : QWidget(parent), m_label(new QLabel(this)), m_action(new QToolButton(this)) {
    m_label->setTextFormat(Qt::PlainText);
    m_label->setWordWrap(true);
    m_label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    setLook(m_action, "link");
    m_action->setFocusPolicy(Qt::TabFocus);
    connect(m_action, &QToolButton::clicked, this, [this] { emit actionChosen(m_topic); });
    auto* const close = new QToolButton(this);
    setLook(close, "link");
    close->setText(QStringLiteral("✕"));
    close->setToolTip(tr("Dismiss (Esc)"));
    close->setAccessibleName(tr("Dismiss"));
    close->setFocusPolicy(Qt::TabFocus);
    auto* const row = new QHBoxLayout(this);
    row->setContentsMargins(12, 6, kGrid, 6);
    row->addWidget(m_label, 1);
    row->addWidget(m_action, 0, Qt::AlignTop);
    row->addWidget(close, 0, Qt::AlignTop);
    connect(close, &QToolButton::clicked, this, &NoticeStrip::dismiss);
    hide();
}

void NoticeStrip::say(int topic, const QString& sentence, const QString& action) {
    m_topic = topic;
    m_action->setText(action);
    m_action->setAccessibleName(action);
    m_action->setVisible(!action.isEmpty());
    m_label->setText(sentence);
    show();
}

void NoticeStrip::takeBack(int topic) {
    if (m_topic == topic)
        dismiss();
}

void NoticeStrip::dismiss() {
    m_topic = -1;
    m_label->clear();
    hide();
}

QString NoticeStrip::sentence() const {
    return m_label->text();
}

void NoticeStrip::paintEvent(QPaintEvent*) {
    const Theme theme = Theme::of(palette());
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(theme.bad);
    painter.setBrush(theme.badFill);
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), kRadius, kRadius);
}

} // namespace slopescope::ui
