// The one door to core: what it refuses, what it keeps when a call fails or is stopped, and two callers at once.
#include "core/base/error.h"
#include "core/session.h"
#include "tests/core/tiny_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <thread>

namespace slopescope {
namespace {

using ::testing::HasSubstr;
using namespace tests;

constexpr std::int64_t kLength = 200;

class SessionTest : public ::testing::Test {
protected:
    static void SetUpTestSuite() {
        s_folder = std::make_unique<TempFolder>();
        for (const char* method : kMethods)
            TinyModel({.method = method, .layers = 3, .trainingLength = 256}).write(*s_folder / "models" / method);
        writeFile(*s_folder / "text.txt", tinyText(61, 400));
        writeFile(*s_folder / "other.txt", tinyText(62, 300));
    }
    static void TearDownTestSuite() { s_folder.reset(); }

    void open(const std::string& model = "alibi") {
        m_session.openModel(model, Job());
        m_session.openText(*s_folder / "text.txt", Job());
    }

    static MapRequest wholeMap(const SlopeTable& slopes, int layer = 2) {
        return {slopes, kLength, {layer, 1}, {0, kLength, 0, kLength, 50, 50}};
    }

    template <class Call>
    static std::string refusal(const Call& call) {
        try {
            call();
        } catch (const Error& error) {
            EXPECT_TRUE(std::string(error.what()).ends_with(".")) << error.what();
            return error.what();
        }
        return "nothing was refused";
    }

    static inline std::unique_ptr<TempFolder> s_folder;
    Session m_session{s_folder->path()};
};

// Equal to the bit, NaN equal to NaN.
void expectSamePixels(const Picture& a, const Picture& b) {
    ASSERT_EQ(a.values.size(), b.values.size());
    for (std::size_t i = 0; i < a.values.size(); ++i)
        ASSERT_TRUE(a.values[i] == b.values[i] || (std::isnan(a.values[i]) && std::isnan(b.values[i]))) << i;
}

CurveRequest sweep(std::vector<std::int64_t> lengths, SlopeTable slopes = {}) {
    CurveRequest request;
    request.lengths = std::move(lengths);
    request.slopes = std::move(slopes);
    request.maxTokens = 1500;
    return request;
}

SlopeTable steeper(double slope) {
    return SlopeTable(3, SlopeSet(4, slope));
}

TEST_F(SessionTest, SaysWhatIsOpen) {
    EXPECT_FALSE(m_session.model());
    EXPECT_FALSE(m_session.text());
    const ModelFacts facts = m_session.openModel("alibi", Job());
    EXPECT_EQ(facts.name, "alibi");
    EXPECT_EQ(facts.family, "slopescope");
    EXPECT_EQ(facts.positions, "ALiBi");
    EXPECT_TRUE(facts.linearBias);
    EXPECT_EQ(facts.layers, 3);
    EXPECT_EQ(facts.heads, 4);
    EXPECT_EQ(facts.headDim, 8);
    EXPECT_EQ(facts.width, 32);
    EXPECT_EQ(facts.vocabulary, 288);
    EXPECT_EQ(facts.trainedLength, 256);
    EXPECT_EQ(facts.longestLength, std::nullopt);
    EXPECT_EQ(facts.precision, "float32");
    EXPECT_EQ(facts.slopes, SlopeTable(3, (SlopeSet{0.25, 0.0625, 0.015625, 0.00390625})));
    // embedding + final norm + layers x (two norms, qkv, output, up, down), biases included
    EXPECT_EQ(facts.parameters, 288 * 32 + 2 * 32 + 3 * (4 * 32 + 96 * 33 + 32 * 33 + 64 * 33 + 32 * 65));
    EXPECT_EQ(m_session.model()->name, "alibi");

    const TextFacts text = m_session.openText(*s_folder / "text.txt", Job());
    EXPECT_EQ(text.name, "text.txt");
    EXPECT_EQ(text.text, readFile(*s_folder / "text.txt"));
    std::int64_t end = 0; // the tokens tile the text
    for (const TextToken& token : text.tokens) {
        EXPECT_EQ(token.begin, end);
        end = token.end;
    }
    EXPECT_EQ(end, std::int64_t(text.text.size()));
}

TEST_F(SessionTest, BundledModelsAreFoundByName) {
    std::vector<std::string> names;
    for (const BundledModel& model : m_session.bundledModels())
        names.push_back(model.name);
    EXPECT_EQ(names, (std::vector<std::string>{"alibi", "learned", "none", "rotary", "sinusoidal", "t5-bias"}));
    EXPECT_EQ(m_session.openModel("learned", Job()).longestLength, 256);
    const std::string path = (*s_folder / "models" / "rotary").string();
    EXPECT_EQ(m_session.openModel(path, Job()).name, "rotary");
    EXPECT_EQ(m_session.openModel(path + "/", Job()).name, "rotary");
    EXPECT_TRUE(Session(*s_folder / "nowhere").bundledModels().empty());
}

TEST_F(SessionTest, AnotherModelReadsTheSameText) {
    open();
    const auto tokens = m_session.text()->tokens.size();
    m_session.forward({}, kLength, Job());
    m_session.openModel("none", Job());
    EXPECT_EQ(m_session.text()->tokens.size(), tokens);
    EXPECT_THAT(refusal([&] { m_session.map(wholeMap({}), Job()); }), HasSubstr("not been run"));
    m_session.forward({}, kLength, Job());
    EXPECT_EQ(m_session.map(wholeMap({}), Job()).freshness, Freshness::Exact);
}

TEST_F(SessionTest, RefusesWhatCannotBeServedYet) {
    EXPECT_THAT(refusal([&] { m_session.forward({}, 5, Job()); }), HasSubstr("No model"));
    EXPECT_THAT(refusal([&] { m_session.curve(sweep({4}), Job()); }), HasSubstr("No model"));
    EXPECT_THAT(refusal([&] { m_session.openText(*s_folder / "text.txt", Job()); }), HasSubstr("model first"));
    m_session.openModel("alibi", Job());
    EXPECT_THAT(refusal([&] { m_session.forward({}, 5, Job()); }), HasSubstr("No text"));
    EXPECT_THAT(refusal([&] { m_session.curve(sweep({4}), Job()); }), HasSubstr("No text"));
    m_session.openText(*s_folder / "text.txt", Job());
    EXPECT_THAT(refusal([&] { m_session.map(wholeMap({}), Job()); }), HasSubstr("not been run"));
    m_session.forward({}, 50, Job());
    EXPECT_THAT(refusal([&] { m_session.map(wholeMap({}), Job()); }), HasSubstr("first 200 tokens"));
}

TEST_F(SessionTest, RefusesRequestsOutsideTheModelAndTheText) {
    open();
    m_session.forward({}, kLength, Job());
    const auto map = [&](const auto& change) {
        MapRequest request = wholeMap({});
        change(request);
        return refusal([&] { m_session.map(request, Job()); });
    };
    EXPECT_THAT(map([](MapRequest& r) { r.head.layer = 3; }), HasSubstr("layer 3"));
    EXPECT_THAT(map([](MapRequest& r) { r.head.layer = -1; }), HasSubstr("layer -1"));
    EXPECT_THAT(map([](MapRequest& r) { r.head.head = 4; }), HasSubstr("head 4"));
    EXPECT_THAT(map([](MapRequest& r) { r.length = 0; }), HasSubstr("0 tokens"));
    EXPECT_THAT(map([](MapRequest& r) { r.length = -7; }), HasSubstr("-7 tokens"));
    EXPECT_THAT(map([](MapRequest& r) { r.viewport.queryEnd = kLength + 1; }), HasSubstr("viewport"));
    EXPECT_THAT(map([](MapRequest& r) { r.viewport.keyBegin = -1; }), HasSubstr("viewport"));
    EXPECT_THAT(map([](MapRequest& r) { r.viewport.queryEnd = 0; }), HasSubstr("viewport"));
    EXPECT_THAT(map([](MapRequest& r) { r.viewport.rows = 0; }), HasSubstr("viewport"));
    EXPECT_THAT(map([](MapRequest& r) { r.viewport.columns = kLength + 1; }), HasSubstr("viewport"));
    EXPECT_THAT(map([](MapRequest& r) { r.slopes = {{1, 1, 1, 1}}; }), HasSubstr("1 layers"));
    EXPECT_THAT(map([](MapRequest& r) { r.slopes = SlopeTable(3, {1, 1}); }), HasSubstr("2 slopes"));
    EXPECT_THAT(map([](MapRequest& r) { r.slopes = steeper(std::nan("")); }), HasSubstr("nan"));
    EXPECT_THAT(map([](MapRequest& r) { r.slopes = steeper(-0.5); }), HasSubstr("-0.5"));
    EXPECT_THAT(map([](MapRequest& r) { r.slopes = steeper(1e39); }), HasSubstr("1e+39")); // no float32
    EXPECT_THAT(refusal([&] { m_session.forward({}, 1 << 30, Job()); }), HasSubstr("1073741824"));
    EXPECT_THAT(refusal([&] { m_session.forward({}, 0, Job()); }), HasSubstr("0 cannot"));
    EXPECT_THAT(refusal([&] { m_session.cell({{}, kLength, {0, 0}, kLength, 0}, Job()); }), HasSubstr("Token 200"));
    EXPECT_THAT(refusal([&] { m_session.cell({{}, kLength, {0, 0}, 0, -1}, Job()); }), HasSubstr("Token -1"));
    EXPECT_THAT(refusal([&] { m_session.links({{}, kLength, {0, 0}, kLength}, Job()); }), HasSubstr("Token 200"));
    EXPECT_THAT(refusal([&] { m_session.openText(*s_folder / "gone.txt", Job()); }), HasSubstr("gone.txt"));
    writeFile(*s_folder / "empty.txt", "");
    EXPECT_THAT(refusal([&] { m_session.openText(*s_folder / "empty.txt", Job()); }),
                HasSubstr("empty.txt is too short"));
    EXPECT_EQ(m_session.map(wholeMap({}), Job()).freshness, Freshness::Exact); // and is as it was

    m_session.openModel("learned", Job());
    EXPECT_THAT(refusal([&] { m_session.forward({}, 257, Job()); }), HasSubstr("end at 256"));
    EXPECT_THAT(refusal([&] { m_session.forward(steeper(1), 10, Job()); }), HasSubstr("no slopes to change"));
    EXPECT_THAT(refusal([&] { m_session.curve(sweep({4}, steeper(1)), Job()); }), HasSubstr("no slopes"));
}

// --- Stopping ---

TEST_F(SessionTest, AForwardStoppedAtAnyMomentLeavesThePicturesAsTheyWere) {
    open();
    m_session.forward({}, kLength, Job());
    const MapResult before = m_session.map(wholeMap({}), Job());
    Session other(s_folder->path());
    other.openModel("alibi", Job());
    other.openText(*s_folder / "text.txt", Job());
    other.forward(steeper(0.3), kLength, Job());
    const MapResult edited = other.map(wholeMap(steeper(0.3)), Job());

    int stopped = 0;
    for (int attempt = 0; attempt < 60; ++attempt) {
        std::stop_source stop;
        std::atomic<bool> begun = false;
        const std::jthread stopper([&] {
            begun.wait(false);
            std::this_thread::sleep_for(std::chrono::microseconds(attempt * 37));
            stop.request_stop();
        });
        begun = true;
        begun.notify_one();
        try {
            m_session.forward(steeper(0.3), kLength, Job(stop.get_token()));
            expectSamePixels(m_session.map(wholeMap(steeper(0.3)), Job()).picture, edited.picture);
            m_session.forward({}, kLength, Job());
        } catch (const Cancelled&) {
            ++stopped;
        }
        const MapResult after = m_session.map(wholeMap({}), Job());
        EXPECT_EQ(after.freshness, Freshness::Exact);
        expectSamePixels(after.picture, before.picture);
    }
    EXPECT_GT(stopped, 0);
    m_session.forward(steeper(0.3), kLength, Job());
    expectSamePixels(m_session.map(wholeMap(steeper(0.3)), Job()).picture, edited.picture);
}

TEST_F(SessionTest, EveryCallCanBeStopped) {
    open();
    m_session.forward({}, kLength, Job());
    std::stop_source stop;
    stop.request_stop();
    const Job job(stop.get_token());
    const MapResult before = m_session.map(wholeMap({}), Job());
    EXPECT_THROW(m_session.openModel("rotary", job), Cancelled);
    EXPECT_THROW(m_session.openText(*s_folder / "other.txt", job), Cancelled);
    EXPECT_THROW(m_session.forward(steeper(1), kLength, job), Cancelled);
    EXPECT_THROW(m_session.map(wholeMap({}), job), Cancelled);
    EXPECT_THROW(m_session.thumbnails({{}, kLength}, job), Cancelled);
    EXPECT_THROW(m_session.profile({{}, kLength, {0, 0}}, job), Cancelled);
    EXPECT_THROW(m_session.cell({{}, kLength, {0, 0}, 3, 2}, job), Cancelled);
    EXPECT_THROW(m_session.links({{}, kLength, {0, 0}, 3}, job), Cancelled);
    EXPECT_THROW(m_session.curve(sweep({16}), job), Cancelled);
    EXPECT_EQ(m_session.model()->name, "alibi");
    EXPECT_EQ(m_session.text()->name, "text.txt");
    expectSamePixels(m_session.map(wholeMap({}), Job()).picture, before.picture);
}

TEST_F(SessionTest, OpeningStoppedAtAnyReportKeepsTheOldModel) {
    open();
    m_session.forward({}, kLength, Job());
    int reports = 0;
    m_session.openModel("alibi", Job({}, [&](const Progress& p) {
                            EXPECT_GE(p.fraction, 0);
                            EXPECT_LE(p.fraction, 1);
                            ++reports;
                        }));
    ASSERT_GT(reports, 3);
    m_session.forward({}, kLength, Job());
    const MapResult before = m_session.map(wholeMap({}), Job());
    for (int at = 1; at < reports; ++at) {
        std::stop_source stop;
        int seen = 0;
        EXPECT_THROW(m_session.openModel("t5-bias", Job(stop.get_token(),
                                                        [&](const Progress&) {
                                                            if (++seen == at)
                                                                stop.request_stop();
                                                        })),
                     Cancelled)
            << "report " << at;
        EXPECT_EQ(m_session.model()->positions, "ALiBi");
        expectSamePixels(m_session.map(wholeMap({}), Job()).picture, before.picture);
    }
    EXPECT_EQ(m_session.openModel("t5-bias", Job()).positions, "T5 bias");
}

// --- Two callers ---

TEST_F(SessionTest, ASweepRunsBesideThePicturesAndOutlivesTheModel) {
    open();
    const CurveRequest request = sweep({8, 64});
    const CurveResult alone = m_session.curve(request, Job());
    m_session.forward({}, kLength, Job());
    const MapResult map = m_session.map(wholeMap({}), Job());

    std::atomic<int> sweeps = 0, wrong = 0;
    std::jthread sweeper([&](std::stop_token stop) {
        while (!stop.stop_requested() || sweeps == 0) {
            const CurveResult curve = m_session.curve(request, Job());
            for (std::size_t i = 0; i < 2; ++i)
                wrong += curve.points[i].nll != alone.points[i].nll;
            ++sweeps;
        }
    });
    for (int round = 0; round < 12; ++round) {
        m_session.forward(steeper(0.1 * round), kLength, Job());
        m_session.thumbnails({steeper(0.1 * round), kLength, 16}, Job());
        m_session.forward({}, kLength, Job());
        expectSamePixels(m_session.map(wholeMap({}), Job()).picture, map.picture);
        EXPECT_EQ(m_session.model()->name, "alibi");
    }
    sweeper.request_stop();
    sweeper.join();
    EXPECT_GT(sweeps, 0);
    EXPECT_EQ(wrong, 0);

    // A sweep holds on to the model and the text it began with.
    CurveResult late;
    std::atomic<bool> begun = false;
    {
        const std::jthread sweeping([&] {
            late = m_session.curve(request, Job(), [&](const CurveResult&) {
                begun = true;
                begun.notify_one();
            });
        });
        begun.wait(false);
        m_session.openModel("rotary", Job());
        m_session.openText(*s_folder / "other.txt", Job());
    }
    for (std::size_t i = 0; i < 2; ++i)
        EXPECT_EQ(late.points[i].nll, alone.points[i].nll);
}

} // namespace
} // namespace slopescope
