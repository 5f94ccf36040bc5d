#include "ui/map/map_view.h"

#include "ui/widgets/theme.h"

#include <QApplication>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QNativeGestureEvent>
#include <QToolTip>
#include <QWheelEvent>

#include <algorithm>
#include <array>
#include <cmath>

namespace slopescope::ui {
namespace {

constexpr double kWheelStep = 1.25;
constexpr double kKeyStep = 1.5;
constexpr int kSameCell = 4; // pixels around a locked cell that still count as it

} // namespace

MapView::MapView(QWidget* parent)
    : QWidget(parent), m_scale(ScaleSettings{}, Theme::of(palette()).dark),
      m_emptyText(tr("Open a model and a text to see what each token attends to.")) {
    setMouseTracking(true);
    setAttribute(Qt::WA_OpaquePaintEvent); // so that a drag paints nothing behind it
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    setAccessibleName(tr("Attention map"));
    setAccessibleDescription(
        tr("Queries from top to bottom, keys from left to right. Plus and minus zoom, 0 shows all, "
           "Shift with the arrow keys moves the locked cell, Escape unlocks it."));
}

QSize MapView::sizeHint() const {
    return {620, 580};
}

QSize MapView::minimumSizeHint() const {
    return {240, 220};
}

// --- What is shown --------------------------------------------------------------------------------------------------

void MapView::setLength(std::int64_t length) {
    length = std::max<std::int64_t>(length, 0);
    if (length == m_length)
        return;
    m_length = length;
    if (length == 0)
        m_layer = m_whole = {};
    else if (!m_whole.image.isNull())
        m_layer = m_whole; // of a detail nothing could be seen in the new text
    m_hovered.reset();
    unlock();
    showAll();
    update();
}

Viewport MapView::wanted() const {
    const int side = int(std::lround(plotRect().width() * devicePixelRatioF()));
    if (m_span <= 0 || side <= 0)
        return {};
    const int pixels = int(std::min<std::int64_t>(side, m_span));
    return {m_queryBegin, m_queryBegin + m_span, m_keyBegin, m_keyBegin + m_span, pixels, pixels};
}

void MapView::setPicture(std::shared_ptr<const Picture> picture, std::int64_t length, const ColourScale& scale) {
    const Viewport v = picture ? picture->viewport : Viewport{};
    const auto pixels = std::size_t(std::max(v.rows, 0)) * std::size_t(std::max(v.columns, 0));
    if (pixels == 0 || picture->values.size() < pixels || v.queryEnd <= v.queryBegin || v.keyEnd <= v.keyBegin)
        return;
    if (scale.settings() != m_scale.settings() || scale.dark() != m_scale.dark())
        m_whole = {}; // in other colours
    m_scale = scale;
    if (picture == m_layer.picture && scale.version() == m_layer.colours)
        return;
    QImage image = scale.image(*picture);
    m_layer = {std::move(picture), length, std::move(image), scale.version()};
    if (v.queryBegin == 0 && v.keyBegin == 0 && v.queryEnd == length && v.keyEnd == length)
        m_whole = m_layer;
    update();
}

void MapView::clear() {
    m_layer = m_whole = {};
    update();
}

void MapView::setStale(bool stale) {
    if (stale == m_stale)
        return;
    m_stale = stale;
    update();
}

// --- Which cells ----------------------------------------------------------------------------------------------------

void MapView::showAll() {
    setVisibleCells(0, 0, m_length);
}

void MapView::showCells(std::int64_t queryBegin, std::int64_t keyBegin, std::int64_t span) {
    setVisibleCells(queryBegin, keyBegin, span);
}

void MapView::setVisibleCells(std::int64_t queryBegin, std::int64_t keyBegin, std::int64_t span) {
    const auto before = std::array{m_queryBegin, m_keyBegin, m_span};
    m_span = std::clamp<std::int64_t>(span, std::min<std::int64_t>(1, m_length), m_length);
    m_queryBegin = std::clamp<std::int64_t>(queryBegin, 0, m_length - m_span);
    m_keyBegin = std::clamp<std::int64_t>(keyBegin, 0, m_length - m_span);
    noteTokens();
    announceViewport();
    if (before != std::array{m_queryBegin, m_keyBegin, m_span}) {
        update();
        emit moved();
    }
}

void MapView::announceViewport() {
    const Viewport viewport = wanted();
    if (viewport == m_announced)
        return;
    m_announced = viewport;
    if (viewport.rows > 0)
        emit viewportWanted(viewport);
}

void MapView::zoomBy(double factor, QPoint at) {
    const QRect plot = plotRect();
    if (m_span <= 0 || plot.width() <= 0 || !(factor > 0))
        return;
    auto span = std::int64_t(std::llround(double(m_span) / factor));
    span = std::clamp<std::int64_t>(span, 1, m_length);
    const auto begin = [&](std::int64_t first, double share) {
        // In whole cells, so that the cell at the cursor is the same before and after.
        const auto cell = first + std::int64_t(share * double(m_span));
        return cell - std::int64_t(share * double(span));
    };
    const double last = 1 - 1e-9;
    const double down = std::clamp((at.y() - plot.top() + 0.5) / plot.height(), 0.0, last);
    const double across = std::clamp((at.x() - plot.left() + 0.5) / plot.width(), 0.0, last);
    setVisibleCells(begin(m_queryBegin, down), begin(m_keyBegin, across), span);
}

void MapView::zoomBy(double factor) {
    const QRect plot = plotRect();
    const auto cell = crosshair();
    const QPoint at = cell ? cellRect(cell->query, cell->key).center() : plot.center();
    // One cell more or less at least, or the last steps would not move.
    if (m_span > 0 && std::llround(double(m_span) / factor) == m_span)
        factor = factor > 1 ? double(m_span) / double(std::max<std::int64_t>(1, m_span - 1))
                            : double(m_span) / double(m_span + 1);
    zoomBy(factor, plot.contains(at) ? at : plot.center());
}

std::optional<Cell> MapView::cellAt(QPoint position) const {
    const QRect plot = plotRect();
    if (m_span <= 0 || !plot.contains(position))
        return std::nullopt;
    const auto token = [&](std::int64_t begin, int offset) {
        return begin + std::int64_t((offset + 0.5) / plot.width() * double(m_span));
    };
    return Cell{token(m_queryBegin, position.y() - plot.top()), token(m_keyBegin, position.x() - plot.left())};
}

QRect MapView::cellRect(std::int64_t query, std::int64_t key) const {
    return mapCellRect(plotRect(), shown(), query, key);
}

// --- The pair pointed at --------------------------------------------------------------------------------------------

void MapView::setCrosshair(std::int64_t query, std::int64_t key) {
    if (query < 0 || key < 0 || query >= m_length || key >= m_length)
        return clearCrosshair();
    m_hovered = Cell{query, key};
    update();
}

void MapView::clearCrosshair() {
    m_hovered.reset();
    update();
}

std::optional<Cell> MapView::crosshair() const {
    return m_locked ? m_locked : m_hovered;
}

void MapView::lock(std::int64_t query, std::int64_t key) {
    if (query < 0 || key < 0 || query >= m_length || key >= m_length)
        return;
    m_locked = m_hovered = Cell{query, key};
    update();
    emit locked(query, key);
}

void MapView::unlock() {
    if (!m_locked)
        return;
    m_locked.reset();
    update();
    emit unlocked();
}

void MapView::follow(std::optional<Cell> lock) {
    if (lock == m_locked)
        return;
    m_locked = lock;
    if (lock)
        m_hovered = lock;
    update();
}

void MapView::hoverAt(QPoint position) {
    if (m_locked)
        return; // a locked cell stays until it is unlocked
    const auto cell = cellAt(position);
    if (cell == m_hovered)
        return;
    m_hovered = cell;
    update();
    if (cell)
        emit hovered(cell->query, cell->key);
    else
        emit left();
}

void MapView::clickAt(QPoint position) {
    const auto cell = cellAt(position);
    if (!cell)
        return;
    m_lockBeforeClick = m_locked;
    if (m_locked && cellRect(m_locked->query, m_locked->key)
                        .marginsAdded({kSameCell, kSameCell, kSameCell, kSameCell})
                        .contains(position)) {
        unlock();
        hoverAt(position);
    } else {
        lock(cell->query, cell->key);
    }
}

void MapView::moveLock(std::int64_t queries, std::int64_t keys) {
    auto cell = crosshair().value_or(Cell{m_queryBegin + m_span / 2, m_keyBegin + m_span / 4});
    cell.query = std::clamp<std::int64_t>(cell.query + queries, 0, m_length - 1);
    cell.key = std::clamp<std::int64_t>(cell.key + keys, 0, m_length - 1);
    reveal(cell.query, cell.key);
    lock(cell.query, cell.key);
}

void MapView::reveal(std::int64_t query, std::int64_t key) {
    const auto intoView = [&](std::int64_t begin, std::int64_t token) {
        return std::clamp(begin, token - m_span + 1, token);
    };
    setVisibleCells(intoView(m_queryBegin, query), intoView(m_keyBegin, key), m_span);
}

// --- Events ---------------------------------------------------------------------------------------------------------

void MapView::resizeEvent(QResizeEvent*) {
    noteTokens();
    emit plotRectChanged();
    announceViewport();
}

void MapView::wheelEvent(QWheelEvent* event) {
    const QPoint at = event->position().toPoint();
    const int delta = event->angleDelta().y();
    if (m_span <= 0 || delta == 0 || !plotRect().contains(at))
        return event->ignore();
    // Smooth wheels send many small turns; what is not yet a whole number of cells is kept for the next.
    m_wheel += delta / 120.0;
    const auto before = m_span;
    zoomBy(std::pow(kWheelStep, m_wheel), at);
    if (m_span != before) {
        m_wheel -= std::log(double(before) / double(m_span)) / std::log(kWheelStep);
    } else if (std::abs(delta) >= 120 || std::abs(m_wheel) >= 1) { // a whole step always shows
        zoomBy(double(before) / double(before - (m_wheel > 0 ? 1 : -1)), at);
        m_wheel = 0;
    }
    hoverAt(at);
    event->accept();
}

void MapView::mousePressEvent(QMouseEvent* event) {
    if (const auto query = queryLabelAt(event->position().toPoint()); query && event->button() == Qt::LeftButton) {
        const auto cell = crosshair();
        return lock(*query, cell && cell->key <= *query ? cell->key : *query);
    }
    if (event->button() != Qt::LeftButton || !cellAt(event->position().toPoint()))
        return event->ignore();
    m_pressed = event->position().toPoint();
    m_pressedBegin = {m_queryBegin, m_keyBegin};
    m_pressing = true;
    m_dragging = m_doubleClicked = false;
}

void MapView::mouseMoveEvent(QMouseEvent* event) {
    const QPoint at = event->position().toPoint();
    if (!m_pressing)
        return hoverAt(at);
    const QPoint moved = at - m_pressed;
    if (!m_dragging && moved.manhattanLength() < QApplication::startDragDistance())
        return;
    if (!m_dragging && m_span < m_length)
        setCursor(Qt::ClosedHandCursor);
    m_dragging = true;
    const double cells = double(m_span) / std::max(1, plotRect().width());
    setVisibleCells(m_pressedBegin.query - std::llround(moved.y() * cells),
                    m_pressedBegin.key - std::llround(moved.x() * cells), m_span);
}

void MapView::mouseReleaseEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton || !m_pressing)
        return event->ignore();
    m_pressing = false;
    unsetCursor();
    if (!m_dragging && !m_doubleClicked)
        clickAt(event->position().toPoint());
    m_dragging = false;
}

void MapView::mouseDoubleClickEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton || !cellAt(event->position().toPoint()))
        return event->ignore();
    // The first of the two clicks locked or unlocked; that was not what it was for.
    if (m_lockBeforeClick && m_lockBeforeClick != m_locked)
        lock(m_lockBeforeClick->query, m_lockBeforeClick->key);
    else if (!m_lockBeforeClick)
        unlock();
    m_pressing = m_doubleClicked = true;
    showAll();
    hoverAt(event->position().toPoint());
}

void MapView::leaveEvent(QEvent*) {
    if (m_locked || !m_hovered)
        return;
    m_hovered.reset();
    update();
    emit left();
}

void MapView::keyPressEvent(QKeyEvent* event) {
    const bool shift = event->modifiers() == Qt::ShiftModifier;
    switch (event->key()) {
    case Qt::Key_Plus:
    case Qt::Key_Equal:
        return zoomBy(kKeyStep);
    case Qt::Key_Minus:
        return zoomBy(1 / kKeyStep);
    case Qt::Key_0:
        return showAll();
    case Qt::Key_Escape:
        if (!m_locked)
            break;
        return unlock();
    case Qt::Key_Up:
    case Qt::Key_Down:
        if (!shift || m_length <= 0)
            break;
        return moveLock(event->key() == Qt::Key_Up ? -1 : 1, 0);
    case Qt::Key_Left:
    case Qt::Key_Right:
        if (!shift || m_length <= 0)
            break;
        return moveLock(0, event->key() == Qt::Key_Left ? -1 : 1);
    default:
        break;
    }
    event->ignore(); // the window's keys
}

void MapView::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange)
        emit darknessChanged();
    QWidget::changeEvent(event);
}

bool MapView::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const auto cell = cellAt(help->pos());
        const QString text = cell && m_describe ? m_describe(*cell) : QString();
        if (text.isEmpty())
            QToolTip::hideText();
        else
            QToolTip::showText(help->globalPos(), text, this);
        return true;
    }
    if (event->type() == QEvent::NativeGesture) {
        const auto* gesture = static_cast<QNativeGestureEvent*>(event);
        if (gesture->gestureType() == Qt::ZoomNativeGesture) {
            zoomBy(1 + gesture->value(), gesture->position().toPoint());
            return true;
        }
    }
    return QWidget::event(event);
}

} // namespace slopescope::ui
