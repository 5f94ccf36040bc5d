#include "ui/figures/plot_style.h"

#include "ui/widgets/format.h"
#include "ui/widgets/theme.h"

#include <qcustomplot.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace slopescope::ui {

namespace {

// Pixels one tick label needs, with air.
double labelRoom(const QCPAxis& axis, const QString& widest) {
    const QFontMetricsF metrics(axis.tickLabelFont());
    return axis.orientation() == Qt::Horizontal ? metrics.horizontalAdvance(widest) + 14 : metrics.height() + 10;
}

double pixels(const QCPAxis& axis) {
    const QRect rect = axis.axisRect()->rect();
    return std::max(1, axis.orientation() == Qt::Horizontal ? rect.width() : rect.height());
}

class TokenTicker : public QCPAxisTicker {
public:
    explicit TokenTicker(const QCPAxis& axis) : m_axis(axis) {}

protected:
    QVector<double> createTickVector(double, const QCPRange& range) override {
        if (range.lower <= 0 || range.upper <= range.lower)
            return {};
        const double low = std::log2(range.lower), high = std::log2(range.upper);
        const double perOctave = pixels(m_axis) / (high - low);
        const double room = labelRoom(m_axis, grouped(static_cast<std::int64_t>(range.upper)));
        const int step = std::max(1, int(std::ceil(room / perOctave)));
        QVector<double> ticks;
        // Counted from the right: the longest length is the one that is always asked for.
        for (int power = int(std::floor(high + 1e-9)); power >= low - 1e-9; power -= step)
            if (power >= 0)
                ticks.prepend(std::exp2(power));
        if (range.lower <= kZeroDistance)
            ticks.prepend(kZeroDistance);
        return ticks;
    }
    int getSubTickCount(double) override { return 0; }
    QString getTickLabel(double tick, const QLocale&, QChar, int) override {
        return tick == kZeroDistance ? QStringLiteral("0") : grouped(static_cast<std::int64_t>(std::llround(tick)));
    }

private:
    const QCPAxis& m_axis;
};

class ValueTicker : public QCPAxisTicker {
public:
    explicit ValueTicker(const QCPAxis& axis) : m_axis(axis) {}

protected:
    QVector<double> createTickVector(double, const QCPRange& range) override {
        const int most = std::max(2, int(pixels(m_axis) / labelRoom(m_axis, QStringLiteral("10,000"))));
        const bool isLogarithmic = m_axis.scaleType() == QCPAxis::stLogarithmic;
        if (isLogarithmic)
            if (const QVector<double> ticks = logarithmic(range, most); ticks.size() >= std::min(3, most)) {
                m_stepped = false;
                return ticks;
            }
        m_stepped = true; // a logarithmic axis of a narrow range has steps as a linear one
        return linear(range, most);
    }
    int getSubTickCount(double) override { return 0; }
    QString getTickLabel(double tick, const QLocale&, QChar, int) override {
        if (tick == 0)
            return QStringLiteral("0");
        if (m_axis.scaleType() == QCPAxis::stLogarithmic && !m_stepped) // 1.5 and 15 have two digits, 20 has one
            return significant(tick,
                               std::abs(tick / std::pow(10, std::floor(std::log10(tick) + 1e-9)) - 1.5) < 1e-6 ? 2 : 1);
        const int digits =
            int(std::floor(std::log10(std::abs(tick)) + 1e-9)) - int(std::floor(std::log10(m_step) + 1e-9)) + 1;
        return significant(tick, std::clamp(digits, 1, 9));
    }

private:
    static double round125(double wanted) {
        const double unit = std::pow(10.0, std::floor(std::log10(wanted)));
        for (const double factor : {1.0, 2.0, 5.0})
            if (factor * unit >= wanted * (1 - 1e-9))
                return factor * unit;
        return 10 * unit;
    }

    QVector<double> linear(const QCPRange& range, int most) {
        QVector<double> ticks;
        if (!(range.size() > 0))
            return ticks;
        m_step = round125(range.size() / most);
        ticks = multiples(range);
        if (ticks.size() < 2) { // one number is no scale
            m_step = round125(m_step / 2.5);
            ticks = multiples(range);
        }
        return ticks;
    }

    QVector<double> multiples(const QCPRange& range) const {
        QVector<double> ticks;
        for (double n = std::ceil(range.lower / m_step - 1e-9); n * m_step <= range.upper + 1e-9 * m_step; ++n)
            ticks.append(n * m_step);
        return ticks;
    }

    static QVector<double> logarithmic(const QCPRange& range, int most) {
        for (const auto& factors :
             {std::vector<double>{1, 1.5, 2, 3, 4, 5, 7}, std::vector<double>{1, 2, 5}, std::vector<double>{1}}) {
            QVector<double> ticks;
            const int low = int(std::floor(std::log10(range.lower))), high = int(std::ceil(std::log10(range.upper)));
            for (int power = low; power <= high; ++power)
                for (const double factor : factors) {
                    const double tick = factor * std::pow(10.0, power);
                    if (tick >= range.lower * (1 - 1e-9) && tick <= range.upper * (1 + 1e-9))
                        ticks.append(tick);
                }
            if (ticks.size() <= most || factors.size() == 1)
                return thinned(ticks, most);
        }
        return {};
    }

    static QVector<double> thinned(const QVector<double>& ticks, int most) {
        const int step = std::max(1, int(std::ceil(double(ticks.size()) / most)));
        QVector<double> kept;
        for (qsizetype i = 0; i < ticks.size(); i += step)
            kept.append(ticks[i]);
        return kept;
    }

    const QCPAxis& m_axis;
    double m_step = 1;
    bool m_stepped = true;
};

} // namespace

void stylePlot(QCustomPlot& plot, const Theme& theme) {
    plot.setBackground(QBrush(theme.panel));
    for (QCPAxis* axis : {plot.xAxis, plot.yAxis}) {
        axis->setBasePen(QPen(theme.line, 1));
        axis->setTickPen(QPen(theme.line, 1));
        axis->setSubTicks(false);
        axis->setTickLengthIn(0);
        axis->setTickLengthOut(axis == plot.xAxis ? 4 : 0);
        axis->setTickLabelFont(tickFont());
        axis->setTickLabelColor(theme.softText);
        axis->setTickLabelPadding(axis == plot.xAxis ? 3 : 7);
        axis->setLabelFont(tickFont());
        axis->setLabelColor(theme.softText);
        axis->setLabelPadding(2);
        axis->grid()->setPen(QPen(theme.faintLine, 1));
        axis->grid()->setZeroLinePen(Qt::NoPen);
    }
    plot.xAxis->grid()->setVisible(false);
    plot.yAxis->setBasePen(Qt::NoPen);
    plot.yAxis->setTickPen(Qt::NoPen);
}

QSharedPointer<QCPAxisTicker> tokenTicker(const QCPAxis& axis) {
    return QSharedPointer<TokenTicker>::create(axis);
}

QSharedPointer<QCPAxisTicker> valueTicker(const QCPAxis& axis) {
    return QSharedPointer<ValueTicker>::create(axis);
}

std::vector<double> spreadLabels(const std::vector<double>& centres, double apart, double low, double high) {
    std::vector<std::size_t> order(centres.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return centres[a] < centres[b]; });
    // Groups of touching labels, each centred on the mean of what its members want; a group that touches the next joins
    // it.
    struct Group {
        double sum = 0;
        std::size_t count = 0;
        double first(double apart, double low, double high) const {
            const double reach = apart * double(count - 1);
            const double wanted = sum / double(count) - reach / 2;
            return std::max(low + apart / 2, std::min(wanted, high - apart / 2 - reach));
        }
    };
    std::vector<Group> groups;
    for (const std::size_t index : order) {
        groups.push_back({centres[index], 1});
        while (groups.size() > 1) {
            const Group &last = groups.back(), &before = groups[groups.size() - 2];
            const double end = before.first(apart, low, high) + apart * double(before.count);
            if (end <= last.first(apart, low, high))
                break;
            const Group joined{before.sum + last.sum, before.count + last.count};
            groups.pop_back();
            groups.back() = joined;
        }
    }
    std::vector<double> placed(centres.size());
    std::size_t next = 0;
    for (const Group& group : groups)
        for (std::size_t i = 0; i < group.count; ++i)
            placed[order[next++]] = group.first(apart, low, high) + apart * double(i);
    return placed;
}

} // namespace slopescope::ui
