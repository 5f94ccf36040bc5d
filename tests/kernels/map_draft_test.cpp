// Drafts of maps: estimates from a sample of the queries whose expectation is the exact picture.
#include "tests/kernels/plain.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

namespace slopescope::test {
namespace {

using kernels::Map;

class MapDraft : public testing::TestWithParam<Kernel> {
protected:
    static constexpr std::int64_t kLength = 3000, kDim = 16;

    MapDraft() {
        m_map.q = m_q.data();
        m_map.k = m_k.data();
        m_map.qStride = m_map.kStride = m_map.headDim = kDim;
        m_map.queries = m_map.keys = m_map.queryEnd = m_map.keyEnd = kLength;
        m_map.scale = 0.25f;
        m_map.bias.slopes = &m_slope;
    }

    std::vector<float> draw(std::int64_t rows, std::int64_t columns, std::int64_t sampling) {
        m_map.rows = rows;
        m_map.columns = columns;
        m_map.sampling = sampling;
        std::vector<float> picture(static_cast<std::size_t>(rows * columns));
        GetParam().map(m_map, {picture.data(), nullptr}, onThreads);
        return picture;
    }

    const std::vector<float> m_q = normal(kLength * kDim, 1), m_k = normal(kLength * kDim, 2);
    const float m_slope = 0.003f;
    Map m_map;
};

// Every row of pixels draws for itself, so the mean error over many rows must vanish within its standard error: for pixels
// at each place relative to the diagonal, also those that it cuts.
TEST_P(MapDraft, IsUnbiased) {
    if (std::string(GetParam().name) == "reference")
        GTEST_SKIP() << "draws the exact picture";
    for (const std::int64_t sampling : {2, 4, 100}) {
        constexpr std::int64_t kPixels = 30; // of 100 queries
        const auto exact = draw(kPixels, kPixels, 1), draft = draw(kPixels, kPixels, sampling);
        for (std::int64_t away = 0; away < 8; ++away) {
            double sum = 0, squares = 0, count = 0;
            for (std::int64_t row = away; row < kPixels; ++row) {
                const std::size_t pixel = static_cast<std::size_t>(row * kPixels + row - away);
                const double error = static_cast<double>(draft[pixel] - exact[pixel]);
                sum += error;
                squares += error * error;
                ++count;
            }
            EXPECT_GT(squares, 0) << "nothing was sampled";
            const double mean = sum / count, deviation = std::sqrt((squares / count - mean * mean) / (count - 1));
            EXPECT_LT(std::abs(mean), 4 * deviation) << "sampling " << sampling << ", " << away << " off the diagonal";
        }
    }
}

TEST_P(MapDraft, AgreesAboutWhatIsMasked) {
    m_map.window = 700;
    const auto exact = draw(30, 40, 1), draft = draw(30, 40, 4);
    for (std::size_t i = 0; i < exact.size(); ++i)
        EXPECT_EQ(std::isnan(exact[i]), std::isnan(draft[i])) << i;
}

TEST_P(MapDraft, IsTheExactPictureWherePixelsAreLowOrTheLargestIsAsked) {
    const auto expectSame = [&](std::int64_t rows) {
        const auto exact = draw(rows, 40, 1), draft = draw(rows, 40, 8);
        for (std::size_t i = 0; i < exact.size(); ++i)
            if (!std::isnan(exact[i])) {
                EXPECT_EQ(exact[i], draft[i]) << "pixel " << i << " of " << rows << " rows";
            }
    };
    expectSame(300); // 10 queries a pixel
    m_map.pooling = kernels::Pooling::Max;
    expectSame(30);
}

INSTANTIATE_TEST_SUITE_P(Kernels, MapDraft, testing::ValuesIn(kernelsHere()),
                         [](const auto& info) { return std::string(info.param.name); });

} // namespace
} // namespace slopescope::test
