// Forward passes by variant: which one a picture comes from, which ones go, what they share.
#include "core/study/kept_runs.h"

#include "core/base/error.h"
#include "tests/core/tiny_model.h"

#include <gtest/gtest.h>

#include <stop_token>

namespace slopescope {
namespace {

using namespace tests;

constexpr std::int64_t kLayers = 3, kTokens = 60;

class KeptRunsTest : public ::testing::Test {
protected:
    Variant trained() const { return {"model", {}, {}}; }
    Variant edited(std::size_t layer, double slope) const {
        Variant variant{"model", {}, m_model.config.slopes};
        variant.slopes[layer][0] = slope;
        return variant;
    }

    const TextForward& run(
        const Variant& variant, std::int64_t length = kTokens, const KeptRuns::Room& room = [](std::int64_t) {}) {
        return m_runs.run(variant, length, source(variant), room, Job({}, [&](const Progress&) { ++m_layersRun; }));
    }
    int layersRun(const Variant& variant, std::int64_t length = kTokens) {
        m_layersRun = 0;
        run(variant, length);
        return m_layersRun;
    }
    KeptRuns::Source source(const Variant& variant) const {
        if (variant.positions.isOwn())
            return {m_decoder, m_ids};
        return {std::make_shared<const Decoder>(m_decoder->withPositions(variant.positions)), m_ids};
    }

    // What a run of this variant alone gives.
    void expectExact(const Variant& variant, std::int64_t length = kTokens) {
        const TextForward* const kept = m_runs.find(variant, length, kLayers - 1);
        ASSERT_NE(kept, nullptr);
        TextForward alone(source(variant).decoder, m_ids);
        alone.run(variant.slopes, length, Job());
        for (std::int64_t layer = 0; layer < kLayers; ++layer) {
            const HeadView a = kept->head(layer, 1, variant.slopes, length),
                           b = alone.head(layer, 1, variant.slopes, length);
            ASSERT_TRUE(a.q.equal(b.q)) << layer;
            ASSERT_TRUE(a.k.equal(b.k)) << layer;
        }
    }

    const TinyModel m_model{{.layers = kLayers}};
    const std::shared_ptr<const Decoder> m_decoder = std::make_shared<const Decoder>(m_model.decoder());
    const std::shared_ptr<const std::vector<std::int32_t>> m_ids = sharedIds(41, kTokens);
    KeptRuns m_runs;
    int m_layersRun = 0;
};

TEST_F(KeptRunsTest, VariantsOfOneModelAreAllAtHand) {
    EXPECT_EQ(layersRun(trained()), 3);
    EXPECT_EQ(layersRun(edited(2, 0.9)), 1);
    EXPECT_EQ(layersRun(edited(1, 0.9)), 2);
    EXPECT_EQ(m_runs.count(), 3U);
    for (const Variant& variant : {trained(), edited(2, 0.9), edited(1, 0.9)}) {
        EXPECT_TRUE(m_runs.isExact(variant, kTokens));
        expectExact(variant);
        EXPECT_EQ(layersRun(variant), 0); // switching costs nothing
    }
    EXPECT_EQ(m_runs.count(), 3U);
    EXPECT_FALSE(m_runs.isExact(edited(0, 0.9), kTokens));
}

TEST_F(KeptRunsTest, TheRunThatSharesMostLayersIsBegunFrom) {
    layersRun(trained());
    layersRun(edited(1, 0.9));
    Variant both = edited(1, 0.9);
    both.slopes[2][0] = 0.4;
    EXPECT_EQ(layersRun(both), 1); // from the edit of layer 1, not from as trained
    expectExact(both);
    Variant top = edited(2, 0.4);
    EXPECT_EQ(layersRun(top), 1); // from as trained
    expectExact(top);
}

TEST_F(KeptRunsTest, SharedLayersAreTheSameTensors) {
    run(trained());
    const std::int64_t alone = m_runs.bytes();
    run(edited(2, 0.9));
    const TextForward &a = *m_runs.find(trained(), kTokens, 2), &b = *m_runs.find(edited(2, 0.9), kTokens, 2);
    ASSERT_NE(&a, &b);
    for (std::int64_t layer = 0; layer < 2; ++layer) {
        EXPECT_EQ(a.head(layer, 0, {}, kTokens).q.data_ptr(), b.head(layer, 0, {}, kTokens).q.data_ptr());
        EXPECT_EQ(a.revision(layer), b.revision(layer));
    }
    EXPECT_NE(a.revision(2), b.revision(2));
    EXPECT_EQ(m_runs.bytes(), 2 * alone); // each counts all of its own
    EXPECT_EQ(&a.decoder(), &b.decoder());
}

TEST_F(KeptRunsTest, APictureComesFromTheBestRunThereIs) {
    EXPECT_EQ(m_runs.find(trained(), kTokens, 0), nullptr);
    run(trained());
    run(edited(0, 0.9));
    Variant wanted = edited(0, 0.9);
    wanted.slopes[2][0] = 0.4; // shares two layers with the second, none with the first
    const TextForward* const best = m_runs.find(wanted, kTokens, 2);
    ASSERT_NE(best, nullptr);
    EXPECT_TRUE(best->exactAt(2, wanted.slopes));
    // In layer 0 either is exact; the newest is taken. Its own run comes before all.
    EXPECT_EQ(m_runs.find(edited(2, 0.4), kTokens, 0), m_runs.find(edited(0, 0.9), kTokens, 0));
    EXPECT_TRUE(m_runs.find(trained(), kTokens, 2)->exactAt(2, {}));
    EXPECT_EQ(m_runs.find(wanted, kTokens + 1, 0), nullptr);
    Variant elsewhere = wanted;
    elsewhere.model = "other";
    EXPECT_EQ(m_runs.find(elsewhere, kTokens, 0), nullptr);
    Variant positions = trained();
    positions.positions.window = 7;
    EXPECT_EQ(m_runs.find(positions, kTokens, 0), nullptr);
    EXPECT_EQ(layersRun(positions), 3); // nothing of another decoder is of use
    expectExact(positions);
    expectExact(trained());
}

TEST_F(KeptRunsTest, AShorterTextIsServedByALongerRunAndALongerOneGrowsFromAShorter) {
    run(trained(), 30);
    EXPECT_FALSE(m_runs.isExact(trained(), 31));
    EXPECT_EQ(layersRun(trained(), kTokens), 3);
    EXPECT_EQ(m_runs.count(), 1U);
    EXPECT_EQ(layersRun(trained(), 20), 0);
    EXPECT_EQ(layersRun(edited(2, 0.5), 20), 1);
    EXPECT_TRUE(m_runs.isExact(trained(), kTokens)); // as trained keeps its length
    EXPECT_FALSE(m_runs.isExact(edited(2, 0.5), kTokens));
}

TEST_F(KeptRunsTest, TheLeastLatelyUsedGoWhenTheBudgetIsSpent) {
    run(trained());
    const std::int64_t each = m_runs.bytes();
    m_runs.setBudget(3 * each);
    run(edited(2, 0.1));
    run(edited(2, 0.2));
    EXPECT_EQ(m_runs.count(), 3U);
    run(trained()); // used again
    run(edited(2, 0.3));
    EXPECT_EQ(m_runs.count(), 3U);
    EXPECT_TRUE(m_runs.isExact(trained(), kTokens));
    EXPECT_TRUE(m_runs.isExact(edited(2, 0.2), kTokens));
    EXPECT_TRUE(m_runs.isExact(edited(2, 0.3), kTokens));
    EXPECT_FALSE(m_runs.isExact(edited(2, 0.1), kTokens));
    m_runs.setBudget(0); // A and B stay
    run(edited(2, 0.4));
    EXPECT_EQ(m_runs.count(), 2U);
    EXPECT_TRUE(m_runs.isExact(edited(2, 0.3), kTokens));
    expectExact(edited(2, 0.4));
}

TEST_F(KeptRunsTest, RunsGoWhereANewOneNeedsTheRoom) {
    for (const double slope : {0.1, 0.2, 0.3})
        run(edited(2, slope));
    std::vector<std::int64_t> asked;
    run(edited(1, 0.5), kTokens, [&](std::int64_t layers) {
        asked.push_back(layers);
        if (m_runs.count() > 1)
            throw Error("There is no room.");
    });
    EXPECT_EQ(asked, (std::vector<std::int64_t>{2, 2, 2})); // asked again after each that went
    EXPECT_EQ(m_runs.count(), 2U);
    EXPECT_TRUE(m_runs.isExact(edited(2, 0.3), kTokens)); // the newest stayed
    expectExact(edited(1, 0.5));
    EXPECT_THROW(run(trained(), kTokens, [](std::int64_t) { throw Error("There is no room."); }), Error);
    EXPECT_EQ(m_runs.count(), 0U);
    EXPECT_EQ(layersRun(trained()), 3);
    // A length that the text does not have is refused before anything goes.
    EXPECT_THROW(run(trained(), kTokens + 1, [](std::int64_t) { throw Error("There is no room."); }), Error);
    EXPECT_EQ(m_runs.count(), 1U);
    // What is at hand needs no room.
    EXPECT_NO_THROW(run(trained(), kTokens, [](std::int64_t) { throw Error("There is no room."); }));
}

TEST_F(KeptRunsTest, StoppingKeepsWhatWasThere) {
    run(trained());
    std::stop_source stop;
    const Variant variant = edited(0, 0.7);
    EXPECT_THROW(m_runs.run(
                     variant, kTokens, source(variant), [](std::int64_t) {},
                     Job(stop.get_token(), [&](const Progress&) { stop.request_stop(); })),
                 Cancelled);
    EXPECT_EQ(m_runs.count(), 1U);
    EXPECT_FALSE(m_runs.isExact(variant, kTokens));
    expectExact(trained());
}

TEST_F(KeptRunsTest, ForgetsAModelOrAll) {
    run(trained());
    Variant other = trained();
    other.model = "other";
    run(other);
    m_runs.forget("model");
    EXPECT_EQ(m_runs.count(), 1U);
    EXPECT_TRUE(m_runs.isExact(other, kTokens));
    m_runs.forget();
    EXPECT_EQ(m_runs.count(), 0U);
    EXPECT_EQ(m_runs.bytes(), 0);
}

} // namespace
} // namespace slopescope
