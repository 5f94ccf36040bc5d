// Our own models: "model_type": "slopescope". config.json <-> DecoderConfig; the tensor names are those of forEachTensor.
#pragma once

#include "core/checkpoint/config_fields.h"
#include "core/model/decoder_config.h"

#include <nlohmann/json_fwd.hpp>

namespace slopescope::families {

// Throws Error naming the file and the field at fault.
DecoderConfig readSlopescopeConfig(const ConfigFields& fields);

nlohmann::json writeSlopescopeConfig(const DecoderConfig& config);

} // namespace slopescope::families
