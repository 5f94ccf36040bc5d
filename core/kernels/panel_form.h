// How weights of a form lie in a packed matrix: a panel of outputs side by side, so that one vector holds the same input of as
// many outputs. Written here once for every width of vectors; read by widen-inl.h.
//
// A panel is 2 * lanes outputs wide. Floats: [input][output]. Blocks of codes: block after block, each
//
//     scales of the blocks   [output], float16 or exponents
//     mins of the blocks     [output], float16                   if the form has mins
//     scales of the groups   [group][output], a byte             if it has those; nibbles hold the min above the scale
//     mins of the groups     [group][output], a byte             if both, and they are bytes
//     lower bits of codes, then higher bits
//
// Code number n = 2 * input + half of the bits is in the byte [n * bits / 8][lane], n * bits % 8 bits up: the outputs of the
// first half of a panel lie beside those of the second.
#pragma once

#include "core/kernels/weight_form.h"

#include <cstdint>

namespace slopescope::kernels {

// Where the parts of a block begin, in bytes for each output of the panel (so times 2 * lanes).
struct PanelLayout {
    int mins, groupScales, groupMins, low, high, size;
};

constexpr PanelLayout layoutOf(const FormFacts& f) {
    PanelLayout at{};
    at.mins = f.isPowerOfTwo ? 1 : 2;
    at.groupScales = at.mins + (f.hasMin ? 2 : 0);
    at.groupMins = at.groupScales + (f.scales == FormScales::OfBlock ? 0 : f.groups());
    at.low = at.groupMins + (f.scales == FormScales::Bytes && f.hasMin ? f.groups() : 0);
    at.high = at.low + f.elements * f.low / 8;
    at.size = at.high + f.elements * f.high / 8;
    return at;
}

// Bytes of a panel.
constexpr std::int64_t panelBytes(WeightForm form, std::int64_t inputs, int lanes) {
    const FormFacts& f = factsOf(form);
    return 2 * lanes * (f.isFloat() ? inputs * f.bytes : inputs / f.elements * layoutOf(f).size);
}

// Packs up to 2 * lanes rows of `inputs` weights, `stride` bytes apart; what is missing of the panel becomes zero. Every form
// but F32, which the kernels pack themselves.
void packPanel(WeightForm form, const std::uint8_t* rows, std::int64_t stride, int count, std::int64_t inputs, int lanes,
               std::uint8_t* packed);

} // namespace slopescope::kernels
