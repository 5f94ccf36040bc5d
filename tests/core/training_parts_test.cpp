// The parts of training: the differentiable forward and its gradients, the batches, the optimiser.
#include "core/base/error.h"
#include "core/study/window_losses.h"
#include "core/training/adamw.h"
#include "core/training/batches.h"
#include "core/training/differentiable_forward.h"
#include "tests/core/tiny_model.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <set>

namespace slopescope {
namespace {

using namespace tests;

at::Tensor asTensor(const std::vector<std::int32_t>& ids, std::int64_t batch) {
    at::Tensor tensor = at::empty({batch, std::int64_t(ids.size()) / batch}, at::kLong);
    std::copy(ids.begin(), ids.end(), tensor.data_ptr<std::int64_t>());
    return tensor;
}

class Differentiable : public ::testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Positions, Differentiable, ::testing::ValuesIn(kMethods), [](const auto& info) {
    std::string name = info.param;
    std::erase(name, '-');
    return name;
});

TEST_P(Differentiable, LossIsTheDecodersMeanLoss) {
    const TinyModel model({.method = GetParam(), .embeddingScale = 1.5});
    const Decoder decoder = model.decoder();
    DifferentiableForward forward(model.config);
    // Two shapes and back again: what it keeps between calls must follow.
    for (const std::int64_t batch : {2, 1, 2})
        for (const std::int64_t length : {20, 33}) {
            const auto ids = tinyIds(31, std::size_t(batch * (length + 1)));
            std::vector<std::int64_t> starts;
            for (std::int64_t row = 0; row < batch; ++row)
                starts.push_back(row * (length + 1));
            const auto losses = windowLosses(decoder, ids, starts, length, {}, Job());
            const double mean = std::accumulate(losses.begin(), losses.end(), 0.0) / double(losses.size());
            EXPECT_NEAR(forward.loss(model.weights, asTensor(ids, batch)).item<double>(), mean, 2e-5 * mean)
                << batch << " x " << length;
        }
}

// Central differences in the reference decoder, which is in double and knows nothing of autograd.
TEST_P(Differentiable, GradientsAreCentralDifferences) {
    TinyModel model({.method = GetParam()});
    const auto ids = tinyIds(32, 21);
    ReferenceModel reference = model.reference();
    std::map<std::string, at::Tensor> parameters;
    forEachTensor(model.config, model.weights,
                  [&](const std::string& name, const std::vector<std::int64_t>&, at::Tensor& tensor) {
                      tensor.requires_grad_(true);
                      parameters[name] = tensor;
                  });
    DifferentiableForward(model.config).loss(model.weights, asTensor(ids, 1)).backward();

    const auto loss = [&] {
        const Row losses = referenceLosses(reference, ids);
        return std::accumulate(losses.begin(), losses.end(), 0.0) / double(losses.size());
    };
    Noise pick(9);
    for (const auto& [name, tensor] : parameters) {
        if (name.starts_with("layers.1")) // layer 0 already goes through it
            continue;
        const at::Tensor gradient = tensor.grad().contiguous();
        Row& values = reference.tensors[name];
        for (int sample = 0; sample < 3; ++sample) {
            // Of the two tables, entries that the text uses.
            std::size_t i = pick.below(values.size());
            if (name == "embedding.weight")
                i = std::size_t(ids[std::size_t(sample)]) * reference.width + i % reference.width;
            if (name == "position_embedding.weight")
                i %= 20 * reference.width;
            constexpr double kStep = 1e-4;
            const double before = values[i];
            values[i] = before + kStep;
            const double above = loss();
            values[i] = before - kStep;
            const double below = loss();
            values[i] = before;
            const double expected = (above - below) / (2 * kStep);
            EXPECT_NEAR(gradient.data_ptr<float>()[i], expected, 1e-3 * std::abs(expected) + 2e-5)
                << name << "[" << i << "]";
        }
    }
}

// Heads that no vector kernel of ours serves: LibTorch's operations do, with the same loss.
TEST_P(Differentiable, LossOfOddHeadSizesIsTheDecodersMeanLoss) {
    const TinyModel model({.method = GetParam(), .headDim = 6});
    const auto ids = tinyIds(35, 42);
    const std::int64_t starts[] = {0, 21};
    const auto losses = windowLosses(model.decoder(), ids, starts, 20, {}, Job());
    const double mean = std::accumulate(losses.begin(), losses.end(), 0.0) / double(losses.size());
    EXPECT_NEAR(DifferentiableForward(model.config).loss(model.weights, asTensor(ids, 2)).item<double>(), mean, 2e-5 * mean);
}

// One rounding to bfloat16 is off by up to 2^-9; in a gradient dozens of them meet, and some of what they met has cancelled.
TEST_P(Differentiable, GradientsOfBFloat16ProductsAreTheSameToItsPrecision) {
    const auto ids = asTensor(tinyIds(33, 2 * 41), 2);
    const auto gradients = [&](bool bfloat16, double* loss) {
        TinyModel model({.method = GetParam()});
        std::map<std::string, at::Tensor> all;
        forEachTensor(model.config, model.weights,
                      [&](const std::string& name, const std::vector<std::int64_t>&, at::Tensor& tensor) {
                          tensor.requires_grad_(true);
                          all[name] = tensor;
                      });
        const at::Tensor value = DifferentiableForward(model.config, bfloat16).loss(model.weights, ids);
        value.backward();
        *loss = value.item<double>();
        for (auto& [name, tensor] : all)
            tensor = tensor.grad();
        return all;
    };
    double exactLoss = 0, loss = 0;
    const auto exact = gradients(false, &exactLoss), rounded = gradients(true, &loss);
    EXPECT_NEAR(loss, exactLoss, 0.01 * exactLoss);
    EXPECT_NE(loss, exactLoss); // it did compute otherwise
    for (const auto& [name, gradient] : exact) {
        EXPECT_EQ(rounded.at(name).scalar_type(), at::kFloat) << name;
        EXPECT_LT((rounded.at(name) - gradient).norm().item<double>(), 0.1 * gradient.norm().item<double>()) << name;
    }
}

TEST_P(Differentiable, ALossWithoutGradientsIsNotRounded) {
    const TinyModel model({.method = GetParam()});
    const auto ids = asTensor(tinyIds(34, 2 * 41), 2);
    const at::NoGradGuard noGradient;
    EXPECT_EQ(DifferentiableForward(model.config, true).loss(model.weights, ids).item<double>(),
              DifferentiableForward(model.config, false).loss(model.weights, ids).item<double>());
}

// --- Batches ---

// Token i is i, so that a batch shows where its windows start.
Batches counting(std::int64_t tokens, std::int64_t length, std::int64_t batch, std::uint64_t seed) {
    std::vector<std::int32_t> ids(static_cast<std::size_t>(tokens));
    std::iota(ids.begin(), ids.end(), 0);
    return {std::move(ids), length, batch, seed};
}

TEST(BatchesTest, AnEpochVisitsDisjointWindowsOnceEach) {
    constexpr std::int64_t kTokens = 1003, kLength = 10, kBatch = 4;
    const Batches batches = counting(kTokens, kLength, kBatch, 1);
    EXPECT_EQ(batches.stepsPerEpoch(), 99 / kBatch); // of 100 whole windows one makes room for the offset
    std::set<std::int64_t> offsets;
    for (std::int64_t epoch = 0; epoch < 5; ++epoch) {
        std::set<std::int64_t> inputs;
        std::int64_t offset = -1;
        for (std::int64_t step = 0; step < batches.stepsPerEpoch(); ++step) {
            const at::Tensor batch = batches.batch(epoch * batches.stepsPerEpoch() + step);
            ASSERT_EQ(batch.sizes(), (std::vector<std::int64_t>{kBatch, kLength + 1}));
            for (std::int64_t row = 0; row < kBatch; ++row) {
                const std::int64_t* id = batch.data_ptr<std::int64_t>() + row * (kLength + 1);
                for (std::int64_t i = 0; i <= kLength; ++i)
                    ASSERT_EQ(id[i], id[0] + i); // targets included
                ASSERT_LT(id[kLength], kTokens);
                for (std::int64_t i = 0; i < kLength; ++i)
                    ASSERT_TRUE(inputs.insert(id[i]).second) << "token " << id[i] << " twice in epoch " << epoch;
                if (offset < 0)
                    offset = id[0] % kLength;
                ASSERT_EQ(id[0] % kLength, offset);
            }
        }
        // All but the windows that make no whole batch.
        EXPECT_EQ(std::int64_t(inputs.size()), batches.stepsPerEpoch() * kBatch * kLength);
        offsets.insert(offset);
    }
    EXPECT_GT(offsets.size(), 1U);
}

TEST(BatchesTest, DependOnSeedAndStepAlone) {
    const Batches a = counting(2000, 16, 3, 5), b = counting(2000, 16, 3, 5), other = counting(2000, 16, 3, 6);
    EXPECT_TRUE(a.batch(3).equal(b.batch(3)));
    const at::Tensor late = a.batch(500), early = a.batch(7);
    EXPECT_TRUE(b.batch(7).equal(early)); // in another order
    EXPECT_TRUE(b.batch(500).equal(late));
    EXPECT_FALSE(a.batch(3).equal(other.batch(3)));
    EXPECT_FALSE(a.batch(0).equal(a.batch(a.stepsPerEpoch()))); // another epoch, another order
}

TEST(BatchesTest, TooShortATextIsRefused) {
    EXPECT_NO_THROW(counting(8 * 4 + 8 + 1, 8, 4, 1));
    EXPECT_THROW(counting(8 * 4 + 8, 8, 4, 1), Error);
    EXPECT_THROW(counting(0, 8, 4, 1), Error);
    const Batches least = counting(8 * 4 + 8 + 1, 8, 4, 1);
    for (std::int64_t step = 0; step < 30; ++step)
        EXPECT_LT(least.batch(step).max().item<std::int64_t>(), 41);
}

// --- AdamW ---

struct Scalar {
    double weight = 0, first = 0, second = 0;
};

// Loshchilov and Hutter, Algorithm 2, in double; `t` counts from 1.
void paperStep(Scalar& s, double gradient, double rate, double decay, int t) {
    s.first = 0.9 * s.first + 0.1 * gradient;
    s.second = 0.98 * s.second + 0.02 * gradient * gradient;
    const double first = s.first / (1 - std::pow(0.9, t)), second = s.second / (1 - std::pow(0.98, t));
    s.weight -= rate * (first / (std::sqrt(second) + 1e-9)) + rate * decay * s.weight;
}

struct Parameters {
    std::map<std::string, at::Tensor> tensors;
    Parameters() {
        Noise noise(1);
        const auto add = [&](const std::string& name, const std::vector<std::int64_t>& shape) {
            at::Tensor tensor = at::empty(shape, at::kFloat);
            for (std::int64_t i = 0; i < tensor.numel(); ++i)
                tensor.data_ptr<float>()[i] = float(noise());
            tensor.requires_grad_(true);
            tensors[name] = tensor;
        };
        add("layers.0.up.weight", {3, 4});
        add("norm.bias", {5});
    }
    // Gradients of very different sizes, some of them 0.
    void setGradients(int step) {
        Noise noise(100 + std::uint64_t(step));
        for (auto& [name, tensor] : tensors) {
            at::Tensor gradient = at::zeros(tensor.sizes(), at::kFloat);
            for (std::int64_t i = 1; i < tensor.numel(); ++i)
                gradient.data_ptr<float>()[i] = float(noise() * std::pow(10.0, double(i % 5) - 4));
            tensor.mutable_grad() = gradient;
        }
    }
};

TEST(AdamWTest, IsThePapersFormula) {
    Parameters parameters;
    std::map<std::string, std::vector<Scalar>> expected;
    for (const auto& [name, tensor] : parameters.tensors)
        for (std::int64_t i = 0; i < tensor.numel(); ++i)
            expected[name].push_back({.weight = double(tensor.data_ptr<float>()[i])});
    AdamW optimiser;
    for (int step = 1; step <= 40; ++step) {
        const double rate = 1e-2 / step;
        parameters.setGradients(step);
        optimiser.step(parameters.tensors, rate, 0.1);
        for (const auto& [name, tensor] : parameters.tensors)
            for (std::int64_t i = 0; i < tensor.numel(); ++i) {
                Scalar& s = expected[name][std::size_t(i)];
                const double decay = name.ends_with("bias") ? 0 : 0.1; // matrices alone decay
                paperStep(s, double(tensor.grad().data_ptr<float>()[i]), rate, decay, step);
                ASSERT_NEAR(tensor.data_ptr<float>()[i], s.weight, 2e-6) << name << "[" << i << "], step " << step;
            }
    }
}

TEST(AdamWTest, GoesOnFromItsStateToTheBit) {
    Parameters whole, halves;
    AdamW straight, before, after;
    for (int step = 1; step <= 20; ++step) {
        whole.setGradients(step);
        straight.step(whole.tensors, 1e-2, 0.1);
        halves.setGradients(step);
        if (step == 11) {
            std::map<std::string, at::Tensor> saved;
            for (const auto& [name, tensor] : before.state())
                saved[name] = tensor.clone();
            after.restore(saved, 10);
        }
        (step <= 10 ? before : after).step(halves.tensors, 1e-2, 0.1);
    }
    for (const auto& [name, tensor] : whole.tensors)
        EXPECT_TRUE(tensor.equal(halves.tensors[name])) << name;
}

TEST(ClipGradients, BringsTheCommonNormToTheLimit) {
    Parameters parameters;
    parameters.setGradients(1);
    double squares = 0;
    std::map<std::string, std::vector<double>> before;
    for (const auto& [name, tensor] : parameters.tensors)
        for (std::int64_t i = 0; i < tensor.numel(); ++i) {
            before[name].push_back(double(tensor.grad().data_ptr<float>()[i]));
            squares += before[name].back() * before[name].back();
        }
    const double norm = std::sqrt(squares);
    EXPECT_NEAR(clipGradients(parameters.tensors, norm * 2), norm, 1e-5 * norm); // below the limit: as they were
    for (const auto& [name, tensor] : parameters.tensors)
        for (std::int64_t i = 0; i < tensor.numel(); ++i)
            EXPECT_EQ(double(tensor.grad().data_ptr<float>()[i]), before[name][std::size_t(i)]);
    EXPECT_NEAR(clipGradients(parameters.tensors, norm / 3), norm, 1e-5 * norm);
    for (const auto& [name, tensor] : parameters.tensors)
        for (std::int64_t i = 0; i < tensor.numel(); ++i)
            EXPECT_NEAR(tensor.grad().data_ptr<float>()[i], before[name][std::size_t(i)] / 3, 1e-6 * norm);
}

} // namespace
} // namespace slopescope
