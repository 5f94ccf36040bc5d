// Fused attention under autograd: its output and gradients are those of attention that stores its scores, of plain
// LibTorch operations.
#include "core/attention/fused_attention.h"
#include "core/base/error.h"
#include "core/training/stored_attention.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <gtest/gtest.h>

#include <vector>

namespace slopescope {
namespace {

at::Tensor noise(const std::vector<std::int64_t>& shape, std::uint64_t seed, bool differentiable = true) {
    at::Generator random = at::make_generator<at::CPUGeneratorImpl>(seed);
    return at::empty(shape, at::kFloat).normal_(0, 1, random).requires_grad_(differentiable);
}

enum class Bias { None, Slopes, Table };

struct Leaves {
    at::Tensor qkv; // [batch, length, heads + 2 keyHeads, headDim], as the projection gives it
    at::Tensor slopes, table;
};

// Output and gradients of one way to attend.
template <class Attend>
std::vector<at::Tensor> valuesOf(const Attend& attend, Leaves leaves, std::int64_t heads, std::int64_t keyHeads,
                                 AttentionSettings settings, const at::Tensor& dout) {
    std::vector<at::Tensor*> all{&leaves.qkv, &leaves.slopes, &leaves.table};
    for (at::Tensor* leaf : all)
        if (leaf->defined())
            *leaf = leaf->detach().clone().requires_grad_(true);
    settings.bias = {leaves.slopes, leaves.table};
    const auto parts = leaves.qkv.split_with_sizes({heads, keyHeads, keyHeads}, 2);
    const at::Tensor out = attend(parts[0], parts[1], parts[2], settings);
    (out * dout).sum().backward();
    std::vector<at::Tensor> values{out.detach()};
    for (const at::Tensor* leaf : all)
        if (leaf->defined())
            values.push_back(leaf->grad());
    return values;
}

TEST(FusedAttention, HasTheGradientsOfStoredScores) {
    for (const Bias bias : {Bias::None, Bias::Slopes, Bias::Table})
        for (const std::int64_t window : {0, 1, 37})
            for (const std::int64_t keyHeads : {4, 2, 1})
                for (const std::int64_t length : {1, 50, 230}) {
                    SCOPED_TRACE("bias " + std::to_string(int(bias)) + " window " + std::to_string(window) +
                                 " key heads " + std::to_string(keyHeads) + " length " + std::to_string(length));
                    constexpr std::int64_t kHeads = 4, kHeadDim = 16;
                    Leaves leaves{noise({2, length, kHeads + 2 * keyHeads, kHeadDim}, 1), {}, {}};
                    if (bias == Bias::Slopes)
                        leaves.slopes = noise({kHeads}, 2).detach().abs();
                    if (bias == Bias::Table)
                        leaves.table = noise({kHeads, 9}, 3);
                    const at::Tensor dout = noise({2, length, kHeads, kHeadDim}, 4, false);
                    AttentionSettings settings;
                    settings.scale = 0.25;
                    settings.window = window;
                    settings.sinks = window ? 2 : 0;
                    StoredAttention stored;
                    const auto expected = valuesOf([&](auto&&... x) { return stored.attend(x...); }, leaves, kHeads,
                                                   keyHeads, settings, dout);
                    const auto got = valuesOf([](auto&&... x) { return fusedAttention(x...); }, leaves, kHeads,
                                              keyHeads, settings, dout);
                    ASSERT_EQ(got.size(), expected.size());
                    for (std::size_t i = 0; i < got.size(); ++i)
                        EXPECT_LT((got[i] - expected[i]).abs().max().item<double>(),
                                  1e-5 * (1 + expected[i].abs().max().item<double>()))
                            << "value " << i;
                }
}

TEST(FusedAttention, GivesGradientsInThePrecisionOfTheirInputs) {
    const at::Tensor q = noise({1, 20, 2, 8}, 1), k = noise({1, 20, 2, 8}, 2), v = noise({1, 20, 2, 8}, 3);
    fusedAttention(q.to(at::kBFloat16), k, v.to(at::kBFloat16), {}).sum().backward();
    for (const at::Tensor& x : {q, k, v}) {
        ASSERT_TRUE(x.grad().defined());
        EXPECT_EQ(x.grad().scalar_type(), at::kFloat);
    }
}

TEST(FusedAttention, KeepsNoGraphWhereNobodyAsks) {
    const at::Tensor q = noise({1, 20, 2, 8}, 1, false);
    EXPECT_FALSE(fusedAttention(q, q, q, {}).requires_grad());
    const at::NoGradGuard noGradient;
    const at::Tensor asked = noise({1, 20, 2, 8}, 1);
    EXPECT_FALSE(fusedAttention(asked, asked, asked, {}).requires_grad());
}

TEST(FusedAttention, RefusesWhatDoesNotFit) {
    const at::Tensor q = noise({1, 5, 2, 8}, 1, false);
    const AttendResult forward = attend(q, q, q, {}, Job());
    EXPECT_THROW(attendBackward(q, q, q, {}, forward, q.narrow(1, 0, 4), true, Job()), Error);
    EXPECT_THROW(attendBackward(q, q, q, {}, {forward.out, forward.lse.narrow(2, 0, 4), {}}, q, true, Job()), Error);
    EXPECT_NO_THROW(attendBackward(q, q, q, {}, forward, q, true, Job()));
    EXPECT_FALSE(attendBackward(q, q, q, {}, forward, q, true, Job()).slopes.defined());
}

} // namespace
} // namespace slopescope
