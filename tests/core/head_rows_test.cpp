// The numbers of a row, and of a pair in every head, against matrices written out by the reference decoder.
#include "core/base/error.h"
#include "core/session.h"
#include "tests/core/tiny_model.h"

#include <gtest/gtest.h>

#include <cmath>

namespace slopescope {
namespace {

using namespace tests;

constexpr std::size_t kLength = 40;

struct OpenSession {
    explicit OpenSession(const TinyOptions& options) : model(options) {
        model.write(folder / "model");
        own.model = session.openModel((folder / "model").string(), Job()).key;
        session.openText("sentence", tinyText(51, 80));
        for (const TextToken& token : session.text(own.model, Job())->tokens)
            ids.push_back(token.id);
        session.forward(own, kLength, Job());
    }

    ReferenceForward reference(std::size_t window = 0) const {
        ReferenceModel m = model.reference();
        m.window = window;
        return referenceForward(m, std::span(ids).first(kLength));
    }

    TempFolder folder;
    TinyModel model;
    Session session{folder.path()};
    Variant own;
    std::vector<std::int32_t> ids;
};

void expectRows(const RowsResult& rows, const ReferenceHead& head) {
    for (std::int64_t query = rows.of.queryBegin; query < rows.of.queryEnd; ++query) {
        double shares = 0, sum = 0;
        for (std::int64_t key = 0; key < std::int64_t(kLength); ++key) {
            const auto i = std::size_t(query), j = std::size_t(key);
            const std::size_t cell = rows.at(query, key);
            const bool masked = std::isnan(head.sum[i][j]) || key > query;
            ASSERT_EQ(std::isnan(rows.biases[cell]), masked) << query << ", " << key;
            ASSERT_EQ(std::isnan(rows.probabilities[cell]), masked) << query << ", " << key;
            if (masked)
                continue;
            ASSERT_NEAR(rows.scores[cell], head.score[i][j], 1e-3);
            ASSERT_NEAR(rows.biases[cell], head.bias[i][j], 1e-5);
            ASSERT_NEAR(rows.probabilities[cell], head.probability[i][j], 1e-5);
            shares += double(rows.probabilities[cell]);
            sum += std::exp(head.sum[i][j]);
        }
        EXPECT_NEAR(shares, 1, 1e-5);
        EXPECT_NEAR(rows.logSums[std::size_t(query - rows.of.queryBegin)], std::log(sum), 1e-3);
    }
}

class RowsOfEveryMethod : public ::testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Positions, RowsOfEveryMethod, ::testing::ValuesIn(kMethods), [](const auto& info) {
    std::string name = info.param;
    std::erase(name, '-');
    return name;
});

TEST_P(RowsOfEveryMethod, AreTheMatrices) {
    OpenSession open({.method = GetParam(), .keyHeads = 2});
    const ReferenceForward reference = open.reference();
    for (const auto& [begin, end] : std::vector<std::pair<int, int>>{{0, int(kLength)}, {17, 18}, {39, 40}}) {
        const RowsResult rows = open.session.rows({open.own, kLength, {1, 3}, begin, end}, Job());
        EXPECT_EQ(rows.freshness, Freshness::Exact);
        EXPECT_EQ(rows.headDim, 8);
        EXPECT_DOUBLE_EQ(rows.scale, 1 / std::sqrt(8.0));
        EXPECT_EQ(rows.fromTable, std::string(GetParam()) == "t5-bias");
        EXPECT_EQ(rows.slope > 0, std::string(GetParam()) == "alibi");
        expectRows(rows, reference.head[1][3]);
    }
}

TEST_P(RowsOfEveryMethod, APairIsOneCellOfEveryHead) {
    OpenSession open({.method = GetParam(), .keyHeads = 2});
    const ReferenceForward reference = open.reference();
    const PairResult pair = open.session.pair({open.own, kLength, 30, 11}, Job());
    ASSERT_EQ(pair.layers, 2);
    ASSERT_EQ(pair.heads, 4);
    for (std::size_t i = 0; i < 8; ++i)
        EXPECT_NEAR(pair.probabilities[i], reference.head[i / 4][i % 4].probability[30][11], 1e-5) << "head " << i;
}

// Without ALiBi's bias nothing stands between a masked key's score and its transposed one's formula: q_i.k_j for j > i.
TEST(Rows, ScoresOfMaskedKeysAreThoseOfTheSameQuery) {
    OpenSession open({.method = "none"});
    const RowsResult rows = open.session.rows({open.own, kLength, {0, 1}, 0, kLength}, Job());
    // In the lowest layer a token's q and k do not depend on what stands before it, so equal tokens have equal scores.
    int compared = 0;
    for (std::size_t query = 0; query < kLength; ++query)
        for (std::size_t future = query + 1; future < kLength; ++future)
            for (std::size_t past = 0; past <= query; ++past)
                if (open.ids[past] == open.ids[future]) {
                    EXPECT_NEAR(rows.scores[rows.at(std::int64_t(query), std::int64_t(future))],
                                rows.scores[rows.at(std::int64_t(query), std::int64_t(past))], 1e-4);
                    ++compared;
                }
    EXPECT_GT(compared, 20);
}

TEST(Rows, AWindowMasksWhatLiesBeforeIt) {
    OpenSession open({.method = "alibi"});
    Variant windowed = open.own;
    windowed.positions.window = 9;
    open.session.forward(windowed, kLength, Job());
    expectRows(open.session.rows({windowed, kLength, {1, 0}, 0, kLength}, Job()), open.reference(9).head[1][0]);
    const PairResult far = open.session.pair({windowed, kLength, 30, 11}, Job());
    for (const float probability : far.probabilities)
        EXPECT_TRUE(std::isnan(probability));
}

TEST(Rows, WhatLiesOutsideIsRefused) {
    OpenSession open({});
    EXPECT_THROW(open.session.rows({open.own, kLength, {0, 0}, 0, kLength + 1}, Job()), Error);
    EXPECT_THROW(open.session.rows({open.own, kLength, {0, 0}, 5, 5}, Job()), Error);
    EXPECT_THROW(open.session.rows({open.own, kLength, {0, 9}, 0, 1}, Job()), Error);
    EXPECT_THROW(open.session.pair({open.own, kLength, 40, 0}, Job()), Error);
}

} // namespace
} // namespace slopescope
