// What a session draws and measures of a head, against attention matrices written out by the reference decoder.
#include "core/base/error.h"
#include "core/session.h"
#include "core/study/distance_profile.h"
#include "tests/core/tiny_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

namespace slopescope {
namespace {

using ::testing::HasSubstr;
using namespace tests;

constexpr std::size_t kLength = 40;

// A model on disk, a text on disk, and a session that has opened both.
struct OpenSession {
    explicit OpenSession(const TinyOptions& options) : model(options) {
        model.write(folder / "model");
        writeFile(folder / "text.txt", tinyText(51, 80));
        own.model = session.openModel((folder / "model").string(), Job()).key;
        session.openText(folder / "text.txt", Job());
        for (const TextToken& token : session.text(own.model, Job())->tokens)
            ids.push_back(token.id);
    }

    Variant with(const SlopeTable& slopes) const { return {own.model, {}, slopes}; }

    // The reference's matrices of the first kLength tokens.
    ReferenceForward reference(const SlopeTable& slopes = {}) const {
        return referenceForward(model.reference(slopes), std::span(ids).first(kLength));
    }

    TempFolder folder;
    TinyModel model;
    Session session{folder.path()};
    Variant own; // as trained
    std::vector<std::int32_t> ids;
};

const Matrix& stageOf(const ReferenceHead& head, Stage stage) {
    switch (stage) {
    case Stage::Score:
        return head.score;
    case Stage::Bias:
        return head.bias;
    case Stage::Sum:
        return head.sum;
    case Stage::Probability:
        break;
    }
    return head.probability;
}

// Pools the cells of a viewport by hand: only those on and below the diagonal count.
void expectPicture(const Picture& picture, const ReferenceHead& head, Stage stage, Pooling pooling, double tolerance) {
    const Viewport& v = picture.viewport;
    ASSERT_EQ(picture.values.size(), std::size_t(v.rows * v.columns));
    const auto edge = [](std::int64_t begin, std::int64_t end, int parts, int part) {
        return begin + part * (end - begin) / parts;
    };
    for (int r = 0; r < v.rows; ++r)
        for (int c = 0; c < v.columns; ++c) {
            double sum = 0, most = -HUGE_VAL;
            int cells = 0;
            for (auto i = edge(v.queryBegin, v.queryEnd, v.rows, r); i < edge(v.queryBegin, v.queryEnd, v.rows, r + 1);
                 ++i)
                for (auto j = edge(v.keyBegin, v.keyEnd, v.columns, c);
                     j < edge(v.keyBegin, v.keyEnd, v.columns, c + 1) && j <= i; ++j) {
                    const double value = stageOf(head, stage)[std::size_t(i)][std::size_t(j)];
                    sum += value;
                    most = std::max(most, value);
                    ++cells;
                }
            const double actual = double(picture.values[std::size_t(r * v.columns + c)]);
            if (cells == 0) {
                ASSERT_TRUE(std::isnan(actual)) << "row " << r << ", column " << c;
            } else {
                ASSERT_NEAR(actual, pooling == Pooling::Max ? most : sum / cells, tolerance)
                    << "row " << r << ", column " << c << ", stage " << int(stage);
            }
        }
}

constexpr std::array kStages{Stage::Score, Stage::Bias, Stage::Sum, Stage::Probability};

class PicturesOfEveryMethod : public ::testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Positions, PicturesOfEveryMethod, ::testing::ValuesIn(kMethods), [](const auto& info) {
    std::string name = info.param;
    std::erase(name, '-');
    return name;
});

TEST_P(PicturesOfEveryMethod, MapsAreThePooledMatrix) {
    OpenSession open({.method = GetParam(), .keyHeads = 2});
    const ReferenceForward reference = open.reference();
    open.session.forward(open.own, kLength, Job());
    const std::vector<Viewport> viewports{
        {0, 40, 0, 40, 40, 40}, {0, 40, 0, 40, 7, 9}, {13, 31, 2, 29, 18, 5}, {3, 9, 20, 40, 2, 4}};
    for (int layer = 0; layer < 2; ++layer)
        for (int head = 0; head < 4; ++head)
            for (const Stage stage : kStages)
                for (const Pooling pooling : {Pooling::Mean, Pooling::Max})
                    for (const Viewport& viewport : viewports) {
                        const MapResult map =
                            open.session.map({open.own, kLength, {{layer, head}}, viewport, stage, pooling}, Job());
                        EXPECT_EQ(map.freshness, Freshness::Exact);
                        EXPECT_EQ(map.picture.viewport, viewport);
                        expectPicture(map.picture, reference.head[std::size_t(layer)][std::size_t(head)], stage,
                                      pooling, stage == Stage::Probability ? 1e-5 : 1e-3);
                    }
}

TEST_P(PicturesOfEveryMethod, CellsAreThoseOfTheMatrix) {
    OpenSession open({.method = GetParam(), .keyHeads = 2});
    const ReferenceForward reference = open.reference();
    open.session.forward(open.own, 60, Job()); // more than is asked about
    for (const auto& [query, key] :
         std::vector<std::pair<int, int>>{{0, 0}, {39, 0}, {39, 39}, {20, 13}, {20, 19}, {31, 2}}) {
        const ReferenceHead& head = reference.head[1][3];
        const Row& row = head.probability[std::size_t(query)];
        const double probability = row[std::size_t(key)];
        const CellResult cell = open.session.cell({open.own, kLength, {1, 3}, query, key}, Job());
        EXPECT_FALSE(cell.masked);
        EXPECT_NEAR(cell.score, head.score[std::size_t(query)][std::size_t(key)], 1e-3);
        EXPECT_NEAR(cell.bias, head.bias[std::size_t(query)][std::size_t(key)], 1e-5);
        EXPECT_NEAR(cell.probability, probability, 1e-5);
        EXPECT_EQ(cell.rank, 1 + std::count_if(row.begin(), row.end(), [&](double p) { return p > probability; }));
    }
    const CellResult future = open.session.cell({open.own, kLength, {1, 3}, 5, 6}, Job());
    EXPECT_TRUE(future.masked);
    EXPECT_EQ(future.probability, 0);
}

TEST_P(PicturesOfEveryMethod, LinksAreARowAndAColumn) {
    OpenSession open({.method = GetParam(), .keyHeads = 2});
    const ReferenceForward reference = open.reference();
    open.session.forward(open.own, kLength, Job());
    const Matrix& probability = reference.head[1][2].probability;
    for (const std::size_t token : {std::size_t(0), std::size_t(17), kLength - 1}) {
        const LinksResult links = open.session.links({open.own, kLength, {1, 2}, std::int64_t(token)}, Job());
        ASSERT_EQ(links.reads.size(), kLength);
        ASSERT_EQ(links.readBy.size(), kLength);
        for (std::size_t other = 0; other < kLength; ++other) {
            EXPECT_NEAR(links.reads[other], other <= token ? probability[token][other] : 0, 1e-5);
            EXPECT_NEAR(links.readBy[other], other >= token ? probability[other][token] : 0, 1e-5);
        }
    }
}

TEST_P(PicturesOfEveryMethod, TheProfileIsTheMatrixByDistance) {
    OpenSession open({.method = GetParam(), .keyHeads = 2});
    const ReferenceForward reference = open.reference();
    open.session.forward(open.own, kLength, Job());
    const ReferenceHead& head = reference.head[1][1];
    Row mass(kLength, 0.0), alone(kLength, 0.0);
    double entropy = 0, distance = 0, firstKey = 0, diagonal = 0;
    for (std::size_t i = 0; i < kLength; ++i) {
        double total = 0;
        for (std::size_t j = 0; j <= i; ++j)
            total += std::exp(head.bias[i][j]);
        for (std::size_t j = 0; j <= i; ++j) {
            const double p = head.probability[i][j];
            mass[i - j] += p / kLength;
            alone[i - j] += std::exp(head.bias[i][j]) / total / kLength;
            distance += p * double(i - j) / kLength;
            entropy -= p > 0 ? p * std::log2(p) / kLength : 0;
        }
        firstKey += head.probability[i][0] / kLength;
        diagonal += head.probability[i][i] / kLength;
    }
    const ProfileResult profile = open.session.profile({open.own, kLength, {{1, 1}}}, Job());
    std::int64_t next = 0;
    for (const auto& bin : profile.bins) {
        EXPECT_EQ(bin.begin, next); // the bins tile 0..length
        EXPECT_GT(bin.end, bin.begin);
        next = bin.end;
        const auto share = [&](const Row& by) {
            return std::accumulate(by.begin() + bin.begin, by.begin() + bin.end, 0.0);
        };
        EXPECT_NEAR(bin.mass, share(mass), 1e-5) << "distance " << bin.begin;
        EXPECT_NEAR(bin.biasOnly, share(alone), 1e-5) << "distance " << bin.begin;
        // Half of the mass lies within the median's bin or before it.
        if (bin.begin <= profile.medianDistance && profile.medianDistance < double(bin.end)) {
            EXPECT_LE(std::accumulate(mass.begin(), mass.begin() + bin.begin, 0.0), 0.5 + 1e-5);
            EXPECT_GE(std::accumulate(mass.begin(), mass.begin() + bin.end, 0.0), 0.5 - 1e-5);
        }
    }
    EXPECT_EQ(next, std::int64_t(kLength));
    EXPECT_NEAR(profile.meanDistance, distance, 1e-3);
    EXPECT_NEAR(profile.entropyBits, entropy, 1e-3);
    EXPECT_NEAR(profile.firstKeyMass, firstKey, 1e-5);
    EXPECT_NEAR(profile.diagonalMass, diagonal, 1e-5);
}

TEST_P(PicturesOfEveryMethod, ThumbnailsAreSmallMaps) {
    OpenSession open({.method = GetParam()});
    const ReferenceForward reference = open.reference();
    open.session.forward(open.own, kLength, Job());
    for (const int pixels : {1, 8, 500}) {
        const ThumbnailsResult all = open.session.thumbnails({open.own, kLength, pixels, Stage::Probability}, Job());
        EXPECT_EQ(all.layers, 2);
        EXPECT_EQ(all.heads, 4);
        ASSERT_EQ(all.pictures.size(), 8U);
        const int side = std::min(pixels, int(kLength));
        for (std::size_t i = 0; i < 8; ++i) {
            EXPECT_EQ(all.pictures[i].viewport, (Viewport{0, kLength, 0, kLength, side, side}));
            expectPicture(all.pictures[i], reference.head[i / 4][i % 4], Stage::Probability, Pooling::Mean, 1e-5);
        }
    }
}

// --- Edits ---

SlopeTable withSlope(const TinyModel& model, std::size_t layer, std::size_t head, double slope) {
    SlopeTable slopes = model.config.slopes;
    slopes[layer][head] = slope;
    return slopes;
}

constexpr Viewport kWhole{0, kLength, 0, kLength, kLength, kLength};

TEST(EditedHead, FromFrozenQueriesAndKeysIsTheFullComputation) {
    OpenSession open({.layers = 3});
    open.session.forward(open.own, kLength, Job());
    const SlopeTable slopes = withSlope(open.model, 1, 2, 0.9);
    const MapRequest request{open.with(slopes), kLength, {{1, 2}}, kWhole};
    const MapResult frozen = open.session.map(request, Job());
    EXPECT_EQ(frozen.freshness, Freshness::Exact); // its q and k lie below the edit
    expectPicture(frozen.picture, open.reference(slopes).head[1][2], Stage::Probability, Pooling::Mean, 1e-5);

    open.session.forward(open.with(slopes), kLength, Job());
    const MapResult full = open.session.map(request, Job());
    for (std::size_t i = 0; i < full.picture.values.size(); ++i)
        if (!std::isnan(full.picture.values[i])) {
            EXPECT_NEAR(frozen.picture.values[i], full.picture.values[i], 1e-6);
        }
}

TEST(EditedHead, AboveAnEditIsAPreviewUntilTheForwardLands) {
    OpenSession open({.layers = 3});
    open.session.forward(open.own, kLength, Job());
    const ReferenceForward trained = open.reference();
    const SlopeTable slopes = withSlope(open.model, 0, 2, 2.5);
    const ReferenceForward edited = open.reference(slopes);
    const MapRequest above{open.with(slopes), kLength, {{2, 1}}, kWhole};

    const MapResult preview = open.session.map(above, Job());
    EXPECT_EQ(preview.freshness, Freshness::Preview);
    // What a preview is: the old q and k under the new slopes, which for this head are the old ones.
    expectPicture(preview.picture, trained.head[2][1], Stage::Probability, Pooling::Mean, 1e-5);
    EXPECT_EQ(open.session.profile({open.with(slopes), kLength, {{2, 1}}}, Job()).freshness, Freshness::Preview);
    EXPECT_EQ(open.session.cell({open.with(slopes), kLength, {2, 1}, 9, 3}, Job()).freshness, Freshness::Preview);
    EXPECT_EQ(open.session.links({open.with(slopes), kLength, {2, 1}, 9}, Job()).freshness, Freshness::Preview);

    open.session.forward(open.with(slopes), kLength, Job());
    const MapResult exact = open.session.map(above, Job());
    EXPECT_EQ(exact.freshness, Freshness::Exact);
    expectPicture(exact.picture, edited.head[2][1], Stage::Probability, Pooling::Mean, 1e-5);
    // What was exact before still is: both are at hand.
    const MapResult own = open.session.map({open.own, kLength, {{2, 1}}, kWhole}, Job());
    EXPECT_EQ(own.freshness, Freshness::Exact);
    expectPicture(own.picture, trained.head[2][1], Stage::Probability, Pooling::Mean, 1e-5);
    // An edit above the other one is drawn from that: its layers below are exact.
    SlopeTable both = slopes;
    both[2][1] = 0.7;
    const MapResult resumed = open.session.map({open.with(both), kLength, {{2, 1}}, kWhole}, Job());
    EXPECT_EQ(resumed.freshness, Freshness::Exact);
    expectPicture(resumed.picture, open.reference(both).head[2][1], Stage::Probability, Pooling::Mean, 1e-5);
}

TEST(EditedHead, EverythingShownFollowsTheSlopes) {
    OpenSession open({});
    const SlopeTable slopes{{0, 0.1, 3, 40}, {0.3, 0, 0, 1000}}; // a flat head, and some that see only themselves
    const ReferenceForward reference = open.reference(slopes);
    open.session.forward(open.with(slopes), kLength, Job());
    const ThumbnailsResult all = open.session.thumbnails({open.with(slopes), kLength, int(kLength)}, Job());
    for (std::size_t i = 0; i < 8; ++i)
        expectPicture(all.pictures[i], reference.head[i / 4][i % 4], Stage::Probability, Pooling::Mean, 1e-5);
    const ProfileResult steep = open.session.profile({open.with(slopes), kLength, {{1, 3}}}, Job());
    EXPECT_NEAR(steep.diagonalMass, 1, 1e-6);
    EXPECT_NEAR(steep.bins[0].biasOnly, 1, 1e-6);
}

// --- Several heads at once, and the losses of the tokens ---

TEST(SeveralHeads, AreDrawnAndProfiledAsTheirMean) {
    OpenSession open({.keyHeads = 2});
    open.session.forward(open.own, kLength, Job());
    const std::vector<HeadAddress> heads{{0, 1}, {1, 3}, {1, 0}};
    const Viewport viewport{5, 40, 0, 38, 9, 7};
    const MapResult mean = open.session.map({open.own, kLength, heads, viewport}, Job());
    const ProfileResult profile = open.session.profile({open.own, kLength, heads}, Job());
    EXPECT_EQ(mean.heads, heads);
    EXPECT_EQ(profile.heads, heads);
    std::vector<double> pixels(mean.picture.values.size(), 0.0), mass(profile.bins.size(), 0.0);
    double entropy = 0, distance = 0;
    for (const HeadAddress head : heads) {
        const MapResult one = open.session.map({open.own, kLength, {head}, viewport}, Job());
        const ProfileResult alone = open.session.profile({open.own, kLength, {head}}, Job());
        for (std::size_t i = 0; i < pixels.size(); ++i)
            pixels[i] += double(one.picture.values[i]) / 3;
        for (std::size_t bin = 0; bin < mass.size(); ++bin)
            mass[bin] += alone.bins[bin].mass / 3;
        entropy += alone.entropyBits / 3;
        distance += alone.meanDistance / 3;
    }
    for (std::size_t i = 0; i < pixels.size(); ++i) {
        ASSERT_EQ(std::isnan(mean.picture.values[i]), std::isnan(pixels[i])) << i;
        if (!std::isnan(pixels[i])) {
            EXPECT_NEAR(mean.picture.values[i], pixels[i], 1e-6) << i;
        }
    }
    for (std::size_t bin = 0; bin < mass.size(); ++bin)
        EXPECT_NEAR(profile.bins[bin].mass, mass[bin], 1e-9);
    EXPECT_NEAR(profile.entropyBits, entropy, 1e-9);
    EXPECT_NEAR(profile.meanDistance, distance, 1e-9);
}

TEST_P(PicturesOfEveryMethod, TokenLossesAreTheReferences) {
    OpenSession open({.method = GetParam(), .keyHeads = 2});
    open.session.forward(open.own, 60, Job());
    const TokenLossResult losses = open.session.losses({open.own, kLength}, Job());
    ASSERT_EQ(losses.nll.size(), kLength);
    EXPECT_TRUE(std::isnan(losses.nll[0]));
    const Row expected = referenceLosses(open.model.reference(), std::span(open.ids).first(kLength));
    for (std::size_t token = 1; token < kLength; ++token)
        EXPECT_NEAR(losses.nll[token], expected[token - 1], 2e-4 * std::max(1.0, expected[token - 1])) << token;
}

// Far keys of a steep head lie in blocks that a map skips; the cell that is pointed at is computed all the same.
TEST(Cells, HaveTheirProbabilityWhereAMapHasNone) {
    OpenSession open({.trainingLength = 600});
    writeFile(open.folder / "long.txt", tinyText(52, 700));
    open.session.openText(open.folder / "long.txt", Job());
    std::vector<std::int32_t> ids;
    for (const TextToken& token : open.session.text(open.own.model, Job())->tokens)
        ids.push_back(token.id);
    constexpr std::int64_t kLong = 300;
    SlopeTable slopes = open.model.config.slopes;
    slopes[0][1] = 0.4;
    const Variant steep = open.with(slopes);
    open.session.forward(steep, kLong, Job());
    const ReferenceForward reference = referenceForward(open.model.reference(slopes), std::span(ids).first(kLong));
    int tiny = 0;
    for (const std::int64_t key : {0, 3, 100, 200, 290, 299}) {
        const CellResult cell = open.session.cell({steep, kLong, {0, 1}, 299, key}, Job());
        const double expected = reference.head[0][1].probability[299][std::size_t(key)];
        EXPECT_NEAR(std::log(cell.probability), std::log(expected), 2e-3) << key;
        tiny += expected < 1e-30 ? 1 : 0;
    }
    EXPECT_GE(tiny, 2);
}

// --- The parts of a profile ---

TEST(DistanceProfile, EdgesTileTheLength) {
    for (const std::int64_t length : {1, 2, 3, 5, 64, 1000, 100'000}) {
        const auto edges = distanceBinEdges(length);
        EXPECT_EQ(edges.front(), 0);
        EXPECT_EQ(edges.back(), length);
        for (std::size_t b = 1; b < edges.size(); ++b)
            EXPECT_GT(edges[b], edges[b - 1]) << length;
    }
}

TEST(DistanceProfile, MedianSplitsTheMass) {
    const std::vector<std::int64_t> edges{0, 1, 2, 6};
    EXPECT_EQ(medianDistance(edges, std::vector<double>{0.9, 0.1, 0}), 0);
    EXPECT_EQ(medianDistance(edges, std::vector<double>{0.2, 0.6, 0.2}), 1);
    EXPECT_NEAR(medianDistance(edges, std::vector<double>{0.2, 0.2, 0.6}), 2 + 0.1 / 0.6 * 3, 1e-12); // within 2..5
}

TEST(DistanceProfile, ATableThatAllButForbidsTheNearestStillHasShares) {
    AttentionSettings settings;
    settings.bias.table = at::empty({1, 3}, at::kFloat);
    const std::vector<float> table{-60000, -60000, 60000};
    std::copy(table.begin(), table.end(), settings.bias.table.data_ptr<float>());
    const std::vector<std::int64_t> edges{0, 1, 2, 4};
    const auto mass = massOfBiasAlone(settings, 4, edges);
    // Query 0 sees itself; query 1 two equal distances; queries 2 and 3 the rest.
    EXPECT_NEAR(mass[0], (1 + 0.5) / 4, 1e-12);
    EXPECT_NEAR(mass[1], 0.5 / 4, 1e-12);
    EXPECT_NEAR(mass[2], 2.0 / 4, 1e-12);
}

} // namespace
} // namespace slopescope
