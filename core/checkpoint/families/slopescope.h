// Our own models: "model_type": "slopescope". config.json <-> DecoderConfig; the tensor names are those of forEachTensor.
#pragma once

#include "core/model/decoder_config.h"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace slopescope::families {

// Throws Error naming `source` and the field at fault.
DecoderConfig readSlopescopeConfig(const nlohmann::json& json, const std::string& source);

nlohmann::json writeSlopescopeConfig(const DecoderConfig& config);

} // namespace slopescope::families
