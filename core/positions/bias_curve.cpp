#include "core/positions/bias_curve.h"

#include "core/base/error.h"
#include "core/base/in_quotes.h"
#include "core/base/json.h"
#include "core/base/numbers.h"
#include "core/base/utf8.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>

namespace slopescope {
namespace {

constexpr std::size_t kMostKnots = 1 << 20; // of all curves together
constexpr int kSandwichWaves = 64;          // half of the width 128

[[noreturn]] void refuse(const std::string& why) { throw Error("A bias by distance " + why); }

double sandwich(std::int64_t distance) {
    static const std::vector<double> periods = [] {
        std::vector<double> all;
        for (int k = 1; k <= kSandwichWaves; ++k)
            all.push_back(std::pow(10000.0, double(k) / kSandwichWaves));
        return all;
    }();
    double sum = 0;
    for (const double period : periods)
        sum += std::cos(double(distance) / period);
    return sum;
}

double sandwichShare(std::int64_t head, std::int64_t heads) { return double(heads) / (8 * double(head + 1)); }

const BiasKnots& knotsOf(const BiasCurve& curve, std::int64_t layer, std::int64_t head, std::int64_t heads) {
    const std::int64_t index = curve.drawn.size() == 1 ? 0 : curve.ofLayers(heads) ? layer * heads + head : head;
    return curve.drawn.at(std::size_t(index));
}

// `next` is the first knot past `distance`, or the end.
double between(const BiasKnots& knots, BiasKnots::const_iterator next, std::int64_t distance) {
    if (next == knots.end())
        return knots.back().bias;
    const BiasKnot &a = *std::prev(next), &b = *next;
    return a.bias + (b.bias - a.bias) * double(distance - a.distance) / double(b.distance - a.distance);
}

void checkKnots(const BiasKnots& knots) {
    if (knots.empty() || knots.front().distance != 0)
        refuse("begins at distance 0.");
    for (std::size_t i = 0; i < knots.size(); ++i) {
        if (i > 0 && knots[i].distance <= knots[i - 1].distance)
            refuse("is given at growing distances.");
        if (knots[i].distance > kFarthestKnot)
            refuse("ends at distance " + grouped(kFarthestKnot) + " at most.");
        if (!(std::abs(knots[i].bias) <= kLargestBias))
            refuse("is a number from -1,000,000 to 1,000,000.");
    }
}

BiasKnots readList(const JsonNode& list) {
    BiasKnots knots;
    for (const JsonNode& bias : list.elements())
        knots.push_back({std::int64_t(knots.size()), bias.number()});
    return knots;
}

void readLists(const JsonNode& node, std::vector<BiasKnots>& curves) {
    const std::vector<JsonNode> elements = node.elements();
    if (elements.empty())
        node.refuse("holds no bias");
    if (!elements.front().value().is_array()) {
        curves.push_back(readList(node));
        return;
    }
    for (const JsonNode& element : elements)
        readLists(element, curves);
}

std::vector<BiasKnots> readFile(const std::filesystem::path& file) {
    const std::string text = readTextFile(file);
    const nlohmann::json json = parseJson(text, file.string());
    std::vector<BiasKnots> curves;
    readLists(JsonNode(json, file.string()), curves);
    return curves;
}

BiasKnots parseKnots(std::string_view text) {
    BiasKnots knots;
    while (true) {
        const std::size_t end = std::min(text.find(','), text.size()), equals = text.substr(0, end).find('=');
        if (equals == std::string_view::npos)
            refuse("is written DISTANCE=BIAS,DISTANCE=BIAS,..., not " + inQuotes(text.substr(0, end)) + ".");
        const auto distance = numberIn<std::int64_t>(text.substr(0, equals));
        const auto bias = numberIn<double>(text.substr(equals + 1, end - equals - 1));
        if (!distance || !bias)
            refuse("is written DISTANCE=BIAS,DISTANCE=BIAS,..., not " + inQuotes(text.substr(0, end)) + ".");
        knots.push_back({*distance, *bias});
        if (end == text.size())
            return knots;
        text.remove_prefix(end + 1);
    }
}

} // namespace

double curveBias(const BiasCurve& curve, std::int64_t layer, std::int64_t head, std::int64_t heads, std::int64_t distance) {
    switch (curve.family) {
    case CurveFamily::KerpleLog:
        return -curve.first * std::log1p(curve.second * double(distance));
    case CurveFamily::KerplePower:
        return -curve.first * std::pow(double(distance), curve.second);
    case CurveFamily::Sandwich:
        return sandwichShare(head, heads) * sandwich(distance);
    case CurveFamily::Drawn:
        break;
    }
    const BiasKnots& knots = knotsOf(curve, layer, head, heads);
    const auto next = std::upper_bound(knots.begin(), knots.end(), distance,
                                       [](std::int64_t d, const BiasKnot& knot) { return d < knot.distance; });
    return between(knots, next, distance);
}

std::vector<float> biasTable(const BiasCurve& curve, std::int64_t layer, std::int64_t head, std::int64_t heads,
                             std::int64_t distances) {
    std::vector<float> table(static_cast<std::size_t>(distances));
    if (curve.family == CurveFamily::Drawn) { // every distance in turn, without a search
        const BiasKnots& knots = knotsOf(curve, layer, head, heads);
        auto next = knots.begin();
        for (std::int64_t d = 0; d < distances; ++d) {
            while (next != knots.end() && next->distance <= d)
                ++next;
            table[std::size_t(d)] = float(between(knots, next, d));
        }
        return table;
    }
    for (std::int64_t d = 0; d < distances; ++d)
        table[std::size_t(d)] = float(curveBias(curve, layer, head, heads, d));
    return table;
}

BiasKnots lineKnots(double slope) {
    // As far as the line stays within the largest bias; there it weighs nothing long since.
    const std::int64_t end = std::int64_t(std::min(double(kFarthestKnot), slope > 0 ? kLargestBias / slope : 1.0));
    if (slope == 0 || end < 1)
        return {{0, 0}, {1, -std::min(slope, kLargestBias)}};
    return {{0, 0}, {end, -slope * double(end)}};
}

void checkCurve(const BiasCurve& curve, std::int64_t layers, std::int64_t heads, const std::string& source) {
    const auto above = [&](double value) { return std::isfinite(value) && value > 0 && value <= kLargestBias; };
    if (curve.family == CurveFamily::KerpleLog && !(above(curve.first) && above(curve.second)))
        throw Error(source + ": kerple-log needs two numbers above 0.");
    if (curve.family == CurveFamily::KerplePower && !(above(curve.first) && above(curve.second) && curve.second <= 2))
        throw Error(source + ": kerple-power needs a number above 0, and a power above 0 and at most 2.");
    if (curve.family != CurveFamily::Drawn)
        return;
    const std::int64_t count = std::int64_t(curve.drawn.size());
    if (count != 1 && count != heads && count != layers * heads)
        throw Error(source + ": there are " + std::to_string(count) + " curves of a bias; the model takes 1, " +
                    std::to_string(heads) + " (one a head) or " + std::to_string(layers * heads) + " (one a head of each layer).");
    for (const BiasKnots& knots : curve.drawn)
        checkKnots(knots);
}

std::vector<BiasKnots> parseCurves(std::string_view text) {
    std::vector<BiasKnots> curves;
    if (text.ends_with(".json")) {
        curves = readFile(std::filesystem::path(text));
    } else {
        for (std::size_t begin = 0; begin <= text.size();) {
            const std::size_t end = std::min(text.find('/', begin), text.size());
            curves.push_back(parseKnots(text.substr(begin, end - begin)));
            begin = end + 1;
        }
    }
    std::size_t knots = 0;
    for (const BiasKnots& curve : curves) {
        checkKnots(curve);
        knots += curve.size();
    }
    if (knots > kMostKnots)
        refuse("has " + grouped(kMostKnots) + " numbers at most.");
    return curves;
}

std::string textOf(const std::vector<BiasKnots>& curves) {
    std::string text;
    for (const BiasKnots& curve : curves) {
        text += text.empty() ? "" : "/";
        for (std::size_t i = 0; i < curve.size(); ++i)
            text += (i ? "," : "") + std::to_string(curve[i].distance) + "=" + shortest(curve[i].bias);
    }
    return text;
}

} // namespace slopescope
