// The one door to core: what it refuses, what it keeps when a call fails or is stopped, and two callers at once.
#include "core/base/error.h"
#include "core/session.h"
#include "core/study/scored_windows.h"
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

    static MapRequest wholeMap(const Variant& variant, int layer = 2) {
        return {variant, kLength, {{layer, 1}}, {0, kLength, 0, kLength, 50, 50}};
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

Variant trained(const std::string& model = "alibi") {
    return {model, {}, {}};
}

Variant steeper(double slope, const std::string& model = "alibi") {
    return {model, {}, SlopeTable(3, SlopeSet(4, slope))};
}

CurvesRequest sweep(std::vector<std::int64_t> lengths, std::vector<Variant> variants = {trained()}) {
    CurvesRequest request{std::move(variants), {}, {}};
    request.plan.lengths = std::move(lengths);
    request.plan.windows = 24;
    return request;
}

TEST_F(SessionTest, SaysWhatIsOpen) {
    EXPECT_TRUE(m_session.models().empty());
    EXPECT_FALSE(m_session.hasText());
    const ModelFacts facts = m_session.openModel("alibi", Job());
    EXPECT_EQ(facts.key, "alibi");
    EXPECT_EQ(facts.name, "alibi");
    EXPECT_EQ(facts.family, "slopescope");
    EXPECT_EQ(describe(facts.positions), "ALiBi");
    EXPECT_TRUE(facts.hasSlopes());
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
    EXPECT_EQ(m_session.model("alibi").name, "alibi");

    m_session.openText(*s_folder / "text.txt", Job());
    EXPECT_TRUE(m_session.hasText());
    const auto text = m_session.text("alibi", Job());
    EXPECT_EQ(text->name, "text.txt");
    EXPECT_EQ(text->text, readFile(*s_folder / "text.txt"));
    std::int64_t end = 0; // the tokens tile the text
    for (const TextToken& token : text->tokens) {
        EXPECT_EQ(token.begin, end);
        end = token.end;
    }
    EXPECT_EQ(end, std::int64_t(text->text.size()));
    EXPECT_EQ(m_session.text("alibi", Job()), text) << "read once";
}

TEST_F(SessionTest, BundledModelsAreFoundByName) {
    std::vector<std::string> names;
    for (const BundledModel& model : m_session.bundledModels())
        names.push_back(model.name);
    EXPECT_EQ(names, (std::vector<std::string>{"alibi", "learned", "none", "rotary", "sinusoidal", "t5-bias"}));
    EXPECT_EQ(m_session.openModel("learned", Job()).longestLength, 256);
    // One model, whichever way it is asked for.
    const std::string path = (*s_folder / "models" / "rotary").string();
    EXPECT_EQ(m_session.openModel(path, Job()).key, "rotary");
    EXPECT_EQ(m_session.openModel(path + "/", Job()).key, "rotary");
    EXPECT_EQ(m_session.openModel("rotary", Job()).name, "rotary");
    EXPECT_EQ(m_session.models().size(), 2U);
    EXPECT_TRUE(Session(*s_folder / "nowhere").bundledModels().empty());
}

// --- The shelf ---

TEST_F(SessionTest, ModelsStandSideBySide) {
    open();
    m_session.openModel("none", Job());
    m_session.openModel("t5-bias", Job());
    std::vector<std::string> keys;
    for (const ModelFacts& model : m_session.models())
        keys.push_back(model.key);
    EXPECT_EQ(keys, (std::vector<std::string>{"alibi", "none", "t5-bias"}));
    // They read the text alike, and share what they read.
    EXPECT_EQ(m_session.text("none", Job()), m_session.text("alibi", Job()));
    m_session.forward(trained(), kLength, Job());
    const MapResult before = m_session.map(wholeMap(trained()), Job());
    EXPECT_THAT(refusal([&] { m_session.map(wholeMap(trained("none")), Job()); }), HasSubstr("not been run"));
    m_session.forward(trained("none"), kLength, Job());
    EXPECT_EQ(m_session.map(wholeMap(trained("none")), Job()).freshness, Freshness::Exact);
    EXPECT_EQ(m_session.map(wholeMap(trained("none")), Job()).variant, trained("none"));
    const MapResult after = m_session.map(wholeMap(trained()), Job());
    EXPECT_EQ(after.freshness, Freshness::Exact);
    expectSamePixels(after.picture, before.picture);
    EXPECT_EQ(m_session.atHand(trained(), kLength), Freshness::Exact);
    EXPECT_EQ(m_session.atHand(steeper(1), kLength), Freshness::Preview);
    EXPECT_EQ(m_session.atHand(trained("t5-bias"), kLength), std::nullopt);
    EXPECT_EQ(m_session.atHand(trained(), kLength + 1), std::nullopt);
}

TEST_F(SessionTest, AClosedModelIsGoneAndTheOthersStay) {
    open();
    m_session.openModel("none", Job());
    m_session.forward(trained(), kLength, Job());
    m_session.forward(trained("none"), kLength, Job());
    m_session.closeModel("alibi");
    m_session.closeModel("never opened");
    ASSERT_EQ(m_session.models().size(), 1U);
    EXPECT_THAT(refusal([&] { m_session.model("alibi"); }), HasSubstr("The model alibi is not open"));
    EXPECT_THAT(refusal([&] { m_session.map(wholeMap(trained()), Job()); }), HasSubstr("alibi is not open"));
    EXPECT_THAT(refusal([&] { m_session.forward(trained(), kLength, Job()); }), HasSubstr("alibi is not open"));
    EXPECT_EQ(m_session.atHand(trained(), kLength), std::nullopt);
    EXPECT_EQ(m_session.map(wholeMap(trained("none")), Job()).freshness, Freshness::Exact);
    m_session.openModel("alibi", Job());
    EXPECT_THAT(refusal([&] { m_session.map(wholeMap(trained()), Job()); }), HasSubstr("not been run"));
}

TEST_F(SessionTest, AModelOutlivesItsFolder) {
    TinyModel({.layers = 3, .seed = 12}).write(*s_folder / "fleeting");
    const std::string folder = (*s_folder / "fleeting").string();
    open();
    const std::string key = m_session.openModel(folder, Job()).key;
    m_session.forward(trained(key), kLength, Job());
    const MapResult before = m_session.map(wholeMap(trained(key)), Job());
    std::filesystem::remove_all(folder);
    m_session.forward(steeper(0.4, key), kLength, Job());
    m_session.forward(trained(key), kLength, Job());
    expectSamePixels(m_session.map(wholeMap(trained(key)), Job()).picture, before.picture);
    EXPECT_EQ(m_session.openModel(folder, Job()).key, key); // it is open
    EXPECT_EQ(m_session.sweep(sweep({64}, {trained(key)}), Job()).curves.front().fault, "");
    m_session.closeModel(key);
    EXPECT_THAT(refusal([&] { m_session.openModel(folder, Job()); }), HasSubstr("fleeting"));
    // What was measured of it stays; nothing else can be.
    EXPECT_EQ(m_session.sweep(sweep({64}, {trained(key), trained()}), Job()).curves.front().fault, "");
    EXPECT_THAT(m_session.sweep(sweep({64}, {steeper(0.4, key), trained()}), Job()).curves.front().fault,
                HasSubstr("is not open"));
}

// The same folder may hold another model by the time that it is opened again.
TEST_F(SessionTest, CurvesAreOfTheFilesThatWereRead) {
    const auto folder = *s_folder / "trained-again";
    const auto open = [&] { return m_session.openModel(folder.string(), Job()).key; };
    const auto measured = [&](const std::string& key) {
        return m_session.curves(sweep({64}, {trained(key)}), Job()).curves.front().points.front().nll;
    };
    TinyModel({.layers = 3, .seed = 12}).write(folder);
    m_session.openText(*s_folder / "text.txt", Job());
    const std::string key = open();
    m_session.sweep(sweep({64}, {trained(key)}), Job());
    const double before = measured(key);
    EXPECT_FALSE(std::isnan(before));
    m_session.closeModel(key);
    open();
    EXPECT_EQ(measured(key), before); // it comes back
    m_session.closeModel(key);
    std::filesystem::remove_all(folder);
    std::this_thread::sleep_for(std::chrono::milliseconds(20)); // so that the files have another time
    TinyModel({.layers = 3, .seed = 13}).write(folder);
    open();
    EXPECT_TRUE(std::isnan(measured(key))); // another model
    std::filesystem::remove_all(folder);
}

TEST_F(SessionTest, ATextIsReadByEachModelForItself) {
    const TinyModel model({.layers = 3});
    DecoderWeights weights = model.weights;
    // A tokenizer that merges less: more tokens for the same text.
    const text::Tokenizer coarse = text::Tokenizer::learnByteLevelBpe(std::vector<std::string>{tinyText(1, 2000)}, 262);
    writeModelDirectory(*s_folder / "coarse", model.config, weights, coarse, at::kFloat);
    open();
    const std::string key = m_session.openModel((*s_folder / "coarse").string(), Job()).key;
    const auto fine = m_session.text("alibi", Job()), other = m_session.text(key, Job());
    EXPECT_GT(other->tokens.size(), fine->tokens.size());
    EXPECT_NE(other->digest, fine->digest);
    EXPECT_EQ(other->text, fine->text);
    m_session.openIds("ids", {1, 2, 3, 287, 5});
    EXPECT_EQ(m_session.text(key, Job())->digest, m_session.text("alibi", Job())->digest);
    EXPECT_TRUE(m_session.text(key, Job())->text.empty());
    m_session.openIds("ids", {1, 288});
    EXPECT_THAT(refusal([&] { m_session.text(key, Job()); }),
                HasSubstr("token id 288 lies outside the vocabulary of 288"));
    std::filesystem::remove_all(*s_folder / "coarse");
}

TEST_F(SessionTest, RefusesWhatCannotBeServedYet) {
    EXPECT_THAT(refusal([&] { m_session.forward(trained(), 5, Job()); }), HasSubstr("alibi is not open"));
    EXPECT_THAT(refusal([&] { m_session.forward({}, 5, Job()); }), HasSubstr("No model is open"));
    EXPECT_THAT(m_session.sweep(sweep({4}), Job()).curves.front().fault, HasSubstr("alibi is not open"));
    m_session.openModel("alibi", Job());
    EXPECT_THAT(refusal([&] { m_session.forward(trained(), 5, Job()); }), HasSubstr("No text"));
    EXPECT_THAT(refusal([&] { m_session.map(wholeMap(trained()), Job()); }), HasSubstr("No text"));
    EXPECT_THAT(refusal([&] { m_session.text("alibi", Job()); }), HasSubstr("No text"));
    EXPECT_THAT(m_session.sweep(sweep({4}), Job()).curves.front().fault, HasSubstr("No text"));
    m_session.openText(*s_folder / "text.txt", Job());
    EXPECT_THAT(refusal([&] { m_session.map(wholeMap(trained()), Job()); }), HasSubstr("not been run"));
    m_session.forward(trained(), 50, Job());
    EXPECT_THAT(refusal([&] { m_session.map(wholeMap(trained()), Job()); }), HasSubstr("first 200 tokens"));
    EXPECT_THAT(refusal([&] { m_session.losses({trained(), kLength}, Job()); }), HasSubstr("first 200 tokens"));
    EXPECT_THAT(refusal([&] { m_session.losses({steeper(1), 50}, Job()); }), HasSubstr("not been run"));
}

TEST_F(SessionTest, RefusesRequestsOutsideTheModelAndTheText) {
    open();
    m_session.forward(trained(), kLength, Job());
    const auto map = [&](const auto& change) {
        MapRequest request = wholeMap(trained());
        change(request);
        return refusal([&] { m_session.map(request, Job()); });
    };
    EXPECT_THAT(map([](MapRequest& r) { r.heads[0].layer = 3; }), HasSubstr("layer 3"));
    EXPECT_THAT(map([](MapRequest& r) { r.heads[0].layer = -1; }), HasSubstr("layer -1"));
    EXPECT_THAT(map([](MapRequest& r) { r.heads[0].head = 4; }), HasSubstr("head 4"));
    EXPECT_THAT(map([](MapRequest& r) { r.length = 0; }), HasSubstr("0 tokens"));
    EXPECT_THAT(map([](MapRequest& r) { r.length = -7; }), HasSubstr("-7 tokens"));
    EXPECT_THAT(map([](MapRequest& r) { r.viewport.queryEnd = kLength + 1; }), HasSubstr("viewport"));
    EXPECT_THAT(map([](MapRequest& r) { r.viewport.keyBegin = -1; }), HasSubstr("viewport"));
    EXPECT_THAT(map([](MapRequest& r) { r.viewport.queryEnd = 0; }), HasSubstr("viewport"));
    EXPECT_THAT(map([](MapRequest& r) { r.viewport.rows = 0; }), HasSubstr("viewport"));
    EXPECT_THAT(map([](MapRequest& r) { r.viewport.columns = kLength + 1; }), HasSubstr("viewport"));
    m_session.map(wholeMap(trained()), Job()); // what is kept of it is no reason to look at the next
    MapRequest none = wholeMap(trained());
    none.viewport.rows = 0;
    EXPECT_THAT(refusal([&] { m_session.map(none, Job(), [](const MapResult&) {}); }), HasSubstr("viewport"));
    none.viewport.rows = none.viewport.columns = -3;
    EXPECT_THAT(refusal([&] { m_session.map(none, Job()); }), HasSubstr("viewport"));
    EXPECT_THAT(map([](MapRequest& r) { r.heads.push_back({3, 0}); }), HasSubstr("layer 3"));
    EXPECT_THAT(map([](MapRequest& r) { r.heads.clear(); }), HasSubstr("needs a head"));
    EXPECT_THAT(map([](MapRequest& r) { r.variant.slopes = {{1, 1, 1, 1}}; }), HasSubstr("for 1 layer, but"));
    EXPECT_THAT(map([](MapRequest& r) { r.variant.slopes = SlopeTable(3, {1, 1}); }), HasSubstr("2 slopes"));
    EXPECT_THAT(map([](MapRequest& r) { r.variant = steeper(std::nan("")); }), HasSubstr("nan"));
    EXPECT_THAT(map([](MapRequest& r) { r.variant = steeper(-0.5); }), HasSubstr("-0.5"));
    EXPECT_THAT(map([](MapRequest& r) { r.variant = steeper(1e39); }), HasSubstr("1e+39")); // no float32
    EXPECT_THAT(refusal([&] { m_session.forward(trained(), 1 << 30, Job()); }), HasSubstr("1073741824"));
    EXPECT_THAT(refusal([&] { m_session.forward(trained(), 0, Job()); }), HasSubstr("0 cannot"));
    EXPECT_THAT(refusal([&] {
                    m_session.cell({trained(), kLength, {0, 0}, kLength, 0}, Job());
                }),
                HasSubstr("Token 200"));
    EXPECT_THAT(refusal([&] { m_session.cell({trained(), kLength, {0, 0}, 0, -1}, Job()); }), HasSubstr("Token -1"));
    EXPECT_THAT(refusal([&] {
                    m_session.links({trained(), kLength, {0, 0}, kLength}, Job());
                }),
                HasSubstr("Token 200"));
    EXPECT_THAT(refusal([&] { m_session.profile({trained(), kLength, {}}, Job()); }), HasSubstr("needs a head"));
    EXPECT_THAT(refusal([&] { m_session.openText(*s_folder / "gone.txt", Job()); }), HasSubstr("gone.txt"));
    writeFile(*s_folder / "empty.txt", "");
    EXPECT_THAT(refusal([&] { m_session.openText(*s_folder / "empty.txt", Job()); }), HasSubstr("empty.txt is empty"));
    EXPECT_THAT(refusal([&] { m_session.openText("pasted", "caf\xE9"); }), HasSubstr("pasted is not UTF-8"));
    EXPECT_THAT(refusal([&] { m_session.openIds("ids", {7}); }), HasSubstr("fewer than two tokens"));
    EXPECT_EQ(m_session.map(wholeMap(trained()), Job()).freshness, Freshness::Exact); // and is as it was

    m_session.openModel("learned", Job());
    EXPECT_THAT(refusal([&] { m_session.forward(trained("learned"), 257, Job()); }), HasSubstr("end at 256"));
    EXPECT_THAT(refusal([&] { m_session.forward(steeper(1, "learned"), 10, Job()); }),
                HasSubstr("no slopes to change"));
    EXPECT_THAT(m_session.sweep(sweep({4}, {steeper(1, "learned")}), Job()).curves.front().fault,
                HasSubstr("no slopes"));
    CurvesRequest nothing = sweep({});
    EXPECT_THAT(refusal([&] { m_session.sweep(nothing, Job()); }), HasSubstr("at least one length"));
    EXPECT_THAT(refusal([&] { m_session.curves(nothing, Job()); }), HasSubstr("at least one length"));
}

// --- Stopping ---

TEST_F(SessionTest, AForwardStoppedAtAnyMomentLeavesThePicturesAsTheyWere) {
    open();
    m_session.forward(trained(), kLength, Job());
    const MapResult before = m_session.map(wholeMap(trained()), Job());
    Session other(s_folder->path());
    other.openModel("alibi", Job());
    other.openText(*s_folder / "text.txt", Job());
    other.forward(steeper(0.3), kLength, Job());
    const MapResult edited = other.map(wholeMap(steeper(0.3)), Job());

    // The pass asks its job at every layer and every block of rows whether it may go on: it is stopped at each of these in turn,
    // until one is not reached any more.
    int stopped = 0;
    for (;; ++stopped) {
        std::stop_source stop;
        std::atomic<int> asked = 0;
        const Job job(stop.get_token(), {}, [&] {
            if (asked++ == stopped)
                stop.request_stop();
        });
        bool finished = true;
        try {
            m_session.forward(steeper(0.3 + stopped), kLength, job);
        } catch (const Cancelled&) {
            finished = false;
        }
        const MapResult after = m_session.map(wholeMap(trained()), Job());
        EXPECT_EQ(after.freshness, Freshness::Exact);
        expectSamePixels(after.picture, before.picture);
        if (finished)
            break;
    }
    EXPECT_GT(stopped, 2);
    m_session.forward(steeper(0.3), kLength, Job());
    expectSamePixels(m_session.map(wholeMap(steeper(0.3)), Job()).picture, edited.picture);
}

TEST_F(SessionTest, EveryCallCanBeStopped) {
    open();
    m_session.forward(trained(), kLength, Job());
    std::stop_source stop;
    stop.request_stop();
    const Job job(stop.get_token());
    const MapResult before = m_session.map(wholeMap(trained()), Job());
    EXPECT_THROW(m_session.openModel("rotary", job), Cancelled);
    EXPECT_THROW(m_session.openText(*s_folder / "other.txt", job), Cancelled);
    EXPECT_THROW(m_session.forward(steeper(1), kLength, job), Cancelled);
    EXPECT_THROW(m_session.map(wholeMap(trained()), job), Cancelled);
    EXPECT_THROW(m_session.thumbnails({trained(), kLength}, job), Cancelled);
    EXPECT_THROW(m_session.profile({trained(), kLength, {{0, 0}}}, job), Cancelled);
    EXPECT_THROW(m_session.cell({trained(), kLength, {0, 0}, 3, 2}, job), Cancelled);
    EXPECT_THROW(m_session.links({trained(), kLength, {0, 0}, 3}, job), Cancelled);
    EXPECT_THROW(m_session.losses({trained(), kLength}, job), Cancelled);
    EXPECT_THROW(m_session.sweep(sweep({16}), job), Cancelled);
    EXPECT_EQ(m_session.models().size(), 1U);
    EXPECT_EQ(m_session.text("alibi", Job())->name, "text.txt");
    expectSamePixels(m_session.map(wholeMap(trained()), Job()).picture, before.picture);
}

TEST_F(SessionTest, OpeningStoppedAtAnyReportLeavesTheShelfAsItWas) {
    open();
    int reports = 0;
    m_session.openModel("t5-bias", Job({}, [&](const Progress& p) {
                            EXPECT_GE(p.fraction, 0);
                            EXPECT_LE(p.fraction, 1);
                            ++reports;
                        }));
    m_session.closeModel("t5-bias");
    ASSERT_GT(reports, 3);
    m_session.forward(trained(), kLength, Job());
    const MapResult before = m_session.map(wholeMap(trained()), Job());
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
        ASSERT_EQ(m_session.models().size(), 1U);
        EXPECT_EQ(m_session.models().front().key, "alibi");
        expectSamePixels(m_session.map(wholeMap(trained()), Job()).picture, before.picture);
    }
    EXPECT_EQ(describe(m_session.openModel("t5-bias", Job()).positions), "T5 bias");
}

// --- Curves ---

TEST_F(SessionTest, CurvesOfSeveralModelsRestOnTheSameWindows) {
    open();
    m_session.openModel("none", Job());
    CurvesRequest request = sweep({16, 64}, {trained(), trained("none"), steeper(0.1)});
    request.against = trained();
    for (const CurveResult& curve : m_session.curves(request, Job()).curves)
        EXPECT_TRUE(std::isnan(curve.points.front().nll)); // nothing is measured yet
    const CurvesResult result = m_session.sweep(request, Job());
    EXPECT_TRUE(result.complete);
    ASSERT_EQ(result.curves.size(), 3U);
    for (const CurveResult& curve : result.curves) {
        EXPECT_EQ(curve.textDigest, m_session.text("alibi", Job())->digest);
        EXPECT_EQ(curve.textTokens, std::ssize(m_session.text("alibi", Job())->tokens));
        EXPECT_EQ(curve.points[1].windows, 24);
    }
    EXPECT_TRUE(result.differences[0].points.empty()); // B itself
    for (const std::size_t other : {1U, 2U})
        EXPECT_NEAR(result.differences[other].points[1].nll,
                    result.curves[other].points[1].nll - result.curves[0].points[1].nll, 1e-12);
    // What was measured is there at once, and bits per byte count the letters that the tokens stand for.
    const CurveResult again = m_session.curves(request, Job()).curves.front();
    EXPECT_EQ(again.points[1].nll, result.curves[0].points[1].nll);
    const auto text = m_session.text("alibi", Job());
    const CurveResult one = m_session.sweep({{trained()}, {}, {{100}, Protocol::OnePass, 0, 1}}, Job()).curves.front();
    const std::int64_t start = onePassWindows(std::ssize(text->tokens), 100, 1).front().start;
    const double bytes = double(text->tokens[std::size_t(start + 100)].end - text->tokens[std::size_t(start)].end);
    EXPECT_NEAR(one.points[0].bitsPerByte, one.points[0].nll * 100 / std::log(2.0) / bytes, 1e-12);
}

// --- Two callers ---

TEST_F(SessionTest, ASweepRunsBesideThePicturesAndOutlivesTheModel) {
    open();
    const CurvesRequest request = sweep({8, 64});
    const auto measured = [&](Session& session) { return session.sweep(request, Job()).curves.front(); };
    const CurveResult alone = measured(m_session);
    m_session.forward(trained(), kLength, Job());
    const MapResult map = m_session.map(wholeMap(trained()), Job());

    std::atomic<int> sweeps = 0, wrong = 0;
    std::jthread sweeper([&](std::stop_token stop) {
        while (!stop.stop_requested() || sweeps == 0) {
            CurvesRequest another = request;
            another.plan.seed = std::uint64_t(sweeps + 2); // so that something is measured
            m_session.sweep(another, Job());
            const CurveResult curve = measured(m_session);
            for (std::size_t i = 0; i < 2; ++i)
                wrong += curve.points[i].nll != alone.points[i].nll;
            ++sweeps;
        }
    });
    for (int round = 0; round < 12; ++round) {
        m_session.forward(steeper(0.1 * round), kLength, Job());
        m_session.thumbnails({steeper(0.1 * round), kLength, 16}, Job());
        m_session.forward(trained(), kLength, Job());
        expectSamePixels(m_session.map(wholeMap(trained()), Job()).picture, map.picture);
        m_session.openModel(round % 2 ? "rotary" : "none", Job());
        m_session.closeModel(round % 2 ? "rotary" : "none");
        EXPECT_EQ(m_session.models().size(), 1U);
    }
    sweeper.request_stop();
    sweeper.join();
    EXPECT_GT(sweeps, 0);
    EXPECT_EQ(wrong, 0);

    // A sweep holds on to the model and the text it began with.
    CurveResult late;
    std::atomic<bool> begun = false;
    CurvesRequest fresh = request;
    fresh.plan.seed = 1000;
    fresh.plan.windows = 0;
    Session other(s_folder->path());
    other.openModel("alibi", Job());
    other.openText(*s_folder / "text.txt", Job());
    const CurveResult expected = other.sweep(fresh, Job()).curves.front();
    {
        const std::jthread sweeping([&] {
            late = m_session
                       .sweep(fresh, Job(),
                              [&](const CurvesResult&) {
                                  begun = true;
                                  begun.notify_one();
                              })
                       .curves.front();
        });
        begun.wait(false);
        m_session.closeModel("alibi");
        m_session.openText(*s_folder / "other.txt", Job());
    }
    EXPECT_EQ(late.fault, "");
    EXPECT_TRUE(late.complete);
    for (std::size_t i = 0; i < 2; ++i)
        EXPECT_EQ(late.points[i].nll, expected.points[i].nll);
}

} // namespace
} // namespace slopescope
