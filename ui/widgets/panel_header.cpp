#include "ui/widgets/panel_header.h"

#include "ui/widgets/theme.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QStyleOption>

namespace slopescope::ui {

// One line of soft text that gives way: cut with an ellipsis, whole in its tool tip.
class ElidedLabel : public QWidget {
public:
    using QWidget::QWidget;

    void setText(const QString& text) {
        if (text == m_text)
            return;
        m_text = text;
        setAccessibleName(text);
        updateGeometry();
        update();
        tell();
    }
    const QString& text() const { return m_text; }

    QSize sizeHint() const override { return {fontMetrics().horizontalAdvance(m_text) + 2, fontMetrics().height()}; }
    QSize minimumSizeHint() const override { return {0, fontMetrics().height()}; }

protected:
    void paintEvent(QPaintEvent*) override {
        QPainter painter(this);
        painter.setFont(labelFont());
        painter.setPen(Theme::of(palette()).softText);
        painter.drawText(rect(), Qt::AlignVCenter | Qt::AlignLeft,
                         painter.fontMetrics().elidedText(m_text, Qt::ElideRight, width()));
    }
    void resizeEvent(QResizeEvent*) override { tell(); }

private:
    void tell() { setToolTip(QFontMetrics(labelFont()).horizontalAdvance(m_text) > width() ? m_text : QString()); }

    QString m_text;
};

PanelHeader::PanelHeader(const QString& title, QWidget* parent)
    : QWidget(parent), m_row(new QHBoxLayout(this)), m_title(new QLabel(title, this)), m_facts(new ElidedLabel(this)) {
    setLook(this, "header");
    setAttribute(Qt::WA_StyledBackground);
    setLook(m_title, "title");
    setType(m_facts, Type::Label);
    m_title->setTextFormat(Qt::PlainText);
    m_facts->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    m_row->setContentsMargins(12, 6, 8, 6);
    m_row->setSpacing(kGrid);
    m_row->addWidget(m_title);
    m_row->addWidget(m_facts, 1);
    setMinimumHeight(39);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
}

void PanelHeader::setTitle(const QString& title) {
    m_title->setText(title);
}

void PanelHeader::setFacts(const QString& facts) {
    m_facts->setText(facts);
}

QString PanelHeader::title() const {
    return m_title->text();
}

QString PanelHeader::facts() const {
    return m_facts->text();
}

void PanelHeader::addWidget(QWidget* widget) {
    m_row->addWidget(widget, 0, Qt::AlignVCenter);
}

} // namespace slopescope::ui
