// Workspaces as JSON: every field comes back, and nothing that makes no sense comes in.
#include "core/base/error.h"
#include "core/record/enum_names.h"
#include "core/record/workspace_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace slopescope {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

// Nothing of it is as in a new workspace.
Workspace full() {
    Workspace w;
    w.text = {"/books/a \"b\".txt", "pasted", "Ünïcode\n\ttab \xF0\x9F\x8C\x8A", true};
    w.variants.push_back({3, {"alibi", {}, {}}, "", 0x2067dd, true});
    w.variants.push_back(
        {7,
         {"/models/x", {false, true, BiasChange::Linear, RotaryScaling::Yarn, 3.3, 512, 4}, {{0.1, 1.0 / 3}, {0, 1e6}}},
         "far heads",
         0x00000a,
         false});
    w.variants.push_back(
        {5, {"rotary", {true, false, BiasChange::None, RotaryScaling::None, 1, 64, 1}, {}}, "r", 0xffffff, true});
    w.selected = 7;
    w.pinnedA = 3;
    w.against = 5;
    w.againstHead = HeadAddress{2, 6};
    w.lastId = 11;
    w.look = {131072, {{1, 2}, {3, 4}}, Stage::Sum, Pooling::Max, MapMode::Difference, true};
    w.curves = {CurveUnit::Difference, CurveAxis::Context, false};
    w.measurement = {Protocol::LlamaCpp, 8192, 48, 128};
    return w;
}

std::string sentence(const std::string& json) {
    try {
        readWorkspace(json, "lab.slopescope");
    } catch (const Error& error) {
        return error.what();
    }
    return "no error";
}

// A workspace with one variant, changed at one place.
std::string changed(const std::string& pointer, const nlohmann::json& value) {
    Workspace w;
    w.variants.push_back({1, {"alibi", {}, {{0.5, 0.25}}}, "", 0x123456, true});
    w.selected = 1;
    w.lastId = 1;
    nlohmann::json json = nlohmann::json::parse(writeWorkspace(w));
    json[nlohmann::json::json_pointer(pointer)] = value;
    return json.dump();
}

TEST(RecordTest, EveryFieldComesBack) {
    const Workspace w = full();
    const std::string json = writeWorkspace(w);
    EXPECT_EQ(readWorkspace(json, "x"), w) << json;
    EXPECT_EQ(writeWorkspace(readWorkspace(json, "x")), json);
    EXPECT_EQ(readWorkspace(writeWorkspace({}), "x"), Workspace());
}

// Doubles to the bit, subnormal ones and neighbours too.
TEST(RecordTest, SlopesComeBackToTheBit) {
    Workspace w;
    w.variants.push_back({1, {"m", {}, {{std::nextafter(0.1, 1), 5e-324, 1.0 / 3, 999999.9999999999}}}, "", 0, true});
    w.selected = w.lastId = 1;
    EXPECT_EQ(readWorkspace(writeWorkspace(w), "x"), w);
}

TEST(RecordTest, IsReadByPeople) {
    const nlohmann::json json = nlohmann::json::parse(writeWorkspace(full()));
    EXPECT_EQ(json["slopescope"], "workspace");
    EXPECT_EQ(json["version"], 2);
    EXPECT_EQ(json["variants"][0],
              nlohmann::json::parse(R"({"id": 3, "model": "alibi", "colour": "#2067dd", "visible": true})"));
    EXPECT_EQ(json["variants"][1]["colour"], "#00000a");
    EXPECT_EQ(json["variants"][1]["positions"]["scaling"], "yarn");
    EXPECT_EQ(json["look"]["map"], "difference");
    EXPECT_EQ(json["measurement"]["protocol"], "llama-cpp");
    EXPECT_TRUE(writeWorkspace({}).starts_with("{\n  \"slopescope\": \"workspace\",\n  \"version\": 2,"));
}

template <class Enum>
void bothWays(int values) {
    std::set<std::string> names;
    for (int i = 0; i < values; ++i) {
        const std::string name = nameOf(Enum(i));
        ASSERT_FALSE(name.empty()) << i;
        EXPECT_EQ(valueNamed<Enum>(name), Enum(i));
        names.insert(name);
    }
    EXPECT_EQ(names.size(), std::size_t(values));
    EXPECT_FALSE(valueNamed<Enum>("nonsense"));
}

TEST(RecordTest, EnumsHaveNamesBothWays) {
    bothWays<Protocol>(5);
    bothWays<Stage>(4);
    bothWays<Pooling>(2);
    bothWays<MapMode>(4);
    bothWays<CurveUnit>(3);
    bothWays<CurveAxis>(3);
    bothWays<BiasChange>(3);
    EXPECT_EQ(allNames<Pooling>(), "mean or max");
}

TEST(RecordTest, WhatIsLeftOutIsUsual) {
    const Workspace w =
        readWorkspace(R"({"slopescope":"workspace","version":1,"colour of the sky":"blue","look":{"mood":3},
        "variants":[{"id":9,"model":"alibi","from":"a friend"}]})",
                      "x");
    EXPECT_EQ(w.selected, 9);
    EXPECT_EQ(w.lastId, 9);
    EXPECT_EQ(w.look, Look());
    EXPECT_EQ(w.variants[0].variant, (Variant{"alibi", {}, {}}));
    EXPECT_EQ(readWorkspace(R"({"slopescope":"workspace","version":1,"b":null})", "x"), Workspace());
}

TEST(RecordTest, SaysWhatIsWrongAndWhere) {
    const std::pair<std::string, std::string> cases[] = {
        {"", "is not valid JSON"},
        {"[]", "should be a JSON object"},
        {"{}", "no workspace of Slopescope"},
        {R"({"slopescope":"curves","version":1})", "no workspace of Slopescope"},
        {R"({"slopescope":"workspace"})", "has no \"version\""},
        {R"({"slopescope":"workspace","version":3})",
         "a newer Slopescope wrote this workspace (version 3; this one reads version 2 and older)"},
        {R"({"slopescope":"workspace","version":"1"})", "version should be a whole number"},
        {R"({"slopescope":"workspace","version":1,"version":1})", "twice"},
        {changed("/variants", 3), "variants should be a list"},
        {changed("/variants", nlohmann::json(std::vector<int>(1001))), "variants has 1001 entries"},
        {changed("/variants/0", "alibi"), "variants[0] should be a JSON object"},
        {changed("/variants/0/id", 0), "variants[0].id should be a whole number from 1"},
        {changed("/variants/0/id", 1.5), "variants[0].id should be a whole number"},
        {changed("/variants/0/id", 1e300), "variants[0].id should be a whole number"},
        {changed("/variants/0/model", ""), "variants[0].model should name a model"},
        {changed("/variants/0/model", std::string("a\0b", 3)), "variants[0].model has a zero byte"},
        {changed("/variants/0/name", std::string(1001, 'a')), "variants[0].name is longer than 1000 bytes"},
        {changed("/variants/0/colour", "red"), "variants[0].colour should be a colour"},
        {changed("/variants/0/colour", "#12345g"), "variants[0].colour should be a colour"},
        {changed("/variants/0/colour", 0x123456), "variants[0].colour should be text"},
        {changed("/variants/0/visible", 1), "variants[0].visible should be true or false"},
        {changed("/variants/0/slopes/0/1", 1e9), "variants[0].slopes[0][1] should be a slope from 0 to 1,000,000"},
        {changed("/variants/0/slopes/0/1", -0.5), "variants[0].slopes[0][1] should be a slope"},
        {changed("/variants/0/slopes/0/1", nullptr), "variants[0].slopes[0][1] should be a number"},
        {changed("/variants/0/slopes/0/1", "1/2"), "variants[0].slopes[0][1] should be a number"},
        {changed("/variants/0/slopes/1", nlohmann::json{0.5}), "variants[0].slopes[1] has 1 slopes"},
        {changed("/variants/0/slopes/0", nlohmann::json::array()), "variants[0].slopes[0] has 0 slopes"},
        {changed("/variants/0/slopes/0", nlohmann::json(std::vector<int>(4097))), "slopes[0] has 4097 entries"},
        {changed("/variants/0/positions", "alibi"), "variants[0].positions should be a JSON object"},
        {changed("/variants/0/positions", {{"bias", "alibi"}}),
         "positions.bias is \"alibi\"; it should be own, none, linear, curve or t5"},
        {changed("/variants/0/positions", {{"bias", "none"}}), "has slopes and no bias"},
        {changed("/variants/0/positions", {{"scaling", "dynamic"}}), "positions.scaling is \"dynamic\""},
        {changed("/variants/0/positions", {{"scaling", "ntk"}, {"factor", 0.5}}),
         "positions.factor should be a number from 1"},
        {changed("/variants/0/positions", {{"scaling", "ntk"}, {"keeps rotary", false}}),
         "scale the rotary part and take it away"},
        {changed("/variants/0/positions", {{"window", -1}}), "positions.window should be a whole number from 0"},
        {changed("/selected", 2), "selected is 2, which no variant has"},
        {changed("/selected", 0), "selected is 0, which no variant has"},
        {changed("/b", 5), "b is 5, which no variant has"},
        {changed("/pinned a", 5), "pinned a is 5, which no variant has"},
        {changed("/b head", {{"layer", 0}}), "b head has no \"head\""},
        {changed("/b head", {{"layer", -1}, {"head", 0}}), "b head.layer should be a whole number from 0"},
        {changed("/last id", 0), "last id should be a whole number from 1"},
        {changed("/look/length", 0), "look.length should be a whole number from 1"},
        {changed("/look/heads", nlohmann::json::array()), "look.heads should name at least one head"},
        {changed("/look/stage", "softmax"), "look.stage is \"softmax\"; it should be score, bias, sum or probability"},
        {changed("/look/map", 1), "look.map should be text"},
        {changed("/curves/unit", "nats"), "curves.unit is \"nats\""},
        {changed("/curves/logarithmic", "yes"), "curves.logarithmic should be true or false"},
        {changed("/measurement/protocol", "two-pass"), "measurement.protocol is \"two-pass\""},
        {changed("/measurement/windows", -3), "measurement.windows should be a whole number from 0"},
        {changed("/text/file", 3), "text.file should be text"},
        {R"({"slopescope":"workspace","version":1,"look":{"length":NaN}})", "is not valid JSON"},
        {R"({"slopescope":"workspace","version":1,"variants":[{"id":1,"model":"m","slopes":[[1e999]]}]})",
         "out of range"},
        {R"({"slopescope":"workspace","version":1,"variants":[{"id":1,"model":"m"},{"id":1,"model":"n"}]})",
         "variants[1].id is 1, which another variant has"},
        {R"({"slopescope":"workspace","version":1,"variants":[{"id":1,"model":"m","positions":{"bias":"linear"}}]})",
         "variants[0] has a linear bias and no slopes"},
        {std::string(100000, '['), "nests its JSON"},
    };
    for (const auto& [json, why] : cases) {
        const std::string said = sentence(json);
        EXPECT_THAT(said, StartsWith("lab.slopescope")) << json.substr(0, 300);
        EXPECT_THAT(said, HasSubstr(why));
        EXPECT_EQ(said.back(), '.');
    }
}

// A path that is not UTF-8 can be written down, though not as it is.
TEST(RecordTest, BytesThatAreNoTextDoNotStopWriting) {
    Workspace w;
    w.text.file = "/tmp/\xff.txt";
    EXPECT_THAT(readWorkspace(writeWorkspace(w), "x").text.file, StartsWith("/tmp/"));
}

} // namespace
} // namespace slopescope
