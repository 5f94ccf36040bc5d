#include "app/slopescope/render.h"

#include "core/base/error.h"
#include "core/record/workspace_file.h"
#include "ui/window/main_window.h"

#include <QCommandLineParser>
#include <QFileInfo>
#include <QRegularExpression>
#include <QTimer>

#include <chrono>
#include <cstdio>

namespace slopescope {
namespace {

constexpr int kFault = 2;                   // exit status
constexpr std::int64_t kShortestCurve = 64; // tokens

[[noreturn]] void refuse(const QString& sentence) {
    throw Error(sentence.toStdString());
}

double widthOf(const QString& text) {
    static const QRegularExpression form(QStringLiteral("^([0-9]*\\.?[0-9]+)(in|cm|mm|pt)$"));
    const auto match = form.match(text);
    const QString unit = match.captured(2);
    const double perInch = unit == u"in" ? 1 : unit == u"cm" ? 2.54 : unit == u"mm" ? 25.4 : 72;
    const double inches = match.captured(1).toDouble() / perInch;
    if (!match.hasMatch() || inches < ui::kNarrowestPage || inches > ui::kWidestPage)
        refuse(QStringLiteral("--width %1 is no width from %2in to %3in; write it as 3.3in, 84mm or 8.4cm.")
                   .arg(text)
                   .arg(ui::kNarrowestPage)
                   .arg(ui::kWidestPage));
    return inches;
}

void requireWritable(const QString& out) {
    const QFileInfo file(out), folder(file.absolutePath());
    if (!folder.isDir() || !folder.isWritable())
        refuse(QStringLiteral("%1 cannot be written: %2 is no folder that can be written to.")
                   .arg(out, folder.filePath()));
    if (file.isDir())
        refuse(QStringLiteral("%1 cannot be written: it is a folder.").arg(out));
}

bool isOfCurves(ui::FigureKind figure) {
    return figure == ui::FigureKind::Curves || figure == ui::FigureKind::Contexts ||
           figure == ui::FigureKind::Differences || figure == ui::FigureKind::Window;
}

// What the figure does not need is not computed.
WorkspaceRecord recordFor(const Rendering& rendering) {
    WorkspaceRecord record = rendering.record;
    Workspace& workspace = record.workspace;
    if (!isOfCurves(rendering.figure)) {
        for (WorkspaceVariant& row : workspace.variants)
            row.visible = workspace.a() == &row;
        workspace.measurement = {Protocol::OnePass, kShortestCurve, 1, 0};
        record.measured.clear();
    }
    if (rendering.figure == ui::FigureKind::Tokens)
        workspace.curves.axis = CurveAxis::Token;
    return record;
}

} // namespace

RenderOptions::RenderOptions()
    : m_file("render", "Open a workspace without a display, write one figure of it, and end.", "workspace"),
      m_figure("figure", "Which: map, heads, table, profile, decay, curves, contexts, differences, tokens or window.", "name"),
      m_out("out", "Its file: .pdf, .svg or .png of the picture; .csv, .json or .npy of the numbers.", "file"),
      m_width("width", "Its width, such as 3.3in (the default) or 84mm.", "width"),
      m_resolution("resolution", "Dots per inch of a .png; default: 300.", "dots"),
      m_noCaption("no-caption", "Without the caption below it.") {}

QList<QCommandLineOption> RenderOptions::all() const {
    return {m_file, m_figure, m_out, m_width, m_resolution, m_noCaption};
}

std::optional<Rendering> RenderOptions::read(const QCommandLineParser& parser) const {
    if (!parser.isSet(m_file)) {
        for (const QCommandLineOption& option : {m_figure, m_out, m_width, m_resolution, m_noCaption})
            if (parser.isSet(option))
                refuse(QStringLiteral("--%1 says how a figure is written; --render says of which workspace.")
                           .arg(option.names().first()));
        return std::nullopt;
    }
    Rendering rendering;
    const auto figure = ui::figureNamed(parser.value(m_figure));
    if (!figure) {
        QStringList names;
        for (const ui::FigureKind kind : ui::figureKinds())
            names += ui::figureName(kind);
        refuse(QStringLiteral("--figure %1 is none of %2.").arg(parser.value(m_figure), names.join(", ")));
    }
    rendering.figure = *figure;
    rendering.out = parser.value(m_out);
    if (!ui::formatOf(rendering.out))
        refuse(
            QStringLiteral("--out %1: its name must end in .pdf, .svg, .png, .csv, .json or .npy.").arg(rendering.out));
    requireWritable(rendering.out);
    if (parser.isSet(m_width))
        rendering.options.width = widthOf(parser.value(m_width));
    if (parser.isSet(m_resolution)) {
        rendering.options.resolution = parser.value(m_resolution).toInt();
        if (rendering.options.resolution < 30 || rendering.options.resolution > 2400)
            refuse(QStringLiteral("--resolution %1 is no number of dots per inch from 30 to 2400.")
                       .arg(parser.value(m_resolution)));
    }
    rendering.options.captioned = !parser.isSet(m_noCaption);
    const QString file = parser.value(m_file);
    rendering.record = openWorkspaceFile(file.toStdString());
    if (rendering.record.workspace.variants.empty())
        refuse(QStringLiteral("%1 holds no variant to show.").arg(file));
    return rendering;
}

void startRendering(ui::MainWindow& window, const Rendering& rendering) {
    ui::Lab& lab = window.lab();
    const auto fail = [](const QString& sentence) {
        std::fprintf(stderr, "slopescope: %s\n", qUtf8Printable(sentence));
        QCoreApplication::exit(kFault);
    };
    const WorkspaceRecord record = recordFor(rendering);
    lab.apply(record.workspace, record.measured);
    if (rendering.figure == ui::FigureKind::Table)
        lab.showHeadTable(true);
    QObject::connect(&lab, &ui::Lab::failed, &window, [fail](ui::Task, const QString& sentence) { fail(sentence); });
    auto* const lastLook = new QTimer(&window); // a panel may still ask for other pixels
    lastLook->setSingleShot(true);
    lastLook->setInterval(std::chrono::milliseconds(300));
    const auto look = [&lab, lastLook, figure = rendering.figure] {
        const bool filled = !isOfCurves(figure) || (lab.curves() && lab.curves()->filled) || !lab.sweeping();
        if (lab.isSettled() && filled && !lastLook->isActive())
            lastLook->start();
    };
    for (const auto signal : {&ui::Lab::settled, &ui::Lab::curvesChanged})
        QObject::connect(&lab, signal, lastLook, look);
    QObject::connect(&lab, &ui::Lab::sweepEnded, lastLook, look);
    QObject::connect(lastLook, &QTimer::timeout, &window, [&window, &lab, rendering, fail] {
        if (!lab.isSettled())
            return; // it says so again
        try {
            const ui::FigureDesk desk = window.figureDesk();
            ui::FigureOptions options = rendering.options;
            options.dark = ui::themeMode() == ui::ThemeMode::Dark;
            ui::writeFigure(*desk.figure(rendering.figure), desk.caption(rendering.figure), rendering.out, options);
        } catch (const Error& error) {
            return fail(QString::fromUtf8(error.what()));
        }
        QCoreApplication::exit(0);
    });
}

} // namespace slopescope
