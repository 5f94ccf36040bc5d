// The workspace as a document: the file that it is of, what of it is not saved, its journal, and what has become of the
// models and texts that it names. The window asks and shows; nothing here waits for a disk. Window's thread.
#pragma once

#include "core/record/journal.h"
#include "core/record/workspace_record.h"
#include "ui/document/changed_files.h"
#include "ui/document/file_lane.h"
#include "ui/document/recent_files.h"
#include "ui/lab/changes.h"

#include <QObject>
#include <QString>
#include <QTimer>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

class QSettings;

namespace slopescope::ui {

class Lab;

class Document : public QObject {
    Q_OBJECT
public:
    // `state`: where journals lie; empty: none is kept. `settings`: where recent files are; null: nowhere. The lab must
    // outlive it.
    Document(Lab& lab, std::filesystem::path state, QSettings* settings, QObject* parent = nullptr);
    ~Document() override; // keeps what is on the screen

    // What the last window left behind. `carryOn`: its journal becomes this one's; else it is left as it is, and this
    // window, whose workspace begins with some of it, has a journal of its own. Nothing: there is none, or it is
    // damaged, which is said.
    std::optional<WorkspaceRecord> lastRun(bool carryOn);
    void show(const WorkspaceRecord& record); // as it was when lastRun() gave it

    void open(const QString& file);     // shown once it is read; what is on the screen stays in a journal of its own
    void openCopy(const QString& file); // an example: saving it asks for a name
    bool save();                        // false: there is no file yet
    void saveAs(const QString& file);
    void finish(); // the window closes: waits until everything is on the disk

    QString file() const { return m_file; } // empty: none yet
    QString name() const;                   // of the file, or of the example; empty: none
    bool isEdited() const { return m_edited; }
    const QStringList& recentFiles() const { return m_recent.files(); }
    void noteRecent(const QString& file); // that was opened, of whatever kind
    void forgetRecent(const QString& file);

    const std::vector<ChangedFile>& changedFiles() const { return m_changed; }
    // The first that is gone is at `path` now; so are others that lie beside it under their old names.
    void found(const QString& path);

signals:
    void stateChanged(); // file, name or edited
    void recentChanged();
    void opened(const QString& file);
    void openFailed(const QString& file, const QString& sentence);
    void saveFailed(const QString& sentence);
    void saved();
    void keepFailed(const QString& sentence); // said once, until it works again
    void keepsAgain();
    void filesChanged(const QString& sentence); // changedFiles(); empty: all is as it was

private:
    void take(const QString& file, const WorkspaceRecord& record, bool copy);
    void followLab(Changes changes);
    void updateEdited();
    void lookForChangedFiles();
    void beginJournal();
    void keep();
    WorkspaceRecord record() const;
    void connectLane();

    Lab& m_lab;
    std::filesystem::path m_state;
    RecentFiles m_recent;
    QString m_file, m_name;
    bool m_edited = false;
    Workspace m_saved;          // as it is in the file
    WorkspaceRecord m_expected; // digests and text as they were when the workspace was opened
    QString m_copying;          // an example that is being read
    Workspace m_saving;         // as it was when the save began
    std::vector<ChangedFile> m_changed;

    std::shared_ptr<Journal> m_journal; // null: none
    bool m_keepFailed = false;
    std::uint64_t m_keptMeasured = 0; // Lab::measuredChanges() when it was last kept
    qint64 m_measuredKept = 0;        // ms since the epoch
    QTimer m_keeping;                 // what has changed is kept when it ends
    FileLane m_lane;                  // last: it ends before what it speaks to
};

} // namespace slopescope::ui
