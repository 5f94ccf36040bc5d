#include "core/study/shared_runs.h"

#include <algorithm>
#include <tuple>

namespace slopescope {

std::vector<SharedRun> sharedRuns(const std::vector<std::vector<ScoredWindow>>& windows, bool shared) {
    std::vector<SharedRun::Served> all;
    for (std::size_t length = 0; length < windows.size(); ++length)
        for (const ScoredWindow& window : windows[length])
            all.push_back({length, window});
    std::stable_sort(all.begin(), all.end(), [](const SharedRun::Served& a, const SharedRun::Served& b) {
        return std::tuple(a.window.start, -a.window.inputs) < std::tuple(b.window.start, -b.window.inputs);
    });
    std::vector<SharedRun> runs;
    for (const SharedRun::Served& served : all) {
        if (!shared || runs.empty() || runs.back().start != served.window.start)
            runs.push_back({served.window.start, served.window.inputs, {}});
        runs.back().windows.push_back(served);
    }
    std::stable_sort(runs.begin(), runs.end(),
                     [](const SharedRun& a, const SharedRun& b) { return a.inputs > b.inputs; });
    return runs;
}

} // namespace slopescope
