// The forms in which files keep weights: floats of three widths, and blocks of small codes with a scale, as ggml has them.
//
// A block of codes stands for scale * value(code), or scale * code - min, where scale and min belong to a group of a block's
// elements. The values are those of the gguf package's dequantize(), to the bit. Used by core/checkpoint to read files and
// by PackedMatrix to keep weights as they are; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace slopescope::kernels {

enum class WeightForm : std::uint8_t {
    F32, F16, BF16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q2_K, Q3_K, Q4_K, Q5_K, Q6_K, IQ4_NL, IQ4_XS, MXFP4
};

enum class FormScales : std::uint8_t {
    OfBlock, // one scale, and one min, for all elements
    Bytes,   // a signed byte for each group multiplies the block's scale, another the block's min
    Nibbles, // half a byte each
};

struct FormFacts {
    WeightForm form;
    const char* name; // as GGUF and safetensors write it
    int elements;     // of a block
    int bytes;        // of a block
    int low = 0, high = 0; // bits of a code: the lower ones, and those that are kept apart. 0: floats
    int group = 1;         // elements that share a scale
    int zero = 0;          // the code that stands for 0
    const std::int8_t* table = nullptr; // 16 values of the codes; null: they are numbers themselves
    FormScales scales = FormScales::OfBlock;
    bool hasMin = false;
    bool isPowerOfTwo = false; // the block's scale is an exponent of 8 bits, not a float16

    constexpr bool isFloat() const { return low == 0; }
    constexpr int groups() const { return elements / group; }
};

inline constexpr std::int8_t kNonLinearValues[16] = {-127, -104, -83, -65, -49, -35, -22, -10,
                                                     1,    13,   25,  38,  53,  69,  89,  113};
inline constexpr std::int8_t kFloat4Values[16] = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12}; // twice them

inline constexpr FormFacts kForms[] = {
    {WeightForm::F32, "F32", 1, 4},
    {WeightForm::F16, "F16", 1, 2},
    {WeightForm::BF16, "BF16", 1, 2},
    {WeightForm::Q4_0, "Q4_0", 32, 18, 4, 0, 32, 8},
    {WeightForm::Q4_1, "Q4_1", 32, 20, 4, 0, 32, 0, nullptr, FormScales::OfBlock, true},
    {WeightForm::Q5_0, "Q5_0", 32, 22, 4, 1, 32, 16},
    {WeightForm::Q5_1, "Q5_1", 32, 24, 4, 1, 32, 0, nullptr, FormScales::OfBlock, true},
    {WeightForm::Q8_0, "Q8_0", 32, 34, 8, 0, 32, 128},
    {WeightForm::Q2_K, "Q2_K", 256, 84, 2, 0, 16, 0, nullptr, FormScales::Nibbles, true},
    {WeightForm::Q3_K, "Q3_K", 256, 110, 2, 1, 16, 4, nullptr, FormScales::Bytes},
    {WeightForm::Q4_K, "Q4_K", 256, 144, 4, 0, 32, 0, nullptr, FormScales::Bytes, true},
    {WeightForm::Q5_K, "Q5_K", 256, 176, 4, 1, 32, 0, nullptr, FormScales::Bytes, true},
    {WeightForm::Q6_K, "Q6_K", 256, 210, 4, 2, 16, 32, nullptr, FormScales::Bytes},
    {WeightForm::IQ4_NL, "IQ4_NL", 32, 18, 4, 0, 32, 0, kNonLinearValues},
    {WeightForm::IQ4_XS, "IQ4_XS", 256, 136, 4, 0, 32, 0, kNonLinearValues, FormScales::Bytes},
    {WeightForm::MXFP4, "MXFP4", 32, 17, 4, 0, 32, 0, kFloat4Values, FormScales::OfBlock, false, true},
};

constexpr const FormFacts& factsOf(WeightForm form) {
    return kForms[static_cast<std::size_t>(form)];
}

// Nothing for a name that is not in the table.
std::optional<WeightForm> formNamed(std::string_view name);

// Bytes of a row of `elements`, a whole number of blocks.
constexpr std::int64_t rowBytes(WeightForm form, std::int64_t elements) {
    return elements / factsOf(form).elements * factsOf(form).bytes;
}

constexpr int kMostElements = 256, kMostGroups = 16; // of a block

// A block of codes taken apart. The block's min is negated where a form adds it.
struct UnpackedBlock {
    std::uint8_t codes[kMostElements];
    std::int8_t scales[kMostGroups], mins[kMostGroups]; // set as factsOf(form).scales says
    std::uint16_t scale, min;                           // float16; or the exponent
};
void unpack(WeightForm form, const std::uint8_t* block, UnpackedBlock& out);

// Whole blocks that stand for `elements` values, which need not be aligned -> float32.
void widen(WeightForm form, const void* blocks, std::int64_t elements, float* out);

// Whether none of the values is NaN or infinite.
bool allFinite(WeightForm form, const void* blocks, std::int64_t elements);

float floatOfHalf(std::uint16_t half);

} // namespace slopescope::kernels
