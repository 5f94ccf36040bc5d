// Measured curves as JSON, both ways, to the bit: what a workspace file keeps under "measured". Any thread.
//
//   {"variant": {"model": "alibi"}, "model digest": "...", "device": "cpu", "text digest": "...", "text tokens": 29184,
//    "protocol": "one-pass", "stride": 0, "max tokens": 0, "reach": 0, "seed": 1, "tokens": 49152, "seconds":
//    {"4096": 3.2}, "by length": [{"keys": [32, 64], "starts": [0, 4096], "run": 4096, "tokens": [32, 64], "bytes":
//    [[88, 90], [181, 176]],
//                   "nll": [[130.5, 128.25], [250.125, 249.0]]}],
//    "by context": [...]}
//
// A block holds the lengths, or the first contexts of bins, that have the same windows. What is equal in all windows,
// or in all of a key, is written once.
#pragma once

#include "core/base/json.h"
#include "core/study/measured_curve.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>

namespace slopescope {

nlohmann::ordered_json measuredJson(const MeasuredCurve& curve);

// Throws Error with the node's path where something makes no sense.
MeasuredCurve readMeasured(const JsonNode& node);

// A digest is written as sixteen hexadecimal digits.
std::string digestText(std::uint64_t digest);
std::uint64_t readDigest(const JsonNode& node);

} // namespace slopescope
