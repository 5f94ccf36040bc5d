#include "ui/document/file_lane.h"

#include "core/base/error.h"
#include "core/record/workspace_file.h"

#include <utility>

namespace slopescope::ui {
namespace {

// Calls `work` and then, on the thread of the lane's owner, one of both: with what it returned, or with why it failed.
template <class Work, class Done, class Failed>
void attempt(FileLane* lane, const Work& work, Done done, Failed failed) {
    QString sentence;
    try {
        auto result = work();
        QMetaObject::invokeMethod(
            lane, [done, result] { done(result); }, Qt::QueuedConnection);
        return;
    } catch (const Error& fault) {
        sentence = QString::fromStdString(fault.what());
    } catch (const std::bad_alloc&) {
        sentence = FileLane::tr("There is not enough memory to read or write a workspace.");
    }
    QMetaObject::invokeMethod(
        lane, [failed, sentence] { failed(sentence); }, Qt::QueuedConnection);
}

} // namespace

FileLane::FileLane(Measured measured, QObject* parent) : QObject(parent), m_measured(std::move(measured)) {
    m_thread = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

FileLane::~FileLane() {
    finish();
    m_thread.request_stop();
    m_thread.join();
}

void FileLane::ask(std::function<void()> work) {
    const std::lock_guard lock(m_mutex);
    m_work.push_back(std::move(work));
    m_wake.notify_all();
}

void FileLane::run(const std::stop_token& stop) {
    for (;;) {
        std::function<void()> work;
        std::optional<Keep> keep;
        {
            std::unique_lock lock(m_mutex);
            m_busy = false;
            m_done.notify_all();
            if (!m_wake.wait(lock, stop, [this] { return !m_work.empty() || m_keep; }))
                return;
            m_busy = true;
            if (m_work.empty()) {
                keep = std::exchange(m_keep, {});
            } else {
                work = std::move(m_work.front());
                m_work.pop_front();
            }
        }
        keep ? keepNow(std::move(*keep)) : work();
    }
}

void FileLane::finish() {
    std::unique_lock lock(m_mutex);
    m_done.wait(lock, [this] { return !m_busy && m_work.empty() && !m_keep; });
}

void FileLane::addMeasured(WorkspaceRecord& record) const {
    std::vector<Variant> variants;
    for (const WorkspaceVariant& row : record.workspace.variants)
        variants.push_back(row.variant);
    record.measured = m_measured(variants);
}

void FileLane::open(const QString& file) {
    ask([this, file] {
        attempt(
            this, [&] { return std::make_shared<const WorkspaceRecord>(openWorkspaceFile(file.toStdString())); },
            [this, file](const auto& record) { emit opened(file, record); },
            [this, file](const QString& sentence) { emit openFailed(file, sentence); });
    });
}

void FileLane::save(WorkspaceRecord record, const QString& file) {
    ask([this, file, record = std::move(record)]() mutable {
        attempt(
            this,
            [&] {
                addMeasured(record);
                saveWorkspaceFile(std::move(record), file.toStdString());
                return true;
            },
            [this, file](bool) { emit saved(file); },
            [this, file](const QString& sentence) { emit saveFailed(file, sentence); });
    });
}

void FileLane::keep(std::shared_ptr<const Journal> journal, WorkspaceRecord record, bool alsoMeasured) {
    const std::lock_guard lock(m_mutex);
    if (m_keep && m_keep->journal == journal)
        alsoMeasured = alsoMeasured || m_keep->alsoMeasured;
    else if (m_keep) // the last state of another journal is not lost
        m_work.emplace_back([this, keep = std::move(*m_keep)] { keepNow(keep); });
    m_keep = Keep{std::move(journal), std::move(record), alsoMeasured};
    m_wake.notify_all();
}

void FileLane::keepNow(Keep keep) {
    attempt(
        this,
        [&] {
            keep.journal->writeWorkspace(keep.record);
            if (keep.alsoMeasured) {
                addMeasured(keep.record);
                keep.journal->writeMeasured(keep.record);
            }
            return true;
        },
        [this](bool) { emit kept(); }, [this](const QString& sentence) { emit keepFailed(sentence); });
}

void FileLane::readMeasured(std::shared_ptr<const Journal> journal) {
    ask([this, journal = std::move(journal)] {
        attempt(
            this, [&] { return std::make_shared<const std::vector<MeasuredCurve>>(journal->readMeasured()); },
            [this](const auto& curves) { emit measuredRead(curves); },
            [this](const QString& sentence) { emit measuredLost(sentence); });
    });
}

} // namespace slopescope::ui
