#include "ui/figures/colour_scale.h"

#include "ui/figures/colour_map.h"
#include "ui/widgets/theme.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace slopescope::ui {
namespace {

constexpr std::size_t kSample = 16384; // values that the ends are judged by
constexpr std::size_t kQuantiles = 1025;
constexpr double kDecades = 1e-3;   // a logarithmic scale spans three decades below its high end
constexpr double kBend = 1.0 / 30;  // with 0 on it, it is linear within this share of the larger end
constexpr double kOutliers = 0.002; // share of the values that may lie beyond an end
constexpr double kSkipped = 1.0 / (1 << 24); // probabilities that skipping blocks may have left out

// The next of 1, 1.5, 2, 3, 4, 5, 6, 8 x 10^n at or above: ends that can be read, and that rest while values wander.
double roundedUp(double value) {
    if (!(value > 0))
        return 0;
    const double power = std::pow(10.0, std::floor(std::log10(value)));
    for (const double step : {1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0}) {
        if (value <= power * step * (1 + 1e-6))
            return power * step;
    }
    return power * 10;
}

// The largest finite size in a row. Sizes of floats are ordered like their bits, which a compiler can compare in
// vectors.
float rowPeak(const float* row, int columns) {
    constexpr std::uint32_t kInfinity = 0x7f800000;
    std::uint32_t peak = 0;
    for (int c = 0; c < columns; ++c) {
        const std::uint32_t bits = std::bit_cast<std::uint32_t>(row[c]) & 0x7fffffff;
        peak = std::max(peak, bits < kInfinity ? bits : 0);
    }
    return std::bit_cast<float>(peak);
}

bool isWhole(const Picture& picture) {
    const auto rows = picture.viewport.rows, columns = picture.viewport.columns;
    return rows > 0 && columns > 0 && picture.values.size() >= std::size_t(rows) * std::size_t(columns);
}

// Up to `most` finite values spread over the picture; in rows by their largest if asked to.
void sampleInto(std::vector<float>& sample, const Picture& picture, bool byRow, std::size_t most) {
    if (!isWhole(picture))
        return;
    const int rows = picture.viewport.rows, columns = picture.viewport.columns;
    const std::size_t count = std::size_t(rows) * std::size_t(columns);
    std::size_t stride = std::max<std::size_t>(1, count / std::max<std::size_t>(1, most));
    if (stride > 1 && stride % 2 == 0)
        ++stride; // an even stride would visit the same few columns of a picture with an even number of them
    float scale = 1;
    int scaleRow = -1;
    for (std::size_t i = 0; i < count; i += stride) {
        const float value = picture.values[i];
        if (!std::isfinite(value))
            continue;
        if (byRow && int(i / std::size_t(columns)) != scaleRow) {
            scaleRow = int(i / std::size_t(columns));
            const float peak = rowPeak(&picture.values[std::size_t(scaleRow) * std::size_t(columns)], columns);
            scale = peak > 0 ? 1 / peak : 0;
        }
        sample.push_back(value * scale);
    }
}

double quantile(const std::vector<float>& sorted, double share) {
    return sorted[std::size_t(std::lround(share * double(sorted.size() - 1)))];
}

// The table has one colour for all floats that share sign, exponent and eight bits of mantissa.

constexpr int kShift = 15;
constexpr std::size_t kHalf = std::size_t(1) << (31 - kShift); // entries of one sign

std::size_t indexOf(float value) {
    return std::bit_cast<std::uint32_t>(value) >> kShift;
}

float middleOf(std::size_t index) {
    return std::bit_cast<float>(std::uint32_t(index) << kShift | std::uint32_t(1) << (kShift - 1));
}

} // namespace

ScaleSettings defaultSettings(Stage stage) {
    ScaleSettings settings;
    if (stage != Stage::Probability) {
        settings.map = ColourMap::Signed;
        settings.kind = stage == Stage::Sum ? ScaleKind::Log : ScaleKind::Linear;
    }
    return settings;
}

ScaleSettings differenceSettings(Stage stage) {
    ScaleSettings settings;
    settings.map = ColourMap::Signed;
    settings.kind = stage == Stage::Probability || stage == Stage::Sum ? ScaleKind::Log : ScaleKind::Linear;
    return settings;
}

ColourScale::ColourScale(const ScaleSettings& settings, bool dark) : m_settings(settings), m_dark(dark) {
    fitEnds({});
    buildTable();
}

ColourScale ColourScale::inTheme(bool dark) const {
    ColourScale other = *this;
    if (dark != m_dark) {
        other.m_dark = dark;
        other.buildTable();
    }
    return other;
}

void ColourScale::fit(const Picture& picture) {
    if (m_global)
        return;
    std::vector<float> sample;
    sampleInto(sample, picture, m_settings.range == ScaleRange::Row, kSample);
    fitSample(std::move(sample));
}

void ColourScale::fit(const std::vector<const Picture*>& pictures) {
    if (m_global)
        return;
    std::vector<float> sample;
    for (const Picture* const picture : pictures)
        sampleInto(sample, *picture, m_settings.range == ScaleRange::Row, kSample / pictures.size());
    fitSample(std::move(sample));
}

void ColourScale::setGlobal(const std::vector<const Picture*>& pictures) {
    m_global = false;
    if (m_settings.range != ScaleRange::Global || pictures.empty())
        return;
    fit(pictures);
    m_global = true;
}

void ColourScale::fitSample(std::vector<float> sample) {
    if (m_settings.kind == ScaleKind::Percentile) {
        // Typed ends leave out what lies beyond them.
        std::erase_if(sample, [this](float v) {
            return (m_settings.low && v < *m_settings.low) || (m_settings.high && v > *m_settings.high);
        });
    }
    std::sort(sample.begin(), sample.end());
    const double low = m_low, high = m_high, bend = m_bend;
    fitEnds(sample);
    if (m_settings.kind == ScaleKind::Percentile || m_table.isEmpty() || low != m_low || high != m_high ||
        bend != m_bend)
        buildTable();
}

void ColourScale::fitEnds(const std::vector<float>& sorted) {
    const bool row = m_settings.range == ScaleRange::Row;
    const bool few = sorted.size() < 5000; // then nothing is an outlier
    const double least = sorted.empty() ? 0 : quantile(sorted, few || row ? 0 : kOutliers);
    const double most = sorted.empty() ? 1 : quantile(sorted, few || row ? 1 : 1 - kOutliers);
    m_high = roundedUp(most);
    m_low = least < 0 ? -roundedUp(-least) : 0;
    if (isSigned()) {
        m_high = std::max(m_high, -m_low);
        m_low = -m_high;
    }
    if (m_low == 0 && m_high == 0)
        m_high = 1; // nothing but zeros
    if (m_settings.kind == ScaleKind::Log && m_low == 0)
        m_low = m_high * kDecades;
    if (m_settings.low)
        m_low = *m_settings.low;
    if (m_settings.high)
        m_high = *m_settings.high;
    if (!(m_low < m_high)) { // one end was typed beyond the fitted other
        const double width = std::max(1e-6, std::abs(m_low));
        (m_settings.low ? m_high : m_low) = m_settings.low ? m_low + width : m_high - width;
    }
    m_bend = m_settings.kind == ScaleKind::Log && m_low <= 0 ? kBend * std::max(-m_low, m_high) : 0;
    m_quantiles.clear();
    m_lowest = -1;
    if (m_settings.kind == ScaleKind::Percentile && !sorted.empty())
        rank(sorted);
    m_stretchedLow = stretched(m_low);
    m_stretchedHigh = stretched(m_high);
}

void ColourScale::rank(const std::vector<float>& sorted) {
    std::vector<float> ranked = sorted;
    if (isSigned()) {
        for (float& value : ranked)
            value = std::abs(value);
        std::sort(ranked.begin(), ranked.end());
    }
    // Blocks that cannot matter are skipped and count as 0. Were those zeros ranked among the others, the border of the
    // skipped blocks would be seen as a staircase.
    m_lowest = !ranked.empty() && ranked.front() == 0 ? (isSigned() ? 0 : kSkipped) : -1;
    const double most = ranked.back();
    std::erase_if(ranked, [this](float value) { return value <= m_lowest; });
    if (ranked.empty())
        ranked.push_back(float(most)); // nothing but zeros
    for (std::size_t i = 0; i < kQuantiles; ++i)
        m_quantiles.push_back(quantile(ranked, double(i) / double(kQuantiles - 1)));
    m_high = m_quantiles.back();
    m_low = isSigned() ? -m_high : m_lowest >= 0 ? 0 : m_quantiles.front();
    if (!(m_low < m_high))
        m_high = m_low + 1; // all alike: the lowest rank
}

double ColourScale::share(double value) const {
    if (m_quantiles.empty() || value <= m_lowest)
        return 0;
    const auto at = std::lower_bound(m_quantiles.begin(), m_quantiles.end(), value);
    if (at == m_quantiles.begin())
        return 0;
    if (at == m_quantiles.end())
        return 1;
    const double above = *at, below = *(at - 1);
    return (double(at - m_quantiles.begin() - 1) + (value - below) / (above - below)) / double(kQuantiles - 1);
}

double ColourScale::stretched(double value) const {
    if (m_settings.kind != ScaleKind::Log)
        return value;
    return m_bend > 0 ? std::asinh(value / m_bend) : std::log(std::max(value, m_low));
}

double ColourScale::unstretched(double stretched) const {
    if (m_settings.kind != ScaleKind::Log)
        return stretched;
    return m_bend > 0 ? m_bend * std::sinh(stretched) : std::exp(stretched);
}

double ColourScale::position(double value) const {
    if (m_settings.kind == ScaleKind::Percentile)
        return isSigned() ? 0.5 + std::copysign(0.5 * share(std::abs(value)), value) : share(value);
    const double v = std::clamp(value, m_low, m_high);
    if (isSigned() && m_low < 0 && m_high > 0) // 0 is white wherever the ends are
        return v < 0 ? 0.5 - 0.5 * stretched(v) / m_stretchedLow : 0.5 + 0.5 * stretched(v) / m_stretchedHigh;
    const double t = (stretched(v) - m_stretchedLow) / (m_stretchedHigh - m_stretchedLow);
    if (!isSigned())
        return t;
    return m_low >= 0 ? 0.5 + 0.5 * t : 0.5 * t;
}

double ColourScale::valueAt(double position) const {
    const double t = std::clamp(position, 0.0, 1.0);
    if (m_settings.kind == ScaleKind::Percentile) {
        if (m_quantiles.empty())
            return 0;
        const double wanted = isSigned() ? std::abs(2 * t - 1) : t;
        if (wanted == 0 && m_lowest >= 0)
            return 0;
        const double size = m_quantiles[std::size_t(std::lround(wanted * double(kQuantiles - 1)))];
        return isSigned() && t < 0.5 ? -size : size;
    }
    if (isSigned() && m_low < 0 && m_high > 0)
        return unstretched(t < 0.5 ? (1 - 2 * t) * m_stretchedLow : (2 * t - 1) * m_stretchedHigh);
    const double along = !isSigned() ? t : m_low >= 0 ? std::max(0.0, 2 * t - 1) : std::min(1.0, 2 * t);
    return unstretched(std::lerp(m_stretchedLow, m_stretchedHigh, along));
}

void ColourScale::buildTable() {
    const Ramp& ramp = colourRamp(m_settings.map, m_dark);
    const auto colourOf = [&](double v) { return ramp[std::size_t(std::lround(position(v) * (kRampColours - 1)))]; };
    const QRgb masked = (m_dark ? Theme::forNight() : Theme::forDay()).masked.rgb();
    // Only sizes in between change the colour: below, the table is the colour of 0, above, that of the end.
    double smallest = (m_high - m_low) / (4 * kRampColours);
    if (m_settings.kind == ScaleKind::Log)
        smallest = m_bend > 0 ? m_bend / (4 * kRampColours) : m_low;
    if (m_settings.kind == ScaleKind::Percentile)
        smallest = 1e-20;
    const double largest = std::max(std::abs(m_low), std::abs(m_high));
    const std::size_t first = indexOf(float(std::clamp(smallest, 1e-37, 1e37)));
    const std::size_t last = indexOf(float(std::clamp(largest, 1e-37, 1e37))) + 1;
    const std::size_t infinite = indexOf(std::numeric_limits<float>::infinity());
    static std::uint64_t versions = 0; // the window's thread is the only one
    m_version = ++versions;
    m_table.resize(qsizetype(2 * kHalf));
    QRgb* table = m_table.data();
    for (const double sign : {1.0, -1.0}) {
        std::fill_n(table, first, colourOf(0));
        if (sign < 0 && m_low >= 0) // all of them below the low end
            std::fill(table + first, table + std::min(last + 1, infinite), colourOf(-largest));
        else
            for (std::size_t i = first; i < std::min(last + 1, infinite); ++i)
                table[i] = colourOf(sign * double(middleOf(i)));
        if (last + 1 < infinite)
            std::fill(table + last + 1, table + infinite, colourOf(sign * 1e38));
        std::fill(table + infinite, table + kHalf, masked);
        table += kHalf;
    }
}

QRgb ColourScale::colour(float value) const {
    return m_table[qsizetype(indexOf(value))];
}

QImage ColourScale::image(const Picture& picture) const {
    if (!isWhole(picture))
        return {};
    const int rows = picture.viewport.rows, columns = picture.viewport.columns;
    QImage image(columns, rows, QImage::Format_RGB32);
    const QRgb* table = m_table.constData();
    for (int r = 0; r < rows; ++r) {
        const float* values = &picture.values[std::size_t(r) * std::size_t(columns)];
        auto* line = reinterpret_cast<QRgb*>(image.scanLine(r));
        float scale = 1;
        if (m_settings.range == ScaleRange::Row) {
            const float peak = rowPeak(values, columns);
            scale = peak > 0 ? 1 / peak : 1;
        }
        for (int c = 0; c < columns; ++c)
            line[c] = table[indexOf(values[c] * scale)];
    }
    return image;
}

std::vector<ColourScale::Tick> ColourScale::ticks(int most) const {
    most = std::max(most, 2);
    std::vector<double> values;
    if (m_settings.kind == ScaleKind::Percentile) {
        for (const double t : {0.25, 0.5, 0.75})
            values.push_back(valueAt(t));
    } else if (m_settings.kind == ScaleKind::Log) {
        const double top = std::max(std::abs(m_low), std::abs(m_high));
        const double bottom = m_bend > 0 ? m_bend : m_low;
        const bool fine = std::log10(top / bottom) * 3 * (m_low < 0 && m_high > 0 ? 2 : 1) <= most;
        for (double power = std::pow(10, std::floor(std::log10(bottom))); power <= top * 1.001; power *= 10) {
            for (const double step : {1.0, 2.0, 5.0}) {
                if (step == 1 || fine)
                    values.insert(values.end(), {power * step, -power * step});
            }
        }
        values.push_back(0);
    } else {
        double step = std::pow(10, std::floor(std::log10((m_high - m_low) / most)));
        for (const double factor : {2.0, 2.5, 2.0}) { // 1, 2, 5, 10
            if ((m_high - m_low) / step <= most)
                break;
            step *= factor;
        }
        for (double k = std::ceil(m_low / step); k * step < m_high; ++k)
            values.push_back(k * step);
    }
    // The ends first, then what keeps its distance from them and from each other.
    std::vector<Tick> kept = {{position(m_low), m_low}, {position(m_high), m_high}};
    if (isSigned() && m_low < 0 && m_high > 0)
        kept.push_back({0.5, 0});
    std::sort(values.begin(), values.end(), [](double a, double b) { return std::abs(a) > std::abs(b); });
    for (const double value : values) {
        if (value <= m_low || value >= m_high)
            continue;
        const double at = position(value);
        if (std::all_of(kept.begin(), kept.end(),
                        [&](const Tick& t) { return std::abs(t.position - at) > 0.6 / most; }))
            kept.push_back({at, value});
    }
    std::sort(kept.begin(), kept.end(), [](const Tick& a, const Tick& b) { return a.position < b.position; });
    return kept;
}

} // namespace slopescope::ui
