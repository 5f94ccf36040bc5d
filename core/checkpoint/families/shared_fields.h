// What several families say in the same words. Called by the files beside this one.
#pragma once

#include "core/checkpoint/config_fields.h"
#include "core/model/decoder_config.h"

#include <cstdint>
#include <string>
#include <vector>

namespace slopescope::families {

// Counts under the names of either generation, heads that divide the width, and no grouping of keys.
struct ShapeNames {
    const char *width, *layers, *heads;
};
void readShape(const ConfigFields& fields, ShapeNames names, DecoderConfig& config);

// transformers' names of activations. Throws Error naming the field when it is none that we compute.
Activation readActivation(const ConfigFields& fields, const char* field, const std::string& otherwise);

// Rotary positions with their scaling, in the spelling of transformers 5 (rope_parameters) or that before it (rope_theta,
// rope_scaling). `part` is the share of a head that is rotated unless the config says.
Rotary readRotary(const ConfigFields& fields, const DecoderConfig& config, double part = 1);

// Sliding windows as Mistral and Qwen have them: `layer_types` where the config holds it, otherwise every layer from
// `first` on.
std::vector<std::int64_t> readWindows(const ConfigFields& fields, std::int64_t window, std::int64_t layers,
                                      std::int64_t first);

// Throws Error unless the field is absent or has this value.
void requireBoolean(const ConfigFields& fields, const char* field, bool value, const char* otherwise);

} // namespace slopescope::families
