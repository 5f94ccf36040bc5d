// Pictures that are kept: moved, grown and asked for again, each against the picture computed anew; drafts of long texts.
#include "core/study/head_pictures.h"
#include "tests/core/tiny_model.h"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>

namespace slopescope {
namespace {

using namespace tests;

constexpr std::int64_t kTokens = 240;

class MapCacheTest : public ::testing::Test {
protected:
    MapCacheTest() { m_forward.run({}, kTokens, Job()); }

    MapSubject subject() const { return {m_forward.revision(1), {1, 2}, kTokens, 0.25, Stage::Probability, m_pooling}; }
    HeadView head() const { return m_forward.head(1, 2, {}, kTokens); }

    // Draws through the cache and anew; the share of the blocks that the cache computed.
    double expectSamePicture(const Viewport& v) {
        const MapPixels kept = m_cache.draw(subject(), head(), v, Job());
        const MapPixels anew = attentionMap(head(),
                                            {v.queryBegin, v.queryEnd, v.keyBegin, v.keyEnd, v.rows, v.columns,
                                             Stage::Probability, m_pooling, 1},
                                            Job());
        EXPECT_EQ(kept.values.size(), anew.values.size());
        for (std::size_t i = 0; i < anew.values.size(); ++i) {
            EXPECT_EQ(std::isnan(kept.values[i]), std::isnan(anew.values[i])) << "pixel " << i;
            if (!std::isnan(anew.values[i])) {
                EXPECT_NEAR(kept.values[i], anew.values[i], 1e-6) << "pixel " << i;
            }
        }
        return double(kept.visited.computed) / double(anew.visited.computed);
    }

    const std::shared_ptr<const Decoder> m_decoder =
        std::make_shared<const Decoder>(TinyModel({.layers = 2, .headDim = 16}).decoder());
    TextForward m_forward{m_decoder, sharedIds(61, kTokens)};
    MapCache m_cache;
    Pooling m_pooling = Pooling::Mean;
};

TEST_F(MapCacheTest, TheSamePictureAgainIsNotComputed) {
    const Viewport v{0, kTokens, 0, kTokens, 60, 48};
    EXPECT_EQ(expectSamePicture(v), 1);
    EXPECT_EQ(expectSamePicture(v), 0);
}

TEST_F(MapCacheTest, AMovedPictureComputesWhatCameIntoView) {
    for (const Pooling pooling : {Pooling::Mean, Pooling::Max})
        for (const int cells : {1, 3}) {
            m_pooling = pooling;
            const auto at = [&](std::int64_t row, std::int64_t column) {
                const std::int64_t query = 60 + row * cells, key = 20 + column * cells;
                return Viewport{query, query + 40 * cells, key, key + 30 * cells, 40, 30};
            };
            EXPECT_EQ(expectSamePicture(at(0, 0)), 1);
            EXPECT_LT(expectSamePicture(at(0, 5)), 1);
            EXPECT_LT(expectSamePicture(at(4, 0)), 1);
            EXPECT_LT(expectSamePicture(at(-6, -3)), 1);
            EXPECT_LT(expectSamePicture(at(9, 6)), 1);
            EXPECT_EQ(expectSamePicture(at(9, 6)), 0);
        }
}

TEST_F(MapCacheTest, AnotherSizeOfWindowKeepsWhatItShares) {
    EXPECT_EQ(expectSamePicture({100, 140, 40, 80, 40, 40}), 1);
    EXPECT_EQ(expectSamePicture({110, 130, 50, 70, 20, 20}), 0); // within it
    EXPECT_LT(expectSamePicture({90, 150, 40, 80, 60, 40}), 1);
}

TEST_F(MapCacheTest, PixelsOfAnotherSizeAreComputed) {
    EXPECT_EQ(expectSamePicture({100, 140, 40, 80, 40, 40}), 1);
    EXPECT_EQ(expectSamePicture({100, 140, 40, 80, 20, 20}), 1);
    EXPECT_EQ(expectSamePicture({100, 140, 40, 80, 30, 30}), 1); // no whole number of cells
    EXPECT_EQ(expectSamePicture({101, 141, 40, 80, 30, 30}), 1);
    EXPECT_EQ(expectSamePicture({101, 141, 41, 81, 20, 20}), 1); // by half a pixel
}

TEST_F(MapCacheTest, NewQueriesAndKeysMakeNewPictures) {
    const Viewport v{0, kTokens, 0, kTokens, 60, 48};
    EXPECT_EQ(expectSamePicture(v), 1);
    const std::uint64_t before = m_forward.revision(1);
    SlopeTable slopes = m_decoder->config().slopes;
    slopes[0][0] = 0.9; // below the head on view
    m_forward.run(slopes, kTokens, Job());
    EXPECT_NE(m_forward.revision(1), before);
    EXPECT_EQ(expectSamePicture(v), 1);
}

// --- Drafts ---

// Another picture than the exact one, masked alike, and off by less than a share of its sum.
void expectEstimate(const Picture& rough, const Picture& exact, double share) {
    ASSERT_EQ(rough.values.size(), exact.values.size());
    double error = 0, sum = 0;
    for (std::size_t i = 0; i < exact.values.size(); ++i) {
        ASSERT_EQ(std::isnan(rough.values[i]), std::isnan(exact.values[i]));
        if (!std::isnan(exact.values[i])) {
            error += std::abs(double(rough.values[i] - exact.values[i]));
            sum += double(exact.values[i]);
        }
    }
    EXPECT_GT(error, 0);
    EXPECT_LT(error, share * sum);
}

TEST(Drafts, ComeFirstWhereTheExactMapTakesLongAndSayWhatTheyAre) {
    constexpr std::int64_t kLong = 24'000;
    const TinyModel model({.layers = 1, .heads = 2, .keyHeads = 2});
    TextForward forward(std::make_shared<const Decoder>(model.decoder()), sharedIds(62, std::size_t(kLong)));
    const SlopeTable flat(1, SlopeSet(2, 0.0));
    forward.run(flat, kLong, Job());
    MapCache cache;
    MapRequest request;
    request.variant.slopes = flat;
    request.heads = {{0, 0}};
    request.length = kLong;
    request.viewport = {0, kLong, 0, kLong, 100, 20};
    std::vector<MapResult> drafts;
    const auto draw = [&] {
        return drawMap(forward, cache, request, Job(), [&](const MapResult& draft) { drafts.push_back(draft); });
    };
    const MapResult exact = draw();
    ASSERT_EQ(drafts.size(), 1U);
    EXPECT_EQ(drafts[0].freshness, Freshness::Draft);
    EXPECT_EQ(exact.freshness, Freshness::Exact);
    expectEstimate(drafts[0].picture, exact.picture, 0.2);
    draw(); // known by now
    EXPECT_EQ(drafts.size(), 1U);

    request.viewport = {0, 2000, 0, 2000, 50, 50}; // quick
    draw();
    request.viewport = {0, kLong, 0, kLong, 100, 20};
    request.pooling = Pooling::Max; // the largest of a sample is no estimate
    draw();
    EXPECT_EQ(drafts.size(), 1U);
}

TEST(Drafts, OfAllHeadsComeFirstWhereTheyTakeLongTogether) {
    constexpr std::int64_t kLong = 16'000; // of one head it is quick
    const TinyModel model({.layers = 2, .heads = 4, .keyHeads = 4});
    TextForward forward(std::make_shared<const Decoder>(model.decoder()), sharedIds(63, std::size_t(kLong)));
    const SlopeTable flat(2, SlopeSet(4, 0.0));
    forward.run(flat, kLong, Job());
    std::vector<ThumbnailsResult> drafts;
    const auto draw = [&](std::int64_t length) {
        return drawThumbnails(forward, {{"", {}, flat}, length, 24}, Job(),
                              [&](const ThumbnailsResult& draft) { drafts.push_back(draft); });
    };
    EXPECT_EQ(draw(500).freshness, Freshness::Exact);
    ASSERT_TRUE(drafts.empty());
    const ThumbnailsResult exact = draw(kLong);
    EXPECT_EQ(exact.freshness, Freshness::Exact);
    ASSERT_EQ(drafts.size(), 1U);
    EXPECT_EQ(drafts[0].freshness, Freshness::Draft);
    ASSERT_EQ(drafts[0].pictures.size(), exact.pictures.size());
    for (std::size_t head = 0; head < exact.pictures.size(); ++head) {
        SCOPED_TRACE(head);
        expectEstimate(drafts[0].pictures[head], exact.pictures[head], 0.1);
    }
}

} // namespace
} // namespace slopescope
