// The Engine with a real session, the bundled model and the bundled text: what arrives, what is dropped, how it ends.
#include "ui/engine/engine.h"

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTimer>

#include <gtest/gtest.h>

#include <cmath>

namespace slopescope::ui {
namespace {

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

// Everything the engine says, in order.
struct Listener {
    explicit Listener(Engine& engine) {
        QObject::connect(&engine, &Engine::modelOpened, &engine, [this](auto facts, auto words) {
            model = facts;
            if (words)
                text = words;
        });
        QObject::connect(&engine, &Engine::textOpened, &engine, [this](auto words) { text = words; });
        QObject::connect(&engine, &Engine::mapReady, &engine, [this](const MapResult& map, bool isCurrent) {
            maps.push_back(map);
            current = isCurrent && map.freshness == Freshness::Exact;
        });
        QObject::connect(&engine, &Engine::thumbnailsReady, &engine, [this](const ThumbnailsResult& result, bool isCurrent) {
            if (isCurrent)
                thumbnails = result;
        });
        QObject::connect(&engine, &Engine::profileReady, &engine, [this](const ProfileResult& result, bool isCurrent) {
            if (isCurrent)
                profile = result;
        });
        QObject::connect(&engine, &Engine::cellReady, &engine, [this](const CellResult& result) { cell = result; });
        QObject::connect(&engine, &Engine::linksReady, &engine, [this](const LinksResult& result) { links = result; });
        QObject::connect(&engine, &Engine::curveReady, &engine, [this](const CurveResult& curve) { curves.push_back(curve); });
        QObject::connect(&engine, &Engine::sweepEnded, &engine, [this](bool complete) { ends.push_back(complete); });
        QObject::connect(&engine, &Engine::failed, &engine, [this](Task task, const QString& sentence) {
            failures.emplace_back(task, sentence.toStdString());
        });
    }

    std::shared_ptr<const ModelFacts> model;
    std::shared_ptr<const TextFacts> text;
    std::vector<MapResult> maps;
    bool current = false;
    std::optional<ThumbnailsResult> thumbnails;
    std::optional<ProfileResult> profile;
    std::optional<CellResult> cell;
    std::optional<LinksResult> links;
    std::vector<CurveResult> curves;
    std::vector<bool> ends;
    std::vector<std::pair<Task, std::string>> failures;
};

View viewOf(const ModelFacts& model, double factor = 1, HeadAddress head = {}) {
    View view;
    view.slopes = model.slopes;
    for (SlopeSet& set : view.slopes)
        set = scaled(set, factor);
    view.length = kLength;
    view.head = head;
    view.viewport = {0, kLength, 0, kLength, 64, 64};
    return view;
}

CurveRequest curveTo(std::int64_t longest, std::int64_t tokens = 4096) {
    CurveRequest request;
    for (std::int64_t length = 32; length <= longest; length *= 2)
        request.lengths.push_back(length);
    request.maxTokens = tokens;
    return request;
}

class EngineTest : public testing::Test {
protected:
    // Opens the bundled model and text.
    void open() {
        engine.openText(engine.bundledText());
        engine.openModel("alibi");
        ASSERT_TRUE(waitFor([this] { return heard.model && heard.text && !heard.text->tokens.empty(); }));
    }

    Engine engine{SLOPESCOPE_RESOURCES};
    Listener heard{engine};
};

void expectSame(const Picture& a, const Picture& b) {
    ASSERT_EQ(a.values.size(), b.values.size());
    for (std::size_t i = 0; i < a.values.size(); ++i) {
        if (std::isnan(a.values[i]))
            EXPECT_TRUE(std::isnan(b.values[i])) << i;
        else
            EXPECT_NEAR(a.values[i], b.values[i], 1e-6 + 1e-4 * std::abs(b.values[i])) << i;
    }
}

TEST_F(EngineTest, OpensAndDrawsEverythingOfAView) {
    open();
    View view = viewOf(*heard.model);
    view.cell = CellOnView{100, 90};
    view.token = 100;
    engine.show(view);
    ASSERT_TRUE(waitFor([this] { return heard.current && heard.thumbnails && heard.profile && heard.cell && heard.links; }));
    EXPECT_EQ(heard.thumbnails->pictures.size(), std::size_t(heard.model->layers * heard.model->heads));
    EXPECT_EQ(heard.cell->query, 100);
    EXPECT_EQ(heard.links->token, 100);
    EXPECT_NEAR(heard.links->reads[90], heard.cell->probability, 1e-5);
    EXPECT_TRUE(heard.failures.empty());
}

TEST_F(EngineTest, TheNewestOfManySlopesIsWhatStaysOnScreen) {
    open();
    engine.show(viewOf(*heard.model));
    ASSERT_TRUE(waitFor([this] { return heard.current; }));
    heard.current = false;
    const HeadAddress top{heard.model->layers - 1, 2};
    for (int step = 1; step <= 40; ++step)
        engine.show(viewOf(*heard.model, 1 + 0.1 * step, top));
    ASSERT_TRUE(waitFor([this] { return heard.current; }));

    // The same picture from a session of its own that never saw the other slopes.
    const View last = viewOf(*heard.model, 5, top);
    Session alone(SLOPESCOPE_RESOURCES);
    alone.openModel("alibi", {});
    alone.openText(alone.bundledText(), {});
    alone.forward(last.slopes, last.length, {});
    const MapResult expected = alone.map({last.slopes, last.length, top, last.viewport}, {});
    expectSame(heard.maps.back().picture, expected.picture);
}

TEST_F(EngineTest, NoPictureOfAHeadThatIsNoLongerAskedFor) {
    open();
    engine.show(viewOf(*heard.model, 1, {0, 0}));
    engine.show(viewOf(*heard.model, 1, {1, 3}));
    ASSERT_TRUE(waitFor([this] { return heard.current && heard.profile; }));
    for (const MapResult& map : heard.maps)
        EXPECT_EQ(map.head, (HeadAddress{1, 3}));
    EXPECT_EQ(heard.profile->head, (HeadAddress{1, 3}));
}

TEST_F(EngineTest, AModelThatIsNotThereIsOneSentenceAndTheOldOneGoesOn) {
    open();
    engine.openModel("/no/such/model");
    ASSERT_TRUE(waitFor([this] { return !heard.failures.empty(); }));
    EXPECT_EQ(heard.failures[0].first, Task::OpenModel);
    EXPECT_NE(heard.failures[0].second.find("/no/such/model"), std::string::npos) << heard.failures[0].second;
    engine.show(viewOf(*heard.model));
    EXPECT_TRUE(waitFor([this] { return heard.current; }));
}

TEST_F(EngineTest, MovesToADeviceThatIsThereAndStaysWhereItIsOtherwise) {
    std::vector<DeviceChoice> devices;
    QString why;
    QObject::connect(&engine, &Engine::devicesFound, &engine, [&](const auto& found, const QString& reason) {
        devices = found;
        why = reason;
    });
    std::vector<Device> moves;
    QObject::connect(&engine, &Engine::deviceChanged, &engine, [&](const Device& device, const auto& model) {
        EXPECT_TRUE(model);
        moves.push_back(device);
    });
    open();
    engine.show(viewOf(*heard.model));
    ASSERT_TRUE(waitFor([this] { return heard.current; }));
    engine.findDevices(kLength);
    ASSERT_TRUE(waitFor([&] { return !devices.empty(); }));
    EXPECT_TRUE(devices[0].facts.device.isCpu());
    EXPECT_GT(devices[0].needs->total(), heard.model->bytesInMemory);
    EXPECT_EQ(why.isEmpty(), devices.size() > 1);

    const Device wanted{int(devices.size()) - 1}; // one past the last GPU
    heard.current = false;
    engine.useDevice(wanted);
    ASSERT_TRUE(waitFor([this] { return !heard.failures.empty(); }));
    EXPECT_EQ(heard.failures[0].first, Task::UseDevice);
    EXPECT_TRUE(moves.empty());
    engine.show(viewOf(*heard.model, 0.5)); // and goes on
    ASSERT_TRUE(waitFor([this] { return heard.current; }));
    heard.current = false;
    engine.useDevice({}); // the one in use: computed anew all the same
    ASSERT_TRUE(waitFor([&] { return heard.current && moves.size() == 1; }));
    if (devices.size() > 1) {
        heard.current = false;
        engine.useDevice(devices[1].facts.device);
        ASSERT_TRUE(waitFor([&] { return heard.current && moves.size() == 2; }));
        EXPECT_EQ(moves[1], devices[1].facts.device);
    }
}

TEST_F(EngineTest, ASlopeThatIsNoNumberIsOneSentence) {
    open();
    View view = viewOf(*heard.model);
    view.slopes[0][0] = -1;
    engine.show(view);
    ASSERT_TRUE(waitFor([this] { return !heard.failures.empty(); }));
    EXPECT_EQ(heard.failures[0].first, Task::Forward);
    engine.show(viewOf(*heard.model));
    EXPECT_TRUE(waitFor([this] { return heard.current; }));
}

TEST_F(EngineTest, ASweepCompletesBesideTheView) {
    open();
    engine.sweep(curveTo(256));
    for (int head = 0; head < 8; ++head)
        engine.show(viewOf(*heard.model, 1, {0, head}));
    ASSERT_TRUE(waitFor([this] { return heard.current && !heard.ends.empty(); }));
    EXPECT_EQ(heard.ends, std::vector{true});
    ASSERT_FALSE(heard.curves.empty());
    EXPECT_TRUE(heard.curves.back().complete);
    EXPECT_EQ(heard.curves.back().points.size(), 4U);
    EXPECT_FALSE(engine.sweeping());
}

TEST_F(EngineTest, ANewSweepReplacesTheRunningOne) {
    open();
    engine.sweep(curveTo(512, 1 << 20));
    ASSERT_TRUE(waitFor([this] { return !heard.curves.empty(); }));
    heard.curves.clear();
    engine.sweep(curveTo(64));
    ASSERT_TRUE(waitFor([this] { return !heard.ends.empty(); }));
    EXPECT_EQ(heard.ends, std::vector{true});
    for (const CurveResult& curve : heard.curves)
        EXPECT_EQ(curve.points.back().length, 64);
}

TEST_F(EngineTest, AStoppedSweepSaysSoOnceAndNothingMore) {
    open();
    engine.sweep(curveTo(512, 1 << 20));
    ASSERT_TRUE(waitFor([this] { return !heard.curves.empty(); }));
    engine.stopSweep();
    EXPECT_FALSE(engine.sweeping());
    heard.curves.clear();
    ASSERT_TRUE(waitFor([this] { return !heard.ends.empty(); }));
    engine.stopSweep(); // nothing to stop
    engine.show(viewOf(*heard.model));
    ASSERT_TRUE(waitFor([this] { return heard.current; }));
    EXPECT_EQ(heard.ends, std::vector{false});
    EXPECT_TRUE(heard.curves.empty());
}

TEST(EngineLife, EndsCleanlyWhateverItIsDoing) {
    for (const int moment : {0, 1, 5, 20, 60, 150, 400}) {
        Engine engine{SLOPESCOPE_RESOURCES};
        Listener heard(engine);
        engine.openText(engine.bundledText());
        engine.openModel("alibi");
        QElapsedTimer timer;
        timer.start();
        bool asked = false;
        while (timer.elapsed() < moment || (moment > 100 && !asked)) {
            QCoreApplication::processEvents(QEventLoop::AllEvents, 5);
            if (asked || !heard.model || !heard.text || heard.text->tokens.empty())
                continue;
            asked = true;
            View view = viewOf(*heard.model);
            view.length = 2048;
            view.viewport = {0, 2048, 0, 2048, 512, 512};
            engine.show(view);
            engine.sweep(curveTo(4096, 1 << 20));
            timer.restart();
        }
    } // a hang or a crash is the failure
}

} // namespace
} // namespace slopescope::ui
