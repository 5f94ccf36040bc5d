// What several families say in the same words. Called by the files beside this one.
#pragma once

#include "core/checkpoint/config_fields.h"
#include "core/model/decoder_config.h"

#include <cstdint>
#include <string>
#include <vector>

namespace slopescope::families {

// What a family's library takes for the counts that a config leaves out (transformers' config classes); 0: they must be
// there.
struct UsualShape {
    std::int64_t vocabulary = 0, width = 0, layers = 0, heads = 0;
    std::int64_t keyHeads = 0; // 0: as many as heads
    std::int64_t headDim = 0;  // 0: width / heads
    std::int64_t hidden = 0, trainingLength = 0;
};

// A count that `usual` stands in for where the field is absent.
std::int64_t readCount(const ConfigFields& fields, const char* field, std::int64_t usual);

// Counts under the names of either generation, heads that divide the width, and no grouping of keys.
struct ShapeNames {
    const char *width, *layers, *heads;
};
void readShape(const ConfigFields& fields, ShapeNames names, DecoderConfig& config, const UsualShape& usual = {});

// transformers' names of activations. Throws Error naming the field when it is none that we compute.
Activation readActivation(const ConfigFields& fields, const char* field, const std::string& otherwise);

// Rotary positions with their scaling, in the spelling of transformers 5 (rope_parameters) or that before it (rope_theta,
// rope_scaling). `part` is the share of a head that is rotated, and `base` theta, unless the config says.
struct RotaryFields {
    const char *base = "rope_theta", *part = "partial_rotary_factor"; // where the family has them beside the rest
    std::int64_t usualLength = 0; // for an absent max_position_embeddings; 0: it must be there where a scaling needs it
};
Rotary readRotary(const ConfigFields& fields, const DecoderConfig& config, double part = 1, double base = 10000,
                  RotaryFields names = {});

// Where layers with and without a window turn by rules of their own: rope_parameters by kind of layer, or rope_theta and
// rope_scaling for the layers without a window and `slidingBase` for the others. `sliding`: a flag a layer.
struct KindBases {
    double full, sliding;
};
void readRotaryByKind(const ConfigFields& fields, const std::vector<bool>& sliding, KindBases bases, DecoderConfig& config);

// Which layers have a window: those that `layer_types` calls so, else those whose number, from 1, `pattern` does not divide.
// A pattern of 0: none.
std::vector<bool> readSliding(const ConfigFields& fields, std::int64_t layers, std::int64_t pattern);

// The windows [layers] of layers that slide; none where `window` is 0.
std::vector<std::int64_t> windowsOf(const std::vector<bool>& sliding, std::int64_t window);

// The number of tokens of `sliding_window`: absent, `usual`; null, 0. Throws Error for a negative one.
std::int64_t readWindowSize(const ConfigFields& fields, std::int64_t usual);

// The same window in every layer; 0: none. A number of layers that cannot be is left for checkConfig to refuse.
std::vector<std::int64_t> windowInEveryLayer(const ConfigFields& fields, std::int64_t window, std::int64_t layers);

// Sliding windows as Qwen has them: `layer_types` where the config holds it, otherwise every layer from
// `first` on.
std::vector<std::int64_t> readWindows(const ConfigFields& fields, std::int64_t window, std::int64_t layers,
                                      std::int64_t first);

// Throws Error unless the field is absent or has this value.
void requireBoolean(const ConfigFields& fields, const char* field, bool value, const char* otherwise);

} // namespace slopescope::families
