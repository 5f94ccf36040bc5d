// The decoder of every position method against the reference decoder.
#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/study/window_losses.h"
#include "tests/core/tiny_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace slopescope {
namespace {

using ::testing::HasSubstr;
using namespace tests;

constexpr double kTolerance = 2e-4; // relative

std::vector<float> values(const at::Tensor& tensor) {
    const at::Tensor whole = tensor.contiguous();
    return {whole.data_ptr<float>(), whole.data_ptr<float>() + whole.numel()};
}

// The last residual of `batch` texts of equal length, [batch * length, width].
at::Tensor runAll(const Decoder& decoder, std::span<const std::int32_t> ids, std::int64_t batch,
                  const AttentionOverride& change = {}) {
    at::Tensor x = decoder.embed(ids, batch);
    const auto rotary = decoder.rotaryFor(x.size(1));
    for (std::int64_t layer = 0; layer < decoder.config().layers; ++layer)
        x = decoder.runLayer(layer, x, rotary ? &*rotary : nullptr, change, Job()).residual;
    return x.flatten(0, 1);
}

// Error relative to the size of the row's largest logit.
void expectLogits(const std::vector<float>& actual, const Matrix& expected, const std::string& what) {
    std::size_t at = 0;
    for (std::size_t p = 0; p < expected.size(); ++p) {
        double largest = 1;
        for (const double logit : expected[p])
            largest = std::max(largest, std::abs(logit));
        for (const double logit : expected[p])
            ASSERT_NEAR(actual.at(at++), logit, kTolerance * largest) << what << ", position " << p;
    }
    ASSERT_EQ(at, actual.size());
}

void expectLikeReference(const TinyOptions& options, std::size_t length, const std::string& what) {
    const TinyModel model(options);
    const Decoder decoder = model.decoder();
    const auto ids = tinyIds(11, length + 1);
    const std::span inputs = std::span(ids).first(length);
    const ReferenceForward expected = referenceForward(model.reference(), inputs);

    const at::Tensor last = runAll(decoder, inputs, 1);
    expectLogits(values(decoder.logits(last)), expected.logits, what);

    const auto losses = values(decoder.losses(last, std::span(ids).subspan(1), Job()));
    ASSERT_EQ(losses.size(), length);
    for (std::size_t p = 0; p < length; ++p) {
        const double loss = referenceLoss(expected.logits[p], ids[p + 1]);
        EXPECT_NEAR(losses[p], loss, kTolerance * std::max(loss, 1.0)) << what << ", position " << p;
    }
}

class EveryMethod : public ::testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Positions, EveryMethod, ::testing::ValuesIn(kMethods), [](const auto& info) {
    std::string name = info.param;
    std::erase(name, '-');
    return name;
});

TEST_P(EveryMethod, LogitsAndLossesAreTheReferences) {
    expectLikeReference({.method = GetParam()}, 60, GetParam());
}

TEST_P(EveryMethod, OneToken) {
    expectLikeReference({.method = GetParam()}, 1, GetParam());
}

TEST_P(EveryMethod, ThreeHeads) {
    expectLikeReference({.method = GetParam(), .heads = 3, .keyHeads = 3}, 33, GetParam());
}

TEST_P(EveryMethod, GroupedKeyHeads) {
    for (const std::int64_t keyHeads : {1, 2})
        expectLikeReference({.method = GetParam(), .keyHeads = keyHeads}, 33, GetParam());
}

// 12 is no multiple of what the vector kernels take.
TEST_P(EveryMethod, OddHeadSizes) {
    expectLikeReference({.method = GetParam(), .headDim = 12}, 20, GetParam());
}

TEST_P(EveryMethod, ScaledEmbedding) {
    expectLikeReference({.method = GetParam(), .embeddingScale = std::sqrt(32.0)}, 20, GetParam());
}

TEST_P(EveryMethod, ABatchIsItsTextsOneByOne) {
    const TinyModel model({.method = GetParam()});
    const Decoder decoder = model.decoder();
    std::vector<std::int32_t> all;
    std::vector<float> apart;
    for (const std::uint64_t seed : {1, 2, 3}) {
        const auto ids = tinyIds(seed, 25);
        all.insert(all.end(), ids.begin(), ids.end());
        const auto logits = values(decoder.logits(runAll(decoder, ids, 1)));
        apart.insert(apart.end(), logits.begin(), logits.end());
    }
    const auto together = values(decoder.logits(runAll(decoder, all, 3)));
    ASSERT_EQ(together.size(), apart.size());
    for (std::size_t i = 0; i < apart.size(); ++i)
        ASSERT_NEAR(together[i], apart[i], 1e-4) << i;
}

TEST(Rotary, InterleavedAndPartial) {
    expectLikeReference({.method = "rotary", .interleaved = true}, 40, "interleaved");
    expectLikeReference({.method = "rotary", .rotaryDims = 4}, 40, "half of the head");
    expectLikeReference({.method = "rotary", .rotaryDims = 4, .interleaved = true}, 40, "half, interleaved");
}

TEST(Alibi, SixHeadsUseThePapersInterleave) {
    const TinyModel model({.heads = 6, .keyHeads = 6});
    // The set of four heads, then every other slope of the set of eight.
    EXPECT_EQ(model.config.slopes, SlopeTable(2, {0.25, 0.0625, 0.015625, 0.00390625, 0.5, 0.125}));
    expectLikeReference({.heads = 6, .keyHeads = 6}, 30, "six heads");
}

TEST(Override, SlopesOfEachLayerAWindowAndSinks) {
    const TinyModel model({.layers = 3});
    const SlopeTable slopes{{1, 0.5, 0.25, 0}, {0, 0, 0, 0}, {2, 0.001, 0.3, 4}};
    const auto ids = tinyIds(4, 50);
    for (const std::size_t window : {0, 1, 7})
        for (const std::size_t sinks : {0, 1, 4}) {
            if (window == 0 && sinks > 0)
                continue; // refused: nothing for them to be seen in spite of
            ReferenceModel reference = model.reference(slopes);
            reference.window = window;
            reference.sinks = sinks;
            PositionOverride positions;
            positions.window = std::int64_t(window);
            positions.sinks = std::int64_t(sinks);
            const Decoder decoder = model.decoder().withPositions(positions);
            AttentionOverride change;
            change.slopes = slopes;
            expectLogits(values(decoder.logits(runAll(decoder, ids, 1, change))), referenceForward(reference, ids).logits,
                         "window " + std::to_string(window) + ", sinks " + std::to_string(sinks));
        }
}

TEST(Layers, GiveTheQueriesKeysAndNormalisersThatAttentionSaw) {
    const TinyModel model({.keyHeads = 2});
    const auto ids = tinyIds(4, 30);
    const ReferenceForward reference = referenceForward(model.reference(), ids);
    const Decoder decoder = model.decoder();
    const Decoder::LayerResult layer = decoder.runLayer(0, decoder.embed(ids, 1), nullptr, {}, Job());
    const at::Tensor q = layer.q.contiguous(), k = layer.k.contiguous();
    ASSERT_EQ(q.sizes(), (std::vector<std::int64_t>{1, 30, 4, 8}));
    ASSERT_EQ(k.sizes(), (std::vector<std::int64_t>{1, 30, 2, 8}));
    for (std::size_t h = 0; h < 4; ++h)
        for (std::size_t i = 0; i < 30; ++i) {
            const ReferenceHead& head = reference.head[0][h];
            double total = 0;
            for (std::size_t j = 0; j <= i; ++j) {
                double dot = 0;
                for (std::size_t d = 0; d < 8; ++d)
                    dot += double(q.data_ptr<float>()[(i * 4 + h) * 8 + d]) *
                           double(k.data_ptr<float>()[(j * 2 + h / 2) * 8 + d]);
                ASSERT_NEAR(dot / std::sqrt(8.0), head.score[i][j], 1e-4);
                total += std::exp(head.sum[i][j]);
            }
            ASSERT_NEAR(layer.lse.data_ptr<float>()[h * 30 + i], std::log(total), 1e-4);
        }
}

// Losses to the bit: on any number of threads, in any company, whatever blocks the rows were cut into.
class Bits : public ::testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Positions, Bits, ::testing::ValuesIn(kMethods), [](const auto& info) {
    std::string name = info.param;
    std::erase(name, '-');
    return name;
});

TEST_P(Bits, DependNeitherOnThreadsNorOnTheBatch) {
    const TinyModel model({.method = GetParam(), .keyHeads = 2, .trainingLength = 300});
    const Decoder decoder = model.decoder();
    const auto ids = tinyIds(6, 700);
    for (const std::int64_t length : {5, 60, 300}) {
        const std::vector<std::int64_t> starts{0, 31, 200, 399};
        const int before = threadCount();
        setThreadCount(1);
        const std::vector<float> expected = windowLosses(decoder, ids, starts, length, {}, Job());
        setThreadCount(5);
        EXPECT_EQ(windowLosses(decoder, ids, starts, length, {}, Job()), expected) << length;
        setThreadCount(before);
        for (std::size_t i = 0; i < starts.size(); ++i) {
            const auto alone = windowLosses(decoder, ids, {&starts[i], 1}, length, {}, Job());
            EXPECT_TRUE(std::equal(alone.begin(), alone.end(), expected.begin() + std::ptrdiff_t(i) * length)) << length;
        }
    }
}

TEST(Refusals, NameTheLimit) {
    const TinyModel learned({.method = "learned", .trainingLength = 16});
    const Decoder decoder = learned.decoder();
    const auto message = [](const auto& call) -> std::string {
        try {
            call();
        } catch (const Error& error) {
            return error.what();
        }
        return "nothing was refused";
    };
    EXPECT_NO_THROW(decoder.embed(tinyIds(1, 16), 1));
    EXPECT_THAT(message([&] { decoder.embed(tinyIds(1, 17), 1); }), HasSubstr("end at 16"));

    const auto vocabulary = std::int32_t(learned.config.vocabulary);
    for (const std::int32_t id : {-1, vocabulary, 2'000'000'000}) {
        const std::vector<std::int32_t> ids{0, id};
        EXPECT_THAT(message([&] { decoder.embed(ids, 1); }), HasSubstr(std::to_string(id)));
        // The last token of a window is never embedded, only predicted.
        const std::vector<std::int64_t> start{0};
        EXPECT_THAT(message([&] { windowLosses(decoder, ids, start, 1, {}, Job()); }), HasSubstr(std::to_string(id)));
    }
}

TEST(Refusals, AStoppedJobRunsNoLayer) {
    const TinyModel model({});
    const Decoder decoder = model.decoder();
    std::stop_source stop;
    stop.request_stop();
    const Job job(stop.get_token());
    const at::Tensor x = decoder.embed(tinyIds(1, 8), 1);
    EXPECT_THROW(decoder.runLayer(0, x, nullptr, {}, job), Cancelled);
    EXPECT_THROW(decoder.losses(x.flatten(0, 1), tinyIds(1, 8), job), Cancelled);
}

} // namespace
} // namespace slopescope
