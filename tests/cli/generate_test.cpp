// What `generate` prints, held to the logits that the program writes.
#include "tests/cli/program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace slopescope::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;

std::string prompt() {
    return write("prompt.txt", "The tide turned and");
}

TEST(Generate, IsTheArgmaxOfTheLogits) {
    std::vector<int> ids =
        runJson({"tokenize", modelOf("alibi"), "--text", prompt()}).at("ids").get<std::vector<int>>();
    const json made = runJson({"generate", modelOf("alibi"), "--text", prompt(), "--tokens", "9"});
    ASSERT_EQ(made.at("ids").size(), 9U);
    ids.insert(ids.end(), made.at("ids").begin(), made.at("ids").end());
    const std::string out = (folder() / "generated.npy").string();
    ASSERT_EQ(
        run({"logits", modelOf("alibi"), "--ids", write("generated.json", json(ids).dump()), "--out", out}).status, 0);
    const Array logits = readNpy(out);
    const std::int64_t first = std::int64_t(ids.size()) - 10;
    for (std::int64_t row = first; row < first + 9; ++row) {
        double peak = -INFINITY, sum = 0;
        for (std::int64_t column = 0; column < logits.columns; ++column)
            peak = std::max(peak, double(logits.at(row, column)));
        for (std::int64_t column = 0; column < logits.columns; ++column)
            sum += std::exp(double(logits.at(row, column)) - peak);
        const double chosen = double(logits.at(row, ids[std::size_t(row) + 1]));
        EXPECT_NEAR(chosen, peak, 1e-4); // the largest, or its equal but for rounding
        EXPECT_NEAR(made.at("probabilities").at(std::size_t(row - first)).get<double>(), std::exp(chosen - peak) / sum,
                    1e-4);
    }
}

TEST(Generate, PrintsTheTextAndNothingElse) {
    const Arguments arguments{"generate", modelOf("alibi"), "--text", prompt(), "--tokens", "12"};
    EXPECT_EQ(run(arguments).out, runJson(arguments).at("text").get<std::string>() + "\n");
}

TEST(Generate, TheSeedDecides) {
    const auto drawn = [](const std::string& seed) {
        return runJson({"generate", modelOf("alibi"), "--text", prompt(), "--tokens", "20", "--temperature", "2",
                        "--top-p", "0.9", "--seed", seed})
            .at("ids");
    };
    EXPECT_EQ(drawn("5"), drawn("5"));
    EXPECT_NE(drawn("5"), drawn("6"));
}

TEST(Generate, LearnedPositionsEndIt) {
    const json ids = std::vector<int>(10, 70);
    const std::string file = write("ten.json", ids.dump());
    const json made = runJson({"generate", modelOf("learned"), "--ids", file, "--tokens", "40"});
    EXPECT_EQ(made.at("ids").size(), 7U); // after 10 to 16 tokens
    EXPECT_EQ(made.at("full"), true);
    const Outcome said = run({"generate", modelOf("learned"), "--ids", file, "--tokens", "40"});
    EXPECT_EQ(said.status, 2);
    EXPECT_THAT(said.err, HasSubstr("end at 16 tokens"));
}

TEST(Generate, RefusesWhatMakesNoSense) {
    const auto fault = [](const std::string& option, const std::string& value) {
        const Outcome outcome = run({"generate", modelOf("alibi"), "--text", prompt(), "--tokens", "2", option, value});
        EXPECT_EQ(outcome.status, 2) << option;
        return outcome.err;
    };
    EXPECT_THAT(fault("--temperature", "-1"), HasSubstr("temperature"));
    EXPECT_THAT(fault("--top-p", "0"), HasSubstr("Top-p"));
    EXPECT_THAT(run({"generate", modelOf("alibi"), "--ids", write("no.json", "[]"), "--tokens", "2"}).err,
                HasSubstr("no tokens to continue"));
}

} // namespace
} // namespace slopescope::test
