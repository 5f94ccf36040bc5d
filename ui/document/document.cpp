#include "ui/document/document.h"

#include "core/base/error.h"
#include "core/record/workspace_file.h"
#include "ui/lab/lab.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QFileInfo>

#include <algorithm>
#include <utility>

namespace slopescope::ui {
namespace {

constexpr std::chrono::milliseconds kKeepPause{1500}; // after a change
constexpr qint64 kMeasuredPause = 3000;               // ms between two states of what is measured, which can be large

} // namespace

Document::Document(Lab& lab, std::filesystem::path state, QSettings* settings, QObject* parent)
    : QObject(parent), m_lab(lab), m_state(std::move(state)), m_recent(settings),
      m_lane([&lab](std::span<const Variant> variants) { return lab.measured(variants); }) {
    m_keeping.setSingleShot(true);
    m_keeping.setInterval(kKeepPause);
    connect(&m_keeping, &QTimer::timeout, this, &Document::keep);
    const auto keepSoon = [this] {
        if (m_journal && !m_keeping.isActive()) // not put off by what follows
            m_keeping.start();
    };
    connect(&lab, &Lab::changed, this, [this, keepSoon](Changes changes) {
        if ((changes & ~kPointer) == 0)
            return;
        keepSoon();
        followLab(changes);
    });
    connect(&lab, &Lab::curvesChanged, this, keepSoon);
    connect(&lab, &Lab::failed, this, [this](Task task) {
        if (task == Task::OpenModel || task == Task::OpenText)
            lookForChangedFiles();
    });
    connectLane();
}

Document::~Document() {
    finish();
}

void Document::connectLane() {
    connect(&m_lane, &FileLane::opened, this,
            [this](const QString& file, const std::shared_ptr<const WorkspaceRecord>& record) {
                const bool copy = file == m_copying;
                if (copy)
                    m_copying.clear();
                take(file, *record, copy);
            });
    connect(&m_lane, &FileLane::openFailed, this, [this](const QString& file, const QString& sentence) {
        forgetRecent(file);
        emit openFailed(file, sentence);
    });
    connect(&m_lane, &FileLane::saved, this, [this](const QString& file) {
        m_file = file;
        m_name = QFileInfo(file).completeBaseName();
        m_saved = m_saving;
        noteRecent(file);
        updateEdited();
        keep();
        emit stateChanged();
        emit saved();
    });
    connect(&m_lane, &FileLane::saveFailed, this,
            [this](const QString&, const QString& sentence) { emit saveFailed(sentence); });
    connect(&m_lane, &FileLane::kept, this, [this] {
        if (std::exchange(m_keepFailed, false))
            emit keepsAgain();
    });
    const auto lost = [this](const QString& sentence) {
        if (!std::exchange(m_keepFailed, true))
            emit keepFailed(sentence);
    };
    connect(&m_lane, &FileLane::keepFailed, this, lost);
    connect(&m_lane, &FileLane::measuredLost, this, lost);
    connect(&m_lane, &FileLane::measuredRead, this,
            [this](const std::shared_ptr<const std::vector<MeasuredCurve>>& curves) { m_lab.remember(*curves); });
}

void Document::beginJournal() {
    if (m_state.empty())
        return;
    try {
        m_journal = std::make_shared<Journal>(Journal::begin(m_state));
        m_measuredKept = 0;
        m_keptMeasured = 0;
    } catch (const Error& fault) {
        m_journal.reset();
        if (!std::exchange(m_keepFailed, true))
            QMetaObject::invokeMethod( // the window may not listen yet
                this, [this, sentence = QString::fromStdString(fault.what())] { emit keepFailed(sentence); },
                Qt::QueuedConnection);
    }
}

std::optional<WorkspaceRecord> Document::lastRun(bool carryOn) {
    std::optional<WorkspaceRecord> record;
    std::shared_ptr<Journal> last;
    try {
        if (auto left = m_state.empty() ? std::nullopt : Journal::takeOver(m_state)) {
            last = std::make_shared<Journal>(std::move(*left));
            record = last->readWorkspace();
        }
    } catch (const Error& fault) { // it is left as it is: perhaps somebody can make something of it
        const QString sentence =
            tr("What the last window showed cannot be read: %1").arg(QString::fromStdString(fault.what()));
        QMetaObject::invokeMethod(
            this, [this, sentence] { emit openFailed({}, sentence); }, Qt::QueuedConnection);
    }
    if (record && carryOn) {
        m_journal = last;
        m_lane.readMeasured(m_journal);
    } else {
        beginJournal();
    }
    return record;
}

void Document::show(const WorkspaceRecord& record) {
    m_expected = record;
    m_file = QString::fromStdString(record.file);
    m_name = QFileInfo(m_file).completeBaseName();
    m_edited = record.edited;
    m_saved = record.edited ? Workspace()
                            : record.workspace; // what the file holds is not known: it stays edited until it is saved
    m_lab.apply(record.workspace, {});
    emit stateChanged();
}

void Document::open(const QString& file) {
    m_lane.open(QFileInfo(file).absoluteFilePath());
}

void Document::openCopy(const QString& file) {
    m_copying = QFileInfo(file).absoluteFilePath();
    m_lane.open(m_copying);
}

void Document::take(const QString& file, const WorkspaceRecord& record, bool copy) {
    keep(); // what was on the screen until now
    beginJournal();
    m_file = copy ? QString() : file;
    m_name = QFileInfo(file).completeBaseName();
    m_saved = record.workspace;
    m_expected = record;
    m_expected.measured.clear();
    m_changed.clear();
    m_edited = false;
    if (!copy)
        noteRecent(file);
    m_lab.apply(record.workspace, record.measured);
    updateEdited();
    keep();
    emit stateChanged();
    emit opened(file);
}

// The lab's own, and what is known of files that could not be opened.
WorkspaceRecord Document::record() const {
    WorkspaceRecord record = m_lab.record();
    record.program = QCoreApplication::applicationVersion().toStdString();
    for (const WorkspaceVariant& row : record.workspace.variants)
        if (const auto known = m_expected.models.find(row.variant.model); known != m_expected.models.end())
            record.models.insert(*known);
    if (!record.textDigest && record.workspace.text == m_expected.workspace.text)
        record.textDigest = m_expected.textDigest;
    return record;
}

bool Document::save() {
    if (m_file.isEmpty())
        return false;
    saveAs(m_file);
    return true;
}

void Document::saveAs(const QString& file) {
    m_saving = m_lab.workspace();
    m_lane.save(record(), QFileInfo(file).absoluteFilePath());
}

void Document::keep() {
    m_keeping.stop();
    if (!m_journal)
        return;
    WorkspaceRecord now = record();
    if (now.workspace.variants.empty() && m_file.isEmpty())
        return; // nothing was shown yet
    now.file = m_file.toStdString();
    now.edited = m_edited;
    const std::uint64_t measured = m_lab.measuredChanges();
    const qint64 time = QDateTime::currentMSecsSinceEpoch();
    const bool isNews = measured != m_keptMeasured, isTime = time - m_measuredKept >= kMeasuredPause;
    m_lane.keep(m_journal, std::move(now), isNews && isTime);
    if (isNews && isTime) {
        m_keptMeasured = measured;
        m_measuredKept = time;
    } else if (isNews) {
        m_keeping.start();
    }
}

void Document::finish() {
    m_measuredKept = 0;
    keep();
    m_keeping.stop();
    m_lane.finish();
}

void Document::noteRecent(const QString& file) {
    m_recent.add(file);
    emit recentChanged();
}

void Document::forgetRecent(const QString& file) {
    m_recent.remove(file);
    emit recentChanged();
}

QString Document::name() const {
    return m_name;
}

void Document::followLab(Changes changes) {
    updateEdited();
    if (changes & (kText | kVariants))
        lookForChangedFiles();
}

void Document::updateEdited() {
    const bool edited = !m_file.isEmpty() && m_lab.workspace() != m_saved;
    if (edited == m_edited)
        return;
    m_edited = edited;
    emit stateChanged();
}

void Document::lookForChangedFiles() {
    std::vector<ChangedFile> changed = ui::changedFiles(m_expected, m_lab);
    if (changed == m_changed)
        return;
    m_changed = std::move(changed);
    emit filesChanged(sentenceOf(m_changed));
}

void Document::found(const QString& path) {
    const std::filesystem::path beside = QFileInfo(path).absolutePath().toStdString();
    const std::vector<ChangedFile> changed = m_changed;
    bool isFirst = true;
    for (const ChangedFile& change : changed) {
        if (!change.isGone())
            continue;
        std::error_code ignored;
        const std::filesystem::path here = isFirst
                                               ? std::filesystem::path(QFileInfo(path).absoluteFilePath().toStdString())
                                               : beside / std::filesystem::path(change.path).filename();
        if (!std::exchange(isFirst, false) && !std::filesystem::exists(here, ignored))
            continue;
        if (change.what == ChangedFile::What::ModelGone) {
            if (const auto digest = m_expected.models.find(change.path); digest != m_expected.models.end())
                m_expected.models[here.string()] = digest->second;
            m_lab.replaceModel(change.path, here.string());
        } else {
            TextSource text = m_lab.workspace().text;
            text.file = here.string();
            m_expected.workspace.text = text;
            m_lab.openText(text);
        }
    }
}

} // namespace slopescope::ui
