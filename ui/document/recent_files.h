// The files and folders that were opened or saved last, newest first, remembered in the settings. Window's thread.
#pragma once

#include <QString>
#include <QStringList>

class QSettings;

namespace slopescope::ui {

class RecentFiles {
public:
    static constexpr int kMost = 9; // as many as there are keys

    explicit RecentFiles(QSettings* settings); // null: remembered by nobody

    const QStringList& files() const { return m_files; }
    void add(const QString& file);
    void remove(const QString& file);

    // "paper.slopescope – /home/x/figures", with & doubled, as a menu wants it.
    static QString title(const QString& file);

private:
    void write();

    QSettings* m_settings;
    QStringList m_files;
};

} // namespace slopescope::ui
