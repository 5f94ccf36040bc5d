#include "ui/curve_view.h"

#include "ui/format.h"
#include "ui/panel_header.h"
#include "ui/plot_style.h"
#include "ui/segmented_buttons.h"
#include "ui/theme.h"

#include <QEvent>
#include <QLabel>
#include <QMouseEvent>
#include <QToolTip>
#include <QVBoxLayout>
#include <qcustomplot.h>

#include <algorithm>
#include <cmath>

namespace slopescope::ui {

namespace {

constexpr double kLogSpan = 8; // beyond it a linear axis hides one end of the story
constexpr double kStaleOpacity = 0.35;

QString protocolName(const CurveResult& curve) {
    switch (curve.protocol) {
    case Protocol::OnePass:
        return CurveView::tr("one pass");
    case Protocol::NonOverlapping:
        return CurveView::tr("non-overlapping windows");
    case Protocol::Sliding:
        return CurveView::tr("sliding by %1").arg(grouped(curve.stride));
    case Protocol::HuggingFace:
        return CurveView::tr("Hugging Face loop, stride %1").arg(grouped(curve.stride));
    case Protocol::LlamaCpp:
        return CurveView::tr("llama.cpp, second halves scored");
    }
    return {};
}

// exp of both ends of nll ± 2 standard errors, said as one number: half the distance between them.
QString withError(double nll, double standardError) {
    const QString value = perplexityText(std::exp(nll));
    if (!std::isfinite(standardError))
        return value;
    return CurveView::tr("%1 ± %2").arg(value, significant(std::exp(nll) * std::sinh(2 * standardError), 2));
}

} // namespace

CurveView::CurveView(QWidget* parent) : QFrame(parent) {
    qRegisterMetaType<CurveView::Mode>();
    setLook(this, "panel");
    build();
    rebuild();
}

CurveView::~CurveView() = default;

void CurveView::build() {
    m_header = new PanelHeader(tr("Perplexity by length"), this);
    m_scales = new SegmentedButtons({tr("Linear"), tr("Log")}, m_header);
    m_scales->setSegmentToolTip(0, tr("Linear perplexity axis"));
    m_scales->setSegmentToolTip(1, tr("Logarithmic perplexity axis; chosen by itself when the curves span more than 8 times"));
    m_modes = new SegmentedButtons({tr("By length"), tr("By context"), tr("Both")}, m_header);
    m_modes->setSegmentToolTip(0, tr("Perplexity of windows of a length: all their tokens, the early ones too"));
    m_modes->setSegmentToolTip(1, tr("Perplexity of tokens that have just that much context"));
    m_header->addWidget(m_scales);
    m_header->addWidget(m_modes);

    m_plot = new QCustomPlot(this);
    m_plot->setObjectName(QStringLiteral("curvePlot"));
    m_plot->setMinimumSize(200, 120);
    m_plot->setAccessibleName(tr("Perplexity by length"));
    m_plot->setMouseTracking(true);
    m_plot->installEventFilter(this);
    m_plot->xAxis->setScaleType(QCPAxis::stLogarithmic);
    m_plot->xAxis->setTicker(tokenTicker(*m_plot->xAxis));
    m_plot->yAxis->setTicker(valueTicker(*m_plot->yAxis));
    m_plot->axisRect()->setupFullAxesBox(false);
    for (QCPAxis* axis : {m_plot->xAxis2, m_plot->yAxis2})
        axis->setVisible(false);
    m_plot->layer(QStringLiteral("overlay"))->setMode(QCPLayer::lmBuffered);
    stylePlot(*m_plot, palette());
    connect(m_plot, &QCustomPlot::afterLayout, this, &CurveView::placeLabels);

    m_empty = new QLabel(tr("The curve appears here after the first window of a sweep."), m_plot);
    setLook(m_empty, "soft");
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setWordWrap(true);
    m_empty->setAttribute(Qt::WA_TransparentForMouseEvents);

    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 6);
    column->setSpacing(0);
    column->addWidget(m_header);
    column->addWidget(m_plot, 1);

    connect(m_modes, &SegmentedButtons::chosenByUser, this, [this](int index) {
        setMode(static_cast<Mode>(index));
        emit modeChosen(m_mode);
    });
    connect(m_scales, &SegmentedButtons::chosenByUser, this, [this](int index) {
        m_chosenLog = index == 1;
        rebuild();
    });
}

void CurveView::setCurve(const QString& label, const CurveResult& curve, const QColor& color) {
    m_stale = false;
    const auto known = std::find_if(m_curves.begin(), m_curves.end(), [&](const Curve& c) { return c.label == label; });
    if (known == m_curves.end()) {
        m_curves.append({label, curve, color});
    } else {
        known->result = curve;
        known->color = color;
    }
    rebuild();
}

void CurveView::removeCurve(const QString& label) {
    if (m_curves.removeIf([&](const Curve& curve) { return curve.label == label; }))
        rebuild();
}

void CurveView::setPrevious(const QString& label, const CurveResult& curve) {
    m_previous = Curve{label, curve, {}};
    rebuild();
}

void CurveView::clearPrevious() {
    if (m_previous.has_value()) {
        m_previous.reset();
        rebuild();
    }
}

void CurveView::setTrainedLength(std::int64_t length) {
    if (length != m_trained) {
        m_trained = length;
        rebuild();
    }
}

void CurveView::setStale(bool stale) {
    if (stale != m_stale) {
        m_stale = stale;
        rebuild();
    }
}

void CurveView::setEmptyText(const QString& sentence) { m_empty->setText(sentence); }

void CurveView::clear() {
    m_curves.clear();
    m_previous.reset();
    m_chosenLog.reset();
    m_stale = false;
    rebuild();
}

void CurveView::setMode(Mode mode) {
    m_modes->choose(static_cast<int>(mode));
    if (mode != m_mode) {
        m_mode = mode;
        rebuild();
    }
}

bool CurveView::logarithmic() const { return m_plot->yAxis->scaleType() == QCPAxis::stLogarithmic; }

QString CurveView::caption() const {
    if (m_curves.isEmpty())
        return {};
    const CurveResult& curve = m_curves.first().result;
    QStringList parts{protocolName(curve)};
    if (curve.windowsTotal > 0)
        parts += curve.windowsDone < curve.windowsTotal
                     ? tr("%1 of %2 windows").arg(grouped(curve.windowsDone), grouped(curve.windowsTotal))
                     : tr("%n window(s)", nullptr, static_cast<int>(curve.windowsTotal));
    if (curve.tokens > 0)
        parts += tr("%1 tokens").arg(grouped(curve.tokens));
    const bool band = std::any_of(curve.points.begin(), curve.points.end(),
                                  [](const CurvePoint& point) { return std::isfinite(point.standardError); });
    parts += band ? tr("band = ±2 standard errors") : tr("no band from one window");
    return parts.join(QStringLiteral(" · "));
}

QColor CurveView::colorOf(const Curve& curve, bool previous) const {
    const Theme theme = Theme::of(palette());
    QColor color = previous ? theme.faintText
                   : curve.color.isValid() ? curve.color
                   : &curve == &m_curves.first() ? theme.accent
                                                 : methodColour(curve.label);
    if (m_stale && !previous)
        color.setAlphaF(kStaleOpacity);
    return color;
}

std::vector<CurveView::Dot> CurveView::dotsByLength(const CurveResult& curve) {
    std::vector<Dot> dots;
    for (const CurvePoint& point : curve.points)
        if (point.unavailable.empty() && std::isfinite(point.nll))
            dots.push_back({double(point.length), point.nll, point.standardError});
    return dots;
}

std::vector<CurveView::Dot> CurveView::dotsByContext(const CurveResult& curve) const {
    // Beside the other curve only the contexts that its axis covers; alone from the first.
    double from = 1;
    if (m_mode == Mode::Both && !curve.points.empty())
        from = double(curve.points.front().length);
    std::vector<Dot> dots;
    for (const ContextPoint& point : curve.context) {
        const double first = double(std::max<std::int64_t>(point.context, 1));
        const double last = double(std::max<std::int64_t>(point.contextEnd - 1, 1));
        const double centre = std::sqrt(first * std::max(first, last));
        if (centre >= from && std::isfinite(point.nll))
            dots.push_back({centre, point.nll, point.standardError});
    }
    return dots;
}

void CurveView::rebuild() {
    m_plot->clearPlottables();
    m_plot->clearItems();
    m_labels.clear();
    m_notes.clear();
    m_low = m_high = std::nullopt;
    m_left = m_right = std::nullopt;
    m_hair = nullptr;
    if (m_previous)
        addCurve(*m_previous, true, false);
    for (qsizetype i = m_curves.size() - 1; i >= 0; --i)
        addCurve(m_curves[i], false, i == 0);
    scaleAxes();
    addTrainedLength();
    m_hair = new QCPItemStraightLine(m_plot);
    m_hair->setLayer(QStringLiteral("overlay"));
    m_hair->setPen(QPen(Theme::of(palette()).faintText, 1));
    m_hair->setVisible(false);
    m_empty->setVisible(m_curves.isEmpty() && !m_previous);
    m_header->setFacts(caption());
    m_scales->choose(logarithmic() ? 1 : 0);
    reserveLabels();
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

void CurveView::addCurve(const Curve& curve, bool previous, bool main) {
    const QColor color = colorOf(curve, previous);
    if (m_mode != Mode::ByContext) {
        const QString name = curve.label;
        addLine(dotsByLength(curve.result), color, main, false, name);
        QString said;
        for (const CurvePoint& point : curve.result.points) {
            stretch(m_left, m_right, double(point.length));
            if (!point.unavailable.empty() && !previous) {
                addNote(point, color, said == QString::fromStdString(point.unavailable) ? QString() : curve.label);
                said = QString::fromStdString(point.unavailable);
            }
        }
    }
    if (m_mode != Mode::ByLength) {
        const QString name = m_mode == Mode::Both ? tr("%1, by context").arg(curve.label) : curve.label;
        addLine(dotsByContext(curve.result), color, main && m_mode == Mode::ByContext, m_mode == Mode::Both, name);
    }
}

void CurveView::stretch(std::optional<double>& low, std::optional<double>& high, double value) {
    low = low ? std::min(*low, value) : value;
    high = high ? std::max(*high, value) : value;
}

void CurveView::addLine(const std::vector<Dot>& dots, const QColor& color, bool main, bool dotted, const QString& name) {
    if (dots.empty())
        return;
    QVector<double> x, y, bandX, bandLow, bandHigh;
    for (const Dot& dot : dots) {
        x.append(dot.x);
        y.append(std::exp(dot.nll));
        stretch(m_low, m_high, y.back());
        stretch(m_left, m_right, dot.x);
        if (!std::isfinite(dot.standardError))
            continue;
        bandX.append(dot.x);
        bandLow.append(std::exp(dot.nll - 2 * dot.standardError));
        bandHigh.append(std::exp(dot.nll + 2 * dot.standardError));
        if (main) {
            stretch(m_low, m_high, bandLow.back());
            stretch(m_low, m_high, bandHigh.back());
        }
    }
    if (main && bandX.size() > 1) {
        QCPGraph *lower = m_plot->addGraph(), *upper = m_plot->addGraph();
        QColor fill = color;
        fill.setAlphaF(color.alphaF() * 0.15f);
        lower->setData(bandX, bandLow, true);
        upper->setData(bandX, bandHigh, true);
        for (QCPGraph* edge : {lower, upper})
            edge->setPen(Qt::NoPen);
        upper->setBrush(fill);
        upper->setChannelFillGraph(lower);
    }
    QCPGraph* graph = m_plot->addGraph();
    graph->setName(name);
    graph->setData(x, y, true);
    graph->setPen(QPen(color, main ? 2.5 : 1.6, dotted ? Qt::DotLine : Qt::SolidLine));
    if (!dotted && (m_mode != Mode::ByContext || x.size() == 1))
        graph->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssDisc, color, color, main ? 5.5 : 4));
    addLabel(name, color, x.back(), y.back(), main);
}

void CurveView::addLabel(const QString& name, const QColor& color, double x, double y, bool main) {
    auto* text = new QCPItemText(m_plot);
    QFont font = labelFont();
    font.setWeight(main ? QFont::DemiBold : QFont::Medium);
    text->setFont(font);
    text->setColor(color);
    text->setText(name);
    text->setPositionAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    text->setClipToAxisRect(false);
    text->position->setType(QCPItemPosition::ptAbsolute);
    m_labels.push_back({text, name, x, y});
}

void CurveView::addNote(const CurvePoint& point, const QColor& color, const QString& curve) {
    QCPGraph* mark = m_plot->addGraph();
    mark->setPen(Qt::NoPen);
    mark->setLineStyle(QCPGraph::lsNone);
    mark->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssCross, QPen(color, 1.6), Qt::NoBrush, 7));
    Note note{mark, nullptr, double(point.length)};
    if (!curve.isEmpty()) {
        const QString reason = QString::fromStdString(point.unavailable);
        note.text = new QCPItemText(m_plot);
        note.text->setFont(tickFont());
        note.text->setColor(color);
        note.text->setText(m_curves.size() > 1 ? tr("%1: %2").arg(curve, reason) : reason);
        note.text->setClipToAxisRect(false);
        note.text->position->setType(QCPItemPosition::ptAbsolute);
    }
    m_notes.push_back(note);
}

void CurveView::scaleAxes() {
    double low = m_low.value_or(10), high = m_high.value_or(1000);
    const bool log = m_chosenLog.value_or(m_low && high > kLogSpan * low);
    m_plot->yAxis->setScaleType(log ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
    if (log) {
        const double air = std::pow(std::max(high / low, 1.05), 0.07);
        m_plot->yAxis->setRange(low / air, high * air);
    } else {
        // At least a tenth of the value, so that noise does not look like news.
        const double air = std::max(0.08 * (high - low), 0.05 * high);
        m_plot->yAxis->setRange(std::max(0.0, low - air), high + air);
    }
    m_plot->yAxis->setTickLabels(m_low.has_value());
    const double left = m_left.value_or(32), right = std::max(m_right.value_or(8192), 2 * left);
    const double air = std::pow(right / left, 0.015);
    m_plot->xAxis->setRange(left / air, right * air);
    m_plot->xAxis->setLabel(m_mode == Mode::ByLength    ? tr("window length, tokens")
                            : m_mode == Mode::ByContext ? tr("tokens of context")
                                                        : tr("window length, and tokens of context (dotted)"));
    for (Note& note : m_notes)
        note.mark->setData({note.x}, {m_plot->yAxis->range().lower});
}

void CurveView::addTrainedLength() {
    if (m_trained <= 0 || !m_plot->xAxis->range().contains(double(m_trained)))
        return;
    const Theme theme = Theme::of(palette());
    auto* line = new QCPItemStraightLine(m_plot);
    line->point1->setTypeY(QCPItemPosition::ptAxisRectRatio);
    line->point2->setTypeY(QCPItemPosition::ptAxisRectRatio);
    line->point1->setCoords(double(m_trained), 0);
    line->point2->setCoords(double(m_trained), 1);
    line->setPen(QPen(theme.faintText, 1, Qt::CustomDashLine));
    QPen dashes(theme.faintText, 1, Qt::CustomDashLine);
    dashes.setDashPattern({5, 4});
    line->setPen(dashes);
    auto* label = new QCPItemText(m_plot);
    label->setText(tr("trained at %1").arg(grouped(m_trained)));
    label->setFont(tickFont());
    label->setColor(theme.softText);
    label->setPadding(QMargins(6, 2, 6, 0));
    label->position->setTypeY(QCPItemPosition::ptAxisRectRatio);
    label->position->setCoords(double(m_trained), 0);
    // Text stays inside the plot when the line stands at its right end.
    const double share = std::log(double(m_trained) / m_plot->xAxis->range().lower) /
                         std::log(m_plot->xAxis->range().upper / m_plot->xAxis->range().lower);
    label->setPositionAlignment((share > 0.8 ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignTop);
}

// Room at the right for the widest label, at most a third of the plot.
void CurveView::reserveLabels() {
    int widest = 0;
    const int most = std::max(60, m_plot->width() / 3);
    for (Label& label : m_labels) {
        const QFontMetrics metrics(label.text->font());
        label.text->setText(metrics.elidedText(label.name, Qt::ElideRight, most));
        widest = std::max(widest, metrics.horizontalAdvance(label.text->text()));
    }
    m_plot->axisRect()->setMinimumMargins(QMargins(46, 10, widest + 22, 0));
}

void CurveView::placeLabels() {
    const QRect area = m_plot->axisRect()->rect();
    std::vector<double> centres;
    for (const Label& label : m_labels)
        centres.push_back(m_plot->yAxis->coordToPixel(label.y));
    const double apart = QFontMetricsF(labelFont()).height();
    const std::vector<double> placed = spreadLabels(centres, apart, area.top() - 4, area.bottom() + 4);
    for (std::size_t i = 0; i < m_labels.size(); ++i)
        m_labels[i].text->position->setPixelPosition({m_plot->xAxis->coordToPixel(m_labels[i].x) + 8, placed[i]});
    double bottom = area.bottom() - 6;
    for (const Note& note : m_notes) {
        if (!note.text)
            continue;
        const double wide = QFontMetricsF(note.text->font()).horizontalAdvance(note.text->text());
        const double x = m_plot->xAxis->coordToPixel(note.x);
        const bool fits = x + wide <= m_plot->width() - 4;
        note.text->setPositionAlignment((fits ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignBottom);
        note.text->position->setPixelPosition({fits ? x - 3 : std::max(x + 3, wide + 4), bottom});
        bottom -= QFontMetricsF(note.text->font()).height();
    }
}

QString CurveView::tooltipAt(double x) const {
    QStringList lines;
    const auto row = [&](const QColor& color, const QString& label, const QString& value, const QString& more) {
        lines += QStringLiteral("<tr><td style='color:%1'>■</td><td>%2&nbsp;</td><td><b>%3</b>&nbsp;</td><td>%4</td></tr>")
                     .arg(color.name(), label.toHtmlEscaped(), value.toHtmlEscaped(), more.toHtmlEscaped());
    };
    const auto describe = [&](const Curve& curve, bool previous) {
        QColor color = colorOf(curve, previous);
        color.setAlpha(255);
        if (m_mode != Mode::ByContext)
            for (const CurvePoint& point : curve.result.points)
                if (double(point.length) == x) {
                    const QString reason = QString::fromStdString(point.unavailable);
                    row(color, curve.label, reason.isEmpty() ? withError(point.nll, point.standardError) : tr("none"),
                        reason.isEmpty() ? tr("%1 tokens scored").arg(grouped(point.tokens)) : reason);
                }
        if (m_mode == Mode::ByContext)
            for (const Dot& dot : dotsByContext(curve.result))
                if (dot.x == x)
                    row(color, curve.label, withError(dot.nll, dot.standardError), {});
    };
    for (const Curve& curve : m_curves)
        describe(curve, false);
    if (m_previous)
        describe(*m_previous, true);
    if (lines.isEmpty())
        return {};
    const QString title = m_mode == Mode::ByContext ? tr("about %1 tokens of context") : tr("windows of %1 tokens");
    return QStringLiteral("<b>%1</b><table>%2</table>")
        .arg(title.arg(grouped(static_cast<std::int64_t>(std::llround(x)))).toHtmlEscaped(), lines.join(QString()));
}

void CurveView::hover(const QPointF& position, const QPoint& global) {
    std::optional<double> nearest;
    const auto offer = [&](double x) {
        const auto away = [&](double value) { return std::abs(m_plot->xAxis->coordToPixel(value) - position.x()); };
        if (away(x) <= 40 && (!nearest || away(x) < away(*nearest)))
            nearest = x;
    };
    const auto offerAll = [&](const Curve& curve) {
        if (m_mode == Mode::ByContext) {
            for (const Dot& dot : dotsByContext(curve.result))
                offer(dot.x);
        } else {
            for (const CurvePoint& point : curve.result.points)
                offer(double(point.length));
        }
    };
    for (const Curve& curve : m_curves)
        offerAll(curve);
    if (m_previous)
        offerAll(*m_previous);
    const bool inside = m_plot->axisRect()->rect().adjusted(-20, 0, 20, 24).contains(position.toPoint());
    if (!inside)
        nearest.reset();
    if (m_hair) {
        m_hair->setVisible(nearest.has_value());
        if (nearest) {
            m_hair->point1->setTypeY(QCPItemPosition::ptAxisRectRatio);
            m_hair->point2->setTypeY(QCPItemPosition::ptAxisRectRatio);
            m_hair->point1->setCoords(*nearest, 0);
            m_hair->point2->setCoords(*nearest, 1);
        }
        m_plot->layer(QStringLiteral("overlay"))->replot();
    }
    if (nearest)
        QToolTip::showText(global, tooltipAt(*nearest), m_plot);
    else
        QToolTip::hideText();
}

bool CurveView::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_plot) {
        if (event->type() == QEvent::MouseMove) {
            const auto* mouse = static_cast<QMouseEvent*>(event);
            hover(mouse->position(), mouse->globalPosition().toPoint());
        } else if (event->type() == QEvent::Leave && m_hair) {
            m_hair->setVisible(false);
            m_plot->layer(QStringLiteral("overlay"))->replot();
        } else if (event->type() == QEvent::Resize) {
            m_empty->setGeometry(m_plot->rect().adjusted(24, 0, -24, -24));
            reserveLabels();
        }
    }
    return QFrame::eventFilter(watched, event);
}

void CurveView::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) {
        stylePlot(*m_plot, palette());
        rebuild();
    }
    QFrame::changeEvent(event);
}

} // namespace slopescope::ui
