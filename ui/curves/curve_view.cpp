#include "ui/curves/curve_view.h"

#include "ui/widgets/format.h"
#include "ui/widgets/panel_header.h"
#include "ui/figures/plot_style.h"
#include "ui/widgets/segmented_buttons.h"
#include "ui/widgets/theme.h"

#include <QEvent>
#include <QLabel>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <QVBoxLayout>
#include <qcustomplot.h>

#include <algorithm>
#include <cmath>

namespace slopescope::ui {

namespace {

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
    qRegisterMetaType<CurveView::Mode>();
    build();
    setLook(this, "panel");
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

    m_veil = new Veil(m_plot);
    m_empty = new QLabel(tr("The curve appears here after the first window of a sweep."), m_plot);
    setLook(m_empty, "soft");
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setWordWrap(true);
    m_empty->setAttribute(Qt::WA_TransparentForMouseEvents);

    m_caption = new QLabel(this);
    setLook(m_caption, "soft");
    m_caption->setTextFormat(Qt::PlainText);
    m_caption->setWordWrap(true);
    m_caption->setContentsMargins(12, 4, 12, 0);

    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 6);
    column->setSpacing(0);
    column->addWidget(m_header);
    column->addWidget(m_caption);
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
    setStale(false);
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

// Drawing the curves again in fainter colours would take longer than the map under a hand that drags a slope.
void CurveView::setStale(bool stale) {
    m_veil->setVisible(stale);
}

void CurveView::setEmptyText(const QString& sentence) { m_empty->setText(sentence); }

void CurveView::clear() {
    m_curves.clear();
    m_previous.reset();
    m_chosenLog.reset();
    setStale(false);
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
    if (!m_remark.isEmpty())
        parts.prepend(m_remark);
    if (curve.windowsTotal > 0)
        parts += curve.windowsDone < curve.windowsTotal
                     ? tr("%1 of %2 windows").arg(grouped(curve.windowsDone), grouped(curve.windowsTotal))
                 : curve.windowsTotal == 1 ? tr("1 window")
                                               : tr("%1 windows").arg(grouped(curve.windowsTotal));
    if (curve.tokens > 0)
        parts += tr("%1 tokens").arg(grouped(curve.tokens));
    const bool band = std::any_of(curve.points.begin(), curve.points.end(),
                                  [](const CurvePoint& point) { return std::isfinite(point.standardError); });
    parts += band ? tr("band = ±2 standard errors") : tr("no band from one window");
    return parts.join(QStringLiteral(" · "));
}

void CurveView::setRemark(const QString& remark) {
    m_remark = remark;
    placeCaption();
}

// In the header where there is room for all of it, else in a row of its own: nobody should have to guess the protocol.
void CurveView::placeCaption() {
    const QString said = caption();
    const int controls = m_scales->sizeHint().width() + m_modes->sizeHint().width() + 5 * kGrid;
    const int room = width() - controls - QFontMetrics(boldFont()).horizontalAdvance(m_header->title()) - 2 * kGrid;
    const bool fits = QFontMetrics(labelFont()).horizontalAdvance(said) <= room;
    m_header->setFacts(fits ? said : QString());
    m_caption->setText(said);
    m_caption->setVisible(!fits && !said.isEmpty());
}

QString CurveView::tooltipAt(double x) const {
    QStringList lines;
    const auto row = [&](const QColor& color, const QString& label, const QString& value, const QString& more) {
        lines += QStringLiteral("<tr><td style='color:%1'>■</td><td>%2&nbsp;</td><td><b>%3</b>&nbsp;</td><td>%4</td></tr>")
                     .arg(color.name(), label.toHtmlEscaped(), value.toHtmlEscaped(), more.toHtmlEscaped());
    };
    const auto describe = [&](const Curve& curve, bool previous) {
        const QColor color = colorOf(curve, previous);
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
            placeCaption();
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
