#include "ui/curves/curve_view.h"

#include "ui/curves/curve_controls.h"
#include "ui/curves/curve_words.h"
#include "ui/curves/measure_menu.h"
#include "ui/figures/curve_figure.h"
#include "ui/figures/plot_widget.h"
#include "ui/widgets/format.h"
#include "ui/widgets/panel_header.h"
#include "ui/widgets/theme.h"

#include <QEvent>
#include <QLabel>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace slopescope::ui {
namespace {

constexpr int kNarrowest = 380, kLowest = 110;
constexpr double kReach = 40; // pixels from the mouse to a point that it reads

// Lets what lies below shine through faintly.
class Veil : public QWidget {
public:
    explicit Veil(QWidget* parent) : QWidget(parent) {
        setAttribute(Qt::WA_TransparentForMouseEvents);
        hide();
    }

protected:
    void paintEvent(QPaintEvent*) override {
        constexpr float kOpacity = 0.65F;
        QColor colour = Theme::of(palette()).panel;
        colour.setAlphaF(kOpacity);
        QPainter(this).fillRect(rect(), colour);
    }
};

} // namespace

CurveView::CurveView(QWidget* parent) : QFrame(parent) {
    buildHeader();
    buildPlot();
    m_caption = new QLabel(this);
    ui::setLook(m_caption, "soft");
    m_caption->setTextFormat(Qt::PlainText);
    m_caption->setWordWrap(true);
    m_caption->setContentsMargins(12, 4, 12, 0);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 6);
    column->setSpacing(0);
    column->addWidget(m_header);
    column->addWidget(m_caption);
    column->addWidget(m_plot, 1);
    ui::setLook(this, "panel");
    rebuild();
}

CurveView::~CurveView() {
    m_plot->disconnect(this); // its end lays nothing out any more
}

void CurveView::buildHeader() {
    m_header = new PanelHeader(titleOf(m_shown.look.unit, m_shown.look.axis), this);
    m_controls = new CurveControls(m_header);
    m_header->addWidget(m_controls);
    m_header->setMinimumWidth(kNarrowest);
    m_header->installEventFilter(this);
    connect(m_controls, &CurveControls::lookChosen, this, [this](const CurveLook& look) {
        setCurveLook(look);
        emit lookChosen(look);
    });
    connect(m_controls->measure(), &MeasureMenu::chosen, this, &CurveView::measurementChosen);
}

void CurveView::buildPlot() {
    m_plot = new PlotWidget(this);
    m_plot->setObjectName(QStringLiteral("curvePlot"));
    m_plot->setMinimumSize(200, kLowest);
    m_plot->setMouseTracking(true);
    m_plot->installEventFilter(this);
    m_curves = std::make_unique<CurvePlot>(*m_plot);
    m_plot->layer(QStringLiteral("overlay"))->setMode(QCPLayer::lmBuffered);
    m_hair = new QCPItemStraightLine(m_plot);
    m_hair->setLayer(QStringLiteral("overlay"));
    m_hair->setVisible(false);
    for (QCPItemPosition* point : {m_hair->point1, m_hair->point2})
        point->setTypeY(QCPItemPosition::ptAxisRectRatio);
    connect(m_plot, &QCustomPlot::afterLayout, this, &CurveView::placeVeil);

    m_veil = new Veil(m_plot);
    m_empty = new QLabel(m_plot);
    ui::setLook(m_empty, "soft");
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setWordWrap(true);
    m_empty->setAttribute(Qt::WA_TransparentForMouseEvents);
}

void CurveView::setCurves(std::shared_ptr<const CurvesResult> result, std::vector<CurveLine> lines) {
    m_shown.result = std::move(result);
    m_shown.lines = std::move(lines);
    setStale(false);
    rebuild();
}

void CurveView::setLosses(const TokenLosses& losses) {
    m_shown.losses = losses;
    if (m_shown.look.axis == CurveAxis::Token)
        rebuild();
}

void CurveView::setCurveLook(const CurveLook& look) {
    if (look == m_shown.look)
        return;
    m_shown.look = look;
    rebuild();
}

// Drawing the curves again in fainter colours would take longer than the map under a hand that drags a slope.
void CurveView::setStale(bool stale) {
    if (stale == m_veil->isHidden())
        m_veil->setVisible(stale);
}

bool CurveView::isStale() const {
    return !m_veil->isHidden();
}

QString CurveView::emptyText() const {
    return m_empty->isHidden() ? QString() : m_empty->text();
}

std::unique_ptr<Figure> CurveView::figure(const CurveLook& look) const {
    ShownCurves shown = m_shown;
    shown.look = look;
    const CurveUnit unit = pictureOf(shown.result.get(), shown.lines, look, shown.losses).unit; // that is drawn
    const QString valueAxis = unit == CurveUnit::Difference ? tr("nats per token from B") : unitText(unit);
    return std::make_unique<CurveFigure>(std::move(shown), titleOf(unit, look.axis), valueAxis);
}

QString CurveView::captionFor(const CurveLook& look) const {
    return captionOf(m_shown.result.get(), m_shown.lines,
                     pictureOf(m_shown.result.get(), m_shown.lines, look, m_shown.losses), m_shown.losses, m_sweeping);
}

void CurveView::setSweeping(bool sweeping) {
    m_sweeping = sweeping;
    placeCaption();
}

MeasureMenu* CurveView::measure() const {
    return m_controls->measure();
}

// In the header where there is room for all of it, else in a row of its own: nobody should have to guess the protocol.
void CurveView::placeCaption() {
    m_said = captionOf(m_shown.result.get(), m_shown.lines, picture(), m_shown.losses, m_sweeping);
    const int width = m_header->width() - 20 - 2 * kGrid;
    const QString title = titleOf(picture().unit, picture().axis);
    const int titled = QFontMetrics(boldFont()).horizontalAdvance(title) + kGrid;
    const int controls = m_controls->fitInto(width - titled);
    // Menus say unit and axis themselves.
    m_header->setTitle(m_controls->isNarrow() ? tr("Curves") : title);
    const int room = width - titled - controls - kGrid;
    const bool fits = QFontMetrics(labelFont()).horizontalAdvance(m_said) <= room;
    m_header->setFacts(fits ? m_said : QString());
    m_caption->setText(m_said);
    m_caption->setVisible(!fits && !m_said.isEmpty());
    m_plot->setAccessibleName(title);
    m_plot->setAccessibleDescription(m_said);
}

void CurveView::showEmptyText() {
    m_empty->setText(m_curves->emptyText());
    m_empty->setVisible(m_curves->isEmpty());
}

void CurveView::rebuild() {
    const Theme theme = Theme::of(palette());
    m_curves->draw(m_shown, theme);
    m_hair->setPen(QPen(theme.faintText, 1));
    showEmptyText();
    const bool tokens = picture().axis == CurveAxis::Token;
    m_controls->setLook(m_shown.look, tokens ? m_shown.look.logarithmic.value_or(false) : valueRange().logarithmic);
    placeCaption();
    m_curves->reserveNames(m_plot->width());
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

// Over the lines, and their names beside them.
void CurveView::placeVeil() {
    const QRect area = m_plot->axisRect()->rect();
    m_veil->setGeometry(QRect(area.topLeft(), QPoint(m_plot->width() - 1, area.bottom())));
}

QString CurveView::tooltipAt(double x) const {
    return readingsAt(x, m_shown.result.get(), m_shown.lines, picture());
}

// Every x at which some curve has a value, or a reason why it has none.
std::vector<double> CurveView::placesToRead() const {
    std::vector<double> places;
    for (const DrawnCurve& curve : picture().curves)
        for (const CurveDot& dot : curve.dots)
            places.push_back(dot.x);
    if (picture().axis == CurveAxis::Length && m_shown.result && !picture().curves.empty())
        for (std::size_t i = 0; i < m_shown.lines.size() && i < m_shown.result->curves.size(); ++i)
            if (m_shown.lines[i].visible)
                for (const CurvePoint& point : m_shown.result->curves[i].points)
                    if (!point.unavailable.empty() || !m_shown.result->curves[i].fault.empty())
                        places.push_back(double(point.length));
    return places;
}

void CurveView::hover(const QPointF& position, const QPoint& global) {
    if (!m_plot->axisRect()->rect().adjusted(-20, 0, 20, 24).contains(position.toPoint()))
        return endHover();
    double nearest = 0, distance = kReach;
    for (const double x : placesToRead())
        if (const double away = std::abs(m_plot->xAxis->coordToPixel(x) - position.x()); away < distance) {
            distance = away;
            nearest = x;
        }
    const QString said = distance < kReach ? tooltipAt(nearest) : QString();
    if (said.isEmpty())
        return endHover();
    m_hair->point1->setCoords(nearest, 0);
    m_hair->point2->setCoords(nearest, 1);
    m_hair->setVisible(true);
    m_plot->layer(QStringLiteral("overlay"))->replot();
    QToolTip::showText(global, said, m_plot);
}

void CurveView::endHover() {
    QToolTip::hideText();
    if (!m_hair->visible())
        return;
    m_hair->setVisible(false);
    m_plot->layer(QStringLiteral("overlay"))->replot();
}

bool CurveView::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_plot) {
        if (event->type() == QEvent::MouseMove) {
            const auto* mouse = static_cast<QMouseEvent*>(event);
            hover(mouse->position(), mouse->globalPosition().toPoint());
        } else if (event->type() == QEvent::Leave) {
            endHover();
        } else if (event->type() == QEvent::Resize) {
            m_empty->setGeometry(m_plot->rect().adjusted(24, 0, -24, -24));
            m_curves->reserveNames(m_plot->width());
        }
    } else if (watched == m_header && event->type() == QEvent::Resize && m_caption != nullptr) {
        placeCaption();
    }
    return QFrame::eventFilter(watched, event);
}

void CurveView::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange)
        rebuild();
    QFrame::changeEvent(event);
}

} // namespace slopescope::ui
