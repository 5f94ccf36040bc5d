#include "core/study/paired_curves.h"

#include "core/base/error.h"
#include "core/base/numbers.h"
#include "core/study/curve_plan.h"
#include "core/study/tally_states.h"
#include "core/study/window_losses.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <set>
#include <utility>

namespace slopescope {
namespace {

constexpr std::size_t kMostTallies = 512;
constexpr std::ptrdiff_t kMostGiven = 8; // of a variant: a text that is typed is another one with every letter

bool hasCurve(const CurveResult& curve) {
    return curve.fault.empty();
}

} // namespace

std::vector<MeasuredCurve> PairedCurves::measured(std::span<const Variant> variants) const {
    const std::lock_guard lock(m_mutex);
    std::vector<MeasuredCurve> found;
    const auto take = [&](const MeasuredCurve& curve) {
        const bool wanted = std::find(variants.begin(), variants.end(), curve.variant) != variants.end();
        const auto before = std::count_if(found.begin(), found.end(),
                                          [&](const MeasuredCurve& one) { return one.variant == curve.variant; });
        if (wanted && !curve.tally.byLength.empty() && before < kMostGiven)
            found.push_back(curve);
    };
    std::for_each(m_kept.begin(), m_kept.end(), take);
    std::for_each(m_remembered.begin(), m_remembered.end(), take);
    return found;
}

void PairedCurves::remember(std::vector<MeasuredCurve> curves) {
    const std::lock_guard lock(m_mutex);
    std::move(curves.begin(), curves.end(), std::back_inserter(m_remembered));
    ++m_changes;
}

std::uint64_t PairedCurves::changes() const {
    const std::lock_guard lock(m_mutex);
    return m_changes;
}

void PairedCurves::takeRemembered() {
    const std::lock_guard lock(m_mutex);
    for (MeasuredCurve& curve : m_remembered) {
        const auto known = std::find_if(m_kept.begin(), m_kept.end(),
                                        [&](const MeasuredCurve& one) { return one.isOfTheSame(curve); });
        if (known != m_kept.end())
            takeOver(known->tally, curve.tally);
        else
            m_kept.push_front(std::move(curve));
    }
    m_remembered.clear();
}

CurveTally& PairedCurves::tallyOf(const CurvesRequest& request, const CurveSource& source) {
    const CurvePlan& plan = request.plan;
    MeasuredCurve wanted{source.variant, source.modelDigest, source.device,
                         source.textDigest, std::ssize(*source.ids), plan.protocol,
                         plan.stride, plan.maxTokens, MeasuredCurve::reachOf(plan),
                         plan.seed, {}};
    const std::lock_guard lock(m_mutex);
    const auto known =
        std::find_if(m_kept.begin(), m_kept.end(), [&](const MeasuredCurve& one) { return one.isOfTheSame(wanted); });
    if (known != m_kept.end())
        m_kept.splice(m_kept.begin(), m_kept, known);
    else
        m_kept.push_front(std::move(wanted));
    while (m_kept.size() > std::max(kMostTallies, request.variants.size()))
        m_kept.pop_back();
    return m_kept.front().tally;
}

const MeasuredCurve* PairedCurves::storedOf(const CurvesRequest& request, const CurveSource& source) {
    const std::lock_guard lock(m_mutex);
    const auto found = std::find_if(m_kept.begin(), m_kept.end(), [&](const MeasuredCurve& one) {
        return one.variant == source.variant && one.isOf(request.plan) && !one.tally.byLength.empty();
    });
    if (found == m_kept.end())
        return nullptr;
    m_kept.splice(m_kept.begin(), m_kept, found); // a use, so that it is not the next to go
    return &m_kept.front();
}

std::vector<PairedCurves::Group> PairedCurves::groupsOf(const CurvesRequest& request,
                                                        const std::vector<CurveSource>& sources) {
    std::vector<Group> groups;
    const auto put = [&](std::size_t i, std::uint64_t digest, std::int64_t tokens) -> Group& {
        auto same = std::find_if(groups.begin(), groups.end(), [&](const Group& one) { return one.textDigest == digest; });
        if (same == groups.end())
            same = groups.insert(groups.end(), Group{PairedSweep(request.plan, tokens), digest, tokens, {}, 0, {}, {}});
        same->which.push_back(i);
        return *same;
    };
    for (std::size_t i = 0; i < sources.size(); ++i)
        if (sources[i].fault.empty())
            ++put(i, sources[i].textDigest, std::ssize(*sources[i].ids)).live;
    for (std::size_t i = 0; i < sources.size(); ++i)
        if (sources[i].closed)
            if (const MeasuredCurve* const stored = storedOf(request, sources[i]))
                put(i, stored->textDigest, stored->textTokens);
    return groups;
}

void PairedCurves::lookAround(const CurvesRequest& request, const std::vector<CurveSource>& sources, Group& group) {
    const auto failed = [&](std::size_t i) { return !sources[i].fault.empty() && !sources[i].closed; };
    group.live -= std::size_t(std::count_if(group.which.begin(), group.which.end(), failed));
    std::erase_if(group.which, failed);
    group.members.clear();
    for (const std::size_t i : group.which) {
        if (sources[i].closed) {
            group.members.push_back({&storedOf(request, sources[i])->tally, {}, true});
            continue;
        }
        const DecoderConfig& config = sources[i].decoder->config();
        // Slopes that a request brings do not depend on the length; those as trained may.
        DecoderConfig run = config;
        if (!sources[i].variant.slopes.empty())
            run.slopeLength = 0;
        group.members.push_back(
            {&tallyOf(request, sources[i]), config.longestLength(), run.sameAt(1, group.sweep.windowLength())});
    }
    group.next = group.live == 0 ? std::nullopt : group.sweep.next(std::span(group.members).first(group.live));
}

CurvesResult PairedCurves::state(const CurvesRequest& request, const std::vector<CurveSource>& sources) {
    checkPlan(request.plan);
    takeRemembered();
    std::vector<Group> groups = groupsOf(request, sources);
    return stateOf(request, sources, groups);
}

CurvesResult PairedCurves::stateOf(const CurvesRequest& request, const std::vector<CurveSource>& sources,
                                   std::vector<Group>& groups) {
    CurvesResult result;
    result.against = request.against;
    result.plan = request.plan;
    result.curves.resize(sources.size());
    result.differences.resize(sources.size());
    for (std::size_t i = 0; i < sources.size(); ++i) {
        CurveResult& curve = result.curves[i];
        curve.variant = sources[i].variant;
        curve.protocol = request.plan.protocol;
        curve.stride = request.plan.stride;
        curve.fault = sources[i].fault;
        for (const std::int64_t length : request.plan.lengths)
            curve.points.emplace_back().length = length;
    }
    result.filled = true;
    for (Group& group : groups) {
        lookAround(request, sources, group);
        const std::vector<SweepMember>& members = group.members;
        std::vector<const CurveTally*> beside;
        for (const SweepMember& member : members)
            beside.push_back(member.tally);
        const bool filled = !group.next;
        result.filled = result.filled && filled;
        const CurveTally* other = nullptr; // B's
        for (std::size_t m = 0; m < members.size(); ++m)
            if (request.against == sources[group.which[m]].variant)
                other = members[m].tally;
        for (std::size_t m = 0; m < members.size(); ++m) {
            CurveResult& curve = result.curves[group.which[m]];
            describe(group, m, curve);
            curve.filled = filled;
            deriveCurve(*members[m].tally, beside, curve);
            if (other != nullptr && other != members[m].tally)
                result.differences[group.which[m]] = deriveDifference(*members[m].tally, *other, beside, curve);
        }
    }
    result.complete = std::all_of(result.curves.begin(), result.curves.end(),
                                  [](const CurveResult& curve) { return !hasCurve(curve) || curve.complete; });
    return result;
}

// All that is known of a curve beside its numbers.
void PairedCurves::describe(const Group& group, std::size_t m, CurveResult& curve) const {
    const SweepMember& member = group.members[m];
    curve.textDigest = group.textDigest;
    curve.textTokens = group.textTokens;
    curve.windowLength = group.sweep.windowLength();
    curve.leftOver = group.sweep.leftOver();
    curve.stored = m >= group.live;
    if (curve.stored) {
        curve.fault.clear();
        for (CurvePoint& point : curve.points)
            if (const auto windows = member.tally->byLength.find(point.length); windows == member.tally->byLength.end())
                point.unavailable = "it was not measured";
            else
                curve.windowsDone = std::ssize(windows->second);
        curve.windowsTotal = curve.windowsDone;
        curve.complete = true;
        return;
    }
    for (CurvePoint& point : curve.points)
        point.unavailable = group.sweep.whyNot(member, point.length);
    if (std::none_of(curve.points.begin(), curve.points.end(), [](const CurvePoint& one) { return one.unavailable.empty(); }))
        curve.fault = "No length of this curve can be measured: " + curve.points.front().unavailable + ".";
    curve.windowsDone = group.sweep.windowsDone(member);
    curve.windowsTotal = group.sweep.windowsTotal(member);
    curve.complete = curve.windowsDone == curve.windowsTotal;
}

// A fault of one variant is kept with it; stopping and the device's faults concern all.
void PairedCurves::measureNext(const Group& group, const CurvesRequest& request, std::vector<CurveSource>& sources,
                               const Job& job) {
    const SweepBatch& batch = *group.next;
    std::vector<std::int64_t> starts;
    for (const SharedRun& run : batch.runs)
        starts.push_back(run.start);
    std::set<const CurveTally*> done; // variants that are the same have one tally
    for (const std::size_t member : batch.members) {
        CurveSource& source = sources[group.which[member]];
        CurveTally& tally = tallyOf(request, source);
        if (!done.insert(&tally).second)
            continue;
        try {
            AttentionOverride change;
            change.slopes = source.variant.slopes;
            const auto begin = std::chrono::steady_clock::now();
            const auto waited = job.waited();
            const std::vector<float> loss =
                windowLosses(*source.decoder, *source.ids, starts, batch.inputs(), change, job, source.firstToken);
            const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begin - (job.waited() - waited);
            const std::lock_guard lock(m_mutex);
            group.sweep.add(batch, loss, *source.ends, spent.count(), tally);
            ++m_changes;
        } catch (const DeviceError&) {
            throw;
        } catch (const Error& fault) {
            source.fault = fault.what();
        }
    }
}

void PairedCurves::report(const CurvesResult& state, const Job& job) const {
    std::int64_t done = 0, total = 0;
    std::size_t curves = 0;
    for (const CurveResult& curve : state.curves)
        if (hasCurve(curve)) {
            done += curve.windowsDone;
            total += curve.windowsTotal;
            ++curves;
        }
    if (curves == 0 || total == 0)
        return;
    const std::int64_t each = total / std::int64_t(curves), now = std::min(each, done / std::int64_t(curves) + 1);
    job.report(double(done) / double(total), done < total ? "Window " + grouped(now) + " of " + grouped(each)
                                                          : std::string("More windows for lengths that rest on few"));
}

CurvesResult PairedCurves::measure(const CurvesRequest& request, std::vector<CurveSource> sources, const Job& job,
                                   const Update& update) {
    checkPlan(request.plan);
    takeRemembered();
    std::vector<Group> groups = groupsOf(request, sources);
    for (;;) {
        CurvesResult now = stateOf(request, sources, groups);
        if (update)
            update(now);
        report(now, job);
        if (now.filled)
            return now;
        for (const Group& group : groups)
            if (group.next) {
                job.check();
                measureNext(group, request, sources, job);
            }
    }
}

} // namespace slopescope
