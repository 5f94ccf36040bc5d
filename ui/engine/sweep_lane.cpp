#include "ui/engine/sweep_lane.h"

#include "core/base/error.h"
#include "core/threads.h"
#include "ui/widgets/format.h"

#include <chrono>
#include <utility>

namespace slopescope::ui {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kCurvePause{33};
constexpr std::chrono::milliseconds kHeadStart{300}; // of a new curve before the view: its first point is a matter of moments
constexpr int kFirstStates = 4;                      // of a sweep, which are shown however fast they come

} // namespace

SweepLane::SweepLane(Session& session, StepAside stepAside, std::function<void()> deviceFailed, QObject* parent)
    : QObject(parent), m_session(session), m_stepAside(std::move(stepAside)), m_deviceFailed(std::move(deviceFailed)) {
    m_thread = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

SweepLane::~SweepLane() {
    m_thread.request_stop();
    {
        const std::lock_guard lock(m_mutex);
        m_work.request_stop();
    }
    m_thread.join();
}

void SweepLane::begin(const CurvesRequest& request, bool measure) {
    const std::lock_guard lock(m_mutex);
    m_sweep = Sweep{request, measure};
    ++m_revision;
    m_work.request_stop();
    m_wake.notify_all();
}

void SweepLane::measure(const CurvesRequest& request) {
    begin(request, true);
}

void SweepLane::show(const CurvesRequest& request) {
    begin(request, false);
}

void SweepLane::stop() {
    const std::lock_guard lock(m_mutex);
    if (!m_sweep && (!m_running || m_work.stop_requested()))
        return;
    m_sweep.reset();
    m_work.request_stop();
    post(++m_revision, [this] { emit ended(false); });
}

bool SweepLane::measuring() const {
    const std::lock_guard lock(m_mutex);
    return (m_sweep && m_sweep->measure) || (m_running && m_measures && !m_work.stop_requested());
}

void SweepLane::findDevices(std::int64_t length) {
    const std::lock_guard lock(m_mutex);
    m_findDevices = length;
    m_wake.notify_all();
}

void SweepLane::run(const std::stop_token& stop) {
    const ComputingThread thread;
    for (;;) {
        Sweep sweep;
        std::uint64_t revision = 0;
        std::stop_token work;
        {
            std::unique_lock lock(m_mutex);
            m_running = false; // also after one that was stopped
            m_wake.wait(lock, stop, [this] { return m_sweep || m_findDevices; });
            if (stop.stop_requested())
                return;
            if (!m_sweep) {
                const std::int64_t length = *std::exchange(m_findDevices, {});
                lock.unlock();
                lookForDevices(length);
                continue;
            }
            sweep = *std::exchange(m_sweep, {});
            revision = m_revision;
            m_work = std::stop_source();
            m_running = true;
            m_measures = sweep.measure;
            work = m_work.get_token();
        }
        compute(sweep, revision, work);
    }
}

void SweepLane::lookForDevices(std::int64_t length) {
    std::vector<DeviceChoice> found;
    const bool open = !m_session.models().empty();
    for (const DeviceFacts& facts : devices())
        found.push_back({facts, open ? std::optional(m_session.memoryOn(facts.device, length)) : std::nullopt});
    const auto deliver = [this, found, why = QString::fromStdString(whyNoGpu())] { emit devicesFound(found, why); };
    QMetaObject::invokeMethod(this, deliver, Qt::QueuedConnection);
}

void SweepLane::compute(const Sweep& sweep, std::uint64_t revision, const std::stop_token& stop) {
    const auto report = [this, revision, throttle = std::make_shared<Throttle>(kProgressPause)](const Progress& now) {
        if (throttle->pass())
            post(revision, [this, now] { emit progress(now.fraction, QString::fromStdString(now.what)); });
    };
    const auto say = [this, revision](CurvesResult&& curves, bool last) {
        auto state = std::make_shared<const CurvesResult>(std::move(curves));
        post(revision, [this, state, last] {
            emit curvesReady(state);
            if (last)
                emit ended(state->filled);
        });
    };
    Throttle throttle(kCurvePause);
    std::atomic<int> states = 0;
    bool complete = true;
    const auto update = [&](const CurvesResult& curves) {
        // The first ones, and the end of the first pass, are always shown.
        if (++states <= kFirstStates || throttle.pass() || curves.complete != std::exchange(complete, curves.complete))
            say(CurvesResult(curves), false);
    };
    try {
        const Job job(stop, report, [this, &stop, &states, until = Clock::now() + kHeadStart] {
            if (states >= 2 || Clock::now() >= until)
                m_stepAside(stop);
        });
        CurvesResult curves = sweep.measure ? m_session.sweep(sweep.request, job, update) : m_session.curves(sweep.request, job);
        isOver();
        say(std::move(curves), sweep.measure);
    } catch (const Cancelled&) {
        // Whoever stopped it has said so, or a newer one runs.
    } catch (...) {
        if (isDeviceFault())
            m_deviceFailed();
        isOver();
        const std::int64_t longest = sweep.request.plan.lengths.empty() ? 0 : sweep.request.plan.lengths.back();
        const QString sentence = faultSentence([longest](const QString& amounts) {
            return tr("There is not enough memory to measure windows of %1 tokens: %2.").arg(grouped(longest), amounts);
        });
        post(revision, [this, sentence] {
            emit failed(sentence);
            emit ended(false);
        });
    }
}

// Called before the signal, so that measuring() agrees with it.
void SweepLane::isOver() {
    const std::lock_guard lock(m_mutex);
    m_running = false;
}

void SweepLane::post(std::uint64_t revision, std::function<void()> deliver) {
    deliverNewest(this, m_mutex, m_revision, revision, std::move(deliver));
}

} // namespace slopescope::ui
