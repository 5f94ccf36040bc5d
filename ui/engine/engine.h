// The one crossing between the window's thread and the workers. The Lab says what it wants to see; results come back as
// signals on the window's thread, newest wins, and what nobody wants any more is stopped or dropped.
//
// Four lanes, each a thread: *view*, which is here, opens models and texts and makes the pictures; SweepLane measures curves,
// SlopeLane what slopes do to the loss, Writer continues texts. Sweeps and slopes step aside at their checks while the view lane
// is busy.
// Members are called on the window's thread unless they say otherwise; none of them waits, except the destructor: it stops the
// lanes and joins them.
#pragma once

#include "core/session.h"
#include "ui/engine/picture_queue.h"
#include "ui/engine/slope_lane.h"
#include "ui/engine/sweep_lane.h"
#include "ui/engine/writer.h"

#include <QObject>
#include <QString>

#include <array>
#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace slopescope::ui {

// A text as every model on the shelf reads it.
struct OpenedText {
    TextSource source;
    std::map<std::string, std::shared_ptr<const TextFacts>> byModel;
    std::map<std::string, QString> faults; // of the models that cannot read it
    std::uint64_t digest = 0;              // Session::textDigest()
};

class Engine : public QObject {
    Q_OBJECT
public:
    // `resources` holds models/ and text/.
    explicit Engine(const std::filesystem::path& resources, QObject* parent = nullptr);
    ~Engine() override;

    const std::vector<BundledModel>& bundledModels() const { return m_bundledModels; }
    std::filesystem::path bundledText() const { return m_bundledText; }

    void openModel(const std::string& model); // a directory, a GGUF file or a bundled name; goes before every picture
    void closeModel(const std::string& key);  // once nothing uses it
    void openText(const TextSource& text);
    void closeText();
    void cancelOpening();
    // Moves what is open to another device, where the view is computed anew. Where a device fails the processor takes over.
    void useDevice(const Device& device);
    void findDevices(std::int64_t length) { m_sweeps.findDevices(length); } // for a text of so many tokens; between sweeps
    void show(const View& view); // what the pictures are of; cheap to call at every step of the mouse
    void hide();                 // nothing is on view

    Writer& writer() { return m_writer; }

    // No picture is on its way: everything that the view asks for has been delivered.
    bool idle() const;
    // Whether the newest question of a picture has had an answer, though perhaps not yet the exact one.
    bool answered(Task task, int side) const;
    // Whether the first answer is still on its way: no after a failure, which leaves the question unanswered.
    bool coming(Task task, int side) const;

    // See SweepLane.
    void sweep(const CurvesRequest& request) { m_sweeps.measure(request); }
    void showCurves(const CurvesRequest& request) { m_sweeps.show(request); }
    void stopSweep() { m_sweeps.stop(); }
    bool sweeping() const { return m_sweeps.measuring(); }

    // See Session. Any thread.
    std::vector<MeasuredCurve> measured(std::span<const Variant> variants) const { return m_session.measured(variants); }
    void remember(std::vector<MeasuredCurve> curves) { m_session.remember(std::move(curves)); }
    std::uint64_t measuredChanges() const { return m_session.measuredChanges(); }

    SlopeLane& slopes() { return m_slopes; }

signals:
    // After a text was opened the next view must be of it; until then the old pictures are all there is.
    void textOpened(std::shared_ptr<const slopescope::ui::OpenedText> text);
    void modelOpened(const QString& asked, std::shared_ptr<const slopescope::ModelFacts> model,
                     std::shared_ptr<const slopescope::TextFacts> text, const QString& whyNoText); // text: null if there is none

    void devicesFound(const std::vector<slopescope::ui::DeviceChoice>& devices, const QString& whyNoGpu);
    void deviceChanged(const slopescope::Device& device, const std::vector<slopescope::ModelFacts>& models);

    // `side`: 0 of A, 1 of B. `current`: it answers the newest view; otherwise a newer one is on its way.
    void mapReady(int side, std::shared_ptr<const slopescope::MapResult> map, bool current);
    void thumbnailsReady(int side, std::shared_ptr<const slopescope::ThumbnailsResult> thumbnails, bool current);
    void profileReady(int side, std::shared_ptr<const slopescope::ProfileResult> profile, bool current);
    void cellReady(int side, std::shared_ptr<const slopescope::CellResult> cell, bool current);
    void linksReady(int side, std::shared_ptr<const slopescope::LinksResult> links, bool current);
    void rowsReady(int side, std::shared_ptr<const slopescope::RowsResult> rows, bool current);
    void pairReady(int side, std::shared_ptr<const slopescope::PairResult> pair, bool current);
    void lossesReady(int side, std::shared_ptr<const slopescope::TokenLossResult> losses, bool current);

    void headTableReady(int side, std::shared_ptr<const slopescope::HeadTableResult> table, bool current); // also in parts

    void curvesReady(std::shared_ptr<const slopescope::CurvesResult> curves); // every new state
    void sweepEnded(bool filled);                                             // or stopped, or failed

    // At most 20 a second for a task. `fraction` is in 0..1.
    void progress(slopescope::ui::Task task, double fraction, const QString& what);
    void taskEnded(slopescope::ui::Task task); // after openings and forwards, however they end
    void failed(slopescope::ui::Task task, const QString& subject, const QString& sentence); // subject: the model or text asked for

private:
    using Deliver = std::function<void(bool current)>;
    struct Result {
        Deliver deliver; // runs on the window's thread
        bool exact = true;
    };

    void runView(const std::stop_token& stop);
    void perform(const Work& work, const Job& job);
    Result compute(const Work& work, const Job& job);
    Result openModelNow(const Work& work, const Job& job);
    Result openTextNow(const Work& work, const Job& job);
    Result drawNow(const Work& work, const Job& job);
    Job viewJob(Task task, std::stop_token stop);
    StepAside stepAside(); // for lanes that wait while this one is busy

    void changed(); // with m_mutex held, after every change of m_queue
    void acknowledge();
    void post(const Work& work, Deliver deliver); // with m_mutex held
    static QString subjectOf(const Work& work);

    Session m_session;
    Writer m_writer{m_session};
    std::vector<BundledModel> m_bundledModels;
    std::filesystem::path m_bundledText;

    mutable std::mutex m_mutex; // guards all up to the next comment
    std::condition_variable_any m_viewWake, m_viewIdle;
    PictureQueue m_queue;
    std::vector<std::string> m_close; // models to take off the shelf
    bool m_closeText = false;
    std::uint64_t m_changes = 0;      // of m_queue
    std::stop_source m_viewWork;
    // Results of a task and side that were sent, so that a newer one overtakes.
    std::array<std::array<std::uint64_t, PictureQueue::kSides>, std::size_t(Task::Count)> m_posted{};

    int m_crossing = 0; // results that were sent and have not arrived

    std::atomic<bool> m_viewBusy{false};
    std::jthread m_viewLane; // it uses all of the above
    // Last: they use the session, and look after the view.
    SweepLane m_sweeps;
    SlopeLane m_slopes;
};

} // namespace slopescope::ui
