#include "ui/text/token_area.h"

#include "ui/widgets/format.h"
#include "ui/widgets/theme.h"

#include <QApplication>
#include <QClipboard>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QScrollBar>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace slopescope::ui {

namespace {

constexpr int kMargin = 12;
constexpr float kStrongest = 0.62F; // opacity of the largest weight: the letters stay readable

float peak(const std::vector<float>& weights, std::int64_t except) {
    float largest = 0;
    for (std::size_t i = 0; i < weights.size(); ++i)
        if (static_cast<std::int64_t>(i) != except)
            largest = std::max(largest, weights[i]);
    return largest;
}

float weight(const std::vector<float>& weights, std::int64_t token) {
    return token < static_cast<std::int64_t>(weights.size()) ? weights[static_cast<std::size_t>(token)] : 0;
}

} // namespace

TokenArea::TokenArea(QWidget* parent) : QAbstractScrollArea(parent) {
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    viewport()->setMouseTracking(true);
    viewport()->setAutoFillBackground(false);
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Tokens of the text"));
    m_layout.setFont(bodyFont());
}

void TokenArea::setText(const TextFacts& facts) {
    m_hovered = m_locked = m_query = m_key = -1;
    m_foundBegin = m_foundEnd = m_selectionBegin = m_selectionEnd = 0;
    m_pressing = m_dragging = false;
    m_links = {};
    m_readsPeak = m_readByPeak = 0;
    m_losses.clear();
    m_otherLosses.clear();
    m_layout.setText(facts);
    verticalScrollBar()->setValue(0);
    layOut();
}

void TokenArea::setLength(std::int64_t tokens) {
    m_length = tokens;
    viewport()->update();
}

void TokenArea::setLinks(const LinksResult& links) {
    m_links = links;
    // The token's own weight would outshine all others.
    m_readsPeak = peak(links.reads, links.token);
    m_readByPeak = peak(links.readBy, links.token);
    viewport()->update();
}

void TokenArea::clearLinks() {
    m_links = {};
    viewport()->update();
}

void TokenArea::setLosses(std::vector<float> a, std::vector<float> b) {
    m_losses = std::move(a);
    m_otherLosses = std::move(b);
    viewport()->update();
}

void TokenArea::setCursor(std::int64_t query, std::int64_t key) {
    m_query = query;
    m_key = key;
    viewport()->update();
}

void TokenArea::setLocked(std::int64_t token) {
    m_locked = token;
    if (token >= 0)
        reveal(token);
    viewport()->update();
}

void TokenArea::setFound(std::int64_t begin, std::int64_t end) {
    m_foundBegin = begin;
    m_foundEnd = end;
    if (end > begin)
        reveal(begin);
    viewport()->update();
}

void TokenArea::reveal(std::int64_t token) {
    const QRectF rect = m_layout.rect(token);
    if (rect.isEmpty())
        return;
    QScrollBar* bar = verticalScrollBar();
    const int top = static_cast<int>(rect.top()), bottom = static_cast<int>(std::ceil(rect.bottom())) + 2 * kMargin;
    if (top < bar->value() || bottom > bar->value() + viewport()->height())
        bar->setValue(top - viewport()->height() / 3);
}

std::int64_t TokenArea::tokenAt(const QPoint& position) const {
    return m_layout.tokenAt(QPointF(position) + QPointF(-kMargin, verticalScrollBar()->value() - kMargin));
}

QRectF TokenArea::tokenRect(std::int64_t token) const {
    return m_layout.rect(token).translated(kMargin, kMargin - verticalScrollBar()->value());
}

void TokenArea::hover(std::int64_t token) {
    if (token == m_hovered)
        return;
    updateToken(m_hovered);
    m_hovered = token;
    updateToken(m_hovered);
    emit tokenHovered(token);
}

void TokenArea::updateToken(std::int64_t token) {
    if (token >= 0)
        viewport()->update(tokenRect(token).toAlignedRect().adjusted(-2, 0, 2, 0));
}

void TokenArea::lock(std::int64_t token) {
    m_locked = token;
    viewport()->update();
    emit tokenLocked(token);
}

void TokenArea::layOut() {
    // What was in the middle of sight stays there when the lines break anew.
    const std::int64_t anchor = verticalScrollBar()->value() > 0 && m_layout.lines() > 0
                                    ? m_layout.lineBegin(std::min(m_layout.lines() - 1, static_cast<int>(verticalScrollBar()->value() /
                                                                                                        m_layout.lineHeight())))
                                    : -1;
    m_layout.setWidth(viewport()->width() - 2 * kMargin);
    const int height = static_cast<int>(std::ceil(m_layout.height())) + 2 * kMargin;
    verticalScrollBar()->setRange(0, std::max(0, height - viewport()->height()));
    verticalScrollBar()->setPageStep(viewport()->height());
    verticalScrollBar()->setSingleStep(static_cast<int>(m_layout.lineHeight()));
    if (anchor >= 0)
        verticalScrollBar()->setValue(static_cast<int>(m_layout.rect(anchor).top()));
    viewport()->update();
}

void TokenArea::resizeEvent(QResizeEvent*) { layOut(); }

void TokenArea::changeEvent(QEvent* event) {
    if (event->type() == QEvent::FontChange || event->type() == QEvent::ApplicationFontChange) {
        m_layout.setFont(bodyFont());
        layOut();
    }
    QAbstractScrollArea::changeEvent(event);
}

void TokenArea::keyPressEvent(QKeyEvent* event) {
    if (event->matches(QKeySequence::Copy) && m_selectionEnd > m_selectionBegin)
        return QApplication::clipboard()->setText(selectedText());
    if (event->matches(QKeySequence::SelectAll))
        return select(0, m_layout.tokens());
    QScrollBar* bar = verticalScrollBar();
    switch (event->key()) {
    case Qt::Key_Escape:
        if (m_locked >= 0) {
            lock(-1);
            return;
        }
        break;
    case Qt::Key_Home:
        bar->setValue(bar->minimum());
        return;
    case Qt::Key_End:
        bar->setValue(bar->maximum());
        return;
    default:
        break;
    }
    QAbstractScrollArea::keyPressEvent(event);
}

bool TokenArea::viewportEvent(QEvent* event) {
    switch (event->type()) {
    case QEvent::MouseMove:
        dragTo(static_cast<QMouseEvent*>(event)->position().toPoint());
        break;
    case QEvent::Leave:
        hover(-1);
        break;
    case QEvent::MouseButtonPress: {
        const auto* mouse = static_cast<QMouseEvent*>(event);
        if (mouse->button() != Qt::LeftButton)
            break;
        press(*mouse);
        return true;
    }
    case QEvent::MouseButtonRelease:
        release(*static_cast<QMouseEvent*>(event));
        break;
    case QEvent::ToolTip: {
        const auto* help = static_cast<QHelpEvent*>(event);
        showTooltip(help->pos(), help->globalPos());
        return true;
    }
    default:
        break;
    }
    return QAbstractScrollArea::viewportEvent(event);
}

void TokenArea::showTooltip(const QPoint& position, const QPoint& global) {
    const std::int64_t token = tokenAt(position);
    if (token < 0) {
        QToolTip::hideText();
        return;
    }
    const TextFacts& facts = m_layout.facts();
    const TextToken& span = facts.tokens[static_cast<std::size_t>(token)];
    const QByteArrayView bytes(facts.text.data() + span.begin, span.end - span.begin);
    QString text = tr("token %1 · id %2 · “%3”").arg(grouped(token), grouped(span.id), visibleToken(bytes, 40));
    if (m_links.token != token && token < static_cast<std::int64_t>(m_links.reads.size())) {
        const bool before = token < m_links.token;
        const double share = before ? weight(m_links.reads, token) : weight(m_links.readBy, token);
        text += u'\n' + (before ? tr("%1 is what token %2 gives it") : tr("%1 is what it gives token %2"))
                            .arg(significant(share, 3), grouped(m_links.token));
    }
    if (const QString loss = lossText(token); !loss.isEmpty())
        text += u'\n' + loss;
    if (m_length > 0 && token >= m_length)
        text += u'\n' + tr("past the length on view");
    QToolTip::showText(global, text, viewport(), tokenRect(token).toRect());
}

void TokenArea::paintEvent(QPaintEvent* event) {
    QPainter painter(viewport());
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setFont(bodyFont());
    if (m_layout.lines() == 0)
        return;
    const int scrolled = verticalScrollBar()->value() - kMargin;
    const auto lineAt = [&](int y) {
        return std::clamp(static_cast<int>((y + scrolled) / m_layout.lineHeight()), 0, m_layout.lines() - 1);
    };
    const int first = lineAt(event->rect().top()), last = lineAt(event->rect().bottom());
    for (std::int64_t token = m_layout.lineBegin(first); token < m_layout.lineEnd(last); ++token)
        paintToken(painter, token);
    const Theme theme = Theme::of(palette());
    if (m_key >= 0)
        paintOutline(painter, m_key, theme.reads);
    if (m_query >= 0)
        paintOutline(painter, m_query, theme.crosshair);
    if (m_hovered >= 0 && m_hovered != m_query)
        paintOutline(painter, m_hovered, theme.crosshair);
    if (m_locked >= 0)
        paintOutline(painter, m_locked, theme.crosshair);
}

QString TokenArea::lossText(std::int64_t token) const {
    const double own = weight(m_losses, token), other = weight(m_otherLosses, token);
    if (token >= std::ssize(m_losses) || std::isnan(own))
        return {};
    if (token < std::ssize(m_otherLosses) && !std::isnan(other))
        return tr("loss %1 nats, B %2: A is %3 %4").arg(significant(own, 3), significant(other, 3), significant(std::abs(own - other), 2),
                                                        own > other ? tr("worse") : tr("better"));
    return tr("loss %1 nats: the model gave it a probability of %2").arg(significant(own, 3), significant(std::exp(-own), 2));
}

QColor TokenArea::lossFill(std::int64_t token) const {
    const Theme theme = Theme::of(palette());
    const float own = weight(m_losses, token), other = weight(m_otherLosses, token);
    if (token >= std::ssize(m_losses) || std::isnan(own))
        return Qt::transparent;
    constexpr float kHighLoss = 10, kLargeDifference = 2; // nats, at which the colour is full
    const bool compared = token < std::ssize(m_otherLosses) && !std::isnan(other);
    const float amount = compared ? (own - other) / kLargeDifference : own / kHighLoss;
    QColor colour = compared && amount < 0 ? theme.reads : compared ? theme.bad : theme.crosshair;
    colour.setAlphaF(kStrongest * std::min(1.0F, std::abs(amount)));
    return colour;
}

QColor TokenArea::fillOf(std::int64_t token) const {
    const Theme theme = Theme::of(palette());
    const auto tinted = [](QColor color, float opacity) {
        color.setAlphaF(opacity);
        return color;
    };
    if (token >= m_foundBegin && token < m_foundEnd)
        return tinted(theme.warn, 0.32F);
    if (token == m_locked || token == m_hovered || token == m_query)
        return tinted(theme.crosshair, 0.22F);
    if (token == m_key)
        return tinted(theme.reads, 0.22F);
    const bool linked = !m_links.reads.empty();
    if (linked && token == m_links.token)
        return tinted(theme.crosshair, 0.22F);
    // The square root keeps small weights in sight beside a large one.
    const float reads = weight(m_links.reads, token), readBy = weight(m_links.readBy, token);
    if (token < m_links.token && m_readsPeak > 0 && reads > 0)
        return tinted(theme.reads, kStrongest * std::sqrt(reads / m_readsPeak));
    if (token > m_links.token && m_readByPeak > 0 && readBy > 0)
        return tinted(theme.crosshair, kStrongest * std::sqrt(readBy / m_readByPeak));
    if (token >= m_selectionBegin && token < m_selectionEnd)
        return tinted(theme.accent, 0.28F);
    const bool onView = m_length <= 0 || token < m_length;
    if (!linked && !m_losses.empty())
        return lossFill(token);
    return !linked && onView && token % 2 ? tinted(theme.text, theme.dark ? 0.09F : 0.055F) : QColor(Qt::transparent);
}

void TokenArea::paintToken(QPainter& painter, std::int64_t token) const {
    const Theme theme = Theme::of(palette());
    const QRectF rect = tokenRect(token);
    const QColor fill = fillOf(token);
    if (fill.alpha() > 0) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(fill);
        painter.drawRoundedRect(rect.adjusted(0.25, 3, -0.25, -3), 2.5, 2.5);
    }
    const QString label = m_layout.label(token);
    const bool onView = m_length <= 0 || token < m_length;
    const QColor ink = onView ? theme.text : theme.faintText;
    QColor marks = theme.faintText;
    marks.setAlphaF(0.75F);
    if (label.isEmpty()) { // the rest of a character that the token before shows
        painter.setPen(QPen(marks, 1));
        painter.drawLine(QPointF(rect.left() + 2, rect.bottom() - 6), QPointF(rect.right() - 2, rect.bottom() - 6));
        return;
    }
    // Spaces and line ends are drawn fainter than the letters.
    qsizetype head = 0, tail = label.size();
    const auto mark = [](QChar c) { return c == QChar(0x00B7) || c == QChar(0x21B5) || c == QChar(0x2192); };
    while (head < tail && mark(label[head]))
        ++head;
    while (tail > head && mark(label[tail - 1]))
        --tail;
    const QFontMetricsF metrics(painter.font());
    const qreal y = rect.top() + (rect.height() - metrics.height()) / 2 + metrics.ascent();
    qreal x = rect.left();
    const auto write = [&](const QString& part, const QColor& color) {
        if (part.isEmpty())
            return;
        if (part == QChar(0x00B7)) { // the most frequent of all, and much cheaper than a letter
            const qreal wide = metrics.horizontalAdvance(part);
            painter.setPen(Qt::NoPen);
            painter.setBrush(color);
            painter.drawEllipse(QPointF(x + wide / 2, y - metrics.xHeight() / 2), 1, 1);
            x += wide;
            return;
        }
        painter.setPen(color);
        painter.drawText(QPointF(x, y), part);
        x += metrics.horizontalAdvance(part);
    };
    const bool tooLong = m_layout.width(token) > rect.width() + 1;
    if (tooLong) {
        painter.save();
        painter.setClipRect(rect, Qt::IntersectClip);
    }
    write(label.left(head), marks);
    write(label.sliced(head, tail - head), ink);
    write(label.sliced(tail), marks);
    if (tooLong)
        painter.restore();
}

void TokenArea::paintOutline(QPainter& painter, std::int64_t token, const QColor& color) const {
    const QRectF rect = tokenRect(token);
    if (rect.isEmpty())
        return;
    painter.setPen(QPen(color, 1.5));
    painter.setBrush(Qt::NoBrush);
    painter.drawRoundedRect(rect.adjusted(-0.5, 2.5, 0.5, -2.5), 3, 3);
}

} // namespace slopescope::ui
