#include "core/study/paired_curves.h"

#include "core/base/error.h"
#include "core/base/numbers.h"
#include "core/study/curve_plan.h"
#include "core/study/window_losses.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <set>
#include <utility>

namespace slopescope {
namespace {

constexpr std::size_t kMostTallies = 512;

bool hasCurve(const CurveResult& curve) {
    return curve.fault.empty();
}

} // namespace

CurveTally& PairedCurves::tallyOf(const CurvesRequest& request, const CurveSource& source) {
    const CurvePlan& plan = request.plan;
    // Side by side, how far windows of every length reach depends on the longest.
    const std::int64_t reach = plan.protocol == Protocol::NonOverlapping ? plan.lengths.back() : 0;
    const auto known = std::find_if(m_kept.begin(), m_kept.end(), [&](const Kept& kept) {
        return kept.variant == source.variant && kept.origin == source.origin && kept.textDigest == source.textDigest && kept.protocol == plan.protocol &&
               kept.stride == plan.stride && kept.reach == reach && kept.maxTokens == plan.maxTokens && kept.seed == plan.seed;
    });
    if (known != m_kept.end())
        m_kept.splice(m_kept.begin(), m_kept, known);
    else
        m_kept.push_front({source.variant, source.origin, source.textDigest, plan.protocol, plan.stride, reach, plan.maxTokens, plan.seed, {}});
    while (m_kept.size() > std::max(kMostTallies, request.variants.size()))
        m_kept.pop_back();
    return m_kept.front().tally;
}

std::vector<PairedCurves::Group> PairedCurves::groupsOf(const CurvesRequest& request,
                                                        const std::vector<CurveSource>& sources) const {
    std::vector<Group> groups;
    for (std::size_t i = 0; i < sources.size(); ++i) {
        if (!sources[i].fault.empty())
            continue;
        const auto same = std::find_if(groups.begin(), groups.end(), [&](const Group& group) {
            return sources[group.which.front()].textDigest == sources[i].textDigest;
        });
        if (same != groups.end())
            same->which.push_back(i);
        else
            groups.push_back({PairedSweep(request.plan, std::ssize(*sources[i].ids)), {i}, {}, {}});
    }
    return groups;
}

void PairedCurves::lookAround(const CurvesRequest& request, const std::vector<CurveSource>& sources, Group& group) {
    std::erase_if(group.which, [&](std::size_t i) { return !sources[i].fault.empty(); });
    group.members.clear();
    for (const std::size_t i : group.which) {
        const DecoderConfig& config = sources[i].decoder->config();
        // Slopes that a request brings do not depend on the length; those as trained may.
        DecoderConfig run = config;
        if (!sources[i].variant.slopes.empty())
            run.slopeLength = 0;
        group.members.push_back(
            {&tallyOf(request, sources[i]), config.longestLength(), run.sameAt(1, group.sweep.windowLength())});
    }
    group.next = group.which.empty() ? std::nullopt : group.sweep.next(group.members);
}

CurvesResult PairedCurves::state(const CurvesRequest& request, const std::vector<CurveSource>& sources) {
    checkPlan(request.plan);
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
        curve.textDigest = sources[i].textDigest;
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
            bool any = false;
            for (CurvePoint& point : curve.points) {
                point.unavailable = group.sweep.whyNot(members[m], point.length);
                any = any || point.unavailable.empty();
            }
            if (!any)
                curve.fault = "No length of this curve can be measured: " + curve.points.front().unavailable + ".";
            curve.textTokens = std::ssize(*sources[group.which[m]].ids);
            curve.windowLength = group.sweep.windowLength();
            curve.windowsDone = group.sweep.windowsDone(members[m]);
            curve.windowsTotal = group.sweep.windowsTotal(members[m]);
            curve.leftOver = group.sweep.leftOver();
            curve.complete = curve.windowsDone == curve.windowsTotal;
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
            group.sweep.add(batch, loss, *source.ends, spent.count(), tally);
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
