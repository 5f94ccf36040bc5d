// --csv prints the numbers of --json.
#include "tests/cli/program.h"

#include <gtest/gtest.h>

#include <sstream>

namespace slopescope::test {
namespace {

using nlohmann::json;

// Plain cells: none of these verbs' has a comma.
std::vector<std::vector<std::string>> csv(Arguments arguments) {
    arguments.push_back("--csv");
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    std::vector<std::vector<std::string>> rows;
    std::istringstream lines(outcome.out);
    for (std::string line; std::getline(lines, line);) {
        rows.emplace_back();
        std::istringstream cells(line + ",");
        for (std::string cell; std::getline(cells, cell, ',');)
            rows.back().push_back(cell);
    }
    return rows;
}

TEST(Csv, PerplexityHasThePointsOfTheRecord) {
    for (const char* const model : {"alibi", "learned"}) { // the second ends at 16
        const Arguments arguments{"perplexity", modelOf(model), "--text", textFile(), "--lengths",
                                  "8,16,32",    "--windows",    "3",      "--error",  "0"};
        const json points = runJson(arguments).at("points");
        const auto rows = csv(arguments);
        ASSERT_EQ(rows.size(), 1 + points.size());
        EXPECT_EQ(rows[0][0], "length");
        EXPECT_EQ(rows[0][2], "nll");
        EXPECT_EQ(rows[0].back(), "unavailable");
        for (std::size_t i = 0; i < points.size(); ++i) {
            const auto& cells = rows[i + 1];
            ASSERT_EQ(cells.size(), 9U);
            EXPECT_EQ(std::stoll(cells[0]), points[i].at("length"));
            if (points[i].at("nll").is_null()) {
                EXPECT_TRUE(cells[2].empty());
                EXPECT_EQ(cells[8], points[i].at("unavailable"));
            } else {
                EXPECT_EQ(std::stod(cells[2]), points[i].at("nll"));
                EXPECT_EQ(std::stod(cells[1]), points[i].at("perplexity"));
                EXPECT_EQ(std::stoll(cells[6]), points[i].at("tokens"));
            }
        }
    }
}

TEST(Csv, ProfileHasEveryBinOfEveryHead) {
    const Arguments arguments{"profile", modelOf("alibi"), "--text", textFile(), "--length", "32"};
    const json record = runJson(arguments);
    const auto rows = csv(arguments);
    EXPECT_EQ(rows[0], (std::vector<std::string>{"layer", "head", "begin", "end", "mass", "bias_alone"}));
    std::size_t row = 1;
    for (const json& head : record.at("heads"))
        for (const json& bin : head.at("bins")) {
            ASSERT_LT(row, rows.size());
            EXPECT_EQ(std::stoi(rows[row][0]), head.at("layer"));
            EXPECT_EQ(std::stoi(rows[row][1]), head.at("head"));
            EXPECT_EQ(std::stoll(rows[row][2]), bin.at("begin"));
            EXPECT_EQ(std::stod(rows[row][4]), bin.at("mass"));
            EXPECT_EQ(std::stod(rows[row++][5]), bin.at("bias_alone"));
        }
    EXPECT_EQ(row, rows.size());
}

TEST(Csv, TheRecordOfAProfileNamesItsTextAndItsVersion) {
    const json record = runJson({"profile", modelOf("alibi"), "--text", textFile(), "--length", "32"});
    const json curve = runJson(
        {"perplexity", modelOf("alibi"), "--text", textFile(), "--lengths", "8", "--windows", "1", "--error", "0"});
    for (const char* const key : {"text", "text_digest", "text_tokens", "version", "device"})
        EXPECT_EQ(record.at(key), curve.at(key)) << key;
}

} // namespace
} // namespace slopescope::test
