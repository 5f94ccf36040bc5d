#include "core/kernels/weight_form.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

namespace slopescope::kernels {
namespace {

static_assert(std::endian::native == std::endian::little, "the forms are little endian, and used as they lie");
static_assert([] {
    for (std::size_t i = 0; i < std::size(kForms); ++i)
        if (static_cast<std::size_t>(kForms[i].form) != i)
            return false;
    return true;
}());

std::uint16_t half(const std::uint8_t* from) {
    return static_cast<std::uint16_t>(from[0] | from[1] << 8);
}

// Codes of `bits` out of `bytes`: those at one shift of all bytes, then those at the next.
void takeCodes(const std::uint8_t* from, int bytes, int bits, std::uint8_t* codes) {
    const int mask = (1 << bits) - 1;
    for (int shift = 0; shift < 8; shift += bits)
        for (int i = 0; i < bytes; ++i)
            *codes++ = static_cast<std::uint8_t>(from[i] >> shift & mask);
}

// The same of several pieces of `bytes`, one after the other.
void takePieces(const std::uint8_t* from, int pieces, int bytes, int bits, std::uint8_t* codes) {
    for (int piece = 0; piece < pieces; ++piece)
        takeCodes(from + piece * bytes, bytes, bits, codes + piece * bytes * 8 / bits);
}

void addHigh(const std::uint8_t* from, int pieces, int bytes, int bits, int shift, std::uint8_t* codes) {
    std::uint8_t high[kMostElements];
    takePieces(from, pieces, bytes, bits, high);
    for (int i = 0; i < pieces * bytes * 8 / bits; ++i)
        codes[i] = static_cast<std::uint8_t>(codes[i] | high[i] << shift);
}

// Bit i of the four bytes belongs to element i.
void addFifthBits(const std::uint8_t* from, std::uint8_t* codes) {
    for (int i = 0; i < 32; ++i)
        codes[i] = static_cast<std::uint8_t>(codes[i] | (from[i / 8] >> i % 8 & 1) << 4);
}

// Eight scales and eight mins of 6 bits: the first four of each lie whole in a byte, whose upper bits help the last four.
void takeSixBits(const std::uint8_t* from, UnpackedBlock& out) {
    for (int i = 0; i < 4; ++i) {
        const int scale = from[i], min = from[4 + i], both = from[8 + i];
        out.scales[i] = static_cast<std::int8_t>(scale & 63);
        out.mins[i] = static_cast<std::int8_t>(min & 63);
        out.scales[4 + i] = static_cast<std::int8_t>((both & 15) | (scale >> 2 & 48));
        out.mins[4 + i] = static_cast<std::int8_t>(both >> 4 | (min >> 2 & 48));
    }
}

void unpackQ2(const std::uint8_t* block, UnpackedBlock& out) {
    for (int i = 0; i < 16; ++i) {
        out.scales[i] = static_cast<std::int8_t>(block[i] & 15);
        out.mins[i] = static_cast<std::int8_t>(block[i] >> 4);
    }
    takePieces(block + 16, 2, 32, 2, out.codes);
    out.scale = half(block + 80);
    out.min = half(block + 82);
}

void unpackQ3(const std::uint8_t* block, UnpackedBlock& out) {
    takePieces(block + 32, 2, 32, 2, out.codes);
    addHigh(block, 1, 32, 1, 2, out.codes);
    std::uint8_t low[16], high[16];
    takeCodes(block + 96, 8, 4, low);
    takeCodes(block + 104, 4, 2, high);
    for (int i = 0; i < 16; ++i)
        out.scales[i] = static_cast<std::int8_t>((low[i] | high[i] << 4) - 32);
    out.scale = half(block + 108);
}

void unpackQ6(const std::uint8_t* block, UnpackedBlock& out) {
    takePieces(block, 2, 64, 4, out.codes);
    addHigh(block + 128, 2, 32, 2, 4, out.codes);
    std::memcpy(out.scales, block + 192, 16);
    out.scale = half(block + 208);
}

void unpackIq4(const std::uint8_t* block, UnpackedBlock& out) {
    const int high = half(block + 2);
    for (int i = 0; i < 8; ++i)
        out.scales[i] = static_cast<std::int8_t>(((block[4 + i / 2] >> i % 2 * 4 & 15) | (high >> 2 * i & 3) << 4) - 32);
    takePieces(block + 8, 8, 16, 4, out.codes);
    out.scale = half(block);
}

// 2^(exponent - 128): the values of the codes are doubled.
float powerOfTwo(std::uint16_t exponent) {
    const std::uint32_t bits = exponent < 2 ? 0x00200000u << exponent : (exponent - 1u) << 23;
    return std::bit_cast<float>(bits);
}

void widenBlock(const FormFacts& facts, const UnpackedBlock& block, float* out) {
    const bool isSame = facts.scales == FormScales::OfBlock;
    const float scale = facts.isPowerOfTwo ? powerOfTwo(block.scale) : floatOfHalf(block.scale);
    const float min = facts.hasMin ? floatOfHalf(block.min) : 0;
    for (int g = 0; g < facts.groups(); ++g) {
        const float step = isSame ? scale : scale * static_cast<float>(block.scales[g]);
        const float below = isSame ? min : facts.hasMin ? min * static_cast<float>(block.mins[g]) : 0;
        for (int i = g * facts.group; i < (g + 1) * facts.group; ++i) {
            const int value = facts.table ? facts.table[block.codes[i]] : block.codes[i] - facts.zero;
            const float product = step * static_cast<float>(value); // exact in every form
            out[i] = facts.hasMin ? product - below : product;
        }
    }
}

bool isFiniteHalf(std::uint16_t half) {
    return (half & 0x7C00) != 0x7C00;
}

template <typename Bits>
bool noneHasAll(const void* values, std::int64_t count, Bits exponent) {
    bool found = false;
    for (std::int64_t i = 0; i < count; ++i) {
        Bits bits;
        std::memcpy(&bits, static_cast<const char*>(values) + i * std::int64_t(sizeof bits), sizeof bits);
        found |= (bits & exponent) == exponent;
    }
    return !found;
}

bool isFiniteBlock(const FormFacts& facts, const std::uint8_t* block) {
    switch (facts.form) {
    case WeightForm::MXFP4: {
        float values[kMostElements];
        widen(facts.form, block, facts.elements, values);
        return std::all_of(values, values + facts.elements, [](float value) { return std::isfinite(value); });
    }
    case WeightForm::Q2_K:
        return isFiniteHalf(half(block + 80)) && isFiniteHalf(half(block + 82));
    case WeightForm::Q3_K:
        return isFiniteHalf(half(block + 108));
    case WeightForm::Q6_K:
        return isFiniteHalf(half(block + 208));
    default: // the scale lies in front, then the min
        return isFiniteHalf(half(block)) && (!facts.hasMin || isFiniteHalf(half(block + 2)));
    }
}

} // namespace

std::optional<WeightForm> formNamed(std::string_view name) {
    for (const FormFacts& facts : kForms)
        if (name == facts.name)
            return facts.form;
    return std::nullopt;
}

float floatOfHalf(std::uint16_t half) {
    const std::uint32_t sign = static_cast<std::uint32_t>(half & 0x8000) << 16, exponent = half >> 10 & 31, rest = half & 1023;
    if (exponent == 0) { // by way of an integer: a thread may take small floats for zero
        const float value = static_cast<float>(rest) * 0x1p-24F;
        return sign ? -value : value;
    }
    const std::uint32_t wide = exponent == 31 ? 255 : exponent + 112;
    return std::bit_cast<float>(sign | wide << 23 | rest << 13);
}

void unpack(WeightForm form, const std::uint8_t* block, UnpackedBlock& out) {
    constexpr int kFlipSign = 0x8000;
    switch (form) {
    case WeightForm::Q4_0:
    case WeightForm::IQ4_NL:
        out.scale = half(block);
        return takeCodes(block + 2, 16, 4, out.codes);
    case WeightForm::Q4_1:
        out.scale = half(block);
        out.min = static_cast<std::uint16_t>(half(block + 2) ^ kFlipSign);
        return takeCodes(block + 4, 16, 4, out.codes);
    case WeightForm::Q5_0:
        out.scale = half(block);
        takeCodes(block + 6, 16, 4, out.codes);
        return addFifthBits(block + 2, out.codes);
    case WeightForm::Q5_1:
        out.scale = half(block);
        out.min = static_cast<std::uint16_t>(half(block + 2) ^ kFlipSign);
        takeCodes(block + 8, 16, 4, out.codes);
        return addFifthBits(block + 4, out.codes);
    case WeightForm::Q8_0:
        out.scale = half(block);
        for (int i = 0; i < 32; ++i)
            out.codes[i] = static_cast<std::uint8_t>(block[2 + i] ^ 0x80); // signed -> 128 more
        return;
    case WeightForm::Q2_K:
        return unpackQ2(block, out);
    case WeightForm::Q3_K:
        return unpackQ3(block, out);
    case WeightForm::Q4_K:
    case WeightForm::Q5_K:
        out.scale = half(block);
        out.min = half(block + 2);
        takeSixBits(block + 4, out);
        takePieces(block + (form == WeightForm::Q4_K ? 16 : 48), 4, 32, 4, out.codes);
        if (form == WeightForm::Q5_K)
            addHigh(block + 16, 1, 32, 1, 4, out.codes);
        return;
    case WeightForm::Q6_K:
        return unpackQ6(block, out);
    case WeightForm::IQ4_XS:
        return unpackIq4(block, out);
    case WeightForm::MXFP4:
        out.scale = block[0];
        return takeCodes(block + 1, 16, 4, out.codes);
    case WeightForm::F32:
    case WeightForm::F16:
    case WeightForm::BF16:
        return; // no blocks
    }
}

void widen(WeightForm form, const void* blocks, std::int64_t elements, float* out) {
    const FormFacts& facts = factsOf(form);
    const auto* bytes = static_cast<const std::uint8_t*>(blocks);
    switch (form) {
    case WeightForm::F32:
        std::memcpy(out, bytes, static_cast<std::size_t>(elements) * sizeof *out);
        return;
    case WeightForm::F16:
        for (std::int64_t i = 0; i < elements; ++i)
            out[i] = floatOfHalf(half(bytes + 2 * i));
        return;
    case WeightForm::BF16:
        for (std::int64_t i = 0; i < elements; ++i)
            out[i] = std::bit_cast<float>(static_cast<std::uint32_t>(half(bytes + 2 * i)) << 16);
        return;
    default:
        UnpackedBlock block;
        for (std::int64_t i = 0; i < elements; i += facts.elements, bytes += facts.bytes) {
            unpack(form, bytes, block);
            widenBlock(facts, block, out + i);
        }
    }
}

bool allFinite(WeightForm form, const void* blocks, std::int64_t elements) {
    const FormFacts& facts = factsOf(form);
    if (form == WeightForm::F32)
        return noneHasAll<std::uint32_t>(blocks, elements, 0x7F800000);
    if (form == WeightForm::F16)
        return noneHasAll<std::uint16_t>(blocks, elements, 0x7C00);
    if (form == WeightForm::BF16)
        return noneHasAll<std::uint16_t>(blocks, elements, 0x7F80);
    const auto* bytes = static_cast<const std::uint8_t*>(blocks);
    for (std::int64_t i = 0; i < elements; i += facts.elements, bytes += facts.bytes)
        if (!isFiniteBlock(facts, bytes))
            return false;
    return true;
}

} // namespace slopescope::kernels
