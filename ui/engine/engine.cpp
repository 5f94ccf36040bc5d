#include "ui/engine/engine.h"

#include "core/base/error.h"
#include "core/base/id_list.h"
#include "core/threads.h"
#include "ui/widgets/format.h"

#include <QFileInfo>

#include <utility>

namespace slopescope::ui {
namespace {

// Openings and forwards take long enough to be watched.
bool isWatched(Task task) {
    return isOpening(task) || task == Task::Forward;
}

// About the exception being handled.
QString sentenceOf(const Work& work, const QString& subject) {
    return faultSentence([&](const QString& amounts) {
        switch (work.task) {
        case Task::OpenModel:
            return Engine::tr("There is not enough memory to open the model %1: %2.").arg(subject, amounts);
        case Task::OpenText:
            return Engine::tr("There is not enough memory to open the text %1: %2.").arg(subject, amounts);
        default:
            return Engine::tr("There is not enough memory to show %1 tokens: %2.").arg(grouped(work.view.length), amounts);
        }
    });
}

} // namespace

Engine::Engine(const std::filesystem::path& resources, QObject* parent)
    : QObject(parent), m_session(resources), m_bundledModels(m_session.bundledModels()),
      m_bundledText(m_session.bundledText()),
      m_sweeps(m_session, stepAside(), [this] { useDevice({}); }), m_slopes(m_session, stepAside()) {
    connect(&m_sweeps, &SweepLane::curvesReady, this, &Engine::curvesReady);
    connect(&m_sweeps, &SweepLane::ended, this, &Engine::sweepEnded);
    connect(&m_sweeps, &SweepLane::devicesFound, this, &Engine::devicesFound);
    connect(&m_sweeps, &SweepLane::failed, this, [this](const QString& sentence) { emit failed(Task::Sweep, {}, sentence); });
    connect(&m_sweeps, &SweepLane::progress, this,
            [this](double fraction, const QString& what) { emit progress(Task::Sweep, fraction, what); });
    m_viewLane = std::jthread([this](const std::stop_token& stop) { runView(stop); });
}

Engine::~Engine() {
    m_viewLane.request_stop();
    {
        const std::lock_guard lock(m_mutex);
        m_viewWork.request_stop();
    }
    m_viewLane.join();
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

void Engine::closeModel(const std::string& key) {
    const std::lock_guard lock(m_mutex);
    m_close.push_back(key);
    changed();
}

void Engine::openText(const TextSource& text) {
    const std::lock_guard lock(m_mutex);
    m_queue.openText(text);
    changed();
}

void Engine::closeText() {
    const std::lock_guard lock(m_mutex);
    m_closeText = true;
    changed();
}

void Engine::useDevice(const Device& device) {
    const std::lock_guard lock(m_mutex);
    m_queue.useDevice(device);
    changed();
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
    m_queue.show(view, PictureQueue::Clock::now());
    changed();
}

void Engine::hide() {
    const std::lock_guard lock(m_mutex);
    m_queue.hide();
    changed();
}

bool Engine::idle() const {
    const std::lock_guard lock(m_mutex);
    return m_crossing == 0 && !m_queue.busy();
}

bool Engine::answered(Task task, int side) const {
    const std::lock_guard lock(m_mutex);
    return m_queue.isAnswered(task, side);
}

bool Engine::coming(Task task, int side) const {
    const std::lock_guard lock(m_mutex);
    return m_queue.isComing(task, side);
}

void Engine::runView(const std::stop_token& stop) {
    const ComputingThread thread;
    const auto atHand = [this](const Variant& variant, std::int64_t length) { return m_session.atHand(variant, length); };
    for (;;) {
        std::optional<Work> work;
        std::vector<std::string> close;
        bool closeText = false;
        Job job;
        {
            std::unique_lock lock(m_mutex);
            while (!stop.stop_requested() && m_close.empty() && !m_closeText &&
                   !(work = m_queue.take(PictureQueue::Clock::now(), atHand))) {
                const auto news = [this, seen = m_changes] { return m_changes != seen; };
                if (const auto wake = m_queue.wakeAt())
                    m_viewWake.wait_until(lock, stop, *wake, news);
                else
                    m_viewWake.wait(lock, stop, news);
            }
            if (stop.stop_requested())
                return;
            close = std::exchange(m_close, {});
            closeText = std::exchange(m_closeText, false);
            m_viewWork = std::stop_source();
            if (work)
                job = viewJob(work->task, m_viewWork.get_token());
        }
        for (const std::string& model : close)
            m_session.closeModel(model);
        if (closeText)
            m_session.closeText();
        if (work)
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
        deviceFailed = isDeviceFault();
        const QString subject = subjectOf(work);
        result.deliver = [this, task = work.task, subject, sentence = sentenceOf(work, subject)](bool) {
            emit failed(task, subject, sentence);
        };
    }
    const std::lock_guard lock(m_mutex);
    m_queue.finish(outcome, result.exact);
    if (deviceFailed && work.task != Task::UseDevice)
        m_queue.useDevice({});
    changed();
    if (result.deliver)
        post(work, std::move(result.deliver));
    if (isWatched(work.task))
        QMetaObject::invokeMethod(this, [this, task = work.task] { emit taskEnded(task); }, Qt::QueuedConnection);
}

Engine::Result Engine::compute(const Work& work, const Job& job) {
    switch (work.task) {
    case Task::OpenModel:
        return openModelNow(work, job);
    case Task::OpenText:
        return openTextNow(work, job);
    case Task::UseDevice:
        m_session.useDevice(work.device, job);
        return {[this, device = work.device, models = m_session.models()](bool) { emit deviceChanged(device, models); }};
    case Task::Forward:
        m_session.forward(work.view.side(work.side).variant, work.view.length, job);
        return {};
    default:
        return drawNow(work, job);
    }
}

Engine::Result Engine::openModelNow(const Work& work, const Job& job) {
    auto model = std::make_shared<const ModelFacts>(m_session.openModel(work.model, job));
    std::shared_ptr<const TextFacts> text;
    QString whyNot;
    try {
        if (m_session.hasText())
            text = m_session.text(model->key, job);
    } catch (const Error& fault) {
        whyNot = QString::fromStdString(fault.what());
    }
    return {[this, asked = QString::fromStdString(work.model), model, text, whyNot](bool) {
        emit modelOpened(asked, model, text, whyNot);
    }};
}

Engine::Result Engine::openTextNow(const Work& work, const Job& job) {
    const TextSource& source = work.text;
    if (!source.letters.empty())
        m_session.openText(source.name, source.letters);
    else if (const std::filesystem::path file = source.file; file.extension() == ".json")
        m_session.openIds(file.filename().string(), readIds(file));
    else
        m_session.openText(source.file.empty() ? m_bundledText : std::filesystem::path(source.file), job, {source.rawLineEnds});
    auto opened = std::make_shared<OpenedText>();
    opened->source = source;
    opened->digest = m_session.textDigest();
    for (const ModelFacts& model : m_session.models()) {
        try {
            opened->byModel[model.key] = m_session.text(model.key, job);
        } catch (const Error& fault) {
            opened->faults[model.key] = QString::fromStdString(fault.what());
        }
    }
    return {[this, opened](bool) {
        acknowledge();
        emit textOpened(opened);
    }};
}

// A picture crosses by its signal, and a draft of it ahead of it.
Engine::Result Engine::drawNow(const Work& work, const Job& job) {
    const View& view = work.view;
    const Side& side = view.side(work.side);
    const auto by = [this, which = work.side]<class Picture>(
                        void (Engine::*ready)(int, std::shared_ptr<const Picture>, bool), Picture drawn) -> Deliver {
        return [this, which, ready, picture = std::make_shared<const Picture>(std::move(drawn))](bool current) {
            emit (this->*ready)(which, picture, current);
        };
    };
    const auto draftBy = [&]<class Picture>(void (Engine::*ready)(int, std::shared_ptr<const Picture>, bool)) {
        return [&, ready](const Picture& draft) {
            const std::lock_guard lock(m_mutex);
            post(work, by(ready, draft));
        };
    };
    const auto result = [&]<class Picture>(void (Engine::*ready)(int, std::shared_ptr<const Picture>, bool), Picture drawn) {
        const bool exact = drawn.freshness == Freshness::Exact;
        return Result{by(ready, std::move(drawn)), exact};
    };
    switch (work.task) {
    case Task::Thumbnails:
        return result(&Engine::thumbnailsReady,
                      m_session.thumbnails({side.variant, view.length, view.thumbnailPixels, view.stage}, job,
                                           draftBy(&Engine::thumbnailsReady)));
    case Task::Profile:
        return result(&Engine::profileReady, m_session.profile({side.variant, view.length, side.heads}, job));
    case Task::Cell:
        return result(&Engine::cellReady,
                      m_session.cell({side.variant, view.length, side.heads.front(), view.cell->query, view.cell->key}, job));
    case Task::Links:
        return result(&Engine::linksReady,
                      m_session.links({side.variant, view.length, side.heads.front(), *view.token}, job));
    case Task::Rows:
        return result(&Engine::rowsReady, m_session.rows({side.variant, view.length, side.heads.front(), view.rows->begin,
                                                          view.rows->end},
                                                         job));
    case Task::Pair:
        return result(&Engine::pairReady, m_session.pair({side.variant, view.length, view.pair->query, view.pair->key}, job));
    case Task::HeadTable: {
        auto table = m_session.heads({side.variant, view.length}, job, draftBy(&Engine::headTableReady));
        return {by(&Engine::headTableReady, std::move(table))};
    }
    case Task::Losses:
        return {by(&Engine::lossesReady, m_session.losses({side.variant, view.length}, job))};
    default:
        return result(&Engine::mapReady,
                      m_session.map({side.variant, view.length, side.heads, view.viewport, view.stage, view.pooling}, job,
                                    draftBy(&Engine::mapReady)));
    }
}

void Engine::acknowledge() {
    const std::lock_guard lock(m_mutex);
    m_queue.acknowledge();
}

void Engine::post(const Work& work, Deliver deliver) {
    std::uint64_t& posted = m_posted[std::size_t(work.task)][std::size_t(work.side)];
    ++m_crossing;
    auto cross = [this, work, &posted, serial = ++posted, deliver = std::move(deliver)] {
        bool current = false;
        {
            const std::lock_guard lock(m_mutex);
            --m_crossing;
            if (!isOpening(work.task) && (serial != posted || !m_queue.stillWanted(work)))
                return;
            current = m_queue.isCurrent(work);
        }
        deliver(current);
    };
    QMetaObject::invokeMethod(this, std::move(cross), Qt::QueuedConnection);
}

StepAside Engine::stepAside() {
    return [this](const std::stop_token& stop) {
        if (!m_viewBusy)
            return;
        std::unique_lock lock(m_mutex);
        m_viewIdle.wait(lock, stop, [this] { return !m_viewBusy; });
    };
}

QString Engine::subjectOf(const Work& work) {
    if (work.task == Task::OpenModel)
        return QString::fromStdString(work.model);
    if (work.task == Task::OpenText)
        return QString::fromStdString(work.text.letters.empty() ? work.text.file : work.text.name);
    if (work.task == Task::UseDevice)
        return QString::fromStdString(work.device.name());
    return {};
}

} // namespace slopescope::ui
