#include "core/kernels/panel_form.h"

#include <algorithm>
#include <cstring>

namespace slopescope::kernels {
namespace {

void putNumber(std::uint16_t value, int bytes, std::uint8_t* to) {
    std::memcpy(to, &value, static_cast<std::size_t>(bytes)); // little endian
}

void putCodes(const UnpackedBlock& block, int elements, int bits, int shift, int output, int lanes, std::uint8_t* plane) {
    const int lane = output % lanes, half = output / lanes, mask = (1 << bits) - 1;
    for (int input = 0; input < elements; ++input) {
        const int at = (2 * input + half) * bits;
        std::uint8_t& byte = plane[at / 8 * lanes + lane];
        byte = static_cast<std::uint8_t>(byte | (block.codes[input] >> shift & mask) << at % 8);
    }
}

void putBlock(const FormFacts& facts, const UnpackedBlock& block, int output, int lanes, std::uint8_t* packed) {
    const int width = 2 * lanes, numberBytes = facts.isPowerOfTwo ? 1 : 2;
    const PanelLayout at = layoutOf(facts);
    putNumber(block.scale, numberBytes, packed + output * numberBytes);
    if (facts.hasMin)
        putNumber(block.min, 2, packed + at.mins * width + output * 2);
    for (int g = 0; facts.scales != FormScales::OfBlock && g < facts.groups(); ++g) {
        std::uint8_t& scale = packed[(at.groupScales + g) * width + output];
        scale = static_cast<std::uint8_t>(block.scales[g]);
        if (facts.scales == FormScales::Nibbles)
            scale = static_cast<std::uint8_t>(scale | block.mins[g] << 4);
        else if (facts.hasMin)
            packed[(at.groupMins + g) * width + output] = static_cast<std::uint8_t>(block.mins[g]);
    }
    putCodes(block, facts.elements, facts.low, 0, output, lanes, packed + at.low * width);
    if (facts.high > 0)
        putCodes(block, facts.elements, facts.high, facts.low, output, lanes, packed + at.high * width);
}

void packHalves(const std::uint8_t* rows, std::int64_t stride, int count, std::int64_t inputs, int width,
                std::uint8_t* packed) {
    for (std::int64_t input = 0; input < inputs; ++input)
        for (int output = 0; output < count; ++output)
            std::memcpy(packed + (input * width + output) * 2, rows + output * stride + input * 2, 2);
}

} // namespace

void packPanel(WeightForm form, const std::uint8_t* rows, std::int64_t stride, int count, std::int64_t inputs, int lanes,
               std::uint8_t* packed) {
    const FormFacts& facts = factsOf(form);
    const int width = 2 * lanes;
    std::fill_n(packed, panelBytes(form, inputs, lanes), std::uint8_t{0});
    if (facts.isFloat())
        return packHalves(rows, stride, count, inputs, width, packed);
    UnpackedBlock block;
    const std::int64_t step = std::int64_t{layoutOf(facts).size} * width;
    for (int output = 0; output < count; ++output) {
        const std::uint8_t* from = rows + output * stride;
        std::uint8_t* to = packed;
        for (std::int64_t input = 0; input < inputs; input += facts.elements, from += facts.bytes, to += step) {
            unpack(form, from, block);
            putBlock(facts, block, output, lanes, to);
        }
    }
}

} // namespace slopescope::kernels
