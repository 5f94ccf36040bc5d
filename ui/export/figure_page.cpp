#include "ui/export/figure_page.h"

#include "ui/widgets/theme.h"

#include <QFontMetrics>
#include <qcustomplot.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace slopescope::ui {
namespace {

constexpr int kMargin = 6;
constexpr int kGap = 6;         // between parts
constexpr int kNamesApart = 12; // between names
constexpr int kWords = Qt::AlignLeft | Qt::AlignTop | Qt::TextWordWrap;

QFont titleFont() {
    QFont font = labelFont();
    font.setWeight(QFont::DemiBold);
    return font;
}

} // namespace

FigurePage::FigurePage(const Figure& figure, double inches, QString caption, bool dark)
    : m_figure(figure), m_caption(std::move(caption)), m_dark(dark),
      m_margin(figure.title().isEmpty() && m_caption.isEmpty() ? 0 : kMargin) {
    const SizesHere onPaper{Sizes()}; // whatever the screen's are
    const double width = std::clamp(inches, kNarrowestPage, kWidestPage) * kPixelsPerInch;
    m_inner = int(width) - 2 * m_margin;
    m_height = std::max(1, m_figure.heightFor(m_inner));
    int height = m_margin + paintHead(nullptr) + m_height + m_margin;
    if (!m_caption.isEmpty())
        height += kGap + captionRect(0).height();
    m_size = QSizeF(width, height);
}

QRect FigurePage::captionRect(int top) const {
    return QFontMetrics(tickFont()).boundingRect(QRect(m_margin, top, m_inner, 100'000), kWords, m_caption);
}

// The title, and the names in their colours behind it or in rows below.
int FigurePage::paintHead(QCPPainter* painter) const {
    if (m_figure.title().isEmpty())
        return 0;
    const Theme& theme = m_dark ? Theme::forNight() : Theme::forDay();
    const QFontMetrics bold(titleFont()), plain(labelFont());
    const int row = std::max(bold.height(), plain.height());
    int y = m_margin, x = m_margin;
    const auto write = [&](const QString& text, const QFont& font, const QColor& colour) {
        const QFontMetrics metrics(font);
        const QString said = metrics.elidedText(text, Qt::ElideRight, m_inner);
        const int wide = metrics.horizontalAdvance(said);
        if (x > m_margin && x + wide > m_margin + m_inner) {
            x = m_margin;
            y += row;
        }
        if (painter != nullptr) {
            painter->setFont(font);
            painter->setPen(colour);
            painter->drawText(QRect(x, y, wide + 1, row), Qt::AlignLeft | Qt::AlignVCenter | Qt::TextDontClip, said);
        }
        x += wide + kNamesApart;
    };
    write(m_figure.title(), titleFont(), theme.text);
    for (const Figure::Name& name : m_figure.names())
        write(name.text, labelFont(), name.colour);
    return y + row + kGap - m_margin;
}

QColor FigurePage::paper() const {
    return (m_dark ? Theme::forNight() : Theme::forDay()).panel;
}

void FigurePage::paint(QCPPainter& painter) const {
    const SizesHere onPaper{Sizes()};
    const Theme& theme = m_dark ? Theme::forNight() : Theme::forDay();
    painter.setRenderHints(QPainter::Antialiasing | QPainter::TextAntialiasing | QPainter::LosslessImageRendering);
    painter.fillRect(QRectF(QPointF(0, 0), m_size), paper());
    const int top = m_margin + paintHead(&painter);
    painter.save();
    m_figure.paint(painter, QRect(m_margin, top, m_inner, m_height), theme);
    painter.restore();
    if (m_caption.isEmpty())
        return;
    painter.setFont(tickFont());
    painter.setPen(theme.softText);
    painter.drawText(captionRect(top + m_height + kGap).adjusted(0, 0, 1, 1), kWords, m_caption);
}

} // namespace slopescope::ui
