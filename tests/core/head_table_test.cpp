// The table of heads, every number of it, against matrices of the reference decoder and plain loops.
#include "core/session.h"
#include "core/study/head_table.h"
#include "tests/core/tiny_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace slopescope {
namespace {

using namespace tests;

constexpr std::int64_t kLength = 75;

// What a row says of a matrix of probabilities.
HeadRow expectedOf(const Matrix& probability, std::span<const std::int32_t> ids) {
    HeadRow row;
    row.entropyBits = row.meanDistance = row.firstKey = row.self = row.previousToken = row.duplicate = row.induction =
        0;
    row.within = {0, 0, 0, 0};
    const auto length = double(ids.size());
    double copies = 0;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        bool known = false;
        for (std::size_t j = 0; j <= i; ++j) {
            const double p = probability[i][j], distance = double(i - j);
            row.entropyBits -= p > 0 ? p * std::log2(p) / length : 0;
            row.meanDistance += p * distance / length;
            for (std::size_t n = 0; n < kNearDistances.size(); ++n)
                row.within[n] += distance <= double(kNearDistances[n]) ? p / length : 0;
            row.firstKey += j == 0 ? p / length : 0;
            row.self += i == j ? p / length : 0;
            row.previousToken += i == j + 1 ? p / (length - 1) : 0;
            if (j < i && ids[j] == ids[i]) {
                known = true;
                row.duplicate += p;
                row.induction += probability[i][j + 1];
            }
        }
        copies += known;
    }
    row.duplicate /= copies;
    row.induction /= copies;
    return row;
}

class HeadTable : public ::testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Methods, HeadTable, ::testing::Values("alibi", "rotary", "t5-bias"), [](const auto& info) {
    std::string name = info.param;
    std::erase(name, '-');
    return name;
});

TEST_P(HeadTable, IsWhatTheMatricesOfTheReferenceSay) {
    TinyOptions options{.method = GetParam()};
    options.keyHeads = 2;
    const TinyModel model(options);
    const auto ids = sharedIds(11, kLength + 10);
    TextForward forward(std::make_shared<const Decoder>(model.decoder()), ids);
    forward.run({}, kLength, Job());
    std::vector<std::size_t> updates;
    const HeadTableResult table = measureHeads(forward, *ids, {{}, kLength}, Job(), [&](const HeadTableResult& so_far) {
        EXPECT_FALSE(so_far.complete);
        updates.push_back(so_far.rows.size());
    });
    EXPECT_TRUE(table.complete);
    EXPECT_THAT(updates, ::testing::ElementsAre(4U)); // the first of two layers
    ASSERT_EQ(table.rows.size(), 8U);

    const std::span<const std::int32_t> shown = std::span(*ids).first(kLength);
    const ReferenceForward reference = referenceForward(model.reference(), shown);
    std::vector<double> probeDuplicate(8, 0.0), probeInduction(8, 0.0);
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        const std::int64_t period = table.probePeriod;
        const auto probe = repeatedRandomTokens(model.config.vocabulary, period, seed);
        const ReferenceForward said = referenceForward(model.reference(), probe);
        for (std::size_t i = 0; i < 8; ++i) {
            const HeadRow row = expectedOf(said.head[i / 4][i % 4].probability, probe);
            probeDuplicate[i] += row.duplicate / 4;
            probeInduction[i] += row.induction / 4;
        }
    }
    for (std::size_t i = 0; i < 8; ++i) {
        const HeadRow& row = table.rows[i];
        const HeadRow expected = expectedOf(reference.head[i / 4][i % 4].probability, shown);
        SCOPED_TRACE("layer " + std::to_string(i / 4) + " head " + std::to_string(i % 4));
        EXPECT_EQ(row.head, (HeadAddress{int(i / 4), int(i % 4)}));
        EXPECT_EQ(std::isnan(row.slope), model.config.slopes.empty());
        if (!model.config.slopes.empty()) {
            EXPECT_FLOAT_EQ(float(row.slope), float(model.config.slopes[i / 4][i % 4]));
        }
        EXPECT_NEAR(row.entropyBits, expected.entropyBits, 2e-4);
        EXPECT_NEAR(row.meanDistance, expected.meanDistance, 2e-3);
        for (std::size_t n = 0; n < kNearDistances.size(); ++n)
            EXPECT_NEAR(row.within[n], expected.within[n], 2e-5) << kNearDistances[n];
        EXPECT_NEAR(row.firstKey, expected.firstKey, 2e-5);
        EXPECT_NEAR(row.self, expected.self, 2e-5);
        EXPECT_NEAR(row.previousToken, expected.previousToken, 2e-5);
        EXPECT_NEAR(row.duplicate, expected.duplicate, 2e-5);
        EXPECT_NEAR(row.induction, expected.induction, 2e-5);
        EXPECT_NEAR(row.probeDuplicate, probeDuplicate[i], 2e-5);
        EXPECT_NEAR(row.probeInduction, probeInduction[i], 2e-5);
        EXPECT_GE(row.skipped, 0);
        EXPECT_LT(row.skipped, 1);
    }
}

TEST(HeadTableProbe, SaysRandomTokensTwiceAndNoneOfThemTwiceWithin) {
    const auto ids = repeatedRandomTokens(100, 64, 3);
    ASSERT_EQ(ids.size(), 128U);
    EXPECT_EQ(std::set<std::int32_t>(ids.begin(), ids.end()).size(), 64U);
    EXPECT_TRUE(std::equal(ids.begin(), ids.begin() + 64, ids.begin() + 64));
    EXPECT_EQ(ids, repeatedRandomTokens(100, 64, 3));
    EXPECT_NE(ids, repeatedRandomTokens(100, 64, 4));
}

TEST(HeadTableOfAShortModel, HasAProbeThatFitsOrNone) {
    for (const std::int64_t positions : {20, 3}) {
        const TinyModel model({.method = "learned", .trainingLength = positions});
        const auto ids = sharedIds(11, 30);
        TextForward forward(std::make_shared<const Decoder>(model.decoder()), ids);
        forward.run({}, 1, Job());
        const HeadTableResult table = measureHeads(forward, *ids, {{}, 1}, Job(), {});
        EXPECT_EQ(table.probePeriod, positions == 20 ? 10 : 0);
        for (const HeadRow& row : table.rows) {
            EXPECT_EQ(std::isnan(row.probeInduction), positions == 3);
            EXPECT_NEAR(row.self, 1, 1e-6); // one token sees itself alone
            EXPECT_TRUE(std::isnan(row.previousToken));
            EXPECT_TRUE(std::isnan(row.induction));
        }
    }
}

TEST(HeadTableOfASession, IsOfTheSlopesAskedForOrRefused) {
    const TempFolder folder;
    const TinyModel model({});
    model.write(folder / "model");
    writeFile(folder / "text.txt", tinyText(51, 80));
    Session session(folder.path());
    const Variant own{session.openModel((folder / "model").string(), Job()).key, {}, {}};
    session.openText(folder / "text.txt", Job());
    EXPECT_THROW(session.heads({own, 40}, Job()), Error);
    session.forward(own, 40, Job());
    Variant edited = own;
    edited.slopes = model.config.slopes;
    edited.slopes[0][1] *= 8;
    EXPECT_THROW(session.heads({edited, 40}, Job()), Error); // the second layer's keys are not its own
    session.forward(edited, 40, Job());
    const HeadTableResult before = session.heads({own, 40}, Job()), after = session.heads({edited, 40}, Job());
    EXPECT_EQ(after.variant, edited);
    EXPECT_LT(after.rows[1].meanDistance, before.rows[1].meanDistance);
    EXPECT_EQ(after.rows[0].meanDistance, before.rows[0].meanDistance);
    EXPECT_NE(after.rows[1].probeInduction, before.rows[1].probeInduction);
}

} // namespace
} // namespace slopescope
