// slopescope --render: opens a workspace where nobody sees it, computes what is missing, writes one figure and ends.
// Called by main, on the window's thread.
#pragma once

#include "core/record/workspace_record.h"
#include "ui/export/figure_desk.h"
#include "ui/export/figure_file.h"

#include <QCommandLineOption>

class QCommandLineParser;

namespace slopescope {

namespace ui {
class MainWindow;
}

struct Rendering {
    WorkspaceRecord record;
    ui::FigureKind figure = ui::FigureKind::Curves;
    QString out;
    ui::FigureOptions options;
};

// The options of the command line, and what they say.
class RenderOptions {
public:
    RenderOptions();

    QList<QCommandLineOption> all() const;
    // Nothing: no figure is asked for. Throws Error: no such file, figure, format, width or folder.
    std::optional<Rendering> read(const QCommandLineParser& parser) const;

private:
    QCommandLineOption m_file, m_figure, m_out, m_width, m_resolution, m_noCaption;
};

// Shows the workspace in the window, and ends the program once the figure is written: with 0, or with 2 and one
// sentence.
void startRendering(ui::MainWindow& window, const Rendering& rendering);

} // namespace slopescope
