// The part of the main window that takes figures out of it.
#include "ui/export/export_actions.h"
#include "ui/widgets/notice_strip.h"
#include "ui/window/main_window.h"

namespace slopescope::ui {
namespace {

constexpr int kExport = -5; // a topic of the notice strip beside the Tasks

} // namespace

FigureDesk MainWindow::figureDesk() {
    return {m_lab, this, m_map, m_heads, m_profile, m_slopes, m_curves, m_headTable};
}

void MainWindow::buildExportMenu(QMenu* menu) {
    m_export = new ExportActions(figureDesk(), m_settings, this);
    m_export->addTo(menu);
    connect(m_export, &ExportActions::failed, this,
            [this](const QString& sentence) { m_notice->say(kExport, sentence); });
    connect(m_export, &ExportActions::succeeded, this, [this] { m_notice->takeBack(kExport); });
}

} // namespace slopescope::ui
