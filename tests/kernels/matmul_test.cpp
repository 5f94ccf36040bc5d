#include "core/kernels/matmul.h"

#include "tests/kernels/plain.h"

#include "core/base/error.h"

#include <gtest/gtest.h>

#include <string>

namespace slopescope::test {
namespace {

using kernels::PackedMatrix;

std::string nameOf(const testing::TestParamInfo<Kernel>& info) {
    return info.param.name;
}

struct Product {
    std::int64_t rows, inputs, outputs, padding;
    std::vector<float> x, weights, bias, before;

    Product(std::int64_t rows, std::int64_t inputs, std::int64_t outputs, std::int64_t padding)
        : rows(rows), inputs(inputs), outputs(outputs), padding(padding), x(normal(rows * (inputs + padding), 1)),
          weights(normal(outputs * (inputs + padding), 2)), bias(normal(outputs, 3)),
          before(normal(rows * (outputs + padding), 4)) {}

    std::vector<float> run(const char* kernel, bool withBias, bool add) const {
        std::vector<float> y = before;
        const PackedMatrix matrix(weights.data(), outputs, inputs, inputs + padding, onThreads, kernel);
        matrix.multiply(x.data(), inputs + padding, rows, withBias ? bias.data() : nullptr, add, y.data(),
                        outputs + padding, onThreads);
        return y;
    }

    template <class T>
    std::vector<T> plain(bool withBias, bool add) const {
        std::vector<T> y(before.begin(), before.end());
        for (std::int64_t row = 0; row < rows; ++row)
            for (std::int64_t output = 0; output < outputs; ++output) {
                T sum = 0;
                for (std::int64_t input = 0; input < inputs; ++input)
                    sum += static_cast<T>(x[row * (inputs + padding) + input]) *
                           static_cast<T>(weights[output * (inputs + padding) + input]);
                T& cell = y[row * (outputs + padding) + output];
                cell = (add ? cell : 0) + sum + (withBias ? bias[output] : 0);
            }
        return y;
    }
};

class Matmul : public testing::TestWithParam<Kernel> {};

TEST_P(Matmul, MatchesTheDefinition) {
    for (const std::int64_t rows : {0, 1, 12, 13, 109})
        for (const std::int64_t inputs : {1, 64, 255, 256, 257, 600})
            for (const std::int64_t outputs : {1, 31, 32, 33, 100})
                for (const bool add : {false, true}) {
                    const bool withBias = (rows + inputs) % 2;
                    const Product product(rows, inputs, outputs, outputs % 3);
                    SCOPED_TRACE(std::to_string(rows) + " rows, " + std::to_string(inputs) + " inputs, " +
                                 std::to_string(outputs) + " outputs");
                    const auto exact = product.plain<double>(withBias, add);
                    // A sum of so many random products is uncertain by this much in float, however lucky one plain sum
                    // is.
                    const double rounding = 1e-6 * std::sqrt(static_cast<double>(inputs));
                    const double plain = largestError(product.plain<float>(withBias, add), exact);
                    const double limit = std::max(2 * plain, rounding) + 1e-6;
                    // Padding between the rows of y must stay as it was: largestError covers it.
                    EXPECT_LE(largestError(product.run(GetParam().name, withBias, add), exact), limit);
                }
}

TEST_P(Matmul, GivesARowTheSameBitsInAnyCompany) {
    const Product product(250, 300, 70, 0);
    const auto whole = product.run(GetParam().name, true, false);
    const PackedMatrix matrix(product.weights.data(), 70, 300, 300, onThreads, GetParam().name);
    for (const std::int64_t row : {0, 11, 12, 95, 96, 249}) {
        std::vector<float> alone(70);
        matrix.multiply(product.x.data() + row * 300, 300, 1, product.bias.data(), false, alone.data(), 70, onThreads);
        EXPECT_TRUE(std::equal(alone.begin(), alone.end(), whole.begin() + row * 70)) << row;
    }
    const int before = threadCount();
    setThreadCount(5);
    EXPECT_EQ(product.run(GetParam().name, true, false), whole);
    setThreadCount(before);
}

TEST_P(Matmul, KeepsNaNInItsRow) {
    Product product(30, 40, 50, 0);
    product.x[7 * 40 + 3] = std::numeric_limits<float>::quiet_NaN();
    EXPECT_EQ(largestError(product.run(GetParam().name, false, false), product.plain<float>(false, false)) < 1e-4,
              true);
}

TEST_P(Matmul, GivesItsWeightsBack) {
    const Product product(0, 37, 70, 3);
    const PackedMatrix matrix(product.weights.data(), 70, 37, 40, onThreads, GetParam().name);
    for (std::int64_t output = 0; output < 70; ++output) {
        std::vector<float> row(37);
        matrix.copyRow(output, row.data());
        EXPECT_TRUE(std::equal(row.begin(), row.end(), product.weights.begin() + output * 40)) << output;
    }
}

INSTANTIATE_TEST_SUITE_P(Kernels, Matmul, testing::ValuesIn(kernelsHere()), nameOf);

TEST(MatmulKernels, CoverEverySimdKernel) {
    ASSERT_EQ(kernels::simdMatmuls().size(), kernels::simdKernels().size());
    for (std::size_t row = 0; row < kernels::simdKernels().size(); ++row)
        EXPECT_STREQ(kernels::simdMatmuls()[row].name, kernels::simdKernels()[row].name);
}

TEST(MatmulKernels, RefuseAnUnknownName) {
    const float one = 1;
    EXPECT_THROW(PackedMatrix(&one, 1, 1, 1, onThreads, "avx99"), Error);
}

} // namespace
} // namespace slopescope::test
