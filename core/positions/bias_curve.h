// Distance biases that are no straight line, as plain values: the families of the literature by their parameters, and
// curves that a person draws. Each formula once. No Torch; usable on any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace slopescope {

// A head's bias at a distance; between two knots a curve is straight, past its last one it stays as it is.
struct BiasKnot {
    std::int64_t distance = 0;
    double bias = 0;
    bool operator==(const BiasKnot&) const = default;
};
using BiasKnots = std::vector<BiasKnot>; // distances grow from 0

enum class CurveFamily {
    // -first * log(1 + second * d), both above 0 (Chi et al. 2022, "KERPLE", eq. 5; they learn both for each head).
    KerpleLog,
    // -first * d^second, first above 0 and second in (0, 2] (the same paper, eq. 4).
    KerplePower,
    // heads / (8 (h + 1)) * sum over k = 1 .. 64 of cos(d / 10000^(2k / 128)) (Chi et al. 2023, "Dissecting Transformer
    // Length Extrapolation via the Lens of Receptive Field Analysis", section 5): the inner product of two sinusoidal
    // embeddings of width 128, by heads.
    Sandwich,
    Drawn, // `drawn`
};

struct BiasCurve {
    CurveFamily family = CurveFamily::Drawn;
    double first = 0, second = 0;    // parameters of the family
    std::vector<BiasKnots> drawn;    // one curve for all heads, one a head, or one a head of each layer (layer by layer)

    bool operator==(const BiasCurve&) const = default;
    bool ofLayers(std::int64_t heads) const { return std::int64_t(drawn.size()) > heads; }
};

inline constexpr double kLargestBias = 1e6;              // either way
inline constexpr std::int64_t kFarthestKnot = 1 << 24;   // past any text that fits a machine

// b(0), b(1) ... b(distances - 1) of one head.
std::vector<float> biasTable(const BiasCurve& curve, std::int64_t layer, std::int64_t head, std::int64_t heads, std::int64_t distances);

// b(d) of one head, in double.
double curveBias(const BiasCurve& curve, std::int64_t layer, std::int64_t head, std::int64_t heads, std::int64_t distance);

// The knots of a straight line: -slope * d as far as a text can be.
BiasKnots lineKnots(double slope);

// Throws Error beginning with `source` unless the curve is one for a model of so many layers and heads.
void checkCurve(const BiasCurve& curve, std::int64_t layers, std::int64_t heads, const std::string& source);

// Reads what a person wrote behind "table:": FILE.json with a list of biases at the distances 0, 1, 2, ... for all heads, or a
// list of such lists, one a head or one a head of each layer; or curves of knots joined by "/": "0=0,64=-2/0=0,8=-1". Throws
// Error saying what is wrong.
std::vector<BiasKnots> parseCurves(std::string_view text);
std::string textOf(const std::vector<BiasKnots>& curves); // what parseCurves reads as these

} // namespace slopescope
