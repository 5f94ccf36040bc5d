// The processor's multiply-add peak, measured with the widest vectors it has: the yardstick beside every other number.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "tests/bench/attention_peak.cpp"
#include "hwy/foreach_target.h"

#include "hwy/highway.h"

#include <cstdint>

HWY_BEFORE_NAMESPACE();
namespace slopescope::bench::HWY_NAMESPACE {

// Returns the floating-point operations done. Enough independent chains to hide the latency of each.
double multiplyAdds(std::int64_t rounds, float* sink) {
    namespace hn = hwy::HWY_NAMESPACE;
    const hn::CappedTag<float, 16> d;
    constexpr int kChains = 12;
    hn::Vec<decltype(d)> sums[kChains];
    for (auto& sum : sums)
        sum = hn::Set(d, *sink);
    const auto factor = hn::Set(d, 0.999f), term = hn::Set(d, 0.001f);
    for (std::int64_t round = 0; round < rounds; ++round)
#pragma GCC unroll 12
        for (int c = 0; c < kChains; ++c)
            sums[c] = hn::MulAdd(sums[c], factor, term);
    for (const auto& sum : sums)
        *sink += hn::GetLane(sum);
    return 2.0 * static_cast<double>(rounds) * kChains * static_cast<double>(hn::Lanes(d));
}

} // namespace slopescope::bench::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace slopescope::bench {

HWY_EXPORT(multiplyAdds);

double multiplyAdds(std::int64_t rounds, float* sink) {
    return HWY_DYNAMIC_DISPATCH(multiplyAdds)(rounds, sink);
}

} // namespace slopescope::bench
#endif
