// The line at the bottom of the window: whether the picture is exact, what it cost, and how far the sweep is. Window's thread.
#pragma once

#include "core/session.h"

#include <QElapsedTimer>
#include <QStatusBar>

class QLabel;
class QProgressBar;

namespace slopescope::ui {

// "AVX-512" for "avx3": a kernel by the name that people know.
QString kernelTitle(const std::string& kernel);

class Lab;

class StatusLine : public QStatusBar {
    Q_OBJECT
public:
    explicit StatusLine(QWidget* parent = nullptr);

    void attach(Lab& lab);

    void setMap(const MapResult& map);
    void setComputing(const QString& what); // the picture on screen answers an older question
    void setFailed(const QString& sentence);     // and nothing newer is on its way
    void setWork(const QString& what, double fraction); // an opening or a forward; empty: none
    void beginSweep();
    void setSweep(const QString& what, double fraction);
    void endSweep(bool complete);

private:
    void setBadge(const char* look, const QString& text, const QString& meaning);

    QLabel *m_badge, *m_map, *m_visited, *m_kernel, *m_work;
    QLabel *m_sweep, *m_left;
    QProgressBar* m_progress;
    QElapsedTimer m_sinceSweep;
};

} // namespace slopescope::ui
