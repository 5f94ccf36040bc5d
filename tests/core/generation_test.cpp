// Continuing a text: every greedy token is the reference decoder's, draws are the softmax's and repeat by seed.
#include "core/base/error.h"
#include "core/study/generation.h"
#include "tests/core/tiny_model.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace slopescope {
namespace {

using namespace tests;

std::vector<GeneratedToken> continued(const Decoder& decoder, std::span<const std::int32_t> ids, int tokens,
                                      TokenChooser chooser = {0, 1, 0}, const Job& job = {}) {
    return continueText(decoder, ids, tokens, chooser, {}, job, {});
}

std::vector<std::int32_t> idsOf(const std::vector<GeneratedToken>& tokens) {
    std::vector<std::int32_t> ids;
    for (const GeneratedToken& token : tokens)
        ids.push_back(token.id);
    return ids;
}

class GenerationOfEveryMethod : public ::testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Positions, GenerationOfEveryMethod, ::testing::ValuesIn(kMethods), [](const auto& info) {
    std::string name = info.param;
    std::erase(name, '-');
    return name;
});

// The reference runs the whole text anew for every token. 30 new tokens cross several groups of rows.
TEST_P(GenerationOfEveryMethod, IsTheArgmaxOfAFullForward) {
    const TinyModel model({.method = GetParam(), .keyHeads = 2});
    const Decoder decoder = model.decoder();
    std::vector<std::int32_t> all = tinyIds(3, 17);
    const std::vector<GeneratedToken> made = continued(decoder, all, 30);
    ASSERT_EQ(made.size(), 30U);
    const ReferenceModel reference = model.reference();
    for (const GeneratedToken& token : made) {
        const Row scores = referenceForward(reference, all).logits.back();
        const double peak = *std::max_element(scores.begin(), scores.end());
        double sum = 0;
        for (const double score : scores)
            sum += std::exp(score - peak);
        // Where two tokens are equal but for rounding, either may be chosen.
        EXPECT_NEAR(scores[std::size_t(token.id)], peak, 1e-3) << "token " << all.size();
        EXPECT_NEAR(token.probability, std::exp(scores[std::size_t(token.id)] - peak) / sum, 1e-3);
        all.push_back(token.id);
    }
}

TEST(Generation, AOneTokenTextCanBeContinued) {
    const TinyModel model(TinyOptions{});
    const Decoder decoder = model.decoder();
    EXPECT_EQ(continued(decoder, std::vector<std::int32_t>{5}, 3).size(), 3U);
    EXPECT_THROW(continued(decoder, {}, 3), Error);
}

// A continuation in two parts is the continuation in one: nothing hangs on what was kept.
TEST(Generation, ContinuesWhereItStopped) {
    const TinyModel model({.method = "rotary"});
    const Decoder decoder = model.decoder();
    std::vector<std::int32_t> text = tinyIds(9, 25);
    const std::vector<std::int32_t> whole = idsOf(continued(decoder, text, 24));
    const std::vector<std::int32_t> first = idsOf(continued(decoder, text, 11));
    text.insert(text.end(), first.begin(), first.end());
    std::vector<std::int32_t> joined = first;
    for (const std::int32_t id : idsOf(continued(decoder, text, 13)))
        joined.push_back(id);
    EXPECT_EQ(joined, whole);
}

TEST(Generation, EndsWithLearnedPositions) {
    const TinyModel model({.method = "learned", .trainingLength = 32});
    const Decoder decoder = model.decoder();
    EXPECT_EQ(continued(decoder, tinyIds(4, 30), 50).size(), 3U); // after 30, 31 and 32 tokens
    EXPECT_THROW(continued(decoder, tinyIds(4, 33), 1), Error);
}

TEST(Generation, StopsAtAnyToken) {
    const TinyModel model(TinyOptions{});
    const Decoder decoder = model.decoder();
    std::stop_source stop;
    int seen = 0;
    TokenChooser chooser(0, 1, 0);
    EXPECT_THROW(continueText(decoder, tinyIds(4, 20), 1000, chooser, {}, Job(stop.get_token()),
                              [&](const GeneratedToken&) {
                                  if (++seen == 4)
                                      stop.request_stop();
                              }),
                 Cancelled);
    EXPECT_EQ(seen, 4);
}

TEST(Generation, ASeedDrawsTheSameTokens) {
    const TinyModel model(TinyOptions{});
    const Decoder decoder = model.decoder();
    const auto drawn = [&](std::uint64_t seed) {
        return idsOf(continued(decoder, tinyIds(4, 20), 40, {1.5, 0.95, seed}));
    };
    EXPECT_EQ(drawn(1), drawn(1));
    EXPECT_NE(drawn(1), drawn(2));
}

TEST(TokenChooser, DrawsBySoftmaxAtATemperature) {
    const std::vector<float> scores{0.3F, -1.2F, 1.9F, 0.0F};
    for (const double temperature : {0.5, 1.0, 2.0}) {
        std::vector<double> share(scores.size());
        double sum = 0;
        for (const float score : scores)
            sum += std::exp(double(score) / temperature);
        TokenChooser chooser(temperature, 1, 42);
        constexpr int kDraws = 20000;
        for (int i = 0; i < kDraws; ++i)
            share[std::size_t(chooser.next(scores))] += 1.0 / kDraws;
        for (std::size_t i = 0; i < scores.size(); ++i) {
            const double expected = std::exp(double(scores[i]) / temperature) / sum;
            EXPECT_NEAR(share[i], expected, 4 * std::sqrt(expected * (1 - expected) / kDraws)) << "token " << i;
        }
    }
}

TEST(TokenChooser, TopPLeavesTheFewestThatReachIt) {
    const std::vector<float> scores{std::log(0.1F), std::log(0.5F), std::log(0.15F), std::log(0.25F)};
    const auto kept = [&](double topP) {
        TokenChooser chooser(1, topP, 7);
        std::set<std::int32_t> seen;
        for (int i = 0; i < 2000; ++i)
            seen.insert(chooser.next(scores));
        return seen;
    };
    EXPECT_EQ(kept(0.4), (std::set<std::int32_t>{1}));
    EXPECT_EQ(kept(0.6), (std::set<std::int32_t>{1, 3}));
    EXPECT_EQ(kept(0.8), (std::set<std::int32_t>{1, 2, 3}));
    EXPECT_EQ(kept(1), (std::set<std::int32_t>{0, 1, 2, 3}));
}

TEST(TokenChooser, TakesTheFirstOfEqualsAtZero) {
    TokenChooser chooser(0, 1, 0);
    EXPECT_EQ(chooser.next(std::vector<float>{1, 3, 3, 2}), 1);
}

TEST(TokenChooser, RefusesWhatMakesNoSense) {
    EXPECT_THROW(TokenChooser(-1, 1, 0), Error);
    EXPECT_THROW(TokenChooser(NAN, 1, 0), Error);
    EXPECT_THROW(TokenChooser(1, 0, 0), Error);
    EXPECT_THROW(TokenChooser(1, 1.1, 0), Error);
}

} // namespace
} // namespace slopescope
