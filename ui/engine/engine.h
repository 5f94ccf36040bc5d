// The one crossing between the window's thread and the workers. The window says what it wants to see; results come back as
// signals on the window's thread, newest wins, and what nobody wants any more is stopped or dropped.
//
// Two lanes, each a thread: *view* opens models and texts and makes the pictures, *sweep* measures the curve. The sweep steps
// aside at its checks while the view lane is busy: attention goes before sweeps. Every member is called on the window's
// thread, none of them waits, except the destructor: it stops both lanes and joins them.
#pragma once

#include "core/session.h"
#include "ui/engine/view_queue.h"

#include <QObject>
#include <QString>

#include <array>
#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

namespace slopescope::ui {

// A device, and what the open model with its text would take there.
struct DeviceChoice {
    DeviceFacts facts;
    std::optional<MemoryNeeds> needs; // none: no model is open
};

class Engine : public QObject {
    Q_OBJECT
public:
    // `resources` holds models/ and text/.
    explicit Engine(const std::filesystem::path& resources, QObject* parent = nullptr);
    ~Engine() override;

    const std::vector<BundledModel>& bundledModels() const { return m_bundledModels; }
    std::filesystem::path bundledText() const { return m_bundledText; }

    void openModel(const std::string& model); // a directory or a bundled name; goes before everything else
    void openText(const std::filesystem::path& text); // waits for the first model: its tokens are the model's
    void cancelOpening();
    // Moves what is open to another device, where the view is computed anew. Where a device fails the processor takes over.
    void useDevice(const Device& device);
    void findDevices(std::int64_t length); // for a text of so many tokens; between sweeps, so it may take a while
    void show(const View& view); // what the pictures are of; cheap to call at every step of the mouse

    void sweep(const CurveRequest& request); // replaces the running one
    void stopSweep();
    bool sweeping() const;

signals:
    // After either, the next view must be one of the new model or text; until then the old pictures are all there is.
    void modelOpened(std::shared_ptr<const slopescope::ModelFacts> model,
                     std::shared_ptr<const slopescope::TextFacts> text); // text: null if none is open
    void textOpened(std::shared_ptr<const slopescope::TextFacts> text);

    void devicesFound(const std::vector<slopescope::ui::DeviceChoice>& devices, const QString& whyNoGpu);
    void deviceChanged(const slopescope::Device& device, const std::optional<slopescope::ModelFacts>& model);

    // `current`: it answers the newest view; otherwise a newer one is on its way.
    void mapReady(const slopescope::MapResult& map, bool current);
    void thumbnailsReady(const slopescope::ThumbnailsResult& thumbnails, bool current);
    void profileReady(const slopescope::ProfileResult& profile, bool current);
    void cellReady(const slopescope::CellResult& cell);
    void linksReady(const slopescope::LinksResult& links);

    void curveReady(const slopescope::CurveResult& curve); // every new state of the running sweep
    void sweepEnded(bool complete);                        // or stopped, or failed

    // At most 20 a second for a task. `fraction` is in 0..1.
    void progress(slopescope::ui::Task task, double fraction, const QString& what);
    void taskEnded(slopescope::ui::Task task); // after openings and forwards, however they end
    void failed(slopescope::ui::Task task, const QString& sentence);

private:
    using Deliver = std::function<void(bool current)>;
    struct Result {
        Deliver deliver; // runs on the window's thread
        bool exact = false;
    };
    class Throttle;

    void runView(const std::stop_token& stop);
    void perform(const Work& work, const Job& job);
    Result compute(const Work& work, const Job& job);
    Job viewJob(Task task, std::stop_token stop);
    void runSweep(const std::stop_token& stop);
    void computeCurve(const CurveRequest& request, std::uint64_t revision, const std::stop_token& stop);
    void lookForDevices(std::int64_t length);
    void sweepIsOver();
    void letViewGoFirst(const std::stop_token& stop);

    void changed(); // with m_mutex held, after every change of m_queue
    void acknowledge();
    void post(const Work& work, Deliver deliver); // with m_mutex held
    void postSweep(std::uint64_t revision, std::function<void()> deliver);
    static QString sentence(const Work& work); // about the exception being handled

    Session m_session;
    std::vector<BundledModel> m_bundledModels;
    std::filesystem::path m_bundledText;

    mutable std::mutex m_mutex; // guards all up to the next comment
    std::condition_variable_any m_viewWake, m_sweepWake, m_viewIdle;
    ViewQueue m_queue;
    std::uint64_t m_changes = 0; // of m_queue
    std::stop_source m_viewWork;
    std::optional<CurveRequest> m_curve; // waiting
    std::optional<std::int64_t> m_findDevices; // waiting: the length
    std::stop_source m_sweepWork;
    std::uint64_t m_sweepRevision = 0; // of the newest curve asked for; a stop counts as one
    bool m_sweepRunning = false;
    std::array<std::uint64_t, 11> m_posted{}; // results of a task that were sent, so that a newer one overtakes

    std::atomic<bool> m_viewBusy{false};
    std::jthread m_viewLane, m_sweepLane; // last: they use all of the above
};

} // namespace slopescope::ui
