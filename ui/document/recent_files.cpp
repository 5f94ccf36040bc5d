#include "ui/document/recent_files.h"

#include <QDir>
#include <QFileInfo>
#include <QSettings>

namespace slopescope::ui {
namespace {

constexpr const char* kKey = "recent";

} // namespace

RecentFiles::RecentFiles(QSettings* settings) : m_settings(settings) {
    if (m_settings != nullptr)
        m_files = m_settings->value(kKey).toStringList();
    m_files.removeAll(QString());
    m_files = m_files.mid(0, kMost);
}

void RecentFiles::add(const QString& file) {
    const QString whole = QDir::cleanPath(QFileInfo(file).absoluteFilePath());
    m_files.removeAll(whole);
    m_files.prepend(whole);
    m_files = m_files.mid(0, kMost);
    write();
}

void RecentFiles::remove(const QString& file) {
    m_files.removeAll(file);
    write();
}

void RecentFiles::write() {
    if (m_settings != nullptr)
        m_settings->setValue(kKey, m_files);
}

QString RecentFiles::title(const QString& file) {
    const QFileInfo info(file);
    QString folder = info.path();
    if (folder == QDir::homePath() || folder.startsWith(QDir::homePath() + QLatin1Char('/')))
        folder.replace(0, QDir::homePath().size(), QLatin1Char('~'));
    QString title = info.fileName() + QStringLiteral(" – ") + folder;
    return title.replace(QLatin1Char('&'), QLatin1String("&&"));
}

} // namespace slopescope::ui
