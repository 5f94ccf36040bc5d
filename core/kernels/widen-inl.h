// A piece of a panel in the form of its file (panel_form.h) becomes float32, as the tile of products wants it. Included by
// matmul-inl.h only.
//
// In every form the product of scale and code is exact in float32 and only the min rounds, so the values are those of
// weight_form.h's widen() whether or not the processor multiplies and adds in one step.
#if defined(SLOPESCOPE_KERNELS_WIDEN_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef SLOPESCOPE_KERNELS_WIDEN_INL_H
#undef SLOPESCOPE_KERNELS_WIDEN_INL_H
#else
#define SLOPESCOPE_KERNELS_WIDEN_INL_H
#endif

#include "core/kernels/panel_form.h"
#include "core/kernels/vector-inl.h"

#include <algorithm>
#include <utility>

HWY_BEFORE_NAMESPACE();
namespace slopescope::kernels::HWY_NAMESPACE {

using Ints = hn::Rebind<std::int32_t, Floats>;
using Codes = hn::Rebind<std::uint8_t, Floats>;
using Signed = hn::Rebind<std::int8_t, Floats>;

HWY_INLINE Vec loadHalves(const std::uint8_t* from) {
    const hn::Rebind<hwy::float16_t, Floats> halves;
    const hn::Rebind<std::uint16_t, Floats> bits;
    return hn::PromoteTo(Floats(), hn::BitCast(halves, hn::LoadU(bits, reinterpret_cast<const std::uint16_t*>(from))));
}

HWY_INLINE Vec loadBfloats(const std::uint8_t* from) {
    const hn::Rebind<std::uint16_t, Floats> halves;
    const hn::Rebind<std::uint32_t, Floats> words;
    const auto bits = hn::PromoteTo(words, hn::LoadU(halves, reinterpret_cast<const std::uint16_t*>(from)));
    return hn::BitCast(Floats(), hn::ShiftLeft<16>(bits));
}

// 2^(exponent - 128). Below 2^-126 it is 0, as every small float is to a thread that computes.
HWY_INLINE Vec loadExponents(const std::uint8_t* from) {
    const auto exponents = hn::PromoteTo(Ints(), hn::LoadU(Codes(), from));
    const auto shifted = hn::Max(hn::Sub(exponents, hn::Set(Ints(), 1)), hn::Zero(Ints()));
    return hn::BitCast(Floats(), hn::ShiftLeft<23>(shifted));
}

HWY_INLINE Vec signedBytes(const std::uint8_t* from) {
    const auto bytes = hn::LoadU(Signed(), reinterpret_cast<const std::int8_t*>(from));
    return hn::ConvertTo(Floats(), hn::PromoteTo(Ints(), bytes));
}

template <int kShift> // 0 or 4
HWY_INLINE Vec nibbles(const std::uint8_t* from) {
    const auto bytes = hn::PromoteTo(Ints(), hn::LoadU(Codes(), from));
    return hn::ConvertTo(Floats(), hn::And(hn::ShiftRight<kShift>(bytes), hn::Set(Ints(), 15)));
}

// The scale and the min of a group for one half of a panel.
struct GroupOf {
    Vec scale, min;
};

template <WeightForm kForm>
HWY_INLINE GroupOf loadGroup(const std::uint8_t* block, int group, int half) {
    constexpr const FormFacts& kFacts = factsOf(kForm);
    constexpr PanelLayout kAt = layoutOf(kFacts);
    GroupOf g{set(0), set(0)};
    if constexpr (kFacts.isPowerOfTwo)
        g.scale = loadExponents(block + half * kLanes);
    else
        g.scale = loadHalves(block + half * kLanes * 2);
    if constexpr (kFacts.hasMin)
        g.min = loadHalves(block + kAt.mins * kPanel + half * kLanes * 2);
    const std::uint8_t* scales = block + (kAt.groupScales + group) * kPanel + half * kLanes;
    if constexpr (kFacts.scales == FormScales::Bytes) {
        g.scale = hn::Mul(g.scale, signedBytes(scales));
        if constexpr (kFacts.hasMin)
            g.min = hn::Mul(g.min, signedBytes(block + (kAt.groupMins + group) * kPanel + half * kLanes));
    } else if constexpr (kFacts.scales == FormScales::Nibbles) {
        g.scale = hn::Mul(g.scale, nibbles<0>(scales));
        g.min = hn::Mul(g.min, nibbles<4>(scales));
    }
    return g;
}

// Code number kCode of those that begin at `plane`.
template <int kBits, int kCode>
HWY_INLINE hn::Vec<Ints> codesAt(const std::uint8_t* plane) {
    constexpr int kAt = kCode * kBits;
    const auto bytes = hn::PromoteTo(Ints(), hn::LoadU(Codes(), plane + kAt / 8 * kLanes));
    if constexpr (kBits == 8)
        return bytes;
    else
        return hn::And(hn::ShiftRight<kAt % 8>(bytes), hn::Set(Ints(), (1 << kBits) - 1));
}

// The value in a table of 16 of a code of 4 bits.
template <int kCode>
HWY_INLINE hn::Vec<Ints> valuesAt(const std::uint8_t* plane, const std::int8_t* table) {
    const hn::FixedTag<std::int8_t, 16> whole;
    const auto bytes = hn::LoadU(Codes(), plane + kCode / 2 * kLanes);
    const auto codes = kCode % 2 ? hn::ShiftRight<4>(bytes) : hn::And(bytes, hn::Set(Codes(), 15));
    return hn::PromoteTo(Ints(), hn::BitCast(Signed(), hn::TableLookupBytes(hn::LoadU(whole, table), codes)));
}

template <WeightForm kForm, int kCode>
HWY_INLINE Vec valueAt(const std::uint8_t* low, const std::uint8_t* high, const GroupOf& group) {
    constexpr const FormFacts& kFacts = factsOf(kForm);
    if constexpr (kFacts.table != nullptr)
        return hn::Mul(group.scale, hn::ConvertTo(Floats(), valuesAt<kCode>(low, kFacts.table)));
    auto codes = codesAt<kFacts.low, kCode>(low);
    if constexpr (kFacts.high > 0)
        codes = hn::Or(codes, hn::ShiftLeft<kFacts.low>(codesAt<kFacts.high, kCode>(high)));
    if constexpr (kFacts.zero > 0)
        codes = hn::Sub(codes, hn::Set(Ints(), kFacts.zero));
    const Vec values = hn::ConvertTo(Floats(), codes);
    if constexpr (kFacts.hasMin)
        return hn::MulSub(group.scale, values, group.min);
    else
        return hn::Mul(group.scale, values);
}

constexpr int kTogether = 8; // inputs whose codes of one bit fill whole bytes

template <WeightForm kForm, int... kInput>
HWY_INLINE void widenTogether(const std::uint8_t* low, const std::uint8_t* high, const GroupOf (&group)[2],
                              float* HWY_RESTRICT out, std::integer_sequence<int, kInput...>) {
    ((store(valueAt<kForm, 2 * kInput>(low, high, group[0]), out + kInput * kPanel),
      store(valueAt<kForm, 2 * kInput + 1>(low, high, group[1]), out + kInput * kPanel + kLanes)),
     ...);
}

template <WeightForm kForm>
void widenBlocks(const std::uint8_t* block, std::int64_t inputs, float* HWY_RESTRICT out) {
    constexpr const FormFacts& kFacts = factsOf(kForm);
    constexpr PanelLayout kAt = layoutOf(kFacts);
    for (std::int64_t input = 0; input < inputs; input += kFacts.elements, block += kAt.size * kPanel) {
        const std::uint8_t *low = block + kAt.low * kPanel, *high = block + kAt.high * kPanel;
        for (int g = 0; g < kFacts.groups(); ++g) {
            const GroupOf group[2] = {loadGroup<kForm>(block, g, 0), loadGroup<kForm>(block, g, 1)};
            for (int x = 0; x < kFacts.group; x += kTogether, out += kTogether * kPanel) {
                widenTogether<kForm>(low, high, group, out, std::make_integer_sequence<int, kTogether>());
                low += kFacts.low * kPanel; // 8 inputs of two halves
                high += kFacts.high * kPanel;
            }
        }
    }
}

template <Vec (&kLoad)(const std::uint8_t*)>
void widenFloats(const std::uint8_t* panel, std::int64_t inputs, float* HWY_RESTRICT out) {
#pragma GCC unroll 4
    for (std::int64_t input = 0; input < inputs; ++input, panel += 2 * kPanel, out += kPanel) {
        store(kLoad(panel), out);
        store(kLoad(panel + 2 * kLanes), out + kLanes);
    }
}

// Inputs [from, from + count) of a panel -> [count][kPanel]. `from` is the beginning of a block.
inline void widenPanel(WeightForm form, const std::uint8_t* panel, std::int64_t from, std::int64_t count,
                       float* HWY_RESTRICT out) {
    const FormFacts& facts = factsOf(form);
    panel += facts.isFloat() ? from * facts.bytes * kPanel : from / facts.elements * layoutOf(facts).size * kPanel;
    switch (form) {
#define SLOPESCOPE_WIDEN(name)                                                                                         \
    case WeightForm::name:                                                                                             \
        return widenBlocks<WeightForm::name>(panel, count, out);
        SLOPESCOPE_WIDEN(Q4_0)
        SLOPESCOPE_WIDEN(Q4_1)
        SLOPESCOPE_WIDEN(Q5_0)
        SLOPESCOPE_WIDEN(Q5_1)
        SLOPESCOPE_WIDEN(Q8_0)
        SLOPESCOPE_WIDEN(Q2_K)
        SLOPESCOPE_WIDEN(Q3_K)
        SLOPESCOPE_WIDEN(Q4_K)
        SLOPESCOPE_WIDEN(Q5_K)
        SLOPESCOPE_WIDEN(Q6_K)
        SLOPESCOPE_WIDEN(IQ4_NL)
        SLOPESCOPE_WIDEN(IQ4_XS)
        SLOPESCOPE_WIDEN(MXFP4)
#undef SLOPESCOPE_WIDEN
    case WeightForm::F32:
        std::copy_n(reinterpret_cast<const float*>(panel), count * kPanel, out);
        return;
    case WeightForm::F16:
        return widenFloats<loadHalves>(panel, count, out);
    case WeightForm::BF16:
        return widenFloats<loadBfloats>(panel, count, out);
    }
}

} // namespace slopescope::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
