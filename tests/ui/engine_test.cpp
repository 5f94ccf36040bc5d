// The Engine with a real session, the bundled models and texts: what arrives for A and for B, what is dropped, how it
// ends.
#include "ui/engine/engine.h"

#include "core/study/curve_plan.h"

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QTimer>

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>

namespace slopescope::ui {
namespace {

namespace fs = std::filesystem;

constexpr int kPatience = 120'000; // ms; reached only when something hangs
constexpr std::int64_t kLength = 256;

bool waitFor(const std::function<bool()>& reached) {
    QElapsedTimer timer;
    timer.start();
    QTimer waker; // what it waits for may change without an event; a loop that polls would take a core from the Engine
    waker.start(20);
    while (!reached() && timer.elapsed() < kPatience)
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
    return reached();
}

// Everything the engine says, in order; of pictures the newest current one of each side.
struct Listener {
    explicit Listener(Engine& engine) {
        const auto on = [&engine](auto signal, auto what) { QObject::connect(&engine, signal, &engine, what); };
        on(&Engine::modelOpened, [this](const QString&, auto facts, auto words, const QString& why) {
            models[facts->key] = *facts;
            if (words)
                text = words;
            whyNoText = why;
        });
        on(&Engine::textOpened, [this](auto words) { opened = words; });
        on(&Engine::mapReady, [this](int side, auto picture, bool current) {
            maps.emplace_back(side, picture);
            if (current && picture->freshness == Freshness::Exact)
                map[std::size_t(side)] = picture;
        });
        on(&Engine::thumbnailsReady, [this](int side, auto picture, bool current) {
            if (current && picture->freshness == Freshness::Exact)
                thumbnails[std::size_t(side)] = picture;
        });
        on(&Engine::profileReady, [this](int side, auto picture, bool current) {
            if (current)
                profile[std::size_t(side)] = picture;
        });
        on(&Engine::cellReady, [this](int side, auto result, bool current) {
            if (current)
                cell[std::size_t(side)] = result;
        });
        on(&Engine::lossesReady, [this](int side, auto result, bool current) {
            if (current)
                losses[std::size_t(side)] = result;
        });
        on(&Engine::linksReady, [this](int side, auto result, bool) {
            EXPECT_EQ(side, 0);
            links = result;
        });
        on(&Engine::curvesReady, [this](auto state) { curves.push_back(state); });
        on(&Engine::sweepEnded, [this](bool filled) { ends.push_back(filled); });
        on(&Engine::failed, [this](Task task, const QString& subject, const QString& sentence) {
            failures.emplace_back(task, sentence.toStdString());
            subjects.push_back(subject.toStdString());
        });
    }

    void forget() {
        map = {};
        thumbnails = {};
        profile = {};
        cell = {};
        losses = {};
        links.reset();
        maps.clear();
    }

    std::map<std::string, ModelFacts> models;
    std::shared_ptr<const TextFacts> text;
    std::shared_ptr<const OpenedText> opened;
    QString whyNoText;
    std::vector<std::pair<int, std::shared_ptr<const MapResult>>> maps;
    std::array<std::shared_ptr<const MapResult>, 2> map;
    std::array<std::shared_ptr<const ThumbnailsResult>, 2> thumbnails;
    std::array<std::shared_ptr<const ProfileResult>, 2> profile;
    std::array<std::shared_ptr<const CellResult>, 2> cell;
    std::array<std::shared_ptr<const TokenLossResult>, 2> losses;
    std::shared_ptr<const LinksResult> links;
    std::vector<std::shared_ptr<const CurvesResult>> curves;
    std::vector<bool> ends;
    std::vector<std::pair<Task, std::string>> failures;
    std::vector<std::string> subjects;
};

class EngineTest : public testing::Test {
protected:
    // Opens the bundled text and these models.
    void open(const std::vector<std::string>& models = {"alibi"}) {
        engine.openText({});
        for (const std::string& model : models)
            engine.openModel(model);
        ASSERT_TRUE(waitFor([&] { return heard.models.size() == models.size() && heard.text; }));
    }

    Variant alibi(double factor = 1) const {
        Variant variant{"alibi", {}, {}};
        if (factor == 1)
            return variant;
        variant.slopes = heard.models.at("alibi").slopes;
        for (SlopeSet& row : variant.slopes)
            row = scaled(row, factor);
        return variant;
    }

    View view(double factor = 1, HeadAddress head = {}) const {
        View view;
        view.a = {alibi(factor), {head}};
        view.length = kLength;
        view.viewport = {0, kLength, 0, kLength, 64, 64};
        return view;
    }

    bool idle() {
        return waitFor([this] { return engine.idle(); });
    }

    Engine engine{SLOPESCOPE_RESOURCES};
    Listener heard{engine};
};

CurvesRequest curvesOf(std::vector<Variant> variants, std::int64_t longest, std::int64_t windows,
                       std::int64_t tokens = 0) {
    CurvesRequest request;
    request.variants = std::move(variants);
    request.plan = usualPlan(lengthsTo(longest));
    request.plan.windows = windows;
    request.plan.maxTokens = tokens;
    request.plan.error = 0;
    return request;
}

void expectSame(const std::vector<float>& a, const std::vector<float>& b) {
    ASSERT_EQ(a.size(), b.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (std::isnan(a[i]))
            EXPECT_TRUE(std::isnan(b[i])) << i;
        else
            EXPECT_NEAR(a[i], b[i], 1e-6 + 1e-4 * std::abs(b[i])) << i;
    }
}

TEST_F(EngineTest, EveryPictureOfBothSidesIsTheSessions) {
    open({"alibi", "rotary"});
    View both = view(0.5, {1, 3});
    both.b = Side{{"rotary", {}, {}}, {{1, 3}, {0, 2}}};
    both.cell = Cell{100, 90};
    both.token = 100;
    both.losses = true;
    engine.show(both);
    ASSERT_TRUE(idle());
    EXPECT_TRUE(heard.failures.empty());

    Session alone(SLOPESCOPE_RESOURCES);
    alone.openModel("alibi", {});
    alone.openModel("rotary", {});
    alone.openText(alone.bundledText(), {});
    for (std::size_t i = 0; i < 2; ++i) {
        SCOPED_TRACE(i);
        const Side& side = both.side(int(i));
        ASSERT_TRUE(heard.map[i] && heard.thumbnails[i] && heard.profile[i] && heard.cell[i] && heard.losses[i]);
        alone.forward(side.variant, kLength, {});
        const MapResult map = alone.map({side.variant, kLength, side.heads, both.viewport}, {});
        expectSame(heard.map[i]->picture.values, map.picture.values);
        EXPECT_EQ(heard.map[i]->variant, side.variant);
        EXPECT_EQ(heard.map[i]->heads, side.heads);
        const ThumbnailsResult thumbnails =
            alone.thumbnails({side.variant, kLength, both.thumbnailPixels, both.stage}, {});
        ASSERT_EQ(heard.thumbnails[i]->pictures.size(), thumbnails.pictures.size());
        for (std::size_t head = 0; head < thumbnails.pictures.size(); ++head)
            expectSame(heard.thumbnails[i]->pictures[head].values, thumbnails.pictures[head].values);
        const ProfileResult profile = alone.profile({side.variant, kLength, side.heads}, {});
        EXPECT_NEAR(heard.profile[i]->meanDistance, profile.meanDistance, 1e-4 * profile.meanDistance);
        EXPECT_EQ(heard.profile[i]->variant, side.variant);
        const CellResult cell = alone.cell({side.variant, kLength, side.heads.front(), 100, 90}, {});
        EXPECT_NEAR(heard.cell[i]->probability, cell.probability, 1e-6);
        EXPECT_EQ(heard.cell[i]->rank, cell.rank);
        expectSame(heard.losses[i]->nll, alone.losses({side.variant, kLength}, {}).nll);
    }
    ASSERT_TRUE(heard.links);
    EXPECT_EQ(heard.links->token, 100);
    EXPECT_NEAR(heard.links->reads[90], heard.cell[0]->probability, 1e-5);
}

TEST_F(EngineTest, TheNewestOfManySlopesIsWhatStaysOnScreen) {
    open();
    engine.show(view());
    ASSERT_TRUE(idle());
    heard.forget();
    const HeadAddress top{heard.models["alibi"].layers - 1, 2};
    for (int step = 1; step <= 40; ++step)
        engine.show(view(1 + 0.1 * step, top));
    ASSERT_TRUE(idle());

    // The same picture from a session of its own that never saw the other slopes.
    const View last = view(5, top);
    Session alone(SLOPESCOPE_RESOURCES);
    alone.openModel("alibi", {});
    alone.openText(alone.bundledText(), {});
    alone.forward(last.a.variant, last.length, {});
    expectSame(heard.maps.back().second->picture.values,
               alone.map({last.a.variant, last.length, {top}, last.viewport}, {}).picture.values);
    EXPECT_EQ(heard.maps.back().second, heard.map[0]) << "exact, and current";
    EXPECT_EQ(heard.map[0]->variant, last.a.variant);
}

// Whatever the hand does, at the end both sides show what was asked for last and nothing else arrives as current.
TEST_F(EngineTest, FiftyQuickChangesEndWithTheLast) {
    open({"alibi", "rotary"});
    const int layers = heard.models["alibi"].layers, heads = heard.models["alibi"].heads;
    View last;
    for (int change = 0; change < 50; ++change) {
        last = view(1 + 0.05 * (change % 7), {change % layers, change % heads});
        if (change % 3 != 0)
            last.b = Side{{change % 2 ? "rotary" : "alibi", {}, {}}, {{0, change % heads}}};
        if (change % 4 == 1) {
            last.length = 128;
            last.viewport = {0, 128, 0, 128, 32, 32};
        }
        last.stage = change % 5 == 2 ? Stage::Score : Stage::Probability;
        engine.show(last);
        if (change % 10 == 9)
            QCoreApplication::processEvents(QEventLoop::AllEvents, 5);
    }
    ASSERT_TRUE(last.b);
    ASSERT_TRUE(idle());
    EXPECT_TRUE(heard.failures.empty());
    for (std::size_t i = 0; i < 2; ++i) {
        const Side& side = last.side(int(i));
        ASSERT_TRUE(heard.map[i] && heard.thumbnails[i] && heard.profile[i]);
        EXPECT_EQ(heard.map[i]->variant, side.variant);
        EXPECT_EQ(heard.map[i]->heads, side.heads);
        EXPECT_EQ(heard.map[i]->length, last.length);
        EXPECT_EQ(heard.map[i]->stage, last.stage);
        EXPECT_EQ(heard.map[i]->picture.viewport, last.viewport);
        EXPECT_EQ(heard.thumbnails[i]->variant, side.variant);
        EXPECT_EQ(heard.thumbnails[i]->stage, last.stage);
        EXPECT_EQ(heard.profile[i]->heads, side.heads);
        EXPECT_EQ(heard.profile[i]->freshness, Freshness::Exact);
    }
}

TEST_F(EngineTest, NoPictureOfAHeadThatIsNoLongerAskedFor) {
    open();
    engine.show(view(1, {0, 0}));
    engine.show(view(1, {1, 3}));
    ASSERT_TRUE(idle());
    ASSERT_FALSE(heard.maps.empty());
    for (const auto& [side, map] : heard.maps)
        EXPECT_EQ(map->heads, (std::vector{HeadAddress{1, 3}}));
    EXPECT_EQ(heard.profile[0]->heads, (std::vector{HeadAddress{1, 3}}));
}

TEST_F(EngineTest, AVariantThatWasLeftIsThereAtOnceAndSideBSaysNothingOnceItIsGone) {
    open({"alibi", "rotary"});
    View both = view();
    both.b = Side{{"rotary", {}, {}}, {{}}};
    engine.show(both);
    ASSERT_TRUE(idle());
    heard.forget();
    int forwards = 0;
    QObject::connect(&engine, &Engine::taskEnded, &engine, [&](Task task) { forwards += task == Task::Forward; });
    View swapped = both;
    std::swap(swapped.a, *swapped.b);
    engine.show(swapped);
    ASSERT_TRUE(idle());
    EXPECT_EQ(heard.map[0]->variant, swapped.a.variant);
    EXPECT_EQ(heard.map[1]->variant, swapped.b->variant);
    EXPECT_EQ(forwards, 0) << "both are at hand";
    heard.forget();
    swapped.b.reset();
    swapped.a.heads = {{0, 1}};
    engine.show(swapped);
    ASSERT_TRUE(idle());
    for (const auto& [side, map] : heard.maps)
        EXPECT_EQ(side, 0);
    EXPECT_TRUE(engine.answered(Task::Map, 1)) << "it is not asked";
}

TEST_F(EngineTest, AModelThatIsNotThereIsOneSentenceAndTheOldOneGoesOn) {
    open();
    engine.openModel("/no/such/model");
    ASSERT_TRUE(waitFor([this] { return !heard.failures.empty(); }));
    EXPECT_EQ(heard.failures[0].first, Task::OpenModel);
    EXPECT_EQ(heard.subjects[0], "/no/such/model");
    EXPECT_NE(heard.failures[0].second.find("/no/such/model"), std::string::npos) << heard.failures[0].second;
    engine.show(view());
    EXPECT_TRUE(waitFor([this] { return heard.map[0] != nullptr; }));
}

TEST_F(EngineTest, AModelWithoutTheTextsTokensSaysSoAndTheOthersGoOn) {
    QTemporaryDir folder;
    const fs::path mute = folder.filePath("mute").toStdString();
    fs::copy(fs::path(SLOPESCOPE_RESOURCES) / "models/alibi", mute, fs::copy_options::recursive);
    for (const auto& file : fs::directory_iterator(mute))
        if (file.path().filename().string().find("token") != std::string::npos)
            fs::remove(file.path());
    open();
    engine.openModel(mute.string());
    ASSERT_TRUE(waitFor([this] { return heard.models.size() == 2; }));
    EXPECT_FALSE(heard.whyNoText.isEmpty());
    std::string key;
    for (const auto& [name, facts] : heard.models)
        if (name != "alibi")
            key = name;

    engine.openText(
        {{}, "tide", "The keeper wound the clock, and the tide came in at the lamp of the harbour.", false});
    ASSERT_TRUE(waitFor([this] { return heard.opened && heard.opened->source.name == "tide"; }));
    EXPECT_TRUE(heard.opened->byModel.contains("alibi"));
    EXPECT_FALSE(heard.opened->byModel.contains(key));
    ASSERT_TRUE(heard.opened->faults.contains(key));
    EXPECT_FALSE(heard.opened->faults.at(key).isEmpty());

    View both = view();
    both.length = 8;
    both.viewport = {0, 8, 0, 8, 8, 8};
    both.b = Side{{key, {}, {}}, {{}}};
    engine.show(both);
    ASSERT_TRUE(waitFor([this] { return heard.map[0] && !heard.failures.empty(); }));
    EXPECT_EQ(heard.failures[0].first, Task::Forward);
    EXPECT_FALSE(heard.map[1]);
    ASSERT_TRUE(idle());
    EXPECT_EQ(heard.failures.size(), 1U) << "not tried again and again";

    engine.sweep(curvesOf({alibi(), {key, {}, {}}}, 8, 1));
    ASSERT_TRUE(waitFor([this] { return !heard.ends.empty(); }));
    EXPECT_EQ(heard.curves.back()->curves[0].fault, "");
    EXPECT_NE(heard.curves.back()->curves[1].fault, "");
}

TEST_F(EngineTest, MovesToADeviceThatIsThereAndStaysWhereItIsOtherwise) {
    std::vector<DeviceChoice> devices;
    QString why;
    QObject::connect(&engine, &Engine::devicesFound, &engine, [&](const auto& found, const QString& reason) {
        devices = found;
        why = reason;
    });
    std::vector<Device> moves;
    QObject::connect(&engine, &Engine::deviceChanged, &engine,
                     [&](const Device& device, const std::vector<ModelFacts>& models) {
                         EXPECT_EQ(models.size(), 1U);
                         moves.push_back(device);
                     });
    open();
    engine.show(view());
    ASSERT_TRUE(idle());
    engine.findDevices(kLength);
    ASSERT_TRUE(waitFor([&] { return !devices.empty(); }));
    EXPECT_TRUE(devices[0].facts.device.isCpu());
    EXPECT_GT(devices[0].needs->total(), heard.models["alibi"].bytesInMemory);
    EXPECT_EQ(why.isEmpty(), devices.size() > 1);

    const Device wanted{int(devices.size()) - 1}; // one past the last GPU
    engine.useDevice(wanted);
    ASSERT_TRUE(waitFor([this] { return !heard.failures.empty(); }));
    EXPECT_EQ(heard.failures[0].first, Task::UseDevice);
    EXPECT_TRUE(moves.empty());
    heard.forget();
    engine.show(view(0.5)); // and goes on
    ASSERT_TRUE(waitFor([this] { return heard.map[0] != nullptr; }));
    heard.forget();
    engine.useDevice({}); // the one in use: computed anew all the same
    ASSERT_TRUE(waitFor([&] { return heard.map[0] && moves.size() == 1; }));
    if (devices.size() > 1) {
        heard.forget();
        engine.useDevice(devices[1].facts.device);
        ASSERT_TRUE(waitFor([&] { return heard.map[0] && moves.size() == 2; }));
        EXPECT_EQ(moves[1], devices[1].facts.device);
    }
}

TEST_F(EngineTest, ASlopeThatIsNoNumberIsOneSentence) {
    open();
    View bad = view(2);
    bad.a.variant.slopes[0][0] = -1;
    engine.show(bad);
    ASSERT_TRUE(waitFor([this] { return !heard.failures.empty(); }));
    EXPECT_EQ(heard.failures[0].first, Task::Forward);
    engine.show(view());
    EXPECT_TRUE(waitFor([this] { return heard.map[0] != nullptr; }));
}

TEST_F(EngineTest, ASweepOfTwoCompletesBesideTheView) {
    open({"alibi", "rotary"});
    CurvesRequest request = curvesOf({alibi(), {"rotary", {}, {}}}, 256, 4, 4096);
    request.against = request.variants[1];
    engine.sweep(request);
    for (int head = 0; head < 8; ++head)
        engine.show(view(1, {0, head}));
    ASSERT_TRUE(waitFor([this] { return heard.map[0] && !heard.ends.empty(); }));
    EXPECT_EQ(heard.ends, std::vector{true});
    const CurvesResult& last = *heard.curves.back();
    EXPECT_TRUE(last.complete && last.filled);
    ASSERT_EQ(last.curves.size(), 2U);
    ASSERT_EQ(last.differences.size(), 2U);
    for (std::size_t point = 0; point < 4; ++point)
        EXPECT_NEAR(last.differences[0].points[point].nll,
                    last.curves[0].points[point].nll - last.curves[1].points[point].nll, 1e-9);
    EXPECT_FALSE(engine.sweeping());

    Session alone(SLOPESCOPE_RESOURCES);
    alone.openModel("alibi", {});
    alone.openModel("rotary", {});
    alone.openText(alone.bundledText(), {});
    const CurvesResult same = alone.sweep(request, {});
    for (std::size_t i = 0; i < 2; ++i)
        for (std::size_t point = 0; point < 4; ++point)
            EXPECT_NEAR(last.curves[i].points[point].nll, same.curves[i].points[point].nll, 1e-9);
}

TEST_F(EngineTest, ANewSweepReplacesTheRunningOne) {
    open();
    engine.sweep(curvesOf({alibi()}, 512, 200));
    ASSERT_TRUE(waitFor([this] { return !heard.curves.empty(); }));
    heard.curves.clear();
    engine.sweep(curvesOf({alibi()}, 64, 4));
    ASSERT_TRUE(waitFor([this] { return !heard.ends.empty(); }));
    EXPECT_EQ(heard.ends, std::vector{true});
    for (const auto& curves : heard.curves)
        EXPECT_EQ(curves->curves[0].points.back().length, 64);
}

TEST_F(EngineTest, AStoppedSweepSaysSoOnceAndNothingMore) {
    open();
    engine.sweep(curvesOf({alibi()}, 512, 200));
    ASSERT_TRUE(waitFor([this] { return !heard.curves.empty(); }));
    engine.stopSweep();
    EXPECT_FALSE(engine.sweeping());
    heard.curves.clear();
    ASSERT_TRUE(waitFor([this] { return !heard.ends.empty(); }));
    engine.stopSweep(); // nothing to stop
    engine.show(view());
    ASSERT_TRUE(idle());
    EXPECT_EQ(heard.ends, std::vector{false});
    EXPECT_TRUE(heard.curves.empty());
}

TEST_F(EngineTest, StoppedAndGoneOnWithIsTheSameCurveAndNothingIsMeasuredTwice) {
    open();
    const CurvesRequest request = curvesOf({alibi(), alibi(0.5)}, 1024, 16);
    engine.sweep(request);
    ASSERT_TRUE(waitFor([this] { return !heard.curves.empty() && heard.curves.back()->curves[0].windowsDone >= 2; }));
    engine.stopSweep();
    ASSERT_TRUE(waitFor([this] { return !heard.ends.empty(); }));
    const auto stopped = heard.curves.back();
    ASSERT_FALSE(stopped->complete);
    heard.curves.clear();

    engine.showCurves(request);
    EXPECT_FALSE(engine.sweeping());
    ASSERT_TRUE(waitFor([this] { return !heard.curves.empty(); }));
    const auto shown = heard.curves.back();
    EXPECT_GE(shown->curves[0].windowsDone, stopped->curves[0].windowsDone);
    EXPECT_FALSE(shown->complete);
    EXPECT_EQ(heard.ends.size(), 1U) << "showing what is there is no sweep";
    heard.curves.clear();

    engine.sweep(request);
    EXPECT_TRUE(engine.sweeping());
    ASSERT_TRUE(waitFor([this] { return heard.ends.size() == 2; }));
    for (const auto& curves : heard.curves)
        EXPECT_GE(curves->curves[0].windowsDone, shown->curves[0].windowsDone) << "it begins where it was";
    EXPECT_TRUE(heard.curves.back()->filled);

    Engine other(SLOPESCOPE_RESOURCES);
    Listener whole(other);
    other.openText({});
    other.openModel("alibi");
    ASSERT_TRUE(waitFor([&] { return whole.text != nullptr; }));
    other.sweep(request);
    ASSERT_TRUE(waitFor([&] { return !whole.ends.empty(); }));
    for (std::size_t i = 0; i < 2; ++i) {
        const CurveResult &one = heard.curves.back()->curves[i], &two = whole.curves.back()->curves[i];
        EXPECT_EQ(one.tokens, two.tokens);
        for (std::size_t point = 0; point < two.points.size(); ++point) {
            EXPECT_DOUBLE_EQ(one.points[point].nll, two.points[point].nll);
            EXPECT_DOUBLE_EQ(one.points[point].standardError, two.points[point].standardError);
            EXPECT_EQ(one.points[point].windows, two.points[point].windows);
        }
    }
}

TEST_F(EngineTest, AClosedModelIsGoneAndAnotherOfItsNameOpensAgain) {
    open({"alibi", "rotary"});
    View both = view();
    both.b = Side{{"rotary", {}, {}}, {{}}};
    engine.show(both);
    engine.closeModel("rotary");
    both.b.reset();
    engine.show(both);
    ASSERT_TRUE(idle());
    EXPECT_TRUE(heard.failures.empty()) << "B was taken away with its model";
    heard.models.clear();
    engine.openModel("rotary");
    ASSERT_TRUE(waitFor([this] { return heard.models.contains("rotary"); }));
    both.b = Side{{"rotary", {}, {}}, {{}}};
    engine.show(both);
    ASSERT_TRUE(waitFor([this] { return heard.map[1] != nullptr; }));
}

TEST(EngineLife, EndsCleanlyWhateverItIsDoing) {
    for (const int moment : {0, 1, 5, 20, 60, 150, 400}) {
        Engine engine{SLOPESCOPE_RESOURCES};
        Listener heard(engine);
        engine.openText({});
        engine.openModel("alibi");
        engine.openModel("rotary");
        QElapsedTimer timer;
        timer.start();
        bool asked = false;
        while (timer.elapsed() < moment || (moment > 100 && !asked)) {
            QCoreApplication::processEvents(QEventLoop::AllEvents, 5);
            if (asked || heard.models.size() < 2 || !heard.text)
                continue;
            asked = true;
            View view;
            view.a = {{"alibi", {}, {}}, {{}}};
            view.b = Side{{"rotary", {}, {}}, {{}}};
            view.length = 2048;
            view.viewport = {0, 2048, 0, 2048, 512, 512};
            view.losses = true;
            engine.show(view);
            engine.sweep(curvesOf({view.a.variant, view.b->variant}, 4096, 100));
            engine.findDevices(2048);
            timer.restart();
        }
    } // a hang or a crash is the failure
}

} // namespace
} // namespace slopescope::ui
