// A text kept layer by layer: edits resume where they bite, shorter lengths are prefixes, stopping changes nothing.
#include "core/base/error.h"
#include "core/study/text_forward.h"
#include "tests/core/tiny_model.h"

#include <gtest/gtest.h>

#include <memory>

namespace slopescope {
namespace {

using namespace tests;

constexpr std::int64_t kLayers = 3, kHeads = 4, kTokens = 80;

class TextForwardTest : public ::testing::Test {
protected:
    TextForward fresh() const { return {m_decoder, m_ids}; }

    const TinyModel m_model{{.layers = kLayers, .keyHeads = 2}};
    const std::shared_ptr<const Decoder> m_decoder = std::make_shared<const Decoder>(m_model.decoder());
    const std::shared_ptr<const std::vector<std::int32_t>> m_ids = sharedIds(41, kTokens);
    const SlopeTable m_trained = m_model.config.slopes;
};

// q, k and the normalisers of every head: all that a picture is drawn from.
void expectSame(const TextForward& a, const TextForward& b, const SlopeTable& slopes, std::int64_t length) {
    for (std::int64_t layer = 0; layer < kLayers; ++layer)
        for (std::int64_t head = 0; head < kHeads; ++head) {
            const HeadView left = a.head(layer, head, slopes, length), right = b.head(layer, head, slopes, length);
            ASSERT_TRUE(left.q.equal(right.q)) << "layer " << layer << ", head " << head;
            ASSERT_TRUE(left.k.equal(right.k)) << "layer " << layer << ", head " << head;
            ASSERT_EQ(left.lse.defined(), right.lse.defined());
            if (left.lse.defined()) {
                ASSERT_TRUE(left.lse.equal(right.lse)) << "layer " << layer << ", head " << head;
            }
        }
}

SlopeTable edited(SlopeTable slopes, std::size_t layer, std::size_t head, double slope) {
    slopes[layer][head] = slope;
    return slopes;
}

TEST_F(TextForwardTest, AnEditResumedIsAFullRunToTheBit) {
    for (std::size_t layer = 0; layer < kLayers; ++layer) {
        const SlopeTable slopes = edited(m_trained, layer, 1, 0.7);
        TextForward resumed = fresh(), whole = fresh();
        resumed.run({}, kTokens, Job());
        resumed.run(slopes, kTokens, Job());
        whole.run(slopes, kTokens, Job());
        expectSame(resumed, whole, slopes, kTokens);
    }
}

TEST_F(TextForwardTest, AnyRouteThroughEditsEndsAtTheSameBits) {
    TextForward routed = fresh();
    SlopeTable slopes = m_trained;
    Noise noise(2);
    for (int edit = 0; edit < 12; ++edit) {
        slopes = edited(slopes, noise.below(kLayers), noise.below(kHeads), double(noise.below(5)) / 4);
        routed.run(slopes, kTokens, Job());
    }
    TextForward whole = fresh();
    whole.run(slopes, kTokens, Job());
    expectSame(routed, whole, slopes, kTokens);
}

TEST_F(TextForwardTest, OnlyTheLayersFromTheEditRun) {
    TextForward forward = fresh();
    const auto layersRun = [&](const SlopeTable& slopes, std::int64_t length) {
        int layers = 0;
        forward.run(slopes, length, Job({}, [&](const Progress&) { ++layers; }));
        return layers;
    };
    EXPECT_EQ(layersRun({}, kTokens), 3);
    EXPECT_EQ(layersRun({}, kTokens), 0);
    EXPECT_EQ(layersRun(m_trained, kTokens), 0); // as trained, spelled out
    EXPECT_EQ(layersRun({}, 10), 0);             // a prefix
    EXPECT_EQ(layersRun(edited(m_trained, 2, 0, 0.9), kTokens), 1);
    EXPECT_EQ(layersRun(edited(m_trained, 1, 0, 0.9), kTokens), 2); // undoes the edit above, too
    EXPECT_EQ(layersRun({}, kTokens), 2);
}

TEST_F(TextForwardTest, AShorterLengthIsAPrefix) {
    TextForward forward = fresh(), shorter = fresh();
    forward.run({}, kTokens, Job());
    shorter.run({}, 30, Job());
    for (std::int64_t layer = 0; layer < kLayers; ++layer) {
        const HeadView a = forward.head(layer, 2, {}, 30), b = shorter.head(layer, 2, {}, 30);
        EXPECT_EQ(a.q.size(0), 30);
        EXPECT_TRUE(a.q.allclose(b.q, 1e-4, 1e-5)) << layer;
        EXPECT_TRUE(a.k.allclose(b.k, 1e-4, 1e-5)) << layer;
        EXPECT_TRUE(a.lse.allclose(b.lse, 1e-4, 1e-5)) << layer;
    }
    EXPECT_TRUE(forward.covers(1));
    EXPECT_TRUE(forward.covers(kTokens));
    EXPECT_FALSE(forward.covers(0));
    EXPECT_FALSE(shorter.covers(31));
}

// The hand drags a slope over 30 tokens; that 80 have been on view must not slow it down.
TEST_F(TextForwardTest, AnEditAtAShorterLengthRunsThatLengthAlone) {
    const SlopeTable slopes = edited(m_trained, 1, 3, 0.6);
    TextForward forward = fresh(), whole = fresh();
    forward.run({}, kTokens, Job());
    forward.run(slopes, 30, Job());
    whole.run(slopes, 30, Job());
    EXPECT_TRUE(forward.covers(30));
    EXPECT_FALSE(forward.covers(31));
    for (std::int64_t layer = 0; layer < kLayers; ++layer)
        EXPECT_TRUE(forward.head(layer, 3, slopes, 30).q.allclose(whole.head(layer, 3, slopes, 30).q, 1e-4, 1e-5));
    // The longer text, run again, is what it would have been.
    forward.run(slopes, kTokens, Job());
    TextForward again = fresh();
    again.run(slopes, kTokens, Job());
    expectSame(forward, again, slopes, kTokens);
}

TEST_F(TextForwardTest, KnowsWhichLayersAnEditBelowHasMadeStale) {
    TextForward forward = fresh();
    forward.run({}, kTokens, Job());
    const SlopeTable slopes = edited(m_trained, 1, 0, 0.9);
    EXPECT_TRUE(forward.exactAt(0, slopes));
    EXPECT_TRUE(forward.exactAt(1, slopes)); // its own slopes change the scores, not q and k
    EXPECT_FALSE(forward.exactAt(2, slopes));
    forward.run(slopes, kTokens, Job());
    EXPECT_TRUE(forward.exactAt(2, slopes));
    EXPECT_FALSE(forward.exactAt(2, {}));
}

TEST_F(TextForwardTest, NormalisersAreReusedOnlyForTheSlopeTheyBelongTo) {
    TextForward forward = fresh();
    forward.run({}, kTokens, Job());
    const SlopeTable slopes = edited(m_trained, 1, 0, 0.9);
    EXPECT_FALSE(forward.head(1, 0, slopes, kTokens).lse.defined());
    EXPECT_TRUE(forward.head(1, 1, slopes, kTokens).lse.defined());
    EXPECT_TRUE(forward.head(1, 0, {}, kTokens).lse.defined());
}

TEST_F(TextForwardTest, StoppingAtAnyLayerLeavesEverythingAsItWas) {
    const SlopeTable slopes = edited(m_trained, 0, 0, 0.9);
    TextForward before = fresh(), after = fresh();
    before.run({}, 40, Job());
    after.run(slopes, kTokens, Job());
    for (int stopAt = 1; stopAt <= kLayers; ++stopAt) {
        TextForward forward = fresh();
        forward.run({}, 40, Job());
        for (const std::int64_t length : {std::int64_t(40), kTokens}) {
            std::stop_source stop;
            int layer = 0;
            EXPECT_THROW(forward.run(slopes, length,
                                     Job(stop.get_token(),
                                         [&](const Progress&) {
                                             if (++layer == stopAt)
                                                 stop.request_stop();
                                         })),
                         Cancelled);
            expectSame(forward, before, {}, 40);
            EXPECT_FALSE(forward.covers(41));
            EXPECT_TRUE(forward.exactAt(kLayers - 1, {}));
        }
        forward.run(slopes, kTokens, Job());
        expectSame(forward, after, slopes, kTokens);
    }
}

// Keys and values of the shorter text serve the longer one, to the bit; edits on the way change nothing of that.
class GrowingText : public ::testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Positions, GrowingText, ::testing::ValuesIn(kMethods), [](const auto& info) {
    std::string name = info.param;
    std::erase(name, '-');
    return name;
});

TEST_P(GrowingText, IsTheWholeTextToTheBit) {
    const TinyModel model({.method = GetParam(), .layers = kLayers, .keyHeads = 2, .trainingLength = 300});
    const auto decoder = std::make_shared<const Decoder>(model.decoder());
    const auto ids = sharedIds(43, 300);
    TextForward grown(decoder, ids);
    for (const std::int64_t length : {1, 7, 12, 13, 100, 131, 300}) {
        TextForward whole(decoder, ids);
        grown.run({}, length, Job());
        whole.run({}, length, Job());
        expectSame(grown, whole, {}, length);
    }
}

TEST_F(TextForwardTest, GrowsFromBelowAnEditAndRunsTheRestAnew) {
    for (std::size_t layer = 0; layer < kLayers; ++layer) {
        const SlopeTable slopes = edited(m_trained, layer, 1, 0.7);
        TextForward grown = fresh(), whole = fresh();
        grown.run({}, 41, Job());
        grown.run(slopes, kTokens, Job());
        whole.run(slopes, kTokens, Job());
        expectSame(grown, whole, slopes, kTokens);
    }
}

TEST_F(TextForwardTest, GrowsAfterAnEditAtAShorterLength) {
    const SlopeTable slopes = edited(m_trained, 1, 1, 0.7);
    TextForward grown = fresh(), whole = fresh();
    grown.run({}, kTokens, Job());
    grown.run(slopes, 30, Job()); // layers 0 and below the edit hold more than the others now
    grown.run(slopes, 60, Job());
    whole.run(slopes, 60, Job());
    expectSame(grown, whole, slopes, 60);
}

TEST_F(TextForwardTest, LengthsOutsideTheTextAreRefused) {
    TextForward forward = fresh();
    for (const std::int64_t length : {std::int64_t(-1), std::int64_t(0), kTokens + 1})
        EXPECT_THROW(forward.run({}, length, Job()), Error);
    EXPECT_FALSE(forward.covers(1));
}

} // namespace
} // namespace slopescope
