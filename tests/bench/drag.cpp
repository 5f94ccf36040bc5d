// How long a hand waits: the real window, a handle dragged with mouse events. Prints the median and the 95th percentile of
// drag-to-paint (mouse event to the repainted map) and release-to-first-point (button up to the first state in which A and B
// are paired, or the first of the curve where one variant is alone): with one variant, as trained, and with four and A − B on
// view. Run alone; QT_QPA_PLATFORM=offscreen is the default.
#include "app/startup.h"
#include "ui/window/main_window.h"
#include "ui/map/map_panel.h"
#include "ui/map/map_view.h"
#include "ui/slopes/slope_canvas.h"
#include "ui/slopes/slope_editor.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QMouseEvent>
#include <QTimer>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <vector>

namespace {

using namespace slopescope;

constexpr int kRounds = 8, kSteps = 25; // drags, and steps of the mouse in each
constexpr int kPatience = 120'000;       // ms

bool waitFor(const std::function<bool()>& reached) {
    QElapsedTimer timer;
    timer.start();
    QTimer waker; // asleep until something happens: a loop that polls would take a core from what is measured
    waker.start(1000);
    while (!reached() && timer.elapsed() < kPatience)
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
    return reached();
}

// Notices the first paint of a picture other than the one that was there.
class PaintWatch : public QObject {
public:
    explicit PaintWatch(ui::MapView& map) : m_map(map) { m_map.installEventFilter(this); }
    void reset() {
        m_before = shown();
        m_painted = false;
    }
    bool painted() const { return m_painted; }

protected:
    bool eventFilter(QObject* object, QEvent* event) override {
        if (event->type() != QEvent::Paint || m_painted || shown() == m_before)
            return false;
        m_map.removeEventFilter(this); // let the widget paint first: its pixels count, not the request for them
        QCoreApplication::sendEvent(object, event);
        m_map.installEventFilter(this);
        m_painted = true;
        return true;
    }

private:
    std::vector<float> shown() const {
        const Picture* const picture = m_map.picture();
        return picture == nullptr ? std::vector<float>() : picture->values;
    }

    ui::MapView& m_map;
    std::vector<float> m_before;
    bool m_painted = false;
};

void send(QWidget& widget, QEvent::Type type, QPointF at, Qt::MouseButtons buttons) {
    const auto button = type == QEvent::MouseMove ? Qt::NoButton : Qt::LeftButton;
    QMouseEvent event(type, at, widget.mapToGlobal(at), button, buttons, Qt::NoModifier);
    QCoreApplication::sendEvent(&widget, &event);
}

void print(const char* what, std::vector<double> milliseconds) {
    std::sort(milliseconds.begin(), milliseconds.end());
    const auto at = [&](double share) { return milliseconds[std::size_t(share * double(milliseconds.size() - 1))]; };
    std::printf("  %-24s median %8.1f ms   95th percentile %8.1f ms   (%zu times)\n", what, at(0.5), at(0.95),
                milliseconds.size());
}

// Whether the newest state of the curves has a point of A, and of its difference from B where there is a B.
bool hasPoint(const ui::Lab& lab) {
    const auto curves = lab.curves();
    const WorkspaceVariant* const a = lab.workspace().a();
    for (std::size_t i = 0; curves && a != nullptr && i < curves->curves.size(); ++i)
        if (lab.curveIds()[i] == a->id && curves->curves[i].variant == a->variant) {
            if (!lab.workspace().against)
                return curves->curves[i].points.front().tokens > 0;
            const auto& points = curves->differences[i].points;
            return !points.empty() && points.front().windows > 0;
        }
    return false;
}

bool measure(const std::filesystem::path& resources, std::int64_t length, bool compared) {
    ui::LaunchOptions options;
    options.resources = resources;
    options.length = length;
    options.models = {QStringLiteral("alibi")};
    if (compared)
        options.models += {QStringLiteral("sinusoidal"), QStringLiteral("rotary"), QStringLiteral("t5-bias")};
    ui::MainWindow window(options);
    window.resize(1600, 1000);
    window.show();
    ui::Lab& lab = window.lab();
    if (!waitFor([&] { return lab.isSettled() && lab.workspace().variants.size() == std::size_t(options.models.size()); }))
        return false;
    if (compared) {
        lab.look([](Workspace& w) { w.selected = w.variants.front().id; });
        lab.edit({}, [](Workspace& w) { // a copy to edit, compared with the model as trained
            Variant copy = w.a()->variant;
            copy.slopes = SlopeTable(4, paperSlopes(8, 9));
            const VariantId trained = w.selected;
            w.selected = w.add(copy, {}, 0x884400);
            w.against = trained;
            w.look.mode = MapMode::Difference;
        });
    }
    if (!waitFor([&] { return lab.isSettled(); }))
        return false;
    auto& canvas = *window.findChild<ui::SlopeCanvas*>();
    PaintWatch watch(*window.mapPanel().map());
    bool point = false;
    QObject::connect(&lab, &ui::Lab::curvesChanged, &watch, [&] { point = hasPoint(lab); });

    std::vector<double> paints, points;
    QElapsedTimer timer;
    for (int round = 0; round < kRounds; ++round) {
        const int head = round % 8, down = head < 4 ? 1 : -1; // a handle at the end of its axis would move nothing
        QPointF at = canvas.handlePosition(head);
        send(canvas, QEvent::MouseButtonPress, at, Qt::LeftButton);
        for (int step = 0; step < kSteps; ++step) {
            at.ry() += 3 * down;
            const SlopeTable before = window.slopeEditor().slopes();
            watch.reset();
            timer.start();
            send(canvas, QEvent::MouseMove, at, Qt::LeftButton);
            if (window.slopeEditor().slopes() == before)
                continue; // held at a round value: there is nothing to paint
            if (!waitFor([&] { return watch.painted(); }))
                return false;
            paints.push_back(double(timer.nsecsElapsed()) / 1e6);
        }
        point = false;
        timer.start();
        send(canvas, QEvent::MouseButtonRelease, at, Qt::NoButton);
        if (!waitFor([&] { return point; }))
            return false;
        points.push_back(double(timer.nsecsElapsed()) / 1e6);
        lab.look([&](Workspace& w) { w.look.heads = {{round % 4, (head + 1) % 8}}; });
        if (!waitFor([&] { return lab.isSettled(); }))
            return false;
    }
    const Viewport shown = window.mapPanel().map()->wanted();
    std::printf("L = %lld, map of %d x %d pixels, %s\n", static_cast<long long>(length), shown.rows, shown.columns,
                compared ? "five variants, A - B on view" : "one variant");
    print("drag to paint", std::move(paints));
    print("release to first point", std::move(points));
    return true;
}

} // namespace

int main(int argc, char** argv) {
    slopescope::prepareProcess(argc, argv);
    if (qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM"))
        qputenv("QT_QPA_PLATFORM", "offscreen");
    const QApplication application(argc, argv);
    const std::filesystem::path resources = argc > 1 ? argv[1] : SLOPESCOPE_RESOURCES;
    for (const std::int64_t length : {2048, 4096})
        for (const bool compared : {false, true})
            if (!measure(resources, length, compared)) {
                std::fprintf(stderr, "bench_drag: the window did not answer within %d s.\n", kPatience / 1000);
                return 2;
            }
    return 0;
}
