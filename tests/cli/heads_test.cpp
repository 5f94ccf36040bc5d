// The verbs about heads: the table, its gradients, and fitted slopes that other verbs read.
#include "tests/cli/program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace slopescope::test {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

TEST(Heads, SayWhatTheProfileSays) {
    const Arguments common{modelOf("alibi"), "--text", textFile(), "--length", "64"};
    Arguments heads{"heads"}, profile{"profile"};
    heads.insert(heads.end(), common.begin(), common.end());
    profile.insert(profile.end(), common.begin(), common.end());
    const json table = runJson(heads), profiles = runJson(profile);
    ASSERT_EQ(table.at("heads").size(), 4U);
    for (std::size_t i = 0; i < 4; ++i) {
        const json &head = table["heads"][i], &expected = profiles["heads"][i];
        EXPECT_EQ(head.at("layer"), expected.at("layer"));
        EXPECT_EQ(head.at("head"), expected.at("head"));
        EXPECT_NEAR(double(head.at("slope")), double(table.at("slopes").at(i % 2)), 1e-7);
        for (const auto& [mine, theirs] : {std::pair("entropy", "entropy_bits"),
                                           {"mean_distance", "mean_distance"},
                                           {"median_distance", "median_distance"},
                                           {"first_key", "first_key_mass"},
                                           {"self", "diagonal_mass"}})
            EXPECT_NEAR(double(head.at(mine)), double(expected.at(theirs)), 1e-6) << mine;
        EXPECT_NEAR(double(head.at("within_512")), 1, 1e-5);
        EXPECT_FALSE(head.contains("gradient"));
    }
}

TEST(Heads, OfAModelWithoutSlopesHaveGradientsAtZero) {
    const json table =
        runJson({"heads", modelOf("learned"), "--text", textFile(), "--length", "16", "--gradient", "--windows", "3"});
    EXPECT_EQ(table.at("gradient").at("windows"), 3);
    for (const json& head : table.at("heads")) {
        EXPECT_TRUE(head.at("slope").is_null());
        EXPECT_EQ(head.at("gradient_of"), "slope");
        EXPECT_TRUE(std::isfinite(double(head.at("gradient"))));
        EXPECT_GT(double(head.at("gradient_error")), 0);
    }
}

TEST(Heads, GradientIsTheSlopeOfTheLoss) {
    const auto losses = [&](const std::string& slopes) {
        const json table = runJson({"heads", modelOf("alibi"), "--text", textFile(), "--length", "64", "--gradient",
                                    "--windows", "2", "--slopes", slopes});
        double sum = 0;
        for (const json& head : table.at("heads"))
            sum += double(head.at("gradient"));
        return std::pair(double(table.at("gradient").at("nll")), sum);
    };
    // All slopes scaled together: the loss changes by the sum of the gradients of their logarithms.
    const double above = losses("scale:1.2").first, below = losses("scale:0.8333333333").first,
                 sum = losses("scale:1").second;
    EXPECT_NEAR((above - below) / (2 * std::log(1.2)), sum, 0.05 * std::abs(sum) + 2e-6);
}

TEST(Heads, CsvHasARowAHead) {
    const Outcome outcome = run({"heads", modelOf("alibi"), "--text", textFile(), "--length", "40", "--csv"});
    ASSERT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_THAT(outcome.out, ::testing::StartsWith("layer,head,slope,entropy,"));
    EXPECT_EQ(std::count(outcome.out.begin(), outcome.out.end(), '\n'), 5);
    EXPECT_THAT(run({"heads", modelOf("alibi"), "--text", textFile(), "--length", "40", "--csv", "--json"}).err,
                HasSubstr("Choose one"));
}

TEST(Fit, WritesSlopesThatOtherVerbsRead) {
    const std::string file = (folder() / "fitted.json").string();
    const json fit = runJson({"fit", modelOf("alibi"), "--text", textFile(), "--length", "32", "--steps", "6", "--rate",
                              "0.2", "--out", file});
    EXPECT_EQ(fit.at("steps"), 6);
    EXPECT_EQ(json::parse(read(file)), fit.at("slopes"));
    EXPECT_NE(fit.at("slopes"), fit.at("slopes_before"));
    const json curve =
        runJson({"perplexity", modelOf("alibi"), "--text", textFile(), "--lengths", "32", "--slopes", file});
    EXPECT_EQ(curve.at("slopes"), fit.at("slopes"));
    EXPECT_THAT(run({"fit", modelOf("learned"), "--text", textFile(), "--length", "16", "--out", file}).err,
                HasSubstr("no slopes to fit"));
}

} // namespace
} // namespace slopescope::test
