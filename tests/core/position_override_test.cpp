// Other positions for a model: each is what the same weights would be with those positions in their config.
#include "core/base/error.h"
#include "core/session.h"
#include "core/study/paired_curves.h"
#include "core/study/scored_windows.h"
#include "core/study/text_forward.h"
#include "core/study/text_logits.h"
#include "core/study/window_losses.h"
#include "tests/core/tiny_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <numeric>
#include <set>
#include <tuple>

namespace slopescope {
namespace {

using ::testing::HasSubstr;
using namespace tests;

constexpr std::int64_t kTokens = 40;

SlopeTable paperTable() {
    return SlopeTable(2, paperSlopes(4));
}

PositionOverride read(const std::string& spec) {
    return parsePositions(spec, paperTable()).positions;
}

// As a session runs it: the positions, and with every call the slopes that they bring.
AttentionOverride slopesOf(const std::string& spec) {
    AttentionOverride change;
    change.slopes = parsePositions(spec, paperTable()).slopes;
    return change;
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
        EXPECT_EQ(logits(decoder.withPositions(read("zero")), slopesOf("zero")), logits(none)) << method;
        const Decoder alibi = withConfig(model, [](DecoderConfig& c) {
            c.positions = schemeNamed("alibi", c.headDim, 0);
            c.setSlopes(paperSlopes(4));
        });
        EXPECT_EQ(logits(decoder.withPositions(read("alibi")), slopesOf("alibi")), logits(alibi)) << method;
        EXPECT_EQ(logits(decoder.withPositions(read("own"))), logits(decoder)) << method;
    }
}

TEST(PositionOverride, WindowKeepsThePositions) {
    for (const char* method : kMethods) {
        const TinyModel model({.method = method});
        const Decoder narrow = withConfig(model, [](DecoderConfig& c) { c.windows = {7, 7}; });
        EXPECT_EQ(logits(model.decoder().withPositions(read("window:7"))), logits(narrow)) << method;
        EXPECT_NE(logits(model.decoder()), logits(narrow)) << method;
        const Decoder sinks = withConfig(model, [](DecoderConfig& c) { c.windows = {7, 7}, c.sinks = 3; });
        EXPECT_EQ(logits(model.decoder().withPositions(read("window:7+sinks:3"))), logits(sinks)) << method;
        EXPECT_NE(logits(sinks), logits(narrow)) << method;
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

// --- Parts joined by + ---

// Every part at once, against the reference decoder: rotary positions interpolated, ALiBi besides, a window, sinks.
TEST(JoinedPositions, GiveTheLogitsOfTheReference) {
    struct Case {
        const char* spec;
        double divisor, base;
        bool alibi;
        std::size_t window, sinks;
    };
    // NTK: base * factor^(dims / (dims - 2)), dims = 8.
    const double ntk = 10000 * std::pow(4.0, 8.0 / 6.0);
    for (const Case& c :
         {Case{"own+alibi:1,0.5,0.05,0", 1, 10000, true, 0, 0}, Case{"rotary+alibi:1,0.5,0.05,0", 1, 10000, true, 0, 0},
          Case{"rotary-linear:4+window:6", 4, 10000, false, 6, 0},
          Case{"rotary-linear:4+alibi:1,0.5,0.05,0+window:6+sinks:2", 4, 10000, true, 6, 2},
          Case{"sinks:3+window:9+alibi:1,0.5,0.05,0+rotary-ntk:4", 1, ntk, true, 9, 3}}) {
        const TinyModel model({.method = "rotary"});
        ReferenceModel reference = model.reference();
        reference.rotaryDivisor = c.divisor;
        reference.rotaryBase = c.base;
        reference.alibiToo = c.alibi;
        reference.slopes = SlopeTable(2, {1, 0.5, 0.05, 0});
        reference.window = c.window;
        reference.sinks = c.sinks;
        const auto ids = tinyIds(3, kTokens);
        const Matrix expected = referenceForward(reference, ids).logits;
        const std::vector<float> actual = logits(model.decoder().withPositions(read(c.spec)), slopesOf(c.spec));
        ASSERT_EQ(actual.size(), expected.size() * expected[0].size());
        for (std::size_t i = 0; i < actual.size(); ++i)
            ASSERT_NEAR(actual[i], expected[i / expected[0].size()][i % expected[0].size()], 2e-3)
                << c.spec << ", " << i;
    }
}

TEST(JoinedPositions, WhatIsNotNamedStaysOrGoes) {
    const auto parts = [](const std::string& spec) {
        const PositionOverride p = read(spec);
        return std::tuple(p.keepsEmbedding, p.keepsRotary, p.bias);
    };
    EXPECT_EQ(parts("own"), std::tuple(true, true, BiasChange::Own));
    EXPECT_EQ(parts("window:4"), std::tuple(true, true, BiasChange::Own));
    EXPECT_EQ(parts("rotary-ntk:2"), std::tuple(true, true, BiasChange::Own));
    EXPECT_EQ(parts("alibi"), std::tuple(false, false, BiasChange::Linear));
    EXPECT_EQ(parts("none"), std::tuple(false, false, BiasChange::None));
    EXPECT_EQ(parts("own+none"), std::tuple(true, true, BiasChange::None));
    EXPECT_EQ(parts("own+alibi"), std::tuple(true, true, BiasChange::Linear));
    EXPECT_EQ(parts("alibi+rotary"), std::tuple(false, true, BiasChange::Linear));
    EXPECT_EQ(parts("rotary-ntk:2+none"), std::tuple(false, true, BiasChange::None));
    EXPECT_EQ(parts("none+window:3"), std::tuple(false, false, BiasChange::None));
    EXPECT_TRUE(read("own").isOwn());
    EXPECT_TRUE(read("rotary").isOwn());
}

TEST(JoinedPositions, TheSpecSaysWhatIsReadFromIt) {
    EXPECT_EQ(specOf({}), "own");
    EXPECT_EQ(specOf(read("zero")), "alibi"); // the slopes are told by themselves
    EXPECT_EQ(specOf(read("window:512+rotary-ntk:4")), "rotary-ntk:4+window:512");
    EXPECT_EQ(specOf(read("alibi:scale:0.5+rotary")), "alibi+rotary");
    std::set<std::string> specs;
    int read_ = 0;
    for (const char* keeps : {"", "own+"})
        for (const char* bias : {"", "none+", "alibi+", "zero+", "alibi:uniform:1e+2+"})
            for (const char* rotary :
                 {"", "rotary+", "rotary-linear:1.5+", "rotary-ntk:1e+06+", "rotary-yarn:3.0000000000000004+"})
                for (const char* window : {"", "window:1+", "window:16777216+"})
                    for (const char* sinks : {"", "sinks:7+"}) {
                        std::string spec = std::string(keeps) + bias + rotary + window + sinks;
                        if (spec.empty())
                            continue;
                        spec.pop_back();
                        const PositionOverride positions = read(spec);
                        EXPECT_EQ(read(specOf(positions)), positions) << spec << " is said as " << specOf(positions);
                        specs.insert(specOf(positions));
                        ++read_;
                    }
    EXPECT_EQ(read_, 2 * 5 * 5 * 3 * 2 - 1);
    // Different values have different specs. What is kept and the bias make five kinds; three of them keep the rotary
    // part anyway, so that "rotary" says nothing new there.
    EXPECT_EQ(specs.size(), std::size_t((3 * 4 + 2 * 5) * 3 * 2));
}

TEST(JoinedPositions, FaultsAreNamed) {
    const auto refusal = [](const std::string& spec) -> std::string {
        try {
            read(spec);
        } catch (const Error& error) {
            return error.what();
        }
        return "nothing was refused";
    };
    EXPECT_THAT(refusal("alibi+none"), HasSubstr("say twice what \"none\" says"));
    EXPECT_THAT(refusal("alibi+zero"), HasSubstr("twice"));
    EXPECT_THAT(refusal("rotary+rotary-ntk:2"), HasSubstr("twice"));
    EXPECT_THAT(refusal("window:3+window:3"), HasSubstr("twice"));
    EXPECT_THAT(refusal("own+own"), HasSubstr("twice"));
    EXPECT_THAT(refusal("own+"), HasSubstr("are none of"));
    EXPECT_THAT(refusal("+own"), HasSubstr("are none of"));
    EXPECT_THAT(refusal(""), HasSubstr("are none of"));
    EXPECT_THAT(refusal("sinks:0"), HasSubstr("whole number of keys"));
    EXPECT_THAT(refusal("sinks:-1"), HasSubstr("whole number of keys"));
    EXPECT_THAT(refusal("window:16777217"), HasSubstr("16,777,216"));
    EXPECT_THAT(refusal("rotary-yarn:0.9"), HasSubstr("from 1 to 1,000,000"));
    EXPECT_THAT(refusal("rotary-yarn:nan"), HasSubstr("from 1 to 1,000,000"));
    EXPECT_THAT(refusal("alibi:1,2"), HasSubstr("each layer of the model has 4"));
    // Sinks need a window to be seen in spite of.
    try {
        TinyModel({}).decoder().withPositions(read("sinks:4"));
        FAIL() << "sinks without a window";
    } catch (const Error& error) {
        EXPECT_THAT(error.what(), HasSubstr("in spite of an attention window"));
    }
}

// --- In a session ---

class OverriddenSession : public ::testing::Test {
protected:
    void SetUp() override {
        TinyModel({}).write(m_folder / "model");
        m_model = m_session.openModel((m_folder / "model").string(), Job());
        m_session.openIds("ids", tinyIds(5, 64));
    }
    Variant with(const std::string& positions, const std::string& slopes = {}) const {
        return parseVariant(m_model, positions, slopes);
    }
    float map(const Variant& variant) {
        return m_session.map({variant, 30, {{1, 2}}, {20, 21, 12, 13, 1, 1}, Stage::Bias, Pooling::Mean}, Job())
            .picture.values.at(0);
    }

    const TempFolder m_folder;
    Session m_session{m_folder.path()};
    ModelFacts m_model;
};

TEST_F(OverriddenSession, PicturesAreOfThePositionsThatWereRun) {
    const Variant own = with(""), steep = with("alibi:uniform:0.5");
    m_session.forward(own, 30, Job());
    EXPECT_FLOAT_EQ(map(own), float(-8 * paperSlopes(4)[2]));
    EXPECT_THROW(map(steep), Error); // another decoder has other keys
    m_session.forward(steep, 30, Job());
    EXPECT_FLOAT_EQ(map(steep), -4);
    EXPECT_FLOAT_EQ(map(with("alibi:uniform:0.5", "uniform:0.25")), -2); // slopes may be edited on top
    EXPECT_FLOAT_EQ(map(own), float(-8 * paperSlopes(4)[2]));            // both are at hand
    const auto linear = [&] { return with("rotary-linear:2"); };
    EXPECT_THROW(m_session.forward(linear(), 30, Job()), Error);
    EXPECT_FLOAT_EQ(map(steep), -4); // as it was
    const Variant none = with("none");
    m_session.forward(none, 30, Job());
    EXPECT_FLOAT_EQ(map(none), 0);
    EXPECT_THROW(map({m_model.key, none.positions, paperTable()}), Error);
    m_session.openIds("ids", tinyIds(6, 64));
    EXPECT_THROW(map(own), Error); // of the other text
    m_session.forward(own, 30, Job());
    EXPECT_FLOAT_EQ(map(own), float(-8 * paperSlopes(4)[2]));
}

TEST_F(OverriddenSession, CurvesAndLogitsTakeThem) {
    const auto curve = [&](const Variant& variant) {
        CurvesRequest request{{variant}, {}, {}};
        request.plan.lengths = {16, 32};
        return m_session.sweep(request, Job()).curves.front();
    };
    const auto nll = [&](const Variant& variant) { return curve(variant).points.back().nll; };
    EXPECT_EQ(nll(with("alibi:uniform:0.5")), nll(with("", "uniform:0.5")));
    EXPECT_NE(nll(with("alibi:uniform:0.5")), nll(with("")));
    EXPECT_THAT(curve({m_model.key, read("none"), paperTable()}).fault, HasSubstr("no slopes to change"));
    EXPECT_THAT(curve({m_model.key, read("alibi"), {}}).fault, HasSubstr("needs slopes"));
    std::vector<float> a, b;
    m_session.logits(with("alibi:uniform:0.5"), tinyIds(8, 12), Job(),
                     [&](auto rows) { a.assign(rows.begin(), rows.end()); });
    m_session.logits(with("", "uniform:0.5"), tinyIds(8, 12), Job(),
                     [&](auto rows) { b.assign(rows.begin(), rows.end()); });
    EXPECT_EQ(a, b);
}

// --- Models whose positions depend on how long a text is ---

// The beginning of a longer window is not what the shorter window would be, so that each length has runs of its own;
// the windows stay those that other models share.
TEST(LengthDependentPositions, EachLengthOfOnePassIsRunForItself) {
    const TinyModel model({.method = "rotary"});
    const auto decoder = std::make_shared<const Decoder>(withConfig(model, [](DecoderConfig& c) {
        c.positions.rotary->scaling = RotaryScaling::Dynamic;
        c.positions.rotary->factor = 2;
        c.positions.rotary->originalLength = 16;
    }));
    const auto ids = sharedIds(9, 200);
    CurvesRequest request{{{"model", {}, {}}}, {}, {}};
    request.plan.lengths = {8, 16, 32, 64};
    request.plan.windows = 3;
    CurveSource source;
    source.variant = request.variants.front();
    source.decoder = decoder;
    source.ids = ids;
    source.ends = std::make_shared<const std::vector<std::int64_t>>();
    source.textDigest = 1;
    const CurveResult curve = PairedCurves().measure(request, {source}, Job(), {}).curves.front();
    EXPECT_EQ(curve.fault, "");
    EXPECT_TRUE(curve.complete);
    EXPECT_TRUE(curve.context.empty());
    const std::vector<ScoredWindow> windows = onePassWindows(200, 64, 1);
    for (const CurvePoint& point : curve.points) {
        double sum = 0;
        for (const ScoredWindow& window : std::span(windows).first(3))
            for (const float loss : windowLosses(*decoder, *ids, {&window.start, 1}, point.length, {}, Job()))
                sum += double(loss);
        EXPECT_EQ(point.windows, 3);
        EXPECT_EQ(point.tokens, 3 * point.length);
        EXPECT_NEAR(point.nll, sum / double(3 * point.length), 1e-6) << point.length;
        EXPECT_GT(point.seconds, 0); // none came free
    }
}

TEST(LengthDependentPositions, AShorterLengthRunsAgain) {
    const TinyModel model({});
    const auto decoder =
        std::make_shared<const Decoder>(withConfig(model, [](DecoderConfig& c) { c.slopeLength = 10; }));
    TextForward forward(decoder, sharedIds(9, 40));
    forward.run({}, 40, Job());
    EXPECT_FALSE(forward.covers(20));
    EXPECT_FLOAT_EQ(forward.head(0, 1, {}, 40).settings.bias.slopes[0].item<float>(), float(paperSlopes(4)[1] / 4));
    forward.run({}, 20, Job());
    EXPECT_FLOAT_EQ(forward.head(0, 1, {}, 20).settings.bias.slopes[0].item<float>(), float(paperSlopes(4)[1] / 2));
    forward.run({}, 10, Job());
    EXPECT_TRUE(forward.covers(7));
    EXPECT_FLOAT_EQ(forward.head(0, 1, {}, 7).settings.bias.slopes[0].item<float>(), float(paperSlopes(4)[1]));
}

} // namespace
} // namespace slopescope
