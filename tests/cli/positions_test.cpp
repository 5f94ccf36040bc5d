// Positions in place of a model's own: what they change, and that every output says so.
#include "tests/cli/program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace slopescope::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

const char* const kLabel = "in place of its own (off its training distribution)";

json curve(const std::string& model, Arguments more) {
    Arguments arguments{"perplexity", modelOf(model), "--text", textFile(), "--lengths", "16,64"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return runJson(arguments);
}

double nll(const json& curve) {
    return curve.at("points").at(1).at("nll").get<double>();
}

TEST(Positions, ItsOwnAreNoOverride) {
    const json plain = curve("alibi", {}), own = curve("alibi", {"--positions", "own"});
    EXPECT_EQ(nll(plain), nll(own));
    EXPECT_EQ(plain.at("positions"), "own");
    EXPECT_EQ(plain.at("off_training_distribution"), false);
}

TEST(Positions, AreTheSlopesAndTheWindowOfTheOtherOptions) {
    EXPECT_EQ(nll(curve("alibi", {"--positions", "alibi:uniform:0.3"})),
              nll(curve("alibi", {"--slopes", "uniform:0.3"})));
    EXPECT_EQ(nll(curve("alibi", {"--positions", "zero"})), nll(curve("alibi", {"--slopes", "zero"})));
    EXPECT_EQ(nll(curve("alibi", {"--positions", "none"})), nll(curve("alibi", {"--slopes", "zero"})));
    EXPECT_EQ(nll(curve("alibi", {"--positions", "window:5"})), nll(curve("alibi", {"--window", "5"})));
    EXPECT_EQ(nll(curve("alibi", {"--positions", "alibi", "--slopes", "scale:2"})),
              nll(curve("alibi", {"--slopes", "scale:2"})));
}

TEST(Positions, AreJoinedByPlus) {
    const json joined = curve("alibi", {"--positions", "window:5+own+sinks:2"});
    EXPECT_EQ(joined.at("positions"), "window:5+sinks:2");
    EXPECT_NE(nll(joined), nll(curve("alibi", {"--window", "5"})));
    EXPECT_EQ(nll(joined), nll(curve("alibi", {"--positions", "sinks:2", "--window", "5"})));
    EXPECT_EQ(nll(curve("alibi", {"--positions", "own+alibi:scale:2"})), nll(curve("alibi", {"--slopes", "scale:2"})));
    const json both = curve("learned", {"--positions", "alibi:0.5,0.25+window:9"});
    EXPECT_EQ(both.at("positions"), "alibi+window:9");
    EXPECT_EQ(both.at("slopes"), json({0.5, 0.25}));
    EXPECT_THAT(run({"perplexity", modelOf("alibi"), "--text", textFile(), "--lengths", "16", "--positions",
                     "alibi:zero+window:4"})
                    .out,
                HasSubstr("positions alibi:zero+window:4 in place of its own"));
}

TEST(Positions, MayBeBiasesByAnotherCurve) {
    const auto with = [](const char* spec) { return nll(curve("alibi", {"--positions", spec})); };
    const double own = nll(curve("alibi", {}));
    EXPECT_EQ(with("alibi-clip:100000"), own) << "past the end of the text nothing is clipped";
    EXPECT_EQ(with("temperature:1"), own);
    EXPECT_NE(with("alibi-clip:3"), own);
    EXPECT_NE(with("temperature:0.5"), own);
    EXPECT_NE(with("ssmax:0.3"), own);
    // One line for all heads, written as a power, as a table and as slopes.
    const double line = nll(curve("alibi", {"--slopes", "uniform:0.3"}));
    EXPECT_NEAR(with("kerple-power:0.3,1"), line, 1e-5);
    EXPECT_NEAR(with("table:0=0,1000=-300"), line, 1e-5);
    for (const char* const spec : {"kerple-log:1,1", "sandwich"})
        EXPECT_EQ(curve("alibi", {"--positions", spec}).at("off_training_distribution"), true);
    EXPECT_THAT(run({"perplexity", modelOf("alibi"), "--text", textFile(), "--lengths", "16", "--positions", "t5:alibi"}).err,
                HasSubstr("has no T5 bias to take"));
    EXPECT_THAT(run({"perplexity", modelOf("learned"), "--text", textFile(), "--lengths", "16", "--positions", "alibi-clip:4"}).err,
                HasSubstr("no ALiBi bias to clip"));
}

TEST(Positions, SetAModelFreeOfItsLongestLength) {
    const Arguments arguments{"perplexity", modelOf("learned"), "--text", textFile(), "--lengths", "16,64"};
    EXPECT_TRUE(runJson(arguments).at("points").at(1).contains("unavailable"));
    const json alibi = curve("learned", {"--positions", "alibi"});
    EXPECT_GT(nll(alibi), 0);
    EXPECT_EQ(alibi.at("slopes"), json({0.0625, 0.00390625}));
}

TEST(Positions, EveryOutputSaysSo) {
    const std::string out = (folder() / "positions.npy").string();
    const Arguments verbs[]{
        {"perplexity", modelOf("alibi"), "--text", textFile(), "--lengths", "16"},
        {"map", modelOf("alibi"), "--text", textFile(), "--length", "16", "--layer", "1", "--head", "0", "--out", out},
        {"profile", modelOf("alibi"), "--text", textFile(), "--length", "16"},
        {"logits", modelOf("alibi"), "--text", textFile(), "--out", out},
    };
    for (Arguments arguments : verbs) {
        EXPECT_THAT(run(arguments).out, Not(HasSubstr(kLabel))) << arguments[0];
        arguments.insert(arguments.end(), {"--positions", "window:4"});
        EXPECT_THAT(run(arguments).out, HasSubstr(std::string("positions window:4 ") + kLabel)) << arguments[0];
        const json result = runJson(arguments);
        EXPECT_EQ(result.at("positions"), "window:4");
        EXPECT_EQ(result.at("off_training_distribution"), true);
    }
}

TEST(Positions, ReachTheMap) {
    const std::string out = (folder() / "map.npy").string();
    const auto map = [&](const std::string& positions) {
        EXPECT_EQ(run({"map", modelOf("alibi"), "--text", textFile(), "--length", "16", "--layer", "1", "--head", "0",
                       "--stage", "bias", "--positions", positions, "--out", out})
                      .status,
                  0);
        return readNpy(out);
    };
    EXPECT_FLOAT_EQ(map("alibi:0.5,0.25").at(9, 3), -0.5F * 6);
    EXPECT_FLOAT_EQ(map("none").at(9, 3), 0);
    EXPECT_TRUE(std::isnan(map("window:4").at(9, 3)));
}

} // namespace
} // namespace slopescope::test
