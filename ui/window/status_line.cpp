#include "ui/window/status_line.h"

#include "ui/lab/lab.h"
#include "ui/widgets/format.h"
#include "ui/widgets/theme.h"

#include <QLabel>
#include <QLocale>
#include <QProgressBar>

#include <algorithm>
#include <cmath>

namespace slopescope::ui {
namespace {

constexpr double kEnoughToExtrapolate = 0.05; // of a sweep

QString milliseconds(double seconds) {
    const double ms = seconds * 1000;
    return QLocale().toString(ms, 'f', ms < 10 ? 1 : 0);
}

} // namespace

QString kernelTitle(const std::string& kernel) {
    if (kernel.rfind("avx3", 0) == 0)
        return QStringLiteral("AVX-512");
    if (kernel.rfind("avx2", 0) == 0)
        return QStringLiteral("AVX2");
    if (kernel.rfind("neon", 0) == 0)
        return QStringLiteral("NEON");
    return QString::fromStdString(kernel);
}

StatusLine::StatusLine(QWidget* parent)
    : QStatusBar(parent), m_badge(new QLabel(this)), m_map(new QLabel(this)), m_visited(new QLabel(this)),
      m_kernel(new QLabel(this)), m_work(new QLabel(this)), m_sweep(new QLabel(this)), m_left(new QLabel(this)),
      m_progress(new QProgressBar(this)) {
    setSizeGripEnabled(false);
    setContentsMargins(kGrid, 0, kGrid, 0);
    setLook(m_badge, "chip");
    addWidget(m_badge);
    for (QLabel* const label : {m_map, m_visited, m_kernel, m_work}) {
        setLook(label, "soft");
        label->setContentsMargins(kGrid, 0, 0, 0);
        addWidget(label);
    }
    for (QLabel* const label : {m_sweep, m_left}) {
        setLook(label, "soft");
        label->setContentsMargins(kGrid, 0, kGrid, 0);
    }
    m_progress->setRange(0, 1000);
    m_progress->setTextVisible(false);
    m_progress->setFixedWidth(200);
    m_progress->setAccessibleName(tr("Progress of the sweep"));
    for (QLabel* const label : {m_map, m_visited, m_kernel, m_work, m_sweep, m_left})
        label->setMinimumWidth(1); // a long sentence must not widen the window
    addPermanentWidget(m_sweep);
    addPermanentWidget(m_progress);
    addPermanentWidget(m_left);
    m_progress->hide();
    setComputing(tr("opening"));
}

void StatusLine::attach(Lab& lab) {
    connect(&lab, &Lab::mapReady, this, [this](int side, const std::shared_ptr<const MapResult>& map) {
        if (side == 0)
            setMap(*map);
    });
    connect(&lab, &Lab::waiting, this, [this, &lab](bool map, bool) {
        if (map && lab.mapIsComing())
            setComputing(tr("computing"));
    });
    connect(&lab, &Lab::failed, this, [this](Task task, const QString& sentence) {
        if (task == Task::Forward || task == Task::Map)
            setFailed(sentence);
    });
    connect(&lab, &Lab::progress, this, [this](Task task, double fraction, const QString& what) {
        task == Task::Sweep ? setSweep(what, fraction) : setWork(what, fraction);
    });
    connect(&lab, &Lab::taskEnded, this, [this](Task) { setWork({}, 0); });
    connect(&lab, &Lab::sweepStarted, this, &StatusLine::beginSweep);
    connect(&lab, &Lab::sweepEnded, this, &StatusLine::endSweep);
}

void StatusLine::setBadge(const char* look, const QString& text, const QString& meaning) {
    setLook(m_badge, look);
    m_badge->setText(text);
    m_badge->setToolTip(meaning);
}

void StatusLine::setMap(const MapResult& map) {
    if (map.freshness == Freshness::Exact)
        setBadge("chip-good", tr("exact"), tr("Every pixel of the map is computed from the slopes on screen."));
    else if (map.freshness == Freshness::Draft)
        setBadge("chip-warn", tr("draft"), tr("Estimated from a sample of the queries; the exact map follows."));
    else
        setBadge("chip-warn", tr("preview: q and k from before the edit"),
                 tr("The edit below this layer has not reached its q and k yet; the exact map follows when the slope rests."));
    m_map->setText(tr("map %1 ms").arg(milliseconds(map.seconds)));
    m_visited->setText(tr("blocks visited %1 %").arg(qRound(map.visited * 100)));
    m_visited->setToolTip(tr("Share of the attention blocks that had to be computed; the others provably cannot matter."));
    m_kernel->setText(tr("kernel: %1").arg(kernelTitle(map.kernel)));
}

void StatusLine::setComputing(const QString& what) {
    setBadge("chip", tr("%1…").arg(what), tr("The dimmed picture answers the question before."));
}

void StatusLine::setFailed(const QString& sentence) {
    setBadge("chip-bad", tr("not computed"), sentence);
}

void StatusLine::setWork(const QString& what, double fraction) {
    m_work->setText(what.isEmpty() ? QString() : tr("%1 · %2 %").arg(what).arg(qRound(fraction * 100)));
}

void StatusLine::beginSweep() {
    m_sinceSweep.start();
    m_progress->setValue(0);
    m_progress->show();
    m_sweep->setText(tr("Sweep"));
    m_left->clear();
}

void StatusLine::setSweep(const QString& what, double fraction) {
    m_sweep->setText(tr("Sweep: %1").arg(what));
    m_progress->setValue(qRound(fraction * m_progress->maximum()));
    if (fraction < kEnoughToExtrapolate || fraction >= 1) { // what is filled up then has no end that is known
        m_left->clear();
        return;
    }
    const double left = static_cast<double>(m_sinceSweep.elapsed()) / 1000 * (1 - fraction) / fraction;
    m_left->setText(left < 100 ? tr("about %1 s left").arg(std::max(1, static_cast<int>(std::lround(left))))
                               : tr("about %1 min left").arg(std::lround(left / 60)));
}

void StatusLine::endSweep(bool complete) {
    m_progress->hide();
    m_left->clear();
    const double seconds = m_sinceSweep.isValid() ? static_cast<double>(m_sinceSweep.elapsed()) / 1000 : 0;
    m_sweep->setText(complete ? tr("Sweep done in %1 s").arg(QLocale().toString(seconds, 'f', seconds < 10 ? 1 : 0))
                              : tr("Sweep stopped"));
}

} // namespace slopescope::ui
