#include "core/study/kept_runs.h"

#include "core/base/error.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace slopescope {
namespace {

constexpr std::size_t kMostRuns = 64;
constexpr std::size_t kAlwaysKept = 2; // A and B

} // namespace

KeptRuns::Runs::const_iterator KeptRuns::exact(const Variant& variant) const {
    return std::find_if(m_runs.begin(), m_runs.end(), [&](const Run& run) { return run.variant == variant; });
}

bool KeptRuns::isExact(const Variant& variant, std::int64_t length) const {
    const auto run = exact(variant);
    return run != m_runs.end() && run->forward.covers(length);
}

const TextForward* KeptRuns::find(const Variant& variant, std::int64_t length, std::int64_t layer) const {
    const TextForward* best = nullptr;
    std::int64_t most = -1;
    for (const Run& run : m_runs) {
        if (!sameBesidesSlopes(run.variant, variant) || !run.forward.covers(length))
            continue;
        if (run.variant == variant)
            return &run.forward;
        const std::int64_t shared = std::min(run.forward.sharedLayers(variant.slopes), layer);
        if (shared > most) {
            most = shared;
            best = &run.forward;
        }
    }
    return best;
}

const TextForward& KeptRuns::run(const Variant& variant, std::int64_t length, const Source& source, const Room& room,
                                 const Job& job) {
    // The run to begin from: the variant's own, else the one that shares most layers.
    auto from = m_runs.end();
    std::int64_t fewest = 0;
    for (auto run = m_runs.begin(); run != m_runs.end(); ++run) {
        if (!sameBesidesSlopes(run->variant, variant))
            continue;
        const std::int64_t layers = run->forward.layersToRun(variant.slopes, length);
        if (from == m_runs.end() || layers < fewest || run->variant == variant) {
            from = run;
            fewest = layers;
        }
        if (run->variant == variant)
            break;
    }
    if (from != m_runs.end() && from->variant == variant && fewest == 0) {
        m_runs.splice(m_runs.begin(), m_runs, from);
        return m_runs.front().forward;
    }
    Run next{variant, from == m_runs.end() ? TextForward(source.decoder, source.ids) : from->forward};
    next.forward.checkLength(length); // before runs are given back for it
    makeRoom(next.forward, variant, length, room);
    next.forward.run(variant.slopes, length, job);
    m_runs.remove_if([&](const Run& run) { return run.variant == variant; });
    m_runs.push_front(std::move(next));
    trim();
    return m_runs.front().forward;
}

void KeptRuns::makeRoom(const TextForward& next, const Variant& variant, std::int64_t length, const Room& room) {
    const std::int64_t layers = next.layersToRun(variant.slopes, length);
    for (;;) {
        try {
            return room(layers);
        } catch (const Error&) {
            if (m_runs.empty())
                throw;
            m_runs.pop_back();
        }
    }
}

void KeptRuns::trim() {
    while (m_runs.size() > kAlwaysKept && (m_runs.size() > kMostRuns || bytes() > m_budget))
        m_runs.pop_back();
}

void KeptRuns::forget(const std::string& model) {
    m_runs.remove_if([&](const Run& run) { return run.variant.model == model; });
}

std::int64_t KeptRuns::bytes() const {
    std::int64_t bytes = 0;
    for (const Run& run : m_runs)
        bytes += run.forward.bytes();
    return bytes;
}

} // namespace slopescope
