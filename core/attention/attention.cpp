#include "core/attention/attention.h"

#include "core/attention/device_attention.h"
#include "core/attention/problem_fields.h"
#include "core/base/error.h"
#include "core/kernels/pooled_scores.h"
#include "core/base/parallel.h"

#include <ATen/ops/empty.h>

#include <cmath>
#include <utility>

namespace slopescope {
namespace {

void require(bool holds, const char* argument, const char* fault) {
    if (!holds)
        throw Error(std::string("Attention: ") + argument + " " + fault + ".");
}

void checkActivations(const at::Tensor& x, const char* name) {
    require(x.defined() && x.dim() == 4, name, "must be [batch, length, heads, head size]");
    require(x.scalar_type() == at::kFloat || !x.device().is_cpu(), name, "must be float32 on the CPU");
    require(x.size(3) >= 1 && (x.stride(3) == 1 || x.size(3) == 1), name, "must have contiguous heads");
}

void checkSettings(const AttentionSettings& s, std::int64_t heads) {
    require(std::isfinite(s.scale), "scale", "must be finite");
    require(s.window >= 0, "window", "must not be negative");
    require(s.sinks >= 0, "sinks", "must not be negative");
    require(std::isfinite(s.tolerance) && s.tolerance >= 0 && s.tolerance < 1, "tolerance", "must lie in [0, 1)");
    require(std::isfinite(s.softCap) && s.softCap >= 0, "soft cap", "must be a number, not negative");
    if (s.sinkLogits.defined())
        require(s.sinkLogits.dim() == 1 && s.sinkLogits.size(0) == heads && s.sinkLogits.is_contiguous() &&
                    s.sinkLogits.scalar_type() == at::kFloat,
                "sink logits", "must be one float32 a head");
    const at::Tensor &slopes = s.bias.slopes, &table = s.bias.table;
    require(!(slopes.defined() && table.defined()), "bias", "is either slopes or a table, not both");
    require(s.bias.clip >= 0, "the distance that a bias is clipped at", "must not be negative");
    if (slopes.defined())
        require(slopes.dim() == 1 && slopes.size(0) == heads && slopes.is_contiguous() &&
                    slopes.scalar_type() == at::kFloat,
                "slopes", "must be one float32 a head");
    if (table.defined())
        require(table.dim() == 2 && table.size(0) == heads && table.size(1) >= 1 && table.is_contiguous() &&
                    table.scalar_type() == at::kFloat,
                "bias table", "must be float32 [heads, distances]");
}

kernels::Rows rowsOf(const at::Tensor& x) {
    return {x.data_ptr<float>(), x.stride(0), x.stride(2), x.stride(1)};
}

AttentionSettings forKernels(AttentionSettings settings, std::int64_t keys) {
    settings.bias = settings.bias.forKernels(keys);
    return settings;
}

HeadView forKernels(HeadView head) {
    if (head.k.defined() && head.k.dim() == 2)
        head.settings = forKernels(head.settings, head.k.size(0));
    return head;
}

kernels::DistanceBias biasOf(const LayerBias& bias) {
    kernels::DistanceBias result;
    if (bias.slopes.defined())
        result.slopes = bias.slopes.data_ptr<float>();
    if (bias.table.defined()) {
        result.table = bias.table.data_ptr<float>();
        result.tableLength = bias.table.size(1);
    }
    return result;
}

// The GPU's kernels have neither of the two.
void checkPlainOnDevice(const AttentionSettings& s) {
    require(s.softCap == 0 && !s.sinkLogits.defined(), "soft caps and sink logits", "are computed on the processor only");
}

// Of one head, for a map or a profile.
template <class Problem>
void setCapAndSink(Problem& problem, const AttentionSettings& settings) {
    problem.softCap = static_cast<float>(settings.softCap);
    if (settings.sinkLogits.defined())
        problem.sinkLogit = settings.sinkLogits.data_ptr<float>()[0];
}

const kernels::Kernel& kernelFor(const kernels::Attention& problem) {
    for (const kernels::Kernel& kernel : kernels::kernelTable())
        if (kernel.supports(problem))
            return kernel;
    throw Error("No attention kernel serves a head of size " + std::to_string(problem.headDim) + ".");
}

const kernels::Kernel& kernelForHead(std::int64_t headDim) {
    kernels::Attention probe;
    probe.headDim = headDim;
    return kernelFor(probe);
}

kernels::ParallelFor loopsOf(const Job& job) {
    return [&job](std::int64_t count, const std::function<void(std::int64_t)>& body) {
        job.check();
        parallelFor(count, job, body);
    };
}

bool isOnDevice(const at::Tensor& x) { return !x.device().is_cpu(); }

void checkHead(const HeadView& head) {
    const auto fits = [](const at::Tensor& x) {
        return x.defined() && x.dim() == 2 && (x.scalar_type() == at::kFloat || isOnDevice(x)) && x.stride(1) == 1;
    };
    require(fits(head.q), "q", "must be float32 [queries, head size]");
    require(fits(head.k) && head.k.size(1) == head.q.size(1), "k", "must be float32 [keys, head size]");
    require(head.k.device() == head.q.device() && head.k.scalar_type() == head.q.scalar_type(), "k",
            "must lie where q does, in its precision");
    checkSettings(head.settings, 1);
}

void checkView(const HeadView& head, const MapCells& view) {
    require(0 <= view.queryBegin && view.queryBegin < view.queryEnd && view.queryEnd <= head.q.size(0) &&
                0 <= view.keyBegin && view.keyBegin < view.keyEnd && view.keyEnd <= head.k.size(0),
            "the viewport", "must lie within the text");
    require(1 <= view.rows && view.rows <= view.queryEnd - view.queryBegin && 1 <= view.columns &&
                view.columns <= view.keyEnd - view.keyBegin,
            "the viewport", "must have between one pixel and one pixel a cell");
    require(view.sampling >= 1, "sampling", "must be at least 1");
    if (head.lse.defined())
        require(head.lse.numel() == head.q.size(0) && head.lse.is_contiguous(), "lse", "must be one float32 a query");
}

void checkArguments(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const AttentionSettings& settings) {
    checkActivations(q, "q");
    checkActivations(k, "k");
    checkActivations(v, "v");
    require(k.size(0) == q.size(0) && v.size(0) == q.size(0), "k and v", "must have the batch of q");
    require(k.sizes() == v.sizes(), "v", "must have the shape of k");
    require(k.size(3) == q.size(3), "k", "must have the head size of q");
    require(k.size(2) >= 1 && q.size(2) % k.size(2) == 0, "k", "must have a number of heads that divides q's");
    checkSettings(settings, q.size(2));
    require(k.device() == q.device() && v.device() == q.device() && k.scalar_type() == q.scalar_type() &&
                v.scalar_type() == q.scalar_type(),
            "k and v", "must lie where q does, in its precision");
}

kernels::Attention problemOf(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                             const AttentionSettings& settings) {
    kernels::Attention problem;
    problem.q = rowsOf(q);
    problem.k = rowsOf(k);
    problem.v = rowsOf(v);
    setShape(problem, q, k);
    setSettings(problem, settings, biasOf(settings.bias));
    problem.softCap = static_cast<float>(settings.softCap);
    if (settings.sinkLogits.defined())
        problem.sinkLogits = settings.sinkLogits.data_ptr<float>();
    return problem;
}

// A slope m puts -m d at distance d of the table.
at::Tensor slopesOfTable(const at::Tensor& gradient) {
    at::Tensor slopes = at::empty({gradient.size(0)}, at::kFloat);
    const float* value = gradient.data_ptr<float>();
    for (std::int64_t head = 0; head < gradient.size(0); ++head) {
        double sum = 0;
        for (std::int64_t distance = 0; distance < gradient.size(1); ++distance)
            sum -= double(*value++) * double(distance);
        slopes.data_ptr<float>()[head] = static_cast<float>(sum);
    }
    return slopes;
}

kernels::GradientRows gradientRowsOf(const at::Tensor& x) {
    return {x.data_ptr<float>(), x.stride(0), x.stride(2), x.stride(1)};
}

} // namespace

LayerBias LayerBias::forKernels(std::int64_t keys) const {
    if (clip == 0 || !slopes.defined())
        return *this;
    if (clip >= keys - 1)
        return {slopes, {}};
    at::Tensor clipped = at::empty({slopes.size(0), clip + 1}, at::kFloat);
    float* bias = clipped.data_ptr<float>();
    for (std::int64_t head = 0; head < slopes.size(0); ++head)
        for (std::int64_t distance = 0; distance <= clip; ++distance)
            *bias++ = static_cast<float>(-double(slopes.data_ptr<float>()[head]) * double(distance));
    return {{}, clipped};
}

AttendResult attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const AttentionSettings& given,
                    const Job& job) {
    checkArguments(q, k, v, given);
    const AttentionSettings settings = forKernels(given, k.size(1));
    if (isOnDevice(q)) {
        job.check();
        checkPlainOnDevice(settings);
        return attendOnDevice(q, k, v, settings);
    }
    const kernels::Attention problem = problemOf(q, k, v, settings);

    AttendResult result{at::empty(q.sizes(), at::kFloat), at::empty({q.size(0), q.size(2), q.size(1)}, at::kFloat), {}};
    kernels::AttentionOutput output;
    output.out = result.out.data_ptr<float>();
    output.batchStride = result.out.stride(0);
    output.headStride = result.out.stride(2);
    output.rowStride = result.out.stride(1);
    output.lse = result.lse.data_ptr<float>();
    result.visited = kernelFor(problem).attend(problem, output, loopsOf(job));
    return result;
}

AttendGradients attendBackward(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                               const AttentionSettings& settings, const AttendResult& forward, const at::Tensor& dout,
                               bool ofBias, const Job& job) {
    checkArguments(q, k, v, settings);
    if (const LayerBias table = settings.bias.forKernels(k.size(1)); settings.bias.slopes.defined() && table.table.defined()) {
        AttentionSettings clipped = settings;
        clipped.bias = table;
        AttendGradients result = attendBackward(q, k, v, clipped, forward, dout, ofBias, job);
        if (result.table.defined())
            result.slopes = slopesOfTable(std::exchange(result.table, at::Tensor()));
        return result;
    }
    require(!isOnDevice(q), "q", "must lie on the processor for gradients");
    require(settings.softCap == 0 && !settings.sinkLogits.defined(), "gradients", "go through no soft cap and no sink logits");
    for (const at::Tensor* x : {&forward.out, &dout}) {
        checkActivations(*x, "out and its gradient");
        require(x->sizes() == q.sizes() && !isOnDevice(*x), "out and its gradient", "must have the shape of q");
    }
    require(forward.lse.defined() && forward.lse.is_contiguous() && forward.lse.scalar_type() == at::kFloat &&
                forward.lse.sizes() == at::IntArrayRef({q.size(0), q.size(2), q.size(1)}),
            "lse", "must be float32 [batch, heads, queries]");

    AttendGradients result{at::empty(q.sizes(), at::kFloat), at::empty(k.sizes(), at::kFloat),
                           at::empty(v.sizes(), at::kFloat), {}, {}, {}};
    kernels::AttentionGradients gradients{gradientRowsOf(result.q), gradientRowsOf(result.k), gradientRowsOf(result.v)};
    if (ofBias && settings.bias.slopes.defined()) {
        result.slopes = at::empty(settings.bias.slopes.sizes(), at::kFloat);
        gradients.slopes = result.slopes.data_ptr<float>();
    }
    if (ofBias && settings.bias.table.defined()) {
        result.table = at::empty(settings.bias.table.sizes(), at::kFloat);
        gradients.table = result.table.data_ptr<float>();
    }
    const kernels::Attention problem = problemOf(q, k, v, settings);
    const kernels::AttentionBackward backward{rowsOf(forward.out), rowsOf(dout), forward.lse.data_ptr<float>()};
    result.visited = kernelFor(problem).attendBackward(problem, backward, gradients, loopsOf(job));
    return result;
}

MapPixels attentionMap(const HeadView& given, const MapCells& view, const Job& job) {
    checkHead(given);
    const HeadView head = forKernels(given);
    checkView(head, view);
    if (isOnDevice(head.q)) {
        job.check();
        checkPlainOnDevice(head.settings);
        return mapOnDevice(head, view);
    }
    auto map = headProblem<kernels::Map>(head, biasOf(head.settings.bias));
    setView(map, view);
    setCapAndSink(map, head.settings);
    map.sampling = view.sampling;
    if (head.lse.defined())
        map.lse = head.lse.data_ptr<float>();
    MapPixels pixels{std::vector<float>(std::size_t(view.rows * view.columns)), {}};
    kernels::MapOutput output;
    output.picture = pixels.values.data();
    if (kernels::poolsScores(map)) {
        kernels::poolScores(map, output.picture, loopsOf(job));
        pixels.visited = {0, 1}; // no block
    } else {
        pixels.visited = kernelForHead(map.headDim).map(map, output, loopsOf(job));
    }
    return pixels;
}

ProfileValues attentionProfile(const HeadView& given, std::span<const std::int64_t> binEdges, std::int64_t firstKeys,
                               const Job& job) {
    checkHead(given);
    const HeadView head = forKernels(given);
    require(binEdges.size() >= 2, "bins", "need at least two edges");
    if (isOnDevice(head.q)) {
        job.check();
        checkPlainOnDevice(head.settings);
        return profileOnDevice(head, binEdges, firstKeys);
    }
    auto profile = headProblem<kernels::Profile>(head, biasOf(head.settings.bias));
    setCapAndSink(profile, head.settings);
    profile.binEdges = binEdges;
    profile.firstKeys = firstKeys;
    ProfileValues values;
    values.mass.resize(binEdges.size() - 1);
    kernels::ProfileOutput output;
    output.mass = values.mass;
    values.visited = kernelForHead(profile.headDim).profile(profile, output, loopsOf(job));
    values.meanDistance = output.meanDistance;
    values.entropyBits = output.entropy;
    values.firstKeysMass = output.firstKeysMass;
    values.diagonalMass = output.diagonalMass;
    return values;
}

std::string kernelName(std::int64_t headDim) { return kernelForHead(headDim).name; }

} // namespace slopescope
