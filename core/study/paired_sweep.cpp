#include "core/study/paired_sweep.h"

#include "core/base/numbers.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace slopescope {
namespace {

constexpr std::int64_t kBatchTokens = 4096; // short windows run together up to so many tokens
constexpr std::int64_t kFirstAnswer = 512;  // tokens of a long first window that are measured, and shown, before the rest
constexpr std::size_t kMostWindows = 4096;  // of a length: the standard error of so many is small

bool strides(Protocol protocol) {
    return protocol == Protocol::Sliding || protocol == Protocol::HuggingFace;
}

// Those protocols never feed a window's last token.
bool predictsInside(Protocol protocol) {
    return protocol == Protocol::HuggingFace || protocol == Protocol::LlamaCpp;
}

// Windows of `length` side by side over the whole text, in a seeded order of its own.
std::vector<std::int64_t> startsSideBySide(std::int64_t tokens, std::int64_t length, std::uint64_t seed) {
    std::vector<std::int64_t> starts;
    for (std::int64_t start = 0; start + length < tokens; start += length)
        starts.push_back(start);
    shuffle(starts, seed ^ static_cast<std::uint64_t>(length));
    if (starts.size() > kMostWindows)
        starts.resize(kMostWindows);
    return starts;
}

const WindowSums* windowsOf(const SweepMember& member, std::int64_t length) {
    const auto found = member.tally->byLength.find(length);
    return found == member.tally->byLength.end() ? nullptr : &found->second;
}

bool has(const SweepMember& member, std::int64_t length, std::int64_t start) {
    const WindowSums* const windows = windowsOf(member, length);
    return windows != nullptr && windows->contains(start);
}

} // namespace

PairedSweep::PairedSweep(CurvePlan plan, std::int64_t tokens)
    : m_plan(std::move(plan)), m_tokens(m_plan.maxTokens > 0 ? std::min(tokens, m_plan.maxTokens) : tokens) {
    for (const std::int64_t length : m_plan.lengths)
        if (whyNoLength(length).empty())
            m_longest = length;
    if (m_plan.protocol == Protocol::OnePass && m_longest > 0)
        cutOnePass();
}

void PairedSweep::cutOnePass() {
    for (const std::int64_t length : m_plan.lengths)
        if (length < m_longest)
            m_levels.push_back({length, startsSideBySide(m_tokens, length, m_plan.seed)});
    Level last{m_longest, {}};
    for (const ScoredWindow& window : onePassWindows(m_tokens, m_longest, m_plan.seed))
        last.starts.push_back(window.start);
    m_firstPass = m_plan.windows > 0 ? std::min(last.starts.size(), std::size_t(m_plan.windows)) : last.starts.size();
    m_levels.push_back(std::move(last));
}

std::string PairedSweep::whyNoLength(std::int64_t length) const {
    const std::int64_t inputs = predictsInside(m_plan.protocol) ? length - 1 : length;
    const std::int64_t needed = m_plan.protocol == Protocol::LlamaCpp ? 2 * length
                                : predictsInside(m_plan.protocol)     ? 2
                                                                      : length + 1;
    if (m_tokens < needed)
        return "the text has only " + grouped(m_tokens) + " tokens";
    if (inputs < 1 || (m_plan.protocol == Protocol::LlamaCpp && length < 3))
        return "nothing to predict in so short a window";
    if (strides(m_plan.protocol) && m_plan.stride > length)
        return "the stride of " + grouped(m_plan.stride) + " is longer than the window";
    return {};
}

std::string PairedSweep::whyNot(const SweepMember& member, std::int64_t length) const {
    const std::int64_t inputs = predictsInside(m_plan.protocol) ? length - 1 : length;
    if (member.longestInput && inputs > *member.longestInput)
        return "learned positions end at " + grouped(*member.longestInput);
    return whyNoLength(length);
}

std::int64_t PairedSweep::leftOver() const {
    if (m_longest == 0)
        return 0;
    const std::int64_t predictions = m_tokens - 1;
    if (m_plan.protocol == Protocol::NonOverlapping) // every length scores the tokens that windows of the longest do
        return predictions % m_longest;
    if (m_plan.protocol != Protocol::Sliding && m_plan.protocol != Protocol::LlamaCpp)
        return 0;
    std::int64_t fewest = m_tokens;
    for (const std::int64_t length : m_plan.lengths)
        if (whyNoLength(length).empty())
            fewest = std::min(fewest, m_plan.protocol == Protocol::Sliding ? (predictions - length) % m_plan.stride : m_tokens % length);
    return fewest;
}

// The longest length of the plan that the member can run, `atMost` or shorter; 0: none.
std::int64_t PairedSweep::servedLength(const SweepMember& member, std::int64_t atMost) const {
    std::int64_t longest = 0;
    for (const std::int64_t length : m_plan.lengths)
        if (length <= atMost && (!member.longestInput || length <= *member.longestInput))
            longest = length;
    return longest;
}

// How many tokens the member must run from `start` so that it has a window of `length` there; 0: it has it. `shorterToo`: and
// one of every shorter length, which matters to members whose windows are no beginnings of longer ones.
std::int64_t PairedSweep::lacks(const SweepMember& member, std::int64_t start, std::int64_t length, bool shorterToo) const {
    const std::int64_t longest = servedLength(member, length);
    if (longest == 0)
        return 0;
    if (!has(member, longest, start))
        return longest;
    if (!member.prefixStable && shorterToo)
        for (auto shorter = m_plan.lengths.rbegin(); shorter != m_plan.lengths.rend(); ++shorter)
            if (*shorter < longest && !has(member, *shorter, start))
                return *shorter;
    return 0;
}

SharedRun PairedSweep::onePassRun(const SweepMember& member, std::int64_t start, std::int64_t inputs) const {
    SharedRun run{start, inputs, {}};
    for (std::size_t i = 0; i < m_plan.lengths.size(); ++i)
        if (const std::int64_t length = m_plan.lengths[i]; length == inputs || (member.prefixStable && length < inputs))
            run.windows.push_back({i, {start, length, 0, 1}});
    return run;
}

std::optional<SweepBatch> PairedSweep::firstLacking(Members members, std::span<const std::int64_t> starts, std::int64_t length,
                                                    bool shorterToo) const {
    SweepBatch batch;
    for (const std::int64_t start : starts) {
        std::vector<std::size_t> lacking;
        std::int64_t inputs = 0;
        bool stable = true;
        for (std::size_t i = 0; i < members.size(); ++i) {
            const std::int64_t missing = lacks(members[i], start, length, shorterToo);
            if (missing == 0)
                continue;
            if (lacking.empty()) {
                inputs = missing;
                stable = members[i].prefixStable;
            }
            if (missing == inputs && members[i].prefixStable == stable)
                lacking.push_back(i);
        }
        if (lacking.empty())
            continue;
        if (batch.runs.empty()) {
            batch.members = lacking;
            batch.contexts = stable;
        } else if (lacking != batch.members || inputs != batch.inputs() || stable != batch.contexts) {
            break;
        }
        batch.runs.push_back(onePassRun(members[lacking.front()], start, inputs));
        if (std::int64_t(batch.runs.size() + 1) * inputs > kBatchTokens)
            break;
    }
    return batch.runs.empty() ? std::nullopt : std::optional(std::move(batch));
}

// The beginning of the first window alone, for members that have nothing yet; the whole window replaces it.
std::optional<SweepBatch> PairedSweep::firstAnswer(Members members) const {
    std::int64_t length = 0;
    for (const std::int64_t one : m_plan.lengths)
        if (one <= kFirstAnswer)
            length = one;
    if (length == 0 || m_longest < 2 * length)
        return {};
    SweepBatch batch;
    for (std::size_t i = 0; i < members.size(); ++i)
        if (members[i].tally->byLength.empty() && members[i].prefixStable && servedLength(members[i], m_longest) >= 2 * length)
            batch.members.push_back(i);
    if (batch.members.empty())
        return {};
    batch.contexts = true;
    batch.runs.push_back(onePassRun(members[batch.members.front()], firstPass().front(), length));
    return batch;
}

// After the first pass: windows that one of the members has and another lacks.
std::optional<SweepBatch> PairedSweep::evenOut(Members members) const {
    for (const Level& level : m_levels) {
        std::vector<std::int64_t> starts;
        for (const std::int64_t start : level.starts)
            if (std::any_of(members.begin(), members.end(), [&](const SweepMember& one) { return has(one, level.length, start); }))
                starts.push_back(start);
        if (auto batch = firstLacking(members, starts, level.length, false))
            return batch;
    }
    return {};
}

// More windows of the length whose error is the largest, while it is too large and the text has more.
std::optional<SweepBatch> PairedSweep::fill(Members members) const {
    const Level* worst = nullptr;
    double largest = m_plan.error;
    for (const Level& level : m_levels) {
        double error = 0;
        bool more = false;
        for (const SweepMember& member : members) {
            if (servedLength(member, level.length) != level.length)
                continue;
            const double own = standardErrorAt(*member.tally, level.length);
            error = std::max(error, std::isfinite(own) ? own : std::numeric_limits<double>::infinity());
            more = more || std::any_of(level.starts.begin(), level.starts.end(),
                                       [&](std::int64_t start) { return !has(member, level.length, start); });
        }
        if (more && error > largest) {
            largest = error;
            worst = &level;
        }
    }
    return worst == nullptr ? std::nullopt : firstLacking(members, worst->starts, worst->length, false);
}

std::vector<SharedRun> PairedSweep::runsFor(const SweepMember& member) const {
    std::vector<std::vector<ScoredWindow>> windows;
    const std::int64_t common = m_longest > 0 ? (m_tokens - 1) / m_longest * m_longest : 0;
    for (const std::int64_t length : m_plan.lengths) {
        windows.emplace_back();
        if (!whyNot(member, length).empty())
            continue;
        switch (m_plan.protocol) {
        case Protocol::OnePass:
            break;
        case Protocol::NonOverlapping:
            windows.back() = nonOverlappingWindows(common, length);
            break;
        case Protocol::Sliding:
            windows.back() = slidingWindows(m_tokens, length, m_plan.stride);
            break;
        case Protocol::HuggingFace:
            windows.back() = huggingFaceWindows(m_tokens, length, m_plan.stride);
            break;
        case Protocol::LlamaCpp:
            windows.back() = llamaCppWindows(m_tokens, length);
            break;
        }
    }
    return sharedRuns(windows, member.prefixStable);
}

bool PairedSweep::lacksRun(const SweepMember& member, const SharedRun& run) const {
    return std::any_of(run.windows.begin(), run.windows.end(), [&](const SharedRun::Served& served) {
        return !has(member, m_plan.lengths[served.length], served.window.start);
    });
}

// The member that is behind goes first; the others that lack the very same windows go along.
std::optional<SweepBatch> PairedSweep::nextRun(Members members) const {
    std::vector<std::vector<SharedRun>> runs;
    std::vector<std::size_t> first;
    std::size_t behind = members.size();
    for (const SweepMember& member : members) {
        runs.push_back(runsFor(member));
        const auto lacking = std::find_if(runs.back().begin(), runs.back().end(),
                                          [&](const SharedRun& run) { return lacksRun(member, run); });
        first.push_back(std::size_t(lacking - runs.back().begin()));
        if (lacking != runs.back().end() && (behind == members.size() || first.back() < first[behind]))
            behind = runs.size() - 1;
    }
    if (behind == members.size())
        return {};
    const std::vector<SharedRun>& own = runs[behind];
    SweepBatch batch;
    const std::int64_t inputs = own[first[behind]].inputs;
    for (std::size_t i = first[behind]; i < own.size() && own[i].inputs == inputs && lacksRun(members[behind], own[i]) &&
                                        (batch.runs.empty() || std::int64_t(batch.runs.size() + 1) * inputs <= kBatchTokens);
         ++i)
        batch.runs.push_back(own[i]);
    for (std::size_t i = 0; i < members.size(); ++i) {
        const auto from = runs[i].begin() + std::ptrdiff_t(std::min(first[behind], runs[i].size()));
        const bool same = std::size_t(runs[i].end() - from) >= batch.runs.size() &&
                          std::equal(batch.runs.begin(), batch.runs.end(), from) && lacksRun(members[i], batch.runs.front());
        if (i == behind || same)
            batch.members.push_back(i);
    }
    return batch;
}

std::optional<SweepBatch> PairedSweep::next(Members members) const {
    if (m_longest == 0)
        return {};
    if (m_plan.protocol != Protocol::OnePass)
        return nextRun(members);
    if (auto batch = firstAnswer(members))
        return batch;
    if (auto batch = firstLacking(members, firstPass(), m_longest, true))
        return batch;
    if (m_plan.error <= 0)
        return {};
    if (auto batch = evenOut(members))
        return batch;
    return fill(members);
}

std::int64_t PairedSweep::windowsTotal(const SweepMember& member) const {
    if (m_plan.protocol == Protocol::OnePass)
        return servedLength(member, m_longest) > 0 ? std::int64_t(m_firstPass) : 0;
    std::int64_t windows = 0;
    for (const SharedRun& run : runsFor(member))
        windows += std::ssize(run.windows);
    return windows;
}

std::int64_t PairedSweep::windowsDone(const SweepMember& member) const {
    std::int64_t done = 0;
    if (m_plan.protocol == Protocol::OnePass) {
        if (servedLength(member, m_longest) > 0)
            for (const std::int64_t start : firstPass())
                done += lacks(member, start, m_longest, true) == 0 ? 1 : 0;
        return done;
    }
    for (const SharedRun& run : runsFor(member))
        done += std::count_if(run.windows.begin(), run.windows.end(), [&](const SharedRun::Served& served) {
            return has(member, m_plan.lengths[served.length], served.window.start);
        });
    return done;
}

void PairedSweep::add(const SweepBatch& batch, std::span<const float> loss, std::span<const std::int64_t> ends,
                      double seconds, CurveTally& tally) const {
    const auto inputs = std::size_t(batch.inputs());
    CurveTally measured;
    for (std::size_t row = 0; row < batch.runs.size(); ++row) {
        const SharedRun& run = batch.runs[row];
        std::vector<double> sum(inputs + 1);
        for (std::size_t i = 0; i < inputs; ++i)
            sum[i + 1] = sum[i] + double(loss[row * inputs + i]);
        // Predictions [from, to) of the run, those of the tokens behind the inputs of the same places.
        const auto sums = [&](std::int64_t from, std::int64_t to, double weight) {
            const std::int64_t bytes =
                ends.empty() ? 0 : ends[std::size_t(run.start + to)] - ends[std::size_t(run.start + from)];
            return WindowSum{sum[std::size_t(to)] - sum[std::size_t(from)], to - from, bytes, weight, run.inputs};
        };
        for (const SharedRun::Served& served : run.windows)
            measured.byLength[m_plan.lengths[served.length]][run.start] =
                sums(served.window.from, served.window.inputs, served.window.weight);
        if (batch.contexts) // the prediction at position p has p + 1 tokens of context
            for (const ContextBin& bin : contextBins(run.inputs))
                measured.byContext[bin.begin][run.start] = sums(bin.begin - 1, bin.end - 1, 1);
    }
    std::size_t longest = 0;
    for (const SharedRun::Served& served : batch.runs.front().windows)
        longest = std::max(longest, served.length);
    measured.seconds[m_plan.lengths[longest]] = seconds;
    measured.tokens = std::int64_t(batch.runs.size() * inputs);
    tally.merge(measured);
}

} // namespace slopescope
