// The lane on which slopes meet the loss: gradients of the variant on view, and fits. One thread, which steps aside at
// its checks while pictures are made. The newest question wins; a fit goes before gradients. Owned by the Engine; every
// member is called on the window's thread, and results come back as signals there.
#pragma once

#include "core/session.h"
#include "ui/engine/lane.h"

#include <QObject>
#include <QString>

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

namespace slopescope::ui {

class SlopeLane : public QObject {
    Q_OBJECT
public:
    SlopeLane(Session& session, StepAside stepAside, QObject* parent = nullptr);
    ~SlopeLane() override;

    void measure(const SlopeGradientRequest& request); // replaces what is being measured
    void stopMeasuring();
    void fit(const SlopeFitRequest& request); // replaces a running fit, which then says no more
    void stopFit();                           // it ends with what it has
    bool fitting() const;

signals:
    void gradientsReady(std::shared_ptr<const slopescope::SlopeGradientResult> gradients); // after every window
    void gradientsFailed(const QString& sentence);
    void fitMoved(std::shared_ptr<const slopescope::SlopeFitResult> fit); // after every step, as fast as they are taken
    void fitEnded(std::shared_ptr<const slopescope::SlopeFitResult> fit); // done or stopped; null: it failed
    void fitFailed(const QString& sentence);                              // before fitEnded

private:
    struct Work {
        std::optional<SlopeFitRequest> fit;
        std::optional<SlopeGradientRequest> gradients;
        std::uint64_t revision = 0;
    };

    void run(const std::stop_token& stop);
    Work next(const std::stop_token& stop);
    void measureNow(const Work& work, const std::stop_token& stop);
    void fitNow(const Work& work, const std::stop_token& stop);
    void post(const std::uint64_t& newest, std::uint64_t revision, std::function<void()> deliver);

    Session& m_session;
    const StepAside m_stepAside;

    mutable std::mutex m_mutex; // guards all below
    std::condition_variable_any m_wake;
    std::optional<SlopeFitRequest> m_fit;            // waiting
    std::optional<SlopeGradientRequest> m_gradients; // waiting
    std::uint64_t m_fitRevision = 0, m_gradientRevision = 0;
    bool m_fits = false; // a fit waits or runs
    std::stop_source m_fitWork, m_gradientWork;
    bool m_fitMessageCrosses = false; // one step's at a time: a fit may be faster than the window

    std::jthread m_thread; // last: it uses all of the above
};

} // namespace slopescope::ui
