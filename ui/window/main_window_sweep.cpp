// The part of the main window that runs sweeps and shows their curves.
#include "ui/window/main_window.h"

#include "ui/widgets/format.h"
#include "ui/widgets/notice_strip.h"
#include "ui/slopes/position_picker.h"
#include "ui/slopes/slope_editor.h"
#include "ui/window/status_line.h"

#include <QAction>
#include <QActionGroup>
#include <QMenu>
#include <QPushButton>

#include <algorithm>

namespace slopescope::ui {
namespace {

constexpr std::int64_t kShortestLength = 32;
constexpr std::int64_t kShortestSweep = 256;
// What a sweep scores at most, a whole curve while one waits: so many windows of the longest length, more where those are
// short and would leave the shortest lengths to chance.
constexpr std::int64_t kWindows = 12;
constexpr std::int64_t kTokens = 16384;

} // namespace

std::int64_t MainWindow::sweepLength() const {
    std::int64_t longest = kShortestSweep;
    const std::int64_t tokens = m_text ? std::ssize(m_text->tokens) : 0;
    while (2 * longest <= m_wantedSweep && 2 * longest < tokens)
        longest *= 2;
    return longest;
}

void MainWindow::setSweepLength(std::int64_t length) {
    m_wantedSweep = length;
    updateSweepActions();
}

void MainWindow::startSweep() {
    if (!m_model || !m_text)
        return;
    CurveRequest request;
    request.positions = m_view.positions;
    if (m_slopes->edited())
        request.slopes = m_slopes->slopes();
    const std::int64_t longest = sweepLength();
    for (std::int64_t length = kShortestLength; length <= longest; length *= 2)
        request.lengths.push_back(length);
    request.maxTokens = std::max(kTokens, kWindows * longest);
    m_sweep = {m_model->directory, request.positions, request.slopes, curveLabel(), {}};
    m_curve.reset();
    m_sweeping = true;
    m_curves->setStale(true);
    m_status->beginSweep();
    m_notice->takeBack(static_cast<int>(Task::Sweep));
    m_engine->sweep(request);
    updateSweepActions();
}

void MainWindow::sweepAfterEdit() {
    const SlopeTable slopes = m_slopes->edited() ? m_slopes->slopes() : SlopeTable();
    const bool measured = m_sweeping || (m_curve && m_curve->complete);
    if (!measured || !m_sweep.sameStudy({m_model->directory, m_view.positions, slopes, {}, {}}))
        startSweep();
    else
        m_curves->setStale(!m_curve); // back where it began
}

void MainWindow::stopSweep() {
    m_engine->stopSweep();
}

void MainWindow::toggleSweep() {
    if (m_sweeping)
        stopSweep();
    else
        startSweep();
}

void MainWindow::endSweep(bool complete) {
    m_sweeping = false;
    m_curves->setStale(false);
    m_status->endSweep(complete);
    updateSweepActions();
    if (isSettled())
        emit settled();
}

QString MainWindow::curveLabel() const {
    if (const QString other = m_positions->name(); !other.isEmpty())
        return m_slopes->edited() ? tr("%1, edited").arg(other) : other;
    if (m_slopes->edited())
        return tr("edited slopes");
    return m_slopes->available() ? tr("as trained") : QString::fromStdString(m_model->positions);
}

void MainWindow::showCurve(const CurveResult& curve) {
    m_curve = curve;
    m_sweep.curve = curve;
    // The curve before stays, in grey, unless this is the same study once more.
    if (!m_shown || !m_shown->sameStudy(m_sweep)) {
        m_curves->clear();
        if (m_whole && !m_whole->sameStudy(m_sweep))
            m_curves->setPrevious(previousLabel(*m_whole), m_whole->curve);
    }
    m_shown = m_sweep;
    m_curves->setStale(false);
    m_curves->setRemark(m_sweep.positions == PositionOverride() ? QString() : tr("%1: not as trained").arg(m_sweep.label));
    m_curves->setCurve(m_sweep.label, curve, methodColour(QString::fromStdString(m_model->positions)));
    if (curve.complete)
        m_whole = m_sweep;
}

QString MainWindow::previousLabel(const Sweep& sweep) const {
    if (sweep.model != m_model->directory)
        return QString::fromStdString(sweep.model.filename().string());
    return sweep.slopes.empty() || sweep.positions != m_sweep.positions ? sweep.label : tr("before");
}

void MainWindow::forgetCurves() {
    m_engine->stopSweep();
    m_shown.reset();
    m_whole.reset();
    m_curve.reset();
    m_curves->clear();
}

void MainWindow::updateSweepActions() {
    const bool ready = m_model && m_text;
    const QString length = grouped(sweepLength());
    m_sweepAction->setText(tr("Sweep to %1").arg(length));
    m_sweepButton->setText(m_sweepAction->text());
    m_sweepAction->setEnabled(ready);
    m_sweepButton->setEnabled(ready);
    m_stopAction->setEnabled(m_sweeping);
    m_stopButton->setEnabled(m_sweeping);

    const std::int64_t tokens = m_text ? std::ssize(m_text->tokens) : 0;
    for (QAction* const action : m_sweepLengths->actions()) {
        const auto choice = action->data().toLongLong();
        action->setEnabled(choice < tokens);
        action->setChecked(choice == sweepLength());
    }
}

} // namespace slopescope::ui
