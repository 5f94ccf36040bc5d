#include "core/attention/repeats.h"

#include "core/base/error.h"
#include "core/base/parallel.h"

namespace slopescope {

kernels::RepeatedTokensMass repeatedTokensMass(const HeadView& head, std::span<const std::int64_t> previous,
                                               const Job& job) {
    const at::Tensor q = head.q.cpu().to(at::kFloat), k = head.k.cpu().to(at::kFloat);
    if (!head.lse.defined() || head.lse.numel() != q.size(0) || k.size(0) != q.size(0) ||
        std::ssize(previous) != q.size(0) || q.stride(1) != 1 || k.stride(1) != 1)
        throw Error("Attention: the repeated tokens of a head need as many queries as keys, and their log-sum-exps.");
    const at::Tensor lse = head.lse.cpu().to(at::kFloat).contiguous();
    const AttentionSettings& settings = head.settings;
    const LayerBias bias = settings.bias.forKernels(k.size(0));
    kernels::RepeatedTokens problem;
    problem.q = q.data_ptr<float>();
    problem.k = k.data_ptr<float>();
    problem.qStride = q.stride(0);
    problem.kStride = k.stride(0);
    problem.tokens = q.size(0);
    problem.headDim = q.size(1);
    problem.scale = static_cast<float>(settings.scale);
    problem.window = settings.window;
    problem.sinks = settings.sinks;
    problem.softCap = static_cast<float>(settings.softCap);
    problem.lse = lse.data_ptr<float>();
    problem.previous = previous.data();
    if (bias.slopes.defined())
        problem.bias.slopes = bias.slopes.data_ptr<float>();
    if (bias.table.defined()) {
        problem.bias.table = bias.table.data_ptr<float>();
        problem.bias.tableLength = bias.table.size(1);
    }
    return kernels::repeatedTokensMass(problem, [&](std::int64_t count, const std::function<void(std::int64_t)>& body) {
        parallelFor(count, job, body);
    });
}

} // namespace slopescope
