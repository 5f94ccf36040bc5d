// Norms, activations and sums of exponentials, a row at a time. Included by simd.cpp only.
#if defined(SLOPESCOPE_KERNELS_ROWWISE_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef SLOPESCOPE_KERNELS_ROWWISE_INL_H
#undef SLOPESCOPE_KERNELS_ROWWISE_INL_H
#else
#define SLOPESCOPE_KERNELS_ROWWISE_INL_H
#endif

#include "core/kernels/rowwise.h"
#include "core/kernels/vector-inl.h"

#include <algorithm>

HWY_BEFORE_NAMESPACE();
namespace slopescope::kernels::HWY_NAMESPACE {

// Up to kLanes floats; `fill` beyond them.
HWY_INLINE Vec loadSome(const float* from, std::int64_t count, float fill) {
    if (count >= kLanes)
        return load(from);
    float lanes[kLanes];
    std::fill(std::copy_n(from, count, lanes), lanes + kLanes, fill);
    return load(lanes);
}

HWY_INLINE void storeSome(Vec value, float* to, std::int64_t count) {
    if (count >= kLanes)
        return store(value, to);
    float lanes[kLanes];
    store(value, lanes);
    std::copy_n(lanes, count, to);
}

inline void normaliseRows(const RowNorm& n, const float* x, std::int64_t rows, float* y) {
    const float share = 1.0f / static_cast<float>(n.width);
    for (std::int64_t row = 0; row < rows; ++row, x += n.width, y += n.width) {
        Vec sum = set(0), squares = set(0);
        for (std::int64_t i = 0; n.centred && i < n.width; i += kLanes)
            sum = hn::Add(sum, loadSome(x + i, n.width - i, 0));
        const float mean = sumOf(sum) * share;
        for (std::int64_t i = 0; i < n.width; i += kLanes) {
            const Vec offset = hn::Sub(loadSome(x + i, n.width - i, mean), set(mean));
            squares = hn::MulAdd(offset, offset, squares);
        }
        const Vec factor = set(1.0f / std::sqrt(sumOf(squares) * share + n.epsilon));
        for (std::int64_t i = 0; i < n.width; i += kLanes) {
            const std::int64_t count = n.width - i;
            const Vec unit = hn::Mul(hn::Sub(loadSome(x + i, count, mean), set(mean)), factor);
            const Vec weight = n.weight ? loadSome(n.weight + i, count, 0) : set(1);
            const Vec bias = n.bias ? loadSome(n.bias + i, count, 0) : set(0);
            storeSome(hn::MulAdd(unit, weight, bias), y + i, count);
        }
    }
}

// 1 / (1 + 2^-bits), 0 below what float can say. In this order of Min a NaN survives.
HWY_INLINE Vec sigmoid(Vec bits) {
    const Vec value = hn::Div(set(1), hn::Add(set(1), exp2(hn::Min(set(126), hn::Neg(bits)))));
    return hn::IfThenZeroElse(hn::Lt(bits, set(-126)), value);
}

// The normal distribution function, from erfc's rational-exponential fit (Press et al., Numerical Recipes, 6.2): its
// relative error is below 2e-7 everywhere, so that large negative x keep their digits.
HWY_INLINE Vec normalDistribution(Vec x) {
    const Vec z = hn::Mul(hn::Abs(x), set(0.70710678f));
    const Vec t = hn::Div(set(1), hn::MulAdd(z, set(0.5f), set(1)));
    Vec p = set(0.17087277f);
    for (const float c : {-0.82215223f, 1.48851587f, -1.13520398f, 0.27886807f, -0.18628806f, 0.09678418f, 0.37409196f,
                          1.00002368f, -1.26551223f})
        p = hn::MulAdd(p, t, set(c));
    const Vec exponent = hn::Mul(hn::NegMulAdd(z, z, p), set(static_cast<float>(kLog2E)));
    const Vec half = hn::Mul(hn::Mul(t, set(0.5f)), exp2(hn::Max(set(-126), exponent)));
    return hn::IfThenElse(hn::Lt(x, set(0)), half, hn::Sub(set(1), half));
}

template <Activation kActivation>
HWY_INLINE Vec activated(Vec x) {
    constexpr float kBits = static_cast<float>(kLog2E);
    if constexpr (kActivation == Activation::GeluTanh) {
        constexpr float kTwice = 2 * 0.7978845608f * kBits; // (1 + tanh u) / 2 = 1 / (1 + e^-2u)
        const Vec inner = hn::Mul(x, hn::MulAdd(hn::Mul(x, x), set(0.044715f * kTwice), set(kTwice)));
        return hn::Mul(x, sigmoid(inner));
    }
    if constexpr (kActivation == Activation::Gelu)
        return hn::Mul(x, normalDistribution(x));
    if constexpr (kActivation == Activation::Silu)
        return hn::Mul(x, sigmoid(hn::Mul(x, set(kBits))));
    const Vec rectified = hn::Max(set(0), x); // in this order a NaN survives
    return kActivation == Activation::ReluSquared ? hn::Mul(rectified, rectified) : rectified;
}

template <Activation kActivation>
void activateAll(float* x, std::int64_t count) {
    for (std::int64_t i = 0; i < count; i += kLanes)
        storeSome(activated<kActivation>(loadSome(x + i, count - i, 0)), x + i, count - i);
}

inline void activateWith(Activation activation, float* x, std::int64_t count) {
    switch (activation) {
    case Activation::GeluTanh:
        return activateAll<Activation::GeluTanh>(x, count);
    case Activation::Gelu:
        return activateAll<Activation::Gelu>(x, count);
    case Activation::Silu:
        return activateAll<Activation::Silu>(x, count);
    case Activation::Relu:
        return activateAll<Activation::Relu>(x, count);
    case Activation::ReluSquared:
        return activateAll<Activation::ReluSquared>(x, count);
    }
}

inline void capSoftly(float cap, float* x, std::int64_t count) {
    const Vec share = set(1 / cap), limit = set(cap);
    for (std::int64_t i = 0; i < count; i += kLanes)
        storeSome(hn::Mul(limit, tanh(hn::Mul(loadSome(x + i, count - i, 0), share))), x + i, count - i);
}

inline void joinLogits(const float* logits, std::int64_t count, float& largest, double& sum) {
    constexpr float kLeast = -std::numeric_limits<float>::infinity();
    Vec found = set(largest);
    for (std::int64_t i = 0; i < count; i += kLanes)
        found = hn::Max(found, loadSome(logits + i, count - i, kLeast));
    const float now = maxOf(found);
    Vec total = set(0);
    for (std::int64_t i = 0; i < count; i += kLanes) {
        const Vec below = hn::Sub(loadSome(logits + i, count - i, kLeast), set(now));
        total = hn::Add(total, exp2(hn::Max(set(kMasked), hn::Mul(below, set(static_cast<float>(kLog2E))))));
    }
    sum = sum * std::exp(static_cast<double>(largest) - now) + sumOf(total);
    largest = now;
}

} // namespace slopescope::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
