// Distance biases that are no straight line, and factors of the scores: by their formulas, and in the whole decoder against
// the reference decoder.
#include "core/base/error.h"
#include "core/positions/bias_curve.h"
#include "core/positions/position_override.h"
#include "core/record/variant_record.h"
#include "tests/core/tiny_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

namespace slopescope {
namespace {

using ::testing::HasSubstr;
using namespace tests;

const SlopeTable kOwn(2, SlopeSet{0.5, 0.25, 0.125, 0.0625});

PositionSpec read(const std::string& spec) {
    return parsePositions(spec, kOwn);
}

std::string refusal(const std::function<void()>& call) {
    try {
        call();
    } catch (const Error& fault) {
        return fault.what();
    }
    return {};
}

double biasAt(const std::string& spec, std::int64_t layer, std::int64_t head, std::int64_t distance) {
    return curveBias(read(spec).positions.curve, layer, head, 4, distance);
}

// What two sinusoidal embeddings of width 128 that are `distance` apart have in common: the sum over their 64 waves of
// sin sin + cos cos, counted from the embeddings.
double commonOfSinusoids(double distance) {
    double sum = 0;
    for (int k = 1; k <= 64; ++k) {
        const double rate = std::pow(10000.0, -2.0 * k / 128), far = 1000;
        sum += std::sin(far * rate) * std::sin((far + distance) * rate) + std::cos(far * rate) * std::cos((far + distance) * rate);
    }
    return sum;
}

TEST(BiasCurve, FamiliesAreTheirFormulas) {
    for (const std::int64_t d : {0, 1, 2, 7, 64, 1000, 100'000}) {
        EXPECT_NEAR(biasAt("kerple-log:2,0.5", 0, 1, d), -2 * std::log(1 + 0.5 * double(d)), 1e-12 * double(d + 1)) << d;
        EXPECT_NEAR(biasAt("kerple-power:0.25,0.5", 1, 3, d), -0.25 * std::sqrt(double(d)), 1e-12 * double(d + 1)) << d;
        for (const std::int64_t head : {0, 3})
            EXPECT_NEAR(biasAt("sandwich", 0, head, d), 4.0 / (8 * double(head + 1)) * commonOfSinusoids(double(d)), 1e-6) << d;
    }
}

TEST(BiasCurve, ATableIsTheCurveAtEveryDistance) {
    for (const char* const spec : {"kerple-log:2,0.5", "kerple-power:0.25,0.5", "sandwich", "table:0=0,3=-6,9=-6,64=1.5"}) {
        const BiasCurve curve = read(spec).positions.curve;
        const std::vector<float> table = biasTable(curve, 0, 2, 4, 200);
        ASSERT_EQ(table.size(), 200U);
        for (std::int64_t d = 0; d < 200; ++d)
            EXPECT_EQ(table[std::size_t(d)], float(curveBias(curve, 0, 2, 4, d))) << spec << ' ' << d;
    }
}

TEST(BiasCurve, ADrawnCurveIsStraightBetweenItsKnotsAndStaysAfterTheLast) {
    const std::string spec = "table:0=1,4=-1,8=-1/0=0,100=-50/0=0/0=5,1=0";
    EXPECT_DOUBLE_EQ(biasAt(spec, 0, 0, 0), 1);
    EXPECT_DOUBLE_EQ(biasAt(spec, 0, 0, 1), 0.5);
    EXPECT_DOUBLE_EQ(biasAt(spec, 0, 0, 6), -1);
    EXPECT_DOUBLE_EQ(biasAt(spec, 0, 0, 1'000'000), -1);
    EXPECT_DOUBLE_EQ(biasAt(spec, 1, 1, 7), -3.5); // one curve a head, alike in every layer
    EXPECT_DOUBLE_EQ(biasAt(spec, 1, 2, 7), 0);
    EXPECT_DOUBLE_EQ(biasAt(spec, 1, 3, 1), 0);
}

TEST(BiasCurve, SpecsAreWrittenAsTheyAreRead) {
    for (const char* const spec : {"kerple-log:2,0.5", "kerple-power:0.25,0.5", "sandwich", "t5:t5-bias", "table:0=0,3=-6.5/0=1/0=2/0=3",
                                   "alibi-clip:64", "temperature:0.5", "temperature:1,2,0.5,1", "ssmax:0.4",
                                   "kerple-log:1,1+temperature:2+window:32+sinks:4", "rotary+sandwich"}) {
        const PositionOverride positions = read(spec).positions;
        EXPECT_EQ(read(specOf(positions)).positions, positions) << spec << " became " << specOf(positions);
    }
}

TEST(BiasCurve, AVariantIsRecordedWithThem) {
    for (const char* const spec : {"kerple-log:2,0.5+temperature:1,2,0.5,1", "sandwich+ssmax:0.25", "table:0=0,3=-6.5/0=1/0=2/0=3",
                                   "t5:t5-bias+window:9", "alibi-clip:64", "own+kerple-power:1,0.5+sinks:2+window:8"}) {
        const Variant variant{"alibi", read(spec).positions, {}};
        const auto json = nlohmann::json::parse(variantJson(variant).dump());
        EXPECT_EQ(readVariant(JsonNode(json, "variant")), variant) << spec << ": " << json;
    }
    for (const char* const text : {R"({"model": "alibi", "positions": {"bias": "curve"}})",
                                   R"({"model": "alibi", "positions": {"parts": "sandwich"}})",
                                   R"({"model": "alibi", "positions": {"bias": "curve", "parts": "table:/etc/x.json"}})",
                                   R"({"model": "alibi", "positions": {"bias": "curve", "parts": "window:5"}})"}) {
        const auto json = nlohmann::json::parse(text);
        EXPECT_THAT(refusal([&] { readVariant(JsonNode(json, "variant")); }), HasSubstr("variant")) << text;
    }
}

TEST(BiasCurve, AFileOfBiasesIsATable) {
    const TempFolder folder;
    const auto file = folder.path() / "bias.json";
    std::ofstream(file) << "[0, -0.5, -2]";
    const std::string spec = "table:" + file.string();
    EXPECT_DOUBLE_EQ(biasAt(spec, 1, 3, 1), -0.5);
    EXPECT_DOUBLE_EQ(biasAt(spec, 0, 0, 9), -2);
    EXPECT_EQ(specOf(read(spec).positions), "table:0=0,1=-0.5,2=-2"); // with its numbers: the file may go
    std::ofstream(file) << R"([[0, -1], [0, -2], [0, "x"], [0, -4]])";
    EXPECT_THAT(refusal([&] { read(spec); }), HasSubstr("bias.json"));
}

TEST(BiasCurve, WhatMakesNoSenseIsRefused) {
    for (const auto& [spec, words] : std::vector<std::pair<std::string, std::string>>{
             {"kerple-log:0,1", "above 0"},
             {"kerple-log:1", "kerple-log"},
             {"kerple-power:1,2.5", "above 2"},
             {"kerple-log:1,nan", "kerple-log:1,nan"},
             {"table:1=0", "begins at distance 0"},
             {"table:0=0,5=1,5=2", "growing distances"},
             {"table:0=0,x=1", "DISTANCE=BIAS"},
             {"table:0=1e9", "1,000,000"},
             {"alibi-clip:0", "alibi-clip:0"},
             {"temperature:0", "temperature:0"},
             {"ssmax:-1", "ssmax:-1"},
             {"sandwich+kerple-log:1,1", "sandwich"}})
        EXPECT_THAT(refusal([&] { read(spec); }), HasSubstr(words)) << spec;
    const Decoder decoder = TinyModel({}).decoder();
    EXPECT_THAT(refusal([&] { decoder.withPositions(read("table:0=0/0=1").positions); }), HasSubstr("2 curves"));
    EXPECT_THAT(refusal([&] { decoder.withPositions(read("temperature:1,2").positions); }), HasSubstr("4 heads"));
    EXPECT_THAT(refusal([&] { TinyModel({.method = "rotary"}).decoder().withPositions(read("alibi-clip:5").positions); }),
                HasSubstr("no ALiBi bias to clip"));
}

// ---- in the whole decoder ----

struct Case {
    std::string spec;
    std::function<void(ReferenceModel&)> same; // the reference as the spec says
};

TEST(BiasCurve, TheDecoderRunsWithEachAsTheReferenceDoes) {
    const TinyModel model(TinyOptions{});
    const auto ids = tinyIds(11, 50);
    const auto other = [](auto bias) {
        return [bias](ReferenceModel& m) { m.otherBias = bias; };
    };
    const std::vector<Case> cases{
        {"kerple-log:2,0.5", other([](auto, auto, std::size_t d) { return -2 * std::log(1 + 0.5 * double(d)); })},
        {"kerple-power:0.25,0.5", other([](auto, auto, std::size_t d) { return -0.25 * std::sqrt(double(d)); })},
        {"sandwich", other([](auto, std::size_t h, std::size_t d) { return 4.0 / (8 * double(h + 1)) * commonOfSinusoids(double(d)); })},
        {"table:0=1,4=-1/0=0,100=-50/0=0/0=5,1=0",
         other([](auto, std::size_t h, std::size_t d) {
             return h == 0   ? (d < 4 ? 1 - 0.5 * double(d) : -1.0)
                    : h == 1 ? -0.5 * double(d)
                    : h == 2 ? 0.0
                    : d == 0 ? 5.0
                             : 0.0;
         })},
        {"alibi-clip:6", [](ReferenceModel& m) {
             m.otherBias = [slopes = m.slopes](std::size_t l, std::size_t h, std::size_t d) {
                 return -slopes[l][h] * double(std::min<std::size_t>(d, 6));
             };
         }},
        {"temperature:2", [](ReferenceModel& m) { m.temperature = Row(m.heads, 2.0); }},
        {"temperature:2,1,0.5,0.25", [](ReferenceModel& m) { m.temperature = {2, 1, 0.5, 0.25}; }},
        {"ssmax:0.5", [](ReferenceModel& m) { m.logLength = Row(m.heads, 0.5); }},
        {"ssmax:0.5+window:9+sinks:2", [](ReferenceModel& m) {
             m.logLength = Row(m.heads, 0.5);
             m.window = 9;
             m.sinks = 2;
         }},
    };
    for (const Case& one : cases) {
        ReferenceModel reference = model.reference();
        one.same(reference);
        const ReferenceForward expected = referenceForward(reference, ids);
        const Decoder decoder = model.decoder().withPositions(read(one.spec).positions);
        at::Tensor x = decoder.embed(ids, 1);
        for (std::int64_t layer = 0; layer < decoder.config().layers; ++layer)
            x = decoder.runLayer(layer, x, nullptr, {}, Job()).residual;
        const at::Tensor logits = decoder.logits(x.flatten(0, 1)).contiguous();
        for (std::size_t p = 0; p < ids.size(); ++p) {
            double largest = 1;
            for (const double logit : expected.logits[p])
                largest = std::max(largest, std::abs(logit));
            for (std::size_t v = 0; v < expected.logits[p].size(); ++v)
                ASSERT_NEAR(logits.data_ptr<float>()[p * expected.logits[p].size() + v], expected.logits[p][v], 2e-4 * largest)
                    << one.spec << ", position " << p;
        }
    }
}

TEST(BiasCurve, T5BucketsOfAnotherModelAreThatModelsBias) {
    const TinyModel donor({.method = "t5-bias"}), taker(TinyOptions{});
    ReferenceModel reference = taker.reference();
    const Row learned = donor.reference().tensor("relative_bias.weight");
    reference.otherBias = [&](std::size_t, std::size_t h, std::size_t d) { return learned[reference::bucketOf32(d) * 4 + h]; };
    const auto ids = tinyIds(12, 40);
    const ReferenceForward expected = referenceForward(reference, ids);
    const Decoder decoder = taker.decoder().withPositions(read("t5:donor").positions, donor.decoder().relativeBias());
    at::Tensor x = decoder.embed(ids, 1);
    for (std::int64_t layer = 0; layer < decoder.config().layers; ++layer)
        x = decoder.runLayer(layer, x, nullptr, {}, Job()).residual;
    const at::Tensor logits = decoder.logits(x.flatten(0, 1)).contiguous();
    const std::size_t vocabulary = expected.logits[0].size();
    for (std::size_t p = 0; p < ids.size(); ++p)
        for (std::size_t v = 0; v < vocabulary; ++v)
            ASSERT_NEAR(logits.data_ptr<float>()[p * vocabulary + v], expected.logits[p][v], 2e-3) << p;
    EXPECT_THAT(refusal([&] { taker.decoder().withPositions(read("t5:donor").positions); }), HasSubstr("has not been read"));
}

} // namespace
} // namespace slopescope
