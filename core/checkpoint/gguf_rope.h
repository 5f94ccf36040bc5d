// Llama 3's rotary scaling, found again: a GGUF file holds only the factors by which it slows each frequency.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <span>
#include <string>

namespace slopescope {

struct RopeShape {
    std::int64_t dims = 0; // of a head
    double base = 10000;
};

// The "rope_scaling" of a config.json that leads to these factors, one for each pair of dimensions. Throws Error
// beginning with `file` if none does.
nlohmann::json llama3ScalingOf(std::span<const float> factors, RopeShape rope, const std::string& file);

} // namespace slopescope
