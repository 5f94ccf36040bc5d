#include "core/study/distance_profile.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace slopescope {
namespace {

constexpr double kLeastExponent = -700; // exp of it is still a normal double

} // namespace

std::vector<std::int64_t> distanceBinEdges(std::int64_t length) {
    std::vector<std::int64_t> edges{0};
    for (double edge = 1; std::int64_t(edge) < length; edge = edge < 4 ? edge + 1 : edge * std::pow(2.0, 0.25))
        if (std::int64_t(edge) > edges.back())
            edges.push_back(std::int64_t(edge));
    edges.push_back(length);
    return edges;
}

std::vector<double> massOfBiasAlone(const AttentionSettings& settings, std::int64_t length,
                                    std::span<const std::int64_t> edges) {
    const at::Tensor &slopes = settings.bias.slopes, &table = settings.bias.table;
    const auto bias = [&](std::int64_t distance) {
        if (slopes.defined())
            return -double(slopes.data_ptr<float>()[0]) *
                   double(settings.bias.clip > 0 ? std::min(distance, settings.bias.clip) : distance);
        if (table.defined())
            return double(table.data_ptr<float>()[std::min(distance, table.size(1) - 1)]);
        return 0.0;
    };
    double largest = bias(0);
    for (std::int64_t d = 1; d < (table.defined() ? std::min(length, table.size(1)) : 0); ++d)
        largest = std::max(largest, bias(d));
    // prefix[d]: weight of all distances below d. A query at position i sees distances 0..i; kept above 0, so that a
    // query that sees only what a table all but forbids has shares too.
    std::vector<double> prefix(std::size_t(length) + 1);
    for (std::int64_t d = 0; d < length; ++d) {
        const bool visible = settings.window == 0 || d < settings.window;
        prefix[std::size_t(d) + 1] =
            prefix[std::size_t(d)] + (visible ? std::exp(std::max(bias(d) - largest, kLeastExponent)) : 0);
    }
    std::vector<double> mass(edges.size() - 1);
    for (std::int64_t i = 0; i < length; ++i) {
        const double whole = prefix[std::size_t(i) + 1];
        for (std::size_t bin = 0; bin < mass.size() && edges[bin] <= i; ++bin)
            mass[bin] +=
                (prefix[std::size_t(std::min(edges[bin + 1], i + 1))] - prefix[std::size_t(edges[bin])]) / whole;
    }
    for (double& share : mass)
        share /= double(length);
    return mass;
}

double medianDistance(std::span<const std::int64_t> edges, std::span<const double> mass) {
    const double half = std::accumulate(mass.begin(), mass.end(), 0.0) / 2;
    double below = 0;
    for (std::size_t bin = 0; bin < mass.size(); ++bin) {
        if (below + mass[bin] >= half && mass[bin] > 0)
            return double(edges[bin]) + (half - below) / mass[bin] * double(edges[bin + 1] - 1 - edges[bin]);
        below += mass[bin];
    }
    return double(edges.back());
}

} // namespace slopescope
