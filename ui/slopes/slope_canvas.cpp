#include "ui/slopes/slope_canvas.h"

#include "ui/widgets/format.h"
#include "ui/widgets/theme.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace slopescope::ui {

namespace {

constexpr qreal kTopMargin = 20;
constexpr qreal kZeroGap = 24; // between the lowest gridline and the place of zero
constexpr qreal kNarrowestColumn = 9.5;
constexpr qreal kSnap = 3;           // pixels within which a hand means the gridline
constexpr double kNudge = 0.25, kFineNudge = 1.0 / 32; // in powers of two
constexpr int kLowestExponent = -60;

} // namespace

qreal SlopeAxis::heightOf(double slope) const {
    if (!(slope > 0))
        return zero;
    const double exponent = std::clamp(std::log2(slope), double(bottomExponent), double(topExponent));
    return top + (topExponent - exponent) / (topExponent - bottomExponent) * (bottom - top);
}

double SlopeAxis::slopeAt(qreal height) const {
    if (height > (bottom + zero) / 2)
        return 0;
    const double share = std::clamp((height - top) / (bottom - top), 0.0, 1.0);
    return std::exp2(topExponent - share * (topExponent - bottomExponent));
}

SlopeCanvas::SlopeCanvas(QWidget* parent) : QWidget(parent) {
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setAttribute(Qt::WA_OpaquePaintEvent); // so that a drag paints nothing behind it
    setAccessibleName(tr("Slopes of the heads"));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

QSize SlopeCanvas::minimumSizeHint() const {
    return {int(std::ceil(axisWidth() + kRightMargin + std::max(1, heads()) * kNarrowestColumn)), 154};
}

void SlopeCanvas::setSlopes(const SlopeSet& slopes, const SlopeSet& trained, const std::vector<SlopeSet>& others) {
    const Labels arranged = labels();
    const SlopeSet before = m_slopes;
    QRegion moved; // what is drawn of the heads that change, as they were and as they will be
    const auto addMoved = [&] {
        for (int head = 0; head < heads(); ++head)
            if (before[static_cast<std::size_t>(head)] != slopes[static_cast<std::size_t>(head)])
                moved += areaOf(head).toAlignedRect();
    };
    const bool sameAround = before.size() == slopes.size() && trained == m_trained && others == m_others;
    if (sameAround)
        addMoved();
    m_slopes = slopes;
    m_trained = trained;
    m_others = others;
    m_selected = std::clamp(m_selected, 0, std::max(0, heads() - 1));
    if (before.size() != slopes.size())
        updateGeometry();
    if (m_drag)
        m_drag->labels = labels();
    if (!m_drag || !sameAround || labels() != arranged)
        return update(); // of a drag, the axis stays as it is
    addMoved();
    update(moved); // no more: under the hand every millisecond counts
}

QRectF SlopeCanvas::areaOf(int head) const {
    const qreal reach = std::max(kWidestName / 2, 2 * handleRadius());
    return QRectF(columnCentre(head) - reach, 0, 2 * reach, height()).united(valueRect(head).adjusted(-2, 0, 2, 0));
}

void SlopeCanvas::setSelected(int head) { select(head, false); }

void SlopeCanvas::select(int head, bool tell) {
    head = std::clamp(head, 0, std::max(0, heads() - 1));
    if (head == m_selected)
        return;
    endNudge();
    m_selected = head;
    update();
    if (tell)
        emit headSelected(head);
}

SlopeAxis SlopeCanvas::axis() const {
    if (m_drag)
        return m_drag->axis;
    SlopeAxis axis;
    const auto include = [&](const SlopeSet& slopes) {
        for (const double slope : slopes)
            if (slope > 0) {
                axis.topExponent = std::max(axis.topExponent, int(std::ceil(std::log2(slope))));
                axis.bottomExponent = std::min(axis.bottomExponent, int(std::floor(std::log2(slope))));
            }
    };
    include(m_slopes);
    include(m_trained);
    include(m_other);
    for (const SlopeSet& slopes : m_others)
        include(slopes);
    axis.bottomExponent = std::max(axis.bottomExponent, kLowestExponent);
    axis.top = kTopMargin;
    axis.zero = std::floor(height() - bottomMargin());
    axis.bottom = axis.zero - kZeroGap;
    return axis;
}

qreal SlopeCanvas::bottomMargin() {
    return atTextSize(54);
}

qreal SlopeCanvas::axisWidth() {
    return QFontMetricsF(tickFont()).horizontalAdvance(QStringLiteral("1/1024")) + 2 * kLabelGap;
}

qreal SlopeCanvas::columnWidth() const {
    return (width() - axisWidth() - kRightMargin) / std::max(1, heads());
}

qreal SlopeCanvas::columnCentre(int head) const { return axisWidth() + (head + 0.5) * columnWidth(); }

qreal SlopeCanvas::handleRadius() const { return std::clamp(columnWidth() / 2 - 1.5, 3.5, 8.0); }

QPointF SlopeCanvas::handlePosition(int head) const {
    return {columnCentre(head), axis().heightOf(m_slopes[static_cast<std::size_t>(head)])};
}

SlopeCanvas::Labels SlopeCanvas::labels() const {
    const QFontMetricsF metrics(tickFont());
    qreal widest = 0;
    for (const double slope : m_slopes)
        widest = std::max(widest, metrics.horizontalAdvance(slopeText(slope)));
    const Labels fitting = widest + 5 <= columnWidth()       ? Labels::All
                           : widest + 5 <= 2 * columnWidth() ? Labels::Staggered
                                                             : Labels::SelectedOnly;
    return m_drag ? std::max(fitting, m_drag->labels) : fitting;
}

QRectF SlopeCanvas::valueRect(int head) const {
    if (head < 0 || head >= heads())
        return {};
    const Labels kind = labels();
    if (kind == Labels::SelectedOnly && head != m_selected)
        return {};
    const QFontMetricsF metrics(tickFont());
    const qreal lineHeight = metrics.height();
    const qreal above = height() - bottomMargin() + 12 + lineHeight + (kind == Labels::Staggered && head % 2 ? lineHeight : 0);
    const qreal wide = metrics.horizontalAdvance(slopeText(m_slopes[static_cast<std::size_t>(head)])) + 6;
    const qreal left = std::clamp(columnCentre(head) - wide / 2, 0.0, std::max(0.0, width() - wide));
    return {left, above, wide, lineHeight};
}

int SlopeCanvas::headAt(const QPointF& position) const {
    if (heads() == 0 || position.y() < kTopMargin - 14 || position.y() > height() - bottomMargin() + 14)
        return -1;
    const qreal column = (position.x() - axisWidth()) / columnWidth();
    const int head = int(std::floor(column));
    if (head < 0 || head >= heads())
        return -1;
    const qreal reach = handleRadius() + 5;
    return std::abs(handlePosition(head).y() - position.y()) <= reach ? head : -1;
}

int SlopeCanvas::valueAt(const QPointF& position) const {
    for (int head = 0; head < heads(); ++head)
        if (valueRect(head).adjusted(0, -1, 0, 1).contains(position))
            return head;
    return -1;
}

double SlopeCanvas::snapped(int head, qreal height, const SlopeAxis& axis) const {
    const double slope = axis.slopeAt(height);
    if (slope == 0)
        return 0;
    const double trained = m_trained.empty() ? 0 : m_trained[static_cast<std::size_t>(head)];
    if (trained > 0 && std::abs(axis.heightOf(trained) - height) <= kSnap)
        return trained;
    const double power = std::exp2(std::round(std::log2(slope)));
    if (std::abs(axis.heightOf(power) - height) <= kSnap)
        return power;
    // Between gridlines a hand is good for three digits; more would only be noise in the labels and in saved files.
    const double unit = std::pow(10.0, std::floor(std::log10(slope)) - 2);
    return std::round(slope / unit) * unit;
}

void SlopeCanvas::setPulls(std::vector<std::optional<SlopePull>> pulls) {
    if (pulls.empty() && m_pulls.empty())
        return;
    m_pulls = std::move(pulls);
    update();
}

// In proportion to the loss per doubling, the strongest pull of the layer being longest.
double SlopeCanvas::arrowOf(int head) const {
    constexpr double kLongest = 44, kShortest = 7;
    double strongest = 0;
    for (const auto& pull : m_pulls)
        strongest = pull ? std::max(strongest, std::abs(pull->perDoubling)) : strongest;
    const auto index = static_cast<std::size_t>(head);
    if (index >= m_pulls.size() || !m_pulls[index] || strongest == 0)
        return 0;
    const double pull = m_pulls[index]->perDoubling;
    const double length = std::max(kShortest, kLongest * std::abs(pull) / strongest);
    return pull > 0 ? -length : length; // a loss that rises with the slope falls below
}

void SlopeCanvas::setOther(const SlopeSet& slopes, const QColor& colour) {
    if (slopes == m_other && colour == m_otherColour)
        return;
    m_other = slopes;
    m_otherColour = colour;
    update();
}

void SlopeCanvas::abandonDrag() {
    m_drag.reset();
    m_nudging = false;
    update();
}

void SlopeCanvas::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton || heads() == 0)
        return;
    m_byKey = false;
    closeField();
    endNudge();
    if (const int value = valueAt(event->position()); value >= 0) {
        select(value, true);
        editValue(value);
        return;
    }
    const int head = headAt(event->position());
    if (head < 0) {
        // A click beside the handle still says which head is meant, and moves nothing.
        const int column = int(std::floor((event->position().x() - axisWidth()) / columnWidth()));
        if (column >= 0 && column < heads())
            select(column, true);
        return;
    }
    select(head, true);
    const qreal height = handlePosition(head).y();
    m_drag = Drag{head, m_slopes[static_cast<std::size_t>(head)], event->position().y() - height, height,
                  event->position().y(), axis(), labels(), false};
    emit gestureBegan();
    update();
}

void SlopeCanvas::mouseMoveEvent(QMouseEvent* event) {
    if (!m_drag) {
        const int hovered = headAt(event->position()), value = valueAt(event->position());
        if (hovered != m_hovered || value != m_hoveredValue) {
            m_hovered = hovered;
            m_hoveredValue = value;
            setCursor(hovered >= 0 ? Qt::SizeVerCursor : value >= 0 ? Qt::IBeamCursor : Qt::ArrowCursor);
            update();
        }
        return;
    }
    const bool fine = event->modifiers() & Qt::ShiftModifier;
    const qreal mouse = event->position().y();
    // Shift slows the handle down, so heights are summed and not read off the mouse.
    if (fine)
        m_drag->height += (mouse - m_drag->lastMouse) / 8;
    else
        m_drag->height = mouse - m_drag->grip;
    m_drag->height = std::clamp(m_drag->height, m_drag->axis.top, m_drag->axis.zero);
    if (fine)
        m_drag->grip = mouse - m_drag->height;
    m_drag->lastMouse = mouse;
    const int head = m_drag->head;
    const double slope =
        std::min(fine ? m_drag->axis.slopeAt(m_drag->height) : snapped(head, m_drag->height, m_drag->axis), kSteepestSlope);
    if (slope == m_slopes[static_cast<std::size_t>(head)])
        return;
    m_drag->moved = true;
    emit slopeMoved(head, slope);
}

void SlopeCanvas::mouseReleaseEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton || !m_drag)
        return;
    m_drag.reset();
    emit gestureEnded(true, false);
    update();
}

void SlopeCanvas::mouseDoubleClickEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton && headAt(event->position()) >= 0)
        editValue(headAt(event->position()));
}

void SlopeCanvas::leaveEvent(QEvent*) {
    m_hovered = m_hoveredValue = -1;
    update();
}

void SlopeCanvas::nudge(int direction, bool fine) {
    if (heads() == 0)
        return;
    const SlopeAxis shown = axis();
    const double old = m_slopes[static_cast<std::size_t>(m_selected)], step = fine ? kFineNudge : kNudge;
    double slope = 0;
    if (old == 0) {
        slope = direction > 0 ? std::exp2(shown.bottomExponent) : 0;
    } else {
        // To the next multiple of the step, so that four nudges from anywhere meet the powers of two.
        const double steps = std::log2(old) / step;
        const double next = direction > 0 ? std::floor(steps + 1e-6) + 1 : std::ceil(steps - 1e-6) - 1;
        slope = next * step < shown.bottomExponent - 1e-9 ? 0 : std::min(std::exp2(next * step), kSteepestSlope);
    }
    if (slope == old)
        return;
    if (!m_nudging) {
        m_nudging = true;
        emit gestureBegan();
    }
    emit slopeMoved(m_selected, slope);
}

void SlopeCanvas::endNudge() {
    if (!m_nudging)
        return;
    m_nudging = false;
    emit gestureEnded(true, true);
}

void SlopeCanvas::keyPressEvent(QKeyEvent* event) {
    const bool arrow = event->key() == Qt::Key_Up || event->key() == Qt::Key_Down || event->key() == Qt::Key_Left ||
                       event->key() == Qt::Key_Right;
    if (arrow && !m_byKey)
        return QWidget::keyPressEvent(event); // the window's: another head or layer
    switch (event->key()) {
    case Qt::Key_Up:
    case Qt::Key_Down:
        if (!m_drag)
            nudge(event->key() == Qt::Key_Up ? 1 : -1, event->modifiers() & Qt::ShiftModifier);
        return;
    case Qt::Key_Left:
    case Qt::Key_Right:
        select(m_selected + (event->key() == Qt::Key_Right ? 1 : -1), true);
        return;
    case Qt::Key_Return:
    case Qt::Key_Enter:
    case Qt::Key_F2:
        editValue(m_selected);
        return;
    case Qt::Key_Escape:
        if (m_drag) {
            m_drag.reset();
            emit gestureEnded(false, false);
            update();
            return;
        }
        break;
    default:
        break;
    }
    // A digit starts typing the value.
    if (heads() > 0 && event->text().size() == 1 && (event->text()[0].isDigit() || event->text()[0] == u'.')) {
        editValue(m_selected);
        if (m_field)
            m_field->setText(event->text());
        return;
    }
    QWidget::keyPressEvent(event);
}

void SlopeCanvas::keyReleaseEvent(QKeyEvent* event) {
    if ((event->key() == Qt::Key_Up || event->key() == Qt::Key_Down) && !event->isAutoRepeat())
        endNudge();
    QWidget::keyReleaseEvent(event);
}

void SlopeCanvas::focusInEvent(QFocusEvent* event) {
    if (event->reason() == Qt::TabFocusReason)
        select(0, true);
    else if (event->reason() == Qt::BacktabFocusReason)
        select(heads() - 1, true);
    m_byKey = event->reason() == Qt::TabFocusReason || event->reason() == Qt::BacktabFocusReason;
    update();
}

void SlopeCanvas::focusOutEvent(QFocusEvent*) {
    endNudge();
    update();
}

bool SlopeCanvas::focusNextPrevChild(bool next) {
    const int head = m_selected + (next ? 1 : -1);
    if (!hasFocus() || head < 0 || head >= heads())
        return QWidget::focusNextPrevChild(next);
    m_byKey = true;
    select(head, true);
    return true;
}

bool SlopeCanvas::event(QEvent* event) {
    if (event->type() == QEvent::ShortcutOverride) {
        // The window gives the arrows and Esc another meaning; here, with the focus, they move handles.
        const auto* key = static_cast<QKeyEvent*>(event);
        const bool arrow = key->key() == Qt::Key_Up || key->key() == Qt::Key_Down || key->key() == Qt::Key_Left ||
                           key->key() == Qt::Key_Right;
        const bool typing = (key->key() >= Qt::Key_0 && key->key() <= Qt::Key_9) || key->key() == Qt::Key_Period;
        if ((!(key->modifiers() & (Qt::ControlModifier | Qt::AltModifier)) && ((arrow && m_byKey) || typing)) ||
            (key->key() == Qt::Key_Escape && m_drag)) {
            event->accept();
            return true;
        }
    }
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const int head = headAt(help->pos()), value = valueAt(help->pos());
        const QString text = head >= 0    ? toolTipFor(head)
                             : value >= 0 ? tr("Click to type a slope: 1/64, 0.015625 or 2^-6")
                                          : QString();
        QToolTip::showText(help->globalPos(), text, this);
        return true;
    }
    return QWidget::event(event);
}

QString SlopeCanvas::toolTipFor(int head) const {
    const double slope = m_slopes[static_cast<std::size_t>(head)];
    const double trained = m_trained.empty() ? slope : m_trained[static_cast<std::size_t>(head)];
    QString text = tr("H%1 · slope %2").arg(head).arg(slopeText(slope));
    if (trained != slope)
        text += tr(" · %1 as trained").arg(slopeText(trained));
    text += u'\n';
    text += slope > 0 ? tr("Half of the weight is left after %1 tokens, before content.")
                            .arg(significant(std::log(2.0) / slope, 3))
                      : tr("Distance costs nothing: the head sees all positions alike.");
    if (const auto index = static_cast<std::size_t>(head); index < m_pulls.size() && m_pulls[index])
        text += u'\n' + tr("Twice the slope: loss %1 ± %2 nats per token, to first order (%3 × %4 tokens)")
                           .arg(QString::asprintf("%+.2g", m_pulls[index]->perDoubling), significant(m_pulls[index]->error, 2),
                                grouped(m_pulls[index]->windows), grouped(m_pulls[index]->length));
    return text + u'\n' + tr("Drag, or arrow keys; Shift is fine. Enter types a value.");
}

void SlopeCanvas::editValue(int head) {
    if (head < 0 || head >= heads())
        return;
    closeField();
    select(head, true);
    m_fieldHead = head;
    m_field = new SlopeField(m_slopes[static_cast<std::size_t>(head)], this);
    m_field->setAccessibleName(tr("Slope of head %1").arg(head));
    connect(m_field, &SlopeField::refused, this, &SlopeCanvas::valueRefused);
    connect(m_field, &SlopeField::left, this, &SlopeCanvas::leaveField);
    placeField();
    m_field->show();
    m_field->setFocus(Qt::OtherFocusReason);
}

// Over the value it replaces.
void SlopeCanvas::placeField() {
    const QRectF value = valueRect(m_fieldHead);
    const qreal wide = std::max(64.0, value.width() + 20), high = 22;
    const qreal left = std::clamp(columnCentre(m_fieldHead) - wide / 2, 0.0, std::max(0.0, width() - wide));
    m_field->setGeometry(QRectF(left, std::min(value.center().y() - high / 2, height() - high), wide, high).toRect());
}

void SlopeCanvas::closeField() {
    if (!m_field)
        return;
    SlopeField* const field = m_field;
    m_field = nullptr;
    m_fieldHead = -1;
    field->disconnect(this); // hiding it takes the focus from it
    field->hide();
    field->deleteLater();
    emit valueRefused(QString());
}

void SlopeCanvas::leaveField(SlopeField::Way way, std::optional<double> slope) {
    const int head = m_fieldHead;
    closeField();
    if (way != SlopeField::Way::Elsewhere)
        setFocus(Qt::OtherFocusReason);
    if (slope && *slope != m_slopes[static_cast<std::size_t>(head)])
        emit slopeTyped(head, *slope);
    const int next = head + (way == SlopeField::Way::Tab ? 1 : way == SlopeField::Way::Backtab ? -1 : 0);
    if (next != head)
        editValue(next); // beyond the first and the last there is none
}

void SlopeCanvas::resizeEvent(QResizeEvent*) {
    if (m_field)
        placeField();
}

} // namespace slopescope::ui
