// The lane on which curves are measured. One thread, which steps aside at its checks while pictures are made: attention goes
// before sweeps. Between sweeps it looks for devices, which may take a while. The newest question wins. Owned by the Engine;
// every member is called on the window's thread, and results come back as signals there.
#pragma once

#include "core/session.h"
#include "ui/engine/lane.h"

#include <QObject>
#include <QString>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace slopescope::ui {

// A device, and what the open models with their text would take there.
struct DeviceChoice {
    DeviceFacts facts;
    std::optional<MemoryNeeds> needs; // none: no model is open
};

class SweepLane : public QObject {
    Q_OBJECT
public:
    // `deviceFailed` is called on the lane's thread, before the failure is told.
    SweepLane(Session& session, StepAside stepAside, std::function<void()> deviceFailed, QObject* parent = nullptr);
    ~SweepLane() override;

    void measure(const CurvesRequest& request); // what is missing of it; replaces what runs
    void show(const CurvesRequest& request);    // what has been measured so far, without measuring; ends what runs
    void stop();
    bool measuring() const;
    void findDevices(std::int64_t length); // for a text of so many tokens

signals:
    void curvesReady(std::shared_ptr<const slopescope::CurvesResult> curves); // every new state
    void ended(bool filled);                                                  // or stopped, or failed
    void failed(const QString& sentence);                                     // before ended
    void progress(double fraction, const QString& what);
    void devicesFound(const std::vector<slopescope::ui::DeviceChoice>& devices, const QString& whyNoGpu);

private:
    struct Sweep {
        CurvesRequest request;
        bool measure = true;
    };

    void begin(const CurvesRequest& request, bool measure);
    void run(const std::stop_token& stop);
    void compute(const Sweep& sweep, std::uint64_t revision, const std::stop_token& stop);
    void lookForDevices(std::int64_t length);
    void isOver();
    void post(std::uint64_t revision, std::function<void()> deliver);

    Session& m_session;
    const StepAside m_stepAside;
    const std::function<void()> m_deviceFailed;

    mutable std::mutex m_mutex; // guards all below
    std::condition_variable_any m_wake;
    std::optional<Sweep> m_sweep;              // waiting
    std::optional<std::int64_t> m_findDevices; // waiting: the length
    std::stop_source m_work;
    std::uint64_t m_revision = 0; // of the newest curves asked for; a stop counts as one
    bool m_running = false, m_measures = false;

    std::jthread m_thread; // last: it uses all of the above
};

} // namespace slopescope::ui
