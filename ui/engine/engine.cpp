#include "ui/engine/engine.h"

#include "core/base/error.h"
#include "core/kernels/denormals.h"
#include "ui/widgets/format.h"

#include <new>
#include <utility>

namespace slopescope::ui {
namespace {

constexpr std::chrono::milliseconds kProgressPause{50};
constexpr std::chrono::milliseconds kCurvePause{33};
constexpr std::chrono::milliseconds kHeadStart{300}; // of a new curve before the view: its first point is a matter of moments

constexpr std::size_t indexOf(Task task) {
    return static_cast<std::size_t>(task);
}

// Openings and forwards take long enough to be watched.
bool isWatched(Task task) {
    return isOpening(task) || task == Task::Forward;
}

// Of the exception being handled.
bool isDeviceError() {
    try {
        throw;
    } catch (const DeviceError&) {
        return true;
    } catch (...) {
        return false;
    }
}

} // namespace

// Lets a message through if the last one is old enough. Used from any thread.
class Engine::Throttle {
public:
    explicit Throttle(std::chrono::milliseconds pause) : m_pause(pause) {}

    bool pass() {
        using Clock = std::chrono::steady_clock;
        const auto now = Clock::now().time_since_epoch().count();
        auto next = m_next.load();
        const auto later = now + std::chrono::duration_cast<Clock::duration>(m_pause).count();
        return now >= next && m_next.compare_exchange_strong(next, later);
    }

private:
    const std::chrono::milliseconds m_pause;
    std::atomic<std::chrono::steady_clock::rep> m_next{0};
};

Engine::Engine(const std::filesystem::path& resources, QObject* parent)
    : QObject(parent), m_session(resources), m_bundledModels(m_session.bundledModels()),
      m_bundledText(m_session.bundledText()) {
    m_viewLane = std::jthread([this](const std::stop_token& stop) { runView(stop); });
    m_sweepLane = std::jthread([this](const std::stop_token& stop) { runSweep(stop); });
}

Engine::~Engine() {
    m_viewLane.request_stop();
    m_sweepLane.request_stop();
    {
        const std::lock_guard lock(m_mutex);
        m_viewWork.request_stop();
        m_sweepWork.request_stop();
    }
    m_viewLane.join();
    m_sweepLane.join();
}

void Engine::changed() {
    if (m_queue.runningIsStale())
        m_viewWork.request_stop();
    m_viewBusy = m_queue.busy();
    ++m_changes;
    m_viewWake.notify_all();
    if (!m_viewBusy)
        m_viewIdle.notify_all();
}

void Engine::openModel(const std::string& model) {
    const std::lock_guard lock(m_mutex);
    m_queue.openModel(model);
    changed();
}

void Engine::openText(const std::filesystem::path& text) {
    const std::lock_guard lock(m_mutex);
    m_queue.openText(text);
    changed();
}

void Engine::useDevice(const Device& device) {
    const std::lock_guard lock(m_mutex);
    m_queue.useDevice(device);
    changed();
}

void Engine::findDevices(std::int64_t length) {
    const std::lock_guard lock(m_mutex);
    m_findDevices = length;
    m_sweepWake.notify_all();
}

void Engine::cancelOpening() {
    const std::lock_guard lock(m_mutex);
    m_queue.cancelOpening();
    if (m_queue.opening())
        m_viewWork.request_stop();
    changed();
}

void Engine::show(const View& view) {
    const std::lock_guard lock(m_mutex);
    m_queue.show(view, ViewQueue::Clock::now());
    changed();
}

void Engine::sweep(const CurveRequest& request) {
    const std::lock_guard lock(m_mutex);
    m_curve = request;
    ++m_sweepRevision;
    m_sweepWork.request_stop();
    m_sweepWake.notify_all();
}

void Engine::stopSweep() {
    const std::lock_guard lock(m_mutex);
    if (!m_curve && (!m_sweepRunning || m_sweepWork.stop_requested()))
        return;
    m_curve.reset();
    m_sweepWork.request_stop();
    postSweep(++m_sweepRevision, [this] { emit sweepEnded(false); });
}

bool Engine::sweeping() const {
    const std::lock_guard lock(m_mutex);
    return m_curve || (m_sweepRunning && !m_sweepWork.stop_requested());
}

void Engine::runView(const std::stop_token& stop) {
    const kernels::FlushDenormals flush;
    for (;;) {
        std::optional<Work> work;
        Job job;
        {
            std::unique_lock lock(m_mutex);
            while (!stop.stop_requested() && !(work = m_queue.take(ViewQueue::Clock::now()))) {
                const auto news = [this, seen = m_changes] { return m_changes != seen; };
                if (const auto wake = m_queue.wakeAt())
                    m_viewWake.wait_until(lock, stop, *wake, news);
                else
                    m_viewWake.wait(lock, stop, news);
            }
            if (stop.stop_requested())
                return;
            m_viewWork = std::stop_source();
            job = viewJob(work->task, m_viewWork.get_token());
        }
        perform(*work, job);
    }
}

Job Engine::viewJob(Task task, std::stop_token stop) {
    if (!isWatched(task))
        return Job(std::move(stop));
    auto report = [this, task, stop, throttle = std::make_shared<Throttle>(kProgressPause)](const Progress& progress) {
        if (progress.fraction > 0 && !throttle->pass()) // a beginning is always news: it says what is to come
            return;
        const auto deliver = [this, task, stop, progress] {
            if (!stop.stop_requested())
                emit this->progress(task, progress.fraction, QString::fromStdString(progress.what));
        };
        QMetaObject::invokeMethod(this, deliver, Qt::QueuedConnection);
    };
    return Job(std::move(stop), std::move(report));
}

void Engine::perform(const Work& work, const Job& job) {
    Result result;
    Outcome outcome = Outcome::Done;
    bool deviceFailed = false;
    try {
        result = compute(work, job);
    } catch (const Cancelled&) {
        outcome = Outcome::Cancelled;
    } catch (...) {
        outcome = Outcome::Failed;
        deviceFailed = isDeviceError();
        result.deliver = [this, task = work.task, sentence = sentence(work)](bool) { emit failed(task, sentence); };
    }
    const std::lock_guard lock(m_mutex);
    m_queue.finish(outcome, result.exact);
    if (deviceFailed && work.task != Task::UseDevice)
        m_queue.useDevice({});
    changed();
    // A preview that cannot be had is no news: the exact picture follows.
    if (result.deliver && !(outcome == Outcome::Failed && work.task == Task::Preview))
        post(work, std::move(result.deliver));
    if (isWatched(work.task))
        QMetaObject::invokeMethod(this, [this, task = work.task] { emit taskEnded(task); }, Qt::QueuedConnection);
}

Engine::Result Engine::compute(const Work& work, const Job& job) {
    const View& view = work.view;
    // A picture crosses by its signal, and a draft of it ahead of it.
    const auto by = [this]<class Picture>(void (Engine::*ready)(const Picture&, bool), Picture drawn) -> Deliver {
        return [this, ready, picture = std::make_shared<const Picture>(std::move(drawn))](bool current) {
            emit (this->*ready)(*picture, current);
        };
    };
    const auto draftBy = [&]<class Picture>(void (Engine::*ready)(const Picture&, bool)) {
        return [&, ready](const Picture& draft) {
            const std::lock_guard lock(m_mutex);
            post(work, by(ready, draft));
        };
    };
    switch (work.task) {
    case Task::OpenModel: {
        auto model = std::make_shared<const ModelFacts>(m_session.openModel(work.model, job));
        const auto text = m_session.text();
        return {[this, model, text = text ? std::make_shared<const TextFacts>(*text) : nullptr](bool) {
            acknowledge();
            emit modelOpened(model, text);
        }};
    }
    case Task::OpenText: {
        auto text = std::make_shared<const TextFacts>(m_session.openText(work.text, job));
        return {[this, text](bool) {
            acknowledge();
            emit textOpened(text);
        }};
    }
    case Task::UseDevice:
        m_session.useDevice(work.device, job);
        return {[this, device = work.device, model = m_session.model()](bool) { emit deviceChanged(device, model); }};
    case Task::Forward:
        m_session.forward(view.slopes, view.length, job, view.positions);
        return {};
    case Task::Thumbnails: {
        const ThumbnailsRequest request{view.slopes, view.length, view.thumbnailPixels, view.stage, view.positions};
        return {by(&Engine::thumbnailsReady, m_session.thumbnails(request, job, draftBy(&Engine::thumbnailsReady)))};
    }
    case Task::Profile: {
        const ProfileRequest request{view.slopes, view.length, view.head, view.positions};
        return {by(&Engine::profileReady, m_session.profile(request, job))};
    }
    case Task::Cell: {
        const CellRequest request{view.slopes, view.length, view.head, view.cell->query, view.cell->key, view.positions};
        return {[this, result = m_session.cell(request, job)](bool) { emit cellReady(result); }};
    }
    case Task::Links: {
        const LinksRequest request{view.slopes, view.length, view.head, *view.token, view.positions};
        auto result = std::make_shared<const LinksResult>(m_session.links(request, job));
        return {[this, result](bool) { emit linksReady(*result); }};
    }
    default: { // Preview and Map
        const MapRequest request{view.slopes, view.length,  view.head,     view.viewport,
                                 view.stage,  view.pooling, view.positions};
        MapResult map = m_session.map(request, job, draftBy(&Engine::mapReady));
        const bool exact = map.freshness == Freshness::Exact;
        return {by(&Engine::mapReady, std::move(map)), exact};
    }
    }
}

void Engine::acknowledge() {
    const std::lock_guard lock(m_mutex);
    m_queue.acknowledge();
}

void Engine::post(const Work& work, Deliver deliver) {
    const bool map = work.task == Task::Preview || work.task == Task::Map; // one picture, whichever made it
    const auto slot = indexOf(map ? Task::Map : work.task);
    auto cross = [this, work, slot, serial = ++m_posted[slot], deliver = std::move(deliver)] {
        bool current = false;
        {
            const std::lock_guard lock(m_mutex);
            if (!isOpening(work.task) && (serial != m_posted[slot] || !m_queue.stillWanted(work)))
                return;
            current = m_queue.isCurrent(work);
        }
        deliver(current);
    };
    QMetaObject::invokeMethod(this, std::move(cross), Qt::QueuedConnection);
}

void Engine::runSweep(const std::stop_token& stop) {
    const kernels::FlushDenormals flush;
    for (;;) {
        CurveRequest request;
        std::uint64_t revision = 0;
        std::stop_token work;
        {
            std::unique_lock lock(m_mutex);
            m_sweepRunning = false; // also after one that was stopped
            m_sweepWake.wait(lock, stop, [this] { return m_curve || m_findDevices; });
            if (stop.stop_requested())
                return;
            if (!m_curve) {
                const std::int64_t length = *std::exchange(m_findDevices, {});
                lock.unlock();
                lookForDevices(length);
                continue;
            }
            request = *std::exchange(m_curve, {});
            revision = m_sweepRevision;
            m_sweepWork = std::stop_source();
            m_sweepRunning = true;
            work = m_sweepWork.get_token();
        }
        computeCurve(request, revision, work);
    }
}

void Engine::lookForDevices(std::int64_t length) {
    std::vector<DeviceChoice> found;
    const bool open = m_session.model().has_value();
    for (const DeviceFacts& facts : devices())
        found.push_back({facts, open ? std::optional(m_session.memoryOn(facts.device, length)) : std::nullopt});
    const auto deliver = [this, found, why = QString::fromStdString(whyNoGpu())] { emit devicesFound(found, why); };
    QMetaObject::invokeMethod(this, deliver, Qt::QueuedConnection);
}

void Engine::computeCurve(const CurveRequest& request, std::uint64_t revision, const std::stop_token& stop) {
    const auto report = [this, revision, throttle = std::make_shared<Throttle>(kProgressPause)](const Progress& now) {
        if (throttle->pass())
            postSweep(revision, [this, now] {
                emit progress(Task::Sweep, now.fraction, QString::fromStdString(now.what));
            });
    };
    Throttle throttle(kCurvePause);
    std::atomic<bool> begun = false;
    const auto update = [this, revision, &throttle, &begun](const CurveResult& curve) {
        begun = true;
        if (throttle.pass() && !curve.complete) // the complete one is sent below
            postSweep(revision, [this, curve] { emit curveReady(curve); });
    };
    try {
        const Job job(stop, report, [this, &stop, &begun, until = ViewQueue::Clock::now() + kHeadStart] {
            if (begun || ViewQueue::Clock::now() >= until)
                letViewGoFirst(stop);
        });
        const CurveResult curve = m_session.curve(request, job, update);
        sweepIsOver();
        postSweep(revision, [this, curve] {
            emit curveReady(curve);
            emit sweepEnded(true);
        });
    } catch (const Cancelled&) {
        // Whoever stopped it has said so, or a newer one runs.
    } catch (...) {
        Work work;
        work.task = Task::Sweep;
        work.view.length = request.lengths.empty() ? 0 : request.lengths.back();
        if (isDeviceError())
            useDevice({});
        sweepIsOver();
        postSweep(revision, [this, sentence = sentence(work)] {
            emit failed(Task::Sweep, sentence);
            emit sweepEnded(false);
        });
    }
}

// Before the news of it, so that whoever hears them and asks is told the same.
void Engine::sweepIsOver() {
    const std::lock_guard lock(m_mutex);
    m_sweepRunning = false;
}

void Engine::letViewGoFirst(const std::stop_token& stop) {
    if (!m_viewBusy)
        return;
    std::unique_lock lock(m_mutex);
    m_viewIdle.wait(lock, stop, [this] { return !m_viewBusy; });
}

void Engine::postSweep(std::uint64_t revision, std::function<void()> deliver) {
    auto cross = [this, revision, deliver = std::move(deliver)] {
        {
            const std::lock_guard lock(m_mutex);
            if (revision != m_sweepRevision)
                return;
        }
        deliver();
    };
    QMetaObject::invokeMethod(this, std::move(cross), Qt::QueuedConnection);
}

QString Engine::sentence(const Work& work) {
    try {
        throw;
    } catch (const Error& error) {
        return QString::fromStdString(error.what());
    } catch (const std::bad_alloc&) {
        switch (work.task) {
        case Task::OpenModel:
            return tr("There is not enough memory to open the model %1.").arg(QString::fromStdString(work.model));
        case Task::OpenText:
            return tr("There is not enough memory to open the text %1.").arg(QString::fromStdString(work.text.string()));
        case Task::Sweep:
            return tr("There is not enough memory to measure windows of %1 tokens.").arg(grouped(work.view.length));
        default:
            return tr("There is not enough memory to show %1 tokens.").arg(grouped(work.view.length));
        }
    } catch (const std::exception& error) {
        return QString::fromUtf8(error.what()).section('\n', 0, 0);
    } catch (...) {
        return tr("The computation failed for an unknown reason.");
    }
}

} // namespace slopescope::ui
