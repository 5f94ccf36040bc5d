// Measured curves in workspace files: every bit comes back, and nothing that makes no sense comes in.
#include "core/record/measured_record.h"

#include "core/base/error.h"
#include "core/record/json_text.h"
#include "core/record/workspace_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>

namespace slopescope {
namespace {

using testing::HasSubstr;

// Runs of two lengths whose windows serve shorter ones, as a sweep leaves them, with random sums.
MeasuredCurve measured(unsigned seed) {
    std::mt19937_64 random(seed);
    std::uniform_real_distribution<double> loss(0, 500);
    MeasuredCurve curve;
    curve.variant = {"/models/a", {}, {{0.5, 1.0 / 3}, {0.1, 0}}};
    curve.modelDigest = 0xFEDCBA9876543210;
    curve.device = "cuda:1";
    curve.textDigest = 7;
    curve.textTokens = 29184;
    curve.stride = 16;
    curve.maxTokens = 20000;
    curve.seed = std::numeric_limits<std::uint64_t>::max();
    curve.tally.tokens = 123456;
    curve.tally.seconds = {{32, 0.1}, {128, 1e-9}};
    for (const std::int64_t start : {0, 4096, 8192, 70000})
        for (const std::int64_t length : {32, 64, 128}) {
            const std::int64_t run = start == 8192 ? 64 : 128;
            if (length > run)
                continue;
            curve.tally.byLength[length][start] = {loss(random), length, length * 4 + start % 7, 1, run};
            for (std::int64_t context = 1; context < length; context += 5)
                curve.tally.byContext[context][start] = {loss(random), 5, 21 + start % 3, 1, run};
        }
    return curve;
}

MeasuredCurve again(const MeasuredCurve& curve) {
    const std::string text = jsonText(measuredJson(curve));
    const nlohmann::json json = nlohmann::json::parse(text);
    return readMeasured(JsonNode(json, "x:"));
}

TEST(MeasuredRecordTest, EveryBitComesBack) {
    for (unsigned seed = 0; seed < 20; ++seed)
        EXPECT_EQ(again(measured(seed)), measured(seed)) << jsonText(measuredJson(measured(seed)));
    EXPECT_EQ(again(MeasuredCurve{{"m", {}, {}}, 1, "cpu", 2, 3, Protocol::LlamaCpp, 0, 0, 4096, 1, {}}).reach, 4096);
}

TEST(MeasuredRecordTest, WeightsTokensAndRunsThatDifferFromWindowToWindowComeBack) {
    MeasuredCurve curve = measured(1);
    curve.protocol = Protocol::HuggingFace;
    for (auto& [length, windows] : curve.tally.byLength)
        for (auto& [start, window] : windows) {
            window.weight = double(start + 1) / 3;
            window.tokens = start % 11 + 1;
            window.run = start % 5;
        }
    EXPECT_EQ(again(curve), curve);
}

TEST(MeasuredRecordTest, LossesThatAreNoNumbersComeBack) {
    MeasuredCurve curve = measured(1);
    const double odd[] = {std::numeric_limits<double>::infinity(),
                          -std::numeric_limits<double>::infinity(),
                          -0.0,
                          5e-324,
                          std::nextafter(1e300, 0),
                          3,
                          std::numeric_limits<double>::quiet_NaN()};
    std::int64_t start = 0;
    curve.tally.byLength[16].clear();
    for (const double value : odd)
        curve.tally.byLength[16][start++] = {value, 16, 0, 1, 16};
    const MeasuredCurve back = again(curve);
    start = 0;
    for (const double value : odd) {
        const double read = back.tally.byLength.at(16).at(start++).nll;
        if (std::isnan(value))
            EXPECT_TRUE(std::isnan(read));
        else
            EXPECT_EQ(std::bit_cast<std::uint64_t>(read), std::bit_cast<std::uint64_t>(value));
    }
}

// Contexts that the same windows have share their list of windows: the file is not much longer than its losses.
TEST(MeasuredRecordTest, AFileIsNotMuchLargerThanItsLosses) {
    MeasuredCurve curve = measured(3);
    curve.tally.byContext.clear();
    std::mt19937_64 random(1);
    std::uniform_real_distribution<double> loss(0, 500);
    for (std::int64_t context = 1; context <= 16; ++context)
        for (std::int64_t start = 0; start < 32 * 900; start += 32)
            curve.tally.byContext[context][start] = {loss(random), 1, 1 + start % 9, 1, 32};
    const std::size_t bytes = jsonText(measuredJson(curve)["by context"]).size();
    EXPECT_LT(bytes, 16 * 900 * 25);
    EXPECT_EQ(again(curve), curve);
}

std::string sentence(const std::string& pointer, const nlohmann::json& value) {
    nlohmann::json json = nlohmann::json::parse(jsonText(measuredJson(measured(1))));
    json[nlohmann::json::json_pointer(pointer)] = value;
    try {
        readMeasured(JsonNode(json, "lab.slopescope: measured[0]"));
    } catch (const Error& error) {
        return error.what();
    }
    return "no error";
}

TEST(MeasuredRecordTest, SaysWhatIsWrongAndWhere) {
    const std::tuple<const char*, nlohmann::json, const char*> cases[] = {
        {"/variant", 3, "measured[0].variant should be a JSON object"},
        {"/variant/model", "", "measured[0].variant.model should name a model"},
        {"/model digest", "12", "measured[0].model digest should be sixteen hexadecimal digits"},
        {"/model digest", "0x23456789abcdef", "sixteen hexadecimal digits"},
        {"/text tokens", 1, "measured[0].text tokens should be a whole number from 2"},
        {"/protocol", "guess", "measured[0].protocol is \"guess\"; it should be one-pass"},
        {"/seconds", {{"-3", 1}}, "which is no length"},
        {"/seconds", {{"32", "long"}}, "should be a number"},
        {"/by length", 3, "measured[0].by length should be a list"},
        {"/by length/0/keys", {64, 32}, "keys has \"32\""},
        {"/by length/0/keys", nlohmann::json::array(), "keys should have at least one number"},
        {"/by length/0/starts/0", -1, "starts has \"-1\""},
        {"/by length/0/starts/0", 1e300, "starts has"},
        {"/by length/0/nll", 3.5, "nll should be a list for each of"},
        {"/by length/0/nll/0", nlohmann::json::array({1.5}), "nll should be a list for each of"},
        {"/by length/0/nll/0/0", "low", "nll has \"\"low\"\", which should be a number"},
        {"/by length/0/tokens", 0, "tokens has \"0\""},
        {"/by length/0/tokens", nlohmann::json::array({1, 2, 3, 4, 5, 6}), "tokens has 6 entries"},
        {"/by length/0/bytes/0", nlohmann::json::array({1}), "bytes has a list of 1"},
        {"/by length/0/weight", 0, "weight has \"0\", which should be a number above 0"},
        {"/by length/0/weight", nullptr, "has no \"weight\""},
    };
    for (const auto& [pointer, value, says] : cases)
        EXPECT_THAT(sentence(pointer, value), HasSubstr(says)) << pointer;
    nlohmann::json twice = nlohmann::json::parse(jsonText(measuredJson(measured(1))));
    twice["by length"].push_back(twice["by length"][0]);
    EXPECT_THROW(readMeasured(JsonNode(twice, "x:")), Error);
}

// Lists that claim a matrix of 10^10 windows in a file of a few hundred kilobytes.
TEST(MeasuredRecordTest, ASmallFileIsASmallMatrix) {
    nlohmann::json json = nlohmann::json::parse(jsonText(measuredJson(measured(1))));
    nlohmann::json many = nlohmann::json::array();
    for (int i = 1; i <= 100'000; ++i)
        many.push_back(i);
    json["by length"][0]["keys"] = many;
    json["by length"][0]["starts"] = many;
    EXPECT_THROW(readMeasured(JsonNode(json, "x:")), Error);
}

TEST(MeasuredRecordTest, ARecordCarriesCurvesDigestsAndTheJournalsFile) {
    WorkspaceRecord record;
    record.workspace.variants.push_back({1, measured(1).variant, "mine", 0x123456, true});
    record.workspace.selected = record.workspace.lastId = 1;
    record.workspace.text.rawLineEnds = true;
    record.program = "0.1.0";
    record.textDigest = 0;
    record.models = {{"alibi", 1}, {"/models/a", ~std::uint64_t{0}}};
    record.measured = {measured(1), measured(2)};
    record.file = "/home/x/paper.slopescope";
    record.edited = true;
    EXPECT_EQ(readWorkspaceRecord(writeWorkspaceRecord(record), "x"), record);
    EXPECT_EQ(readWorkspaceRecord(writeWorkspaceRecord({}), "x"), WorkspaceRecord());
    EXPECT_EQ(readWorkspace(writeWorkspaceRecord(record), "x"), record.workspace);
}

} // namespace
} // namespace slopescope
