#include "core/study/scored_windows.h"

#include <algorithm>

namespace slopescope {

std::vector<ScoredWindow> onePassWindows(std::int64_t tokens, std::int64_t length, std::uint64_t seed) {
    std::vector<ScoredWindow> windows;
    for (std::int64_t start = 0; start + length < tokens; start += std::max<std::int64_t>(1, length / 4))
        windows.push_back({start, length, 0, 1});
    shuffle(windows, seed);
    return windows;
}

std::vector<ScoredWindow> nonOverlappingWindows(std::int64_t common, std::int64_t length) {
    std::vector<ScoredWindow> windows;
    for (std::int64_t start = 0; start < common; start += length)
        windows.push_back({start, std::min(length, common - start), 0, 1});
    return windows;
}

std::vector<ScoredWindow> slidingWindows(std::int64_t tokens, std::int64_t length, std::int64_t stride) {
    std::vector<ScoredWindow> windows;
    for (std::int64_t start = 0; start + length < tokens; start += stride)
        windows.push_back({start, length, start == 0 ? 0 : length - stride, 1});
    return windows;
}

std::vector<ScoredWindow> huggingFaceWindows(std::int64_t tokens, std::int64_t length, std::int64_t stride) {
    std::vector<ScoredWindow> windows;
    std::int64_t previousEnd = 0;
    for (std::int64_t begin = 0; begin < tokens; begin += stride) {
        const std::int64_t end = std::min(begin + length, tokens), targets = end - previousEnd;
        // Labels previousEnd .. end-1 count; label t is predicted by input t-1, so the very first label of the text has
        // none.
        const std::int64_t inputs = end - begin - 1;
        const std::int64_t from = std::max<std::int64_t>(0, inputs - targets);
        const std::int64_t scored = inputs - from;
        if (scored > 0 && targets > 1)
            windows.push_back({begin, inputs, from, double(targets - 1) / double(scored)});
        previousEnd = end;
        if (end == tokens)
            break;
    }
    return windows;
}

std::vector<ScoredWindow> llamaCppWindows(std::int64_t tokens, std::int64_t length) {
    std::vector<ScoredWindow> windows;
    if (tokens < 2 * length || length < 2)
        return windows;
    for (std::int64_t start = 0; start + length <= tokens; start += length)
        windows.push_back({start, length - 1, length / 2, 1});
    if (length < 3) // a window of two has no prediction past its middle
        windows.clear();
    return windows;
}

} // namespace slopescope
