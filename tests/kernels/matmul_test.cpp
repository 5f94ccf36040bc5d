#include "core/kernels/matmul.h"

#include "tests/kernels/plain.h"

#include "core/base/error.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace slopescope::test {
namespace {

using kernels::FormFacts;
using kernels::PackedMatrix;
using kernels::WeightForm;

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

// --- Other forms than float32 ---

// Rows of random codes in a form, whose scales are numbers of a usual size.
std::vector<std::uint8_t> randomRows(WeightForm form, std::int64_t outputs, std::int64_t inputs, unsigned seed) {
    const FormFacts& facts = kernels::factsOf(form);
    std::vector<std::uint8_t> rows(static_cast<std::size_t>(outputs * kernels::rowBytes(form, inputs)));
    std::mt19937 random(seed);
    for (std::uint8_t& byte : rows)
        byte = static_cast<std::uint8_t>(random());
    // Every second byte of a float16 or bfloat16: an exponent between 2^-14 and 1, either sign.
    const auto tame = [&](std::size_t at) {
        rows[at] = static_cast<std::uint8_t>((rows[at] & 0x83) | (form == WeightForm::BF16 ? 0x38 : 0x20 + (rows[at] & 0x1C) / 2));
    };
    const auto bytes = static_cast<std::size_t>(facts.bytes);
    for (std::size_t block = 0; block < rows.size(); block += bytes) {
        if (form == WeightForm::MXFP4)
            rows[block] = static_cast<std::uint8_t>(110 + rows[block] % 20);
        else if (facts.isFloat())
            tame(block + bytes - 1);
        else
            for (const std::size_t at : {form == WeightForm::Q2_K   ? 80u
                                         : form == WeightForm::Q3_K ? 108u
                                         : form == WeightForm::Q6_K ? 208u
                                                                    : 0u}) {
                tame(block + at + 1);
                if (facts.hasMin)
                    tame(block + at + 3);
            }
    }
    return rows;
}

std::vector<float> widened(WeightForm form, const std::vector<std::uint8_t>& rows, std::int64_t outputs, std::int64_t inputs) {
    std::vector<float> values(static_cast<std::size_t>(outputs * inputs));
    kernels::widen(form, rows.data(), outputs * inputs, values.data());
    return values;
}

std::vector<float> productOf(const PackedMatrix& matrix, const std::vector<float>& x, std::int64_t rows,
                             const std::vector<float>& bias) {
    std::vector<float> y(static_cast<std::size_t>(rows * matrix.outputs()), 1);
    matrix.multiply(x.data(), matrix.inputs(), rows, bias.data(), true, y.data(), matrix.outputs(), onThreads);
    return y;
}

void expectSameBits(const PackedMatrix& matrix, const std::vector<float>& weights, const char* kernel) {
    const std::int64_t outputs = matrix.outputs(), inputs = matrix.inputs(), rows = 101;
    const PackedMatrix wide(weights.data(), outputs, inputs, inputs, onThreads, kernel);
    const std::vector<float> x = normal(rows * inputs, 5), bias = normal(outputs, 6);
    EXPECT_EQ(productOf(matrix, x, rows, bias), productOf(wide, x, rows, bias));
    std::vector<float> row(static_cast<std::size_t>(inputs)), part(static_cast<std::size_t>(rows * 6));
    for (std::int64_t output = 0; output < outputs; ++output) {
        matrix.copyRow(output, row.data());
        EXPECT_TRUE(std::equal(row.begin(), row.end(), weights.begin() + output * inputs)) << output;
    }
    for (std::int64_t begin = 0; begin + 6 <= outputs; begin += PackedMatrix::kUnit) {
        std::vector<float> expected = part;
        matrix.multiplyPart(x.data(), inputs, rows, bias.data(), false, begin, begin + 6, part.data(), 6);
        wide.multiplyPart(x.data(), inputs, rows, bias.data(), false, begin, begin + 6, expected.data(), 6);
        EXPECT_EQ(part, expected) << begin;
    }
}

TEST_P(Matmul, HasTheBitsOfFloat32InEveryForm) {
    for (const FormFacts& facts : kernels::kForms) {
        SCOPED_TRACE(facts.name);
        for (const std::int64_t blocks : {1, 3}) {
            const std::int64_t inputs = facts.isFloat() ? 37 * blocks : facts.elements * blocks, outputs = 150;
            const auto rows = randomRows(facts.form, outputs, inputs, 9);
            const kernels::MatrixRows part{facts.form, rows.data(), outputs, kernels::rowBytes(facts.form, inputs)};
            const PackedMatrix matrix({&part, 1}, inputs, onThreads, GetParam().name);
            expectSameBits(matrix, widened(facts.form, rows, outputs, inputs), GetParam().name);
        }
    }
}

// Queries, keys and values may be in several forms; what their seams do not allow is kept in float32.
TEST_P(Matmul, TakesPartsInSeveralForms) {
    for (const std::int64_t keys : {64, 40}) {
        const std::int64_t inputs = 512;
        std::vector<std::vector<std::uint8_t>> rows;
        std::vector<kernels::MatrixRows> parts;
        std::vector<float> weights;
        for (const auto& [form, outputs] : {std::pair(WeightForm::Q4_K, std::int64_t(128)), std::pair(WeightForm::Q4_K, keys),
                                            std::pair(WeightForm::Q6_K, keys), std::pair(WeightForm::BF16, std::int64_t(3))}) {
            rows.push_back(randomRows(form, outputs, inputs, static_cast<unsigned>(rows.size())));
            const auto values = widened(form, rows.back(), outputs, inputs);
            weights.insert(weights.end(), values.begin(), values.end());
            parts.push_back({form, rows.back().data(), outputs, kernels::rowBytes(form, inputs)});
        }
        const PackedMatrix matrix(parts, inputs, onThreads, GetParam().name);
        expectSameBits(matrix, weights, GetParam().name);
        const std::int64_t wide = std::int64_t(weights.size() * sizeof(float));
        EXPECT_LT(matrix.bytes(), keys % PackedMatrix::kUnit == 0 ? wide / 4 : wide + 64 * inputs * 4);
    }
}

// Within a tenth of what the file takes.
TEST(PackedMatrixMemory, IsThatOfTheFile) {
    for (const FormFacts& facts : kernels::kForms) {
        const std::int64_t inputs = 1024, outputs = 1024;
        const auto rows = randomRows(facts.form, outputs, inputs, 9);
        const kernels::MatrixRows part{facts.form, rows.data(), outputs, kernels::rowBytes(facts.form, inputs)};
        const PackedMatrix matrix({&part, 1}, inputs, onThreads);
        EXPECT_LE(matrix.bytes(), double(rows.size()) * 1.1) << facts.name;
        EXPECT_EQ(matrix.bytes(), PackedMatrix::bytesOf({&part, 1}, inputs)) << facts.name;
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
