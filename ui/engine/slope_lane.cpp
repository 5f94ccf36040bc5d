#include "ui/engine/slope_lane.h"

#include "core/base/error.h"
#include "core/threads.h"

#include <chrono>
#include <utility>

namespace slopescope::ui {
namespace {

constexpr std::chrono::milliseconds kRest{
    300}; // after an edit: the first point of its curve comes before its gradients

// About the exception being handled.
QString sentenceOfFault() {
    return faultSentence([](const QString& amounts) {
        return SlopeLane::tr("There is not enough memory for the gradients of the slopes: %1.").arg(amounts);
    });
}

} // namespace

SlopeLane::SlopeLane(Session& session, StepAside stepAside, QObject* parent)
    : QObject(parent), m_session(session), m_stepAside(std::move(stepAside)) {
    m_thread = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

SlopeLane::~SlopeLane() {
    m_thread.request_stop();
    {
        const std::lock_guard lock(m_mutex);
        m_fitWork.request_stop();
        m_gradientWork.request_stop();
    }
    m_thread.join();
}

void SlopeLane::measure(const SlopeGradientRequest& request) {
    const std::lock_guard lock(m_mutex);
    m_gradients = request;
    ++m_gradientRevision;
    m_gradientWork.request_stop();
    m_wake.notify_all();
}

void SlopeLane::stopMeasuring() {
    const std::lock_guard lock(m_mutex);
    m_gradients.reset();
    ++m_gradientRevision;
    m_gradientWork.request_stop();
}

void SlopeLane::fit(const SlopeFitRequest& request) {
    const std::lock_guard lock(m_mutex);
    m_fit = request;
    m_fits = true;
    ++m_fitRevision;
    m_fitWork.request_stop();
    m_gradientWork.request_stop(); // what it measured so far would be of slopes that now move
    m_wake.notify_all();
}

void SlopeLane::stopFit() {
    const std::lock_guard lock(m_mutex);
    if (std::exchange(m_fit, {})) { // it has not begun
        m_fits = false;
        post(m_fitRevision, m_fitRevision, [this] { emit fitEnded(nullptr); });
    }
    m_fitWork.request_stop();
}

bool SlopeLane::fitting() const {
    const std::lock_guard lock(m_mutex);
    return m_fits;
}

SlopeLane::Work SlopeLane::next(const std::stop_token& stop) {
    std::unique_lock lock(m_mutex);
    for (;;) {
        m_wake.wait(lock, stop, [this] { return m_fit || m_gradients; });
        if (stop.stop_requested())
            return {};
        if (m_fit) {
            m_fitWork = std::stop_source();
            return {std::exchange(m_fit, {}), {}, m_fitRevision};
        }
        // Gradients wait until the slopes have rested.
        const std::uint64_t seen = m_gradientRevision;
        if (m_wake.wait_for(lock, stop, kRest, [&] { return m_fit || m_gradientRevision != seen; }) ||
            stop.stop_requested())
            continue;
        m_gradientWork = std::stop_source();
        return {{}, std::exchange(m_gradients, {}), m_gradientRevision};
    }
}

void SlopeLane::run(const std::stop_token& stop) {
    const ComputingThread thread;
    while (!stop.stop_requested()) {
        const Work work = next(stop);
        std::stop_token token;
        {
            const std::lock_guard lock(m_mutex);
            token = work.fit ? m_fitWork.get_token() : m_gradientWork.get_token();
        }
        if (work.fit)
            fitNow(work, token);
        else if (work.gradients)
            measureNow(work, token);
    }
}

void SlopeLane::post(const std::uint64_t& newest, std::uint64_t revision, std::function<void()> deliver) {
    deliverNewest(this, m_mutex, newest, revision, std::move(deliver));
}

void SlopeLane::measureNow(const Work& work, const std::stop_token& stop) {
    const auto say = [&](SlopeGradientResult result) {
        auto gradients = std::make_shared<const SlopeGradientResult>(std::move(result));
        post(m_gradientRevision, work.revision, [this, gradients] { emit gradientsReady(gradients); });
    };
    try {
        const Job job(stop, {}, [&] { m_stepAside(stop); });
        say(m_session.slopeGradients(*work.gradients, job, say));
    } catch (const Cancelled&) { // whoever stopped it knows
    } catch (...) {
        post(m_gradientRevision, work.revision,
             [this, sentence = sentenceOfFault()] { emit gradientsFailed(sentence); });
    }
}

void SlopeLane::fitNow(const Work& work, const std::stop_token& stop) {
    const auto moved = [&](const SlopeFitResult& result) {
        {
            const std::lock_guard lock(m_mutex);
            if (std::exchange(m_fitMessageCrosses, true))
                return;
        }
        auto fit = std::make_shared<const SlopeFitResult>(result);
        QMetaObject::invokeMethod(
            this,
            [this, fit, revision = work.revision] {
                {
                    const std::lock_guard lock(m_mutex);
                    m_fitMessageCrosses = false;
                    if (revision != m_fitRevision)
                        return;
                }
                emit fitMoved(fit);
            },
            Qt::QueuedConnection);
    };
    std::shared_ptr<const SlopeFitResult> ended;
    QString fault;
    try {
        const Job job(stop, {}, [&] { m_stepAside(stop); });
        ended = std::make_shared<const SlopeFitResult>(m_session.fitSlopes(*work.fit, job, moved));
    } catch (const Cancelled&) {
    } catch (...) {
        fault = sentenceOfFault();
    }
    {
        const std::lock_guard lock(m_mutex);
        if (work.revision == m_fitRevision)
            m_fits = false;
    }
    post(m_fitRevision, work.revision, [this, ended, fault] {
        if (!fault.isEmpty())
            emit fitFailed(fault);
        emit fitEnded(ended);
    });
}

} // namespace slopescope::ui
