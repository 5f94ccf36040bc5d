// Reads and writes workspace files and the journal on a thread of its own, so that the window never waits for a disk.
// Used by the Document; members are called on the window's thread, and results come back there as signals, in the order
// of the calls.
#pragma once

#include "core/record/journal.h"
#include "core/record/workspace_record.h"

#include <QObject>
#include <QString>

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <vector>

namespace slopescope::ui {

class FileLane : public QObject {
    Q_OBJECT
public:
    // `measured` gives what has been measured of some variants; it is called on the lane's thread.
    using Measured = std::function<std::vector<MeasuredCurve>(std::span<const Variant>)>;
    explicit FileLane(Measured measured, QObject* parent = nullptr);
    ~FileLane() override; // writes first what was asked for

    void open(const QString& file);
    void save(WorkspaceRecord record, const QString& file); // with what has been measured of its variants
    // One that still waits gives way to a newer one.
    void keep(std::shared_ptr<const Journal> journal, WorkspaceRecord record, bool alsoMeasured);
    void readMeasured(std::shared_ptr<const Journal> journal);
    void finish(); // waits until all that was asked for is done; the signals come later

signals:
    void opened(const QString& file, std::shared_ptr<const slopescope::WorkspaceRecord> record);
    void openFailed(const QString& file, const QString& sentence);
    void saved(const QString& file);
    void saveFailed(const QString& file, const QString& sentence);
    void kept();
    void keepFailed(const QString& sentence);
    void measuredRead(std::shared_ptr<const std::vector<slopescope::MeasuredCurve>> curves);
    void measuredLost(const QString& sentence);

private:
    struct Keep {
        std::shared_ptr<const Journal> journal;
        WorkspaceRecord record;
        bool alsoMeasured = false;
    };

    void ask(std::function<void()> work);
    void run(const std::stop_token& stop);
    void keepNow(Keep keep);
    void addMeasured(WorkspaceRecord& record) const;

    Measured m_measured;
    std::mutex m_mutex; // guards all up to the thread
    std::condition_variable_any m_wake, m_done;
    std::deque<std::function<void()>> m_work;
    std::optional<Keep> m_keep; // waiting
    bool m_busy = false;
    std::jthread m_thread; // last: it uses all of the above
};

} // namespace slopescope::ui
