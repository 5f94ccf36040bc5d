// A variant as a value: equal or not, its digest, what a SPEC makes of a model, and what it says the model has become.
#include "core/study/variant.h"

#include "core/base/error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <vector>

namespace slopescope {
namespace {

using ::testing::HasSubstr;

ModelFacts alibi() {
    ModelFacts model;
    model.key = "alibi";
    model.layers = 2;
    model.heads = 4;
    model.headDim = 8;
    model.trainedLength = 256;
    model.positions.bias = BiasKind::Linear;
    model.slopes.assign(2, paperSlopes(4));
    return model;
}

ModelFacts rotary() {
    ModelFacts model = alibi();
    model.key = "rotary";
    model.positions = {};
    model.positions.rotary = Rotary{.dims = 8};
    model.slopes.clear();
    return model;
}

ModelFacts learned() {
    ModelFacts model = alibi();
    model.key = "learned";
    model.positions = {};
    model.positions.embedding = PositionEmbedding::Learned;
    model.positions.learnedPositions = 256;
    model.longestLength = 256;
    model.slopes.clear();
    return model;
}

std::string refusal(const std::function<void()>& call) {
    try {
        call();
    } catch (const Error& error) {
        return error.what();
    }
    return "nothing was refused";
}

// One variant a field, each different from all others.
std::vector<Variant> differentVariants() {
    std::vector<Variant> all{{"alibi", {}, {}}, {"alibi2", {}, {}}, {"", {}, {}}};
    const auto with = [&](const auto& change) {
        Variant variant{"alibi", {}, {}};
        change(variant);
        all.push_back(variant);
    };
    with([](Variant& v) {
        v.positions.keepsEmbedding = false, v.positions.keepsRotary = false, v.positions.bias = BiasChange::None;
    });
    with([](Variant& v) { v.positions.keepsEmbedding = false, v.positions.bias = BiasChange::None; });
    with([](Variant& v) { v.positions.bias = BiasChange::None; });
    with([](Variant& v) { v.positions.bias = BiasChange::Linear; });
    with([](Variant& v) { v.positions.scaling = RotaryScaling::Ntk, v.positions.factor = 2; });
    with([](Variant& v) { v.positions.scaling = RotaryScaling::Ntk, v.positions.factor = 2.0000000000000004; });
    with([](Variant& v) { v.positions.scaling = RotaryScaling::Linear, v.positions.factor = 2; });
    with([](Variant& v) { v.positions.window = 12; });
    with([](Variant& v) { v.positions.window = 1, v.positions.sinks = 2; });
    with([](Variant& v) { v.positions.sinks = 12; });
    with([](Variant& v) { v.slopes = {{1, 2}}; });
    with([](Variant& v) { v.slopes = {{1}, {2}}; });
    with([](Variant& v) { v.slopes = {{2, 1}}; });
    with([](Variant& v) { v.slopes = {{1, 2, 0}}; });
    with([](Variant& v) { v.slopes = {{1, 2}, {}}; });
    with([](Variant& v) { v.slopes = {{1, 0x1.0000000000001p1}}; });
    return all;
}

TEST(Variants, AreEqualByValueAndSoAreTheirDigests) {
    const std::vector<Variant> all = differentVariants(), copies = differentVariants();
    std::set<std::uint64_t> digests;
    for (std::size_t i = 0; i < all.size(); ++i) {
        for (std::size_t j = 0; j < all.size(); ++j)
            EXPECT_EQ(all[i] == copies[j], i == j) << i << ", " << j;
        EXPECT_EQ(digestOf(all[i]), digestOf(copies[i]));
        digests.insert(digestOf(all[i]));
    }
    EXPECT_EQ(digests.size(), all.size());
}

// FNV-1a of the fields written out by hand: the same on every machine, so that what was measured elsewhere is found
// again.
TEST(Variants, TheDigestIsTheOneWrittenDown) {
    std::uint64_t expected = 14695981039346656037ULL;
    const auto byte = [&](unsigned char value) { expected = (expected ^ value) * 1099511628211ULL; };
    const auto number = [&](std::uint64_t value) {
        for (int i = 0; i < 8; ++i)
            byte(static_cast<unsigned char>(value >> (8 * i)));
    };
    for (const char letter : std::string("alibi"))
        byte(static_cast<unsigned char>(letter));
    number(5);
    for (const char letter : std::string("own"))
        byte(static_cast<unsigned char>(letter));
    number(3);
    number(1);                     // layers
    number(2);                     // heads
    number(0x3FE0000000000000ULL); // 0.5
    number(0);                     // 0.0
    EXPECT_EQ(digestOf({"alibi", {}, {{0.5, 0.0}}}), expected);
}

TEST(Variants, SlopesAsTrainedCountAsNone) {
    const ModelFacts model = alibi();
    const Variant trained{"alibi", {}, {}};
    EXPECT_EQ(withSlopes(trained, model.slopes, model), trained);
    const Variant edited = withSlopes(trained, SlopeTable(2, {1, 1, 1, 1}), model);
    EXPECT_FALSE(edited.isAsTrained());
    EXPECT_EQ(withSlopes(edited, model.slopes, model), trained); // dragged back
    // With other positions the same numbers are no longer those of training.
    Variant alone = trained;
    alone.positions.bias = BiasChange::Linear;
    EXPECT_EQ(withSlopes(alone, model.slopes, model).slopes, model.slopes);
    Variant windowed = trained;
    windowed.positions.window = 8;
    EXPECT_TRUE(withSlopes(windowed, model.slopes, model).slopes.empty()); // its own bias
}

TEST(Variants, AreReadFromSpecs) {
    const ModelFacts model = alibi();
    EXPECT_EQ(parseVariant(model, ""), (Variant{"alibi", {}, {}}));
    EXPECT_EQ(parseVariant(model, "own"), (Variant{"alibi", {}, {}}));
    EXPECT_EQ(parseVariant(model, "own", "scale:1"), (Variant{"alibi", {}, {}})); // as trained, spelled out
    EXPECT_EQ(parseVariant(model, "", "scale:2").slopes, SlopeTable(2, scaled(paperSlopes(4), 2)));
    EXPECT_EQ(parseVariant(model, "window:8", "zero").slopes, SlopeTable(2, SlopeSet(4, 0.0)));
    // ALiBi that names no slopes has the paper's, whatever the model was trained with.
    ModelFacts odd = model;
    odd.slopes = {{9, 8, 7, 6}, {5, 4, 3, 2}};
    EXPECT_EQ(parseVariant(odd, "alibi").slopes, SlopeTable(2, paperSlopes(4)));
    EXPECT_EQ(parseVariant(odd, "alibi:scale:2").slopes, (SlopeTable{{18, 16, 14, 12}, {10, 8, 6, 4}}));
    EXPECT_EQ(parseVariant(odd, "alibi:scale:2", "scale:0.5").slopes, odd.slopes); // of those that the positions bring
    EXPECT_FALSE(parseVariant(odd, "alibi:scale:2", "scale:0.5").isAsTrained());
    // A model without slopes may be given some, of its shape.
    EXPECT_EQ(parseVariant(rotary(), "own+alibi").slopes, SlopeTable(2, paperSlopes(4)));
    EXPECT_EQ(parseVariant(rotary(), "alibi", "uniform:0.3").slopes, SlopeTable(2, uniformSlopes(4, 0.3)));
    EXPECT_THAT(refusal([] { parseVariant(rotary(), "", "paper"); }),
                HasSubstr("are rotary; it has no slopes to change"));
    EXPECT_THAT(refusal([] { parseVariant(alibi(), "none", "paper"); }),
                HasSubstr("are none; it has no slopes to change"));
    EXPECT_THAT(refusal([] { parseVariant(alibi(), "gps"); }), HasSubstr("\"gps\" are none of"));
    EXPECT_THAT(refusal([] { parseVariant(alibi(), "", "steep"); }), HasSubstr("\"steep\""));
}

TEST(Variants, SayWhatTheModelHasBecome) {
    const auto facts = [](const ModelFacts& model, const std::string& positions, const std::string& slopes = {}) {
        return factsOf(parseVariant(model, positions, slopes), model);
    };
    EXPECT_EQ(facts(alibi(), "").slopes, alibi().slopes);
    EXPECT_EQ(facts(alibi(), "", "scale:2").slopes, SlopeTable(2, scaled(paperSlopes(4), 2)));
    const ModelFacts none = facts(alibi(), "none");
    EXPECT_FALSE(none.hasSlopes());
    EXPECT_TRUE(none.slopes.empty());
    EXPECT_EQ(describe(none.positions), "none");
    const ModelFacts both = facts(rotary(), "rotary-ntk:4+alibi+window:64+sinks:4");
    EXPECT_TRUE(both.hasSlopes());
    EXPECT_EQ(both.slopes, SlopeTable(2, paperSlopes(4)));
    EXPECT_EQ(describe(both.positions), "rotary, NTK x 4 + ALiBi");
    EXPECT_EQ(methodOf(both.positions), PositionMethod::Alibi);
    EXPECT_EQ(both.window, 64);
    EXPECT_EQ(both.sinks, 4);
    // A learned table ends; without it there is no end.
    EXPECT_EQ(facts(learned(), "window:8").longestLength, 256);
    EXPECT_EQ(facts(learned(), "own+alibi").longestLength, 256);
    EXPECT_EQ(facts(learned(), "alibi").longestLength, std::nullopt);
    EXPECT_EQ(facts(learned(), "none").longestLength, std::nullopt);
    // The narrower window holds.
    ModelFacts windowed = alibi();
    windowed.window = 32;
    windowed.sinks = 2;
    EXPECT_EQ(facts(windowed, "window:8").window, 8);
    EXPECT_EQ(facts(windowed, "window:80").window, 32);
    EXPECT_EQ(facts(windowed, "window:8").sinks, 2);
    EXPECT_EQ(facts(windowed, "own").window, 32);
    EXPECT_THAT(refusal([&] { facts(alibi(), "rotary-ntk:2"); }), HasSubstr("no rotary positions to scale"));
    EXPECT_EQ(facts(alibi(), "").trainedLength, 256);
}

TEST(Variants, AreDescribedInWords) {
    const auto words = [](const ModelFacts& model, const std::string& positions, const std::string& slopes = {}) {
        return describe(parseVariant(model, positions, slopes), model);
    };
    EXPECT_EQ(words(alibi(), ""), "as trained");
    EXPECT_EQ(words(alibi(), "", "scale:2"), "edited slopes");
    EXPECT_EQ(words(alibi(), "window:8"), "positions window:8");
    EXPECT_EQ(words(alibi(), "window:8", "scale:2"), "positions window:8, edited slopes");
    EXPECT_EQ(words(rotary(), "alibi"), "positions alibi");
    EXPECT_EQ(words(rotary(), "alibi:zero"), "positions alibi, edited slopes");
}

} // namespace
} // namespace slopescope
