// Other positions for a model: each is what the same weights would be with those positions in their config.
#include "core/base/error.h"
#include "core/session.h"
#include "core/study/length_curve.h"
#include "core/study/text_forward.h"
#include "core/study/text_logits.h"
#include "tests/core/tiny_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace slopescope {
namespace {

using ::testing::HasSubstr;
using namespace tests;

constexpr std::int64_t kTokens = 40;

SlopeTable paperTable() {
    return SlopeTable(2, paperSlopes(4));
}

PositionOverride read(const std::string& spec) {
    return parsePositions(spec, paperTable());
}

std::vector<float> logits(const Decoder& decoder, const AttentionOverride& change = {}) {
    std::vector<float> all;
    streamLogits(decoder, tinyIds(3, kTokens), change, Job(),
                 [&](std::span<const float> rows) { all.insert(all.end(), rows.begin(), rows.end()); });
    return all;
}

// The weights of one method with the config of another.
Decoder withConfig(const TinyModel& model, const std::function<void(DecoderConfig&)>& change) {
    DecoderConfig config = model.config;
    change(config);
    return {config, model.weights};
}

TEST(PositionOverride, AlibiAndNoneReplaceAllThatAModelHas) {
    for (const char* method : kMethods) {
        const TinyModel model({.method = method});
        const Decoder decoder = model.decoder();
        const Decoder none = withConfig(model, [](DecoderConfig& c) { c.positions = {}; });
        EXPECT_EQ(logits(decoder.withPositions(read("none"))), logits(none)) << method;
        EXPECT_EQ(logits(decoder.withPositions(read("zero"))), logits(none)) << method;
        const Decoder alibi = withConfig(model, [](DecoderConfig& c) {
            c.positions = schemeNamed("alibi", c.headDim, 0);
            c.slopes = paperSlopes(4);
        });
        EXPECT_EQ(logits(decoder.withPositions(read("alibi"))), logits(alibi)) << method;
        EXPECT_EQ(logits(decoder.withPositions(read("own"))), logits(decoder)) << method;
    }
}

TEST(PositionOverride, WindowKeepsThePositions) {
    for (const char* method : kMethods) {
        const Decoder decoder = TinyModel({.method = method}).decoder();
        AttentionOverride change;
        change.window = 7;
        EXPECT_EQ(logits(decoder.withPositions(read("window:7"))), logits(decoder, change)) << method;
    }
    const TinyModel windowed({});
    const Decoder narrow = withConfig(windowed, [](DecoderConfig& c) { c.windows = {3, 0}; });
    const Decoder both = withConfig(windowed, [](DecoderConfig& c) { c.windows = {3, 7}; });
    EXPECT_EQ(logits(narrow.withPositions(read("window:7"))), logits(both)); // the narrower one holds
}

TEST(PositionOverride, RotaryIsScaledFromItsOwn) {
    const TinyModel model({.method = "rotary", .rotaryDims = 4, .interleaved = true});
    const Decoder decoder = model.decoder();
    const auto expected = [&](RotaryScaling scaling, double attention) {
        return logits(withConfig(model, [&](DecoderConfig& c) {
            c.positions.rotary->scaling = scaling;
            c.positions.rotary->factor = 4;
            c.positions.rotary->originalLength = c.trainingLength;
            c.positions.rotary->attentionFactor = attention;
        }));
    };
    EXPECT_EQ(logits(decoder.withPositions(read("rotary-linear:4"))), expected(RotaryScaling::Linear, 1));
    EXPECT_EQ(logits(decoder.withPositions(read("rotary-ntk:4"))), expected(RotaryScaling::Ntk, 1));
    EXPECT_EQ(logits(decoder.withPositions(read("rotary-yarn:4"))),
              expected(RotaryScaling::Yarn, 0.1 * std::log(4) + 1));
    EXPECT_EQ(logits(decoder.withPositions(read("rotary-linear:1"))), logits(decoder));
    EXPECT_NE(logits(decoder.withPositions(read("rotary-linear:4"))), logits(decoder));
    EXPECT_EQ(describe(decoder.withPositions(read("rotary-yarn:4")).config().positions), "rotary, YaRN x 4");
}

TEST(PositionOverride, WhatCannotBeScaledIsRefused) {
    const auto refusal = [](const Decoder& decoder, const std::string& spec) -> std::string {
        try {
            decoder.withPositions(read(spec));
        } catch (const Error& error) {
            return error.what();
        }
        return {};
    };
    EXPECT_THAT(refusal(TinyModel({}).decoder(), "rotary-linear:2"),
                HasSubstr("are ALiBi; it has no rotary positions"));
    const Decoder untold = TinyModel({.method = "rotary", .trainingLength = 0}).decoder();
    EXPECT_THAT(refusal(untold, "rotary-yarn:2"), HasSubstr("length of training"));
    const Decoder narrow = TinyModel({.method = "rotary", .rotaryDims = 2}).decoder();
    EXPECT_THAT(refusal(narrow, "rotary-ntk:2"), HasSubstr("two rotary dimensions have no base to scale"));
}

class OverriddenSession : public ::testing::Test {
protected:
    void SetUp() override {
        TinyModel({}).write(m_folder / "model");
        m_session.openModel((m_folder / "model").string(), Job());
        m_session.openIds("ids", tinyIds(5, 64));
    }
    float map(const PositionOverride& positions, const SlopeTable& slopes = {}) {
        MapRequest r{slopes, 30, {1, 2}, {20, 21, 12, 13, 1, 1}, Stage::Bias, Pooling::Mean, positions};
        return m_session.map(r, Job()).picture.values.at(0);
    }

    const TempFolder m_folder;
    Session m_session{m_folder.path()};
};

TEST_F(OverriddenSession, PicturesAreOfThePositionsThatRanLast) {
    const PositionOverride steep = read("alibi:uniform:0.5");
    m_session.forward({}, 30, Job());
    EXPECT_FLOAT_EQ(map({}), float(-8 * paperSlopes(4)[2]));
    EXPECT_THROW(map(steep), Error);
    m_session.forward({}, 30, Job(), steep);
    EXPECT_FLOAT_EQ(map(steep), -4);
    EXPECT_FLOAT_EQ(map(steep, SlopeTable(2, uniformSlopes(4, 0.25))), -2); // slopes may be edited on top
    EXPECT_THROW(map({}), Error);
    EXPECT_THROW(m_session.forward({}, 30, Job(), read("rotary-linear:2")), Error);
    EXPECT_FLOAT_EQ(map(steep), -4); // as it was
    m_session.forward({}, 30, Job(), read("none"));
    EXPECT_FLOAT_EQ(map(read("none")), 0);
    EXPECT_THROW(map(read("none"), paperTable()), Error);
    m_session.openIds("ids", tinyIds(6, 64));
    m_session.forward({}, 30, Job());
    EXPECT_FLOAT_EQ(map({}), float(-8 * paperSlopes(4)[2]));
}

TEST_F(OverriddenSession, CurvesAndLogitsTakeThem) {
    CurveRequest request;
    request.lengths = {16, 32};
    const auto nll = [&](const SlopeTable& slopes, const PositionOverride& positions) {
        request.slopes = slopes;
        request.positions = positions;
        return m_session.curve(request, Job()).points.back().nll;
    };
    const SlopeTable steep(2, uniformSlopes(4, 0.5));
    EXPECT_EQ(nll({}, read("alibi:uniform:0.5")), nll(steep, {}));
    EXPECT_NE(nll({}, read("alibi:uniform:0.5")), nll({}, {}));
    EXPECT_THROW(nll(steep, read("none")), Error);
    std::vector<float> a, b;
    m_session.logits(
        tinyIds(8, 12), {}, Job(), [&](auto rows) { a.assign(rows.begin(), rows.end()); }, read("alibi:uniform:0.5"));
    m_session.logits(tinyIds(8, 12), steep, Job(), [&](auto rows) { b.assign(rows.begin(), rows.end()); });
    EXPECT_EQ(a, b);
}

// --- Models whose positions depend on how long a text is ---

TEST(LengthDependentPositions, OnePassIsRefusedPastTheTrainingLength) {
    const TinyModel model({.method = "rotary"});
    const Decoder decoder = withConfig(model, [](DecoderConfig& c) {
        c.positions.rotary->scaling = RotaryScaling::Dynamic;
        c.positions.rotary->factor = 2;
        c.positions.rotary->originalLength = 16;
    });
    const auto ids = tinyIds(9, 200);
    CurveRequest request;
    request.lengths = {8, 16};
    EXPECT_NO_THROW(measureCurve(decoder, ids, request, Job(), {}));
    request.lengths = {8, 32};
    EXPECT_THROW(measureCurve(decoder, ids, request, Job(), {}), Error);
    request.protocol = Protocol::NonOverlapping;
    EXPECT_NO_THROW(measureCurve(decoder, ids, request, Job(), {}));
}

TEST(LengthDependentPositions, AShorterLengthRunsAgain) {
    const TinyModel model({});
    const auto decoder =
        std::make_shared<const Decoder>(withConfig(model, [](DecoderConfig& c) { c.slopeLength = 10; }));
    TextForward forward(decoder, tinyIds(9, 40));
    forward.run({}, 40, Job());
    EXPECT_FALSE(forward.covers(20));
    EXPECT_FLOAT_EQ(forward.head(0, 1, {}, 40).settings.bias.slopes[0].item<float>(), float(paperSlopes(4)[1] / 4));
    forward.run({}, 20, Job());
    EXPECT_FLOAT_EQ(forward.head(0, 1, {}, 20).settings.bias.slopes[0].item<float>(), float(paperSlopes(4)[1] / 2));
    forward.run({}, 10, Job());
    EXPECT_TRUE(forward.covers(7));
    EXPECT_FLOAT_EQ(forward.head(0, 1, {}, 7).settings.bias.slopes[0].item<float>(), float(paperSlopes(4)[1]));
}

TEST(PositionsInForce, BringTheirSlopesAndTheirReach) {
    ModelFacts learned, linear;
    learned.longestLength = 256;
    linear.linearBias = true;
    linear.slopes.assign(2, paperSlopes(4));
    PositionOverride alibi;
    alibi.change = PositionChange::Alibi;
    alibi.slopes.assign(2, paperSlopes(4));
    EXPECT_TRUE(withPositions(learned, alibi).linearBias);
    EXPECT_EQ(withPositions(learned, alibi).slopes, alibi.slopes);
    EXPECT_FALSE(withPositions(learned, alibi).longestLength) << "a penalty has no table that ends";
    PositionOverride window;
    window.change = PositionChange::Window;
    window.window = 64;
    EXPECT_EQ(withPositions(learned, window).longestLength, learned.longestLength);
    PositionOverride none;
    none.change = PositionChange::None;
    EXPECT_FALSE(withPositions(linear, none).linearBias);
    EXPECT_TRUE(withPositions(linear, none).slopes.empty());
}

} // namespace
} // namespace slopescope
