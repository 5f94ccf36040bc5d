// What a person asks of a sweep: the file that `slopescope-cli plan` reads. A plain value, any thread.
//
//   {"models": ["alibi", "path/to/model"], "texts": ["book.txt"], "slopes": ["as-trained", "scale:0.5",
//   "random:1..100"],
//    "positions": ["own", "window:512"], "lengths": [256, 1024], "protocol": "one-pass", "stride": 64, "windows": 96}
//
// All but models and texts may be left out.
#pragma once

#include "core/study/requests.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace slopescope {

inline constexpr const char* kAsTrained = "as-trained"; // slopes that are not changed

struct SweepSpec {
    std::vector<std::string> models, texts;      // at least one each
    std::vector<std::string> slopes{kAsTrained}; // as parseSlopes reads them; "random:1..100" is a hundred
    std::vector<std::string> positions{"own"};   // as parsePositions reads them
    std::vector<std::int64_t> lengths;           // ascending; empty: the usual of each model and text
    Protocol protocol = Protocol::OnePass;
    std::int64_t stride = 0;   // sliding and hugging-face
    std::int64_t windows = -1; // one-pass: of each curve; 0: all that the text has; below 0: the usual
    bool rawLineEnds = false;
};

// Throws Error beginning with `source`, the file's name, where something makes no sense or a key is unknown.
SweepSpec readSweepSpec(std::string_view json, const std::string& source);

} // namespace slopescope
