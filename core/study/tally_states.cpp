#include "core/study/tally_states.h"

#include <algorithm>
#include <map>
#include <utility>

namespace slopescope {

void takeOver(CurveTally& tally, const CurveTally& other) {
    const std::int64_t tokens = std::max(tally.tokens, other.tokens);
    std::map<std::int64_t, double> seconds = tally.seconds;
    for (const auto& [length, spent] : other.seconds)
        seconds[length] = std::max(seconds[length], spent);
    tally.merge(other);
    tally.tokens = tokens;
    tally.seconds = std::move(seconds);
}

} // namespace slopescope
