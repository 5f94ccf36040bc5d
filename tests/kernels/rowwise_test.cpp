// Norms, activations and losses against their definitions in double, on every kernel this machine can run.
#include "core/kernels/rowwise.h"

#include "tests/kernels/plain.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <string>

namespace slopescope::test {
namespace {

using kernels::Activation;
using kernels::PackedMatrix;
using kernels::RowNorm;
using kernels::RowwiseKernel;

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

class Rowwise : public testing::TestWithParam<Kernel> {
protected:
    const RowwiseKernel& m_kernel = kernels::rowwiseNamed(GetParam().name);
};

std::string nameOf(const testing::TestParamInfo<Kernel>& info) {
    return info.param.name;
}

std::vector<double> normPlain(const RowNorm& n, const std::vector<float>& x) {
    std::vector<double> y;
    const double width = static_cast<double>(n.width);
    for (std::size_t row = 0; row < x.size(); row += static_cast<std::size_t>(n.width)) {
        double mean = 0, squares = 0;
        for (std::int64_t i = 0; i < n.width; ++i)
            mean += n.centred ? x[row + i] / width : 0;
        for (std::int64_t i = 0; i < n.width; ++i)
            squares += (x[row + i] - mean) * (x[row + i] - mean) / width;
        for (std::int64_t i = 0; i < n.width; ++i)
            y.push_back((x[row + i] - mean) / std::sqrt(squares + static_cast<double>(n.epsilon)) *
                            (n.weight ? n.weight[i] : 1) +
                        (n.bias ? n.bias[i] : 0));
    }
    return y;
}

TEST_P(Rowwise, NormsMatchTheDefinition) {
    for (const std::int64_t width : {1, 7, 16, 33, 256, 1000})
        for (const int form : {0, 1, 2, 3}) {
            const std::vector<float> weight = normal(width, 1), bias = normal(width, 2);
            std::vector<float> x = normal(5 * width, 3);
            for (std::int64_t i = 0; i < width; ++i)
                x[static_cast<std::size_t>(width + i)] += 100; // far from 0: the mean must go before the squares
            const RowNorm norm{width, form & 1 ? weight.data() : nullptr, form & 1 ? bias.data() : nullptr, 1e-3F,
                               form < 2};
            std::vector<float> y(x.size());
            m_kernel.normalise(norm, x.data(), 5, y.data());
            SCOPED_TRACE(std::to_string(width) + ", form " + std::to_string(form));
            EXPECT_LE(largestError(y, normPlain(norm, x)), width == 1 ? 1e-3 : 2e-4);
            std::vector<float> inPlace = x;
            m_kernel.normalise(norm, inPlace.data(), 5, inPlace.data());
            EXPECT_EQ(inPlace, y);
        }
}

constexpr std::array kActivations{Activation::GeluTanh, Activation::Gelu, Activation::Silu, Activation::Relu, Activation::ReluSquared};

double activatedPlain(Activation activation, double x) {
    switch (activation) {
    case Activation::GeluTanh:
        return 0.5 * x * (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
    case Activation::Gelu:
        return 0.5 * x * std::erfc(-x / std::sqrt(2.0));
    case Activation::Silu:
        return x / (1 + std::exp(-x));
    case Activation::Relu:
        return std::max(x, 0.0);
    case Activation::ReluSquared:
        return std::max(x, 0.0) * std::max(x, 0.0);
    }
    return kNaN;
}

TEST_P(Rowwise, ActivationsMatchTheDefinition) {
    std::vector<float> x;
    for (float value = -30; value <= 30; value += 0.0137F)
        x.push_back(value);
    for (const float value : {0.0F, -1e-30F, 1e-30F, 1e4F, -1e4F, 3e38F, -3e38F})
        x.push_back(value);
    for (const Activation activation : kActivations) {
        std::vector<float> y = x;
        if (activation == Activation::ReluSquared)
            std::replace_if(y.begin(), y.end(), [](float value) { return value > 1e18F; }, 1.0F); // its square overflows
        x = y;
        m_kernel.activate(activation, y.data(), std::ssize(y));
        for (std::size_t i = 0; i < x.size(); ++i) {
            const double exact = activatedPlain(activation, static_cast<double>(x[i]));
            ASSERT_NEAR(static_cast<double>(y[i]), exact, 1e-6 * std::max(1.0, std::abs(exact)))
                << x[i] << ", activation " << static_cast<int>(activation);
        }
    }
}

TEST_P(Rowwise, ActivationsKeepNaNAndDoNotSpreadIt) {
    for (const Activation activation : kActivations)
        for (const std::size_t place : {0, 17, 39}) {
            std::vector<float> x(40, 1.0F);
            x[place] = kNaN;
            m_kernel.activate(activation, x.data(), std::ssize(x));
            for (std::size_t i = 0; i < x.size(); ++i)
                EXPECT_EQ(std::isnan(x[i]), i == place) << static_cast<int>(activation);
        }
}

TEST_P(Rowwise, SoftCapsMatchTheDefinition) {
    std::vector<float> x = normal(999, 9, 40);
    for (const float value : {0.0F, 1e-20F, 9.3F, 9.4F, 500.0F, -500.0F, 1e30F, -3e38F, kInfinity, kNaN})
        x.push_back(value);
    for (const float cap : {0.5F, 15.0F, 30.0F}) {
        std::vector<float> y = x;
        m_kernel.softCap(cap, y.data(), std::ssize(y));
        for (std::size_t i = 0; i < x.size(); ++i) {
            const double exact = double(cap) * std::tanh(double(x[i]) / double(cap));
            if (std::isnan(exact))
                EXPECT_TRUE(std::isnan(y[i]));
            else
                EXPECT_NEAR(double(y[i]), exact, 3e-7 * std::abs(exact)) << x[i] << ", cap " << cap;
        }
    }
}

double sumOfExponentials(const RowwiseKernel& kernel, const std::vector<float>& logits, std::int64_t piece) {
    float largest = -kInfinity;
    double sum = 0;
    for (std::int64_t from = 0; from < std::ssize(logits); from += piece)
        kernel.join(logits.data() + from, std::min(piece, std::ssize(logits) - from), largest, sum);
    return std::log(sum) + static_cast<double>(largest);
}

TEST_P(Rowwise, SumsOfExponentialsMatchTheDefinition) {
    for (const double spread : {0.01, 1.0, 30.0, 1e4}) {
        std::vector<float> logits = normal(2500, 5);
        for (float& value : logits)
            value = static_cast<float>(value * spread + 1000);
        double largest = -kInfinity, sum = 0;
        for (const float value : logits)
            largest = std::max(largest, static_cast<double>(value));
        for (const float value : logits)
            sum += std::exp(static_cast<double>(value) - largest);
        for (const std::int64_t piece : {1, 100, 1024, 2500})
            EXPECT_NEAR(sumOfExponentials(m_kernel, logits, piece), std::log(sum) + largest, 1e-5) << piece;
    }
}

TEST_P(Rowwise, ALogitOfMinusInfinityCountsAsNothingAndNaNAsNaN) {
    std::vector<float> logits(50, 0.0F);
    std::fill_n(logits.begin() + 10, 20, -kInfinity);
    EXPECT_NEAR(sumOfExponentials(m_kernel, logits, 50), std::log(30.0), 1e-6);
    logits[40] = kNaN;
    EXPECT_TRUE(std::isnan(sumOfExponentials(m_kernel, logits, 50)));
}

INSTANTIATE_TEST_SUITE_P(Kernels, Rowwise, testing::ValuesIn(kernelsHere()), nameOf);

TEST(RowwiseKernels, CoverEverySimdKernel) {
    ASSERT_EQ(kernels::simdRowwise().size(), kernels::simdKernels().size());
    for (std::size_t row = 0; row < kernels::simdKernels().size(); ++row)
        EXPECT_STREQ(kernels::simdRowwise()[row].name, kernels::simdKernels()[row].name);
}

class CrossEntropy : public testing::Test {
protected:
    static constexpr std::int64_t kRows = 30, kInputs = 40, kOutputs = 2100; // more than two blocks of outputs

    std::vector<float> losses(std::int64_t from, std::int64_t rows, float cap = 0) const {
        std::vector<float> result(static_cast<std::size_t>(rows));
        kernels::crossEntropy(m_matrix, m_bias.data(), m_x.data() + from * kInputs, rows, m_targets.data() + from,
                              result.data(), cap);
        return result;
    }

    const std::vector<float> m_x = normal(kRows * kInputs, 6), m_weights = normal(kOutputs * kInputs, 7),
                             m_bias = normal(kOutputs, 8);
    const PackedMatrix m_matrix{m_weights.data(), kOutputs, kInputs, kInputs, onThreads};
    std::vector<std::int32_t> m_targets = [] {
        std::vector<std::int32_t> targets{0, 1023, 1024, 2047, 2048, 2099};
        while (std::ssize(targets) < kRows)
            targets.push_back(static_cast<std::int32_t>(targets.size() * 61 % kOutputs));
        return targets;
    }();
};

TEST_F(CrossEntropy, MatchesTheDefinition) {
    for (const float cap : {0.0F, 7.0F}) {
    const std::vector<float> found = losses(0, kRows, cap);
    for (std::int64_t row = 0; row < kRows; ++row) {
        std::vector<double> logits;
        for (std::int64_t o = 0; o < kOutputs; ++o) {
            double sum = m_bias[o];
            for (std::int64_t i = 0; i < kInputs; ++i)
                sum += static_cast<double>(m_x[row * kInputs + i]) * static_cast<double>(m_weights[o * kInputs + i]);
            logits.push_back(cap > 0 ? cap * std::tanh(sum / cap) : sum);
        }
        double sum = 0;
        for (const double logit : logits)
            sum += std::exp(logit);
        EXPECT_NEAR(found[row], std::log(sum) - logits[m_targets[row]], 2e-5) << row;
    }
    }
}

TEST_F(CrossEntropy, GivesARowTheSameBitsInAnyCompany) {
    const std::vector<float> whole = losses(0, kRows);
    for (const std::int64_t row : {0, 5, 12, 29})
        EXPECT_EQ(losses(row, 1).front(), whole[row]);
}

} // namespace
} // namespace slopescope::test
