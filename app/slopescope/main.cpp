// The window's program: arguments, one QApplication, one MainWindow. With --screenshot it shows the same window, waits
// for its first pictures and its whole curve, saves what it sees, prints the curve and ends. With --render it opens a
// workspace, writes one figure of it and ends.
#include "app/slopescope/quit_signals.h"
#include "app/slopescope/render.h"
#include "app/startup.h"
#include "core/base/error.h"
#include "core/record/journal.h"
#include "core/record/workspace_file.h"
#include "ui/document/document.h"
#include "ui/export/figure_file.h"
#include "ui/widgets/format.h"
#include "ui/window/main_window.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QFileInfo>
#include <QIcon>
#include <QLibraryInfo>
#include <QLocale>
#include <QRegularExpression>
#include <QSaveFile>
#include <QSettings>
#include <QTimer>
#include <QTranslator>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>
#include <optional>
#include <system_error>
#include <utility>

#include <sys/resource.h>

namespace {

using namespace slopescope;

QtMessageHandler g_handler = nullptr; // Qt's own
constexpr int kFault = 2;             // exit status, as the command-line program has it

[[noreturn]] void quitWith(const QString& sentence) {
    std::fprintf(stderr, "slopescope: %s\n", qUtf8Printable(sentence));
    std::exit(kFault);
}

// What is no Error: memory or threads that the system refuses. Nothing can be saved then; what the journal holds is at most a few
// seconds old.
[[noreturn]] void giveUp(const std::exception& fault) {
    const bool memory = dynamic_cast<const std::bad_alloc*>(&fault) != nullptr ||
                        dynamic_cast<const std::system_error*>(&fault) != nullptr; // no stack for a thread
    std::fprintf(stderr, "slopescope: %s\n",
                 memory ? "There is not enough memory to go on; the next start shows what was on the screen." : fault.what());
    std::fflush(nullptr);
    std::_Exit(kFault);
}

// Where less can be addressed than libraries and a window take, Qt paints nothing and says nothing.
void requireAddressSpace() {
    constexpr std::uint64_t kNeeded = std::uint64_t(3) << 29; // 1.5 GiB: LibTorch and Qt reserve most of it
    rlimit limit{};
    if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY && limit.rlim_cur < kNeeded)
        quitWith(QStringLiteral("The address space is limited to %1 (ulimit -v), and a window needs %2.")
                     .arg(ui::byteSize(std::int64_t(limit.rlim_cur)), ui::byteSize(std::int64_t(kNeeded))));
}

// An exception must not cross Qt's event loop.
class Program : public QApplication {
public:
    using QApplication::QApplication;

    bool notify(QObject* receiver, QEvent* event) override {
        try {
            return QApplication::notify(receiver, event);
        } catch (const std::exception& fault) {
            giveUp(fault);
        }
    }
};

// Beside the program where it is installed, in the sources where it is built.
std::filesystem::path findResources(const QString& chosen) {
    namespace fs = std::filesystem;
    std::error_code ignored;
    if (!chosen.isEmpty()) {
        if (!fs::is_directory(fs::path(chosen.toStdString()) / "models", ignored))
            quitWith(QCoreApplication::translate("main", "--resources %1 holds no folder models/.").arg(chosen));
        return fs::path(chosen.toStdString());
    }
    const fs::path here = QCoreApplication::applicationDirPath().toStdString();
    for (const fs::path& candidate : {here / "../share/slopescope", here / "resources", here / "../resources",
                                      fs::path(SLOPESCOPE_SOURCE_RESOURCES)}) {
        if (fs::is_directory(candidate / "models", ignored))
            return fs::canonical(candidate, ignored);
    }
    quitWith(
        QCoreApplication::translate("main", "The folder of bundled models is not found; name it with --resources."));
}

std::optional<QSize> parseSize(const QString& text) {
    static const QRegularExpression form(QStringLiteral("^(\\d{3,5})x(\\d{3,5})$"));
    const auto match = form.match(text);
    if (!match.hasMatch())
        return {};
    return QSize(match.captured(1).toInt(), match.captured(2).toInt());
}

void printCurves(ui::Lab& lab) {
    const auto& curves = lab.curves()->curves;
    for (std::size_t i = 0; i < curves.size(); ++i) {
        std::printf("%s%s\n", i > 0 ? "\n" : "", qUtf8Printable(lab.nameOf(lab.curveIds()[i])));
        if (!curves[i].fault.empty()) {
            std::printf("  %s\n", curves[i].fault.c_str());
            continue;
        }
        std::printf("%8s  %12s  %10s  %10s  %10s\n", "length", "perplexity", "nll", "std.error", "tokens");
        for (const CurvePoint& point : curves[i].points) {
            if (!point.unavailable.empty())
                std::printf("%8lld  %s\n", static_cast<long long>(point.length), point.unavailable.c_str());
            else
                std::printf("%8lld  %12.3f  %10.4f  %10.4f  %10lld\n", static_cast<long long>(point.length),
                            point.perplexity, point.nll, point.standardError, static_cast<long long>(point.tokens));
        }
    }
}

// Writes the whole file or none. Throws Error: it cannot be written.
void savePicture(ui::MainWindow& window, const QString& file) {
    if (ui::formatOf(file) == ui::FigureFormat::Png) { // as many pixels as the window has
        QSaveFile out(file);
        if (!out.open(QIODevice::WriteOnly) || !window.grab().save(&out, "PNG") || !out.commit())
            throw Error("The picture cannot be written to " + file.toStdString() + ".");
        return;
    }
    ui::FigureOptions options;
    options.width = window.width() / ui::kPixelsPerInch;
    options.captioned = false;
    const ui::FigureDesk desk = window.figureDesk();
    ui::writeFigure(*desk.figure(ui::FigureKind::Window), {}, file, options);
}

// Ends the program once the window has nothing left to wait for.
void takeScreenshot(ui::MainWindow& window, const QString& file) {
    ui::Lab& lab = window.lab();
    const auto fail = [](const QString& sentence) {
        std::fprintf(stderr, "slopescope: %s\n", qUtf8Printable(sentence));
        QCoreApplication::exit(kFault);
    };
    QObject::connect(&lab, &ui::Lab::failed, &window, [fail](ui::Task, const QString& sentence) { fail(sentence); });
    QObject::connect(&window.document(), &ui::Document::openFailed, &window,
                     [fail](const QString&, const QString& sentence) { fail(sentence); });
    auto* const lastLook = new QTimer(&window); // a resize may still ask for other pixels
    lastLook->setSingleShot(true);
    lastLook->setInterval(std::chrono::milliseconds(300));
    QObject::connect(&lab, &ui::Lab::settled, lastLook, [lastLook] {
        if (!lastLook->isActive())
            lastLook->start();
    });
    QObject::connect(lastLook, &QTimer::timeout, &window, [&window, &lab, file] {
        if (!lab.isSettled())
            return; // it says so again
        try {
            savePicture(window, file);
        } catch (const Error& error) {
            std::fprintf(stderr, "slopescope: %s\n", error.what());
            return QCoreApplication::exit(kFault);
        }
        printCurves(lab);
        QCoreApplication::exit(0);
    });
}

struct Arguments {
    ui::LaunchOptions launch;
    QStringList files; // models and texts
    QString screenshot;
    QSize size{1600, 1000};
    std::optional<ui::ThemeMode> theme;
    std::optional<Rendering> rendering;
};

qint64 tokensOf(const QCommandLineParser& parser, const QCommandLineOption& option) {
    if (!parser.isSet(option))
        return 0;
    const qint64 tokens = parser.value(option).toLongLong();
    if (tokens < 1)
        quitWith(QStringLiteral("--%1 %2 is no number of tokens.").arg(option.names().first(), parser.value(option)));
    return tokens;
}

Arguments readArguments() {
    QCommandLineParser parser;
    parser.setApplicationDescription("A laboratory for length extrapolation in transformers");
    const QCommandLineOption resources("resources", "Folder that holds models/ and text/.", "folder");
    const QCommandLineOption model("model", "Model to open: a folder, a GGUF file or the name of a bundled one. May be given "
                                            "several times: the models are compared.", "model");
    const QCommandLineOption text("text", "Text to open.", "file");
    const QCommandLineOption length("length", "Tokens on view.", "tokens");
    const QCommandLineOption sweep("sweep", "Longest length of the curve.", "tokens");
    const QCommandLineOption theme("theme", "system, light or dark.", "theme");
    const QCommandLineOption screenshot("screenshot", "Save a picture of the window once it is complete, and end.",
                                        "file");
    const QCommandLineOption size("size", "Of that picture, such as 1600x1000.", "size");
    const RenderOptions render;
    parser.addOptions({resources, model, text, length, sweep, theme, screenshot, size});
    parser.addOptions(render.all());
    parser.addPositionalArgument("file", "A workspace, models' folders, GGUF files or a text to open.", "[file...]");
    parser.addHelpOption();
    parser.addVersionOption();
    if (!parser.parse(QCoreApplication::arguments()))
        quitWith(parser.errorText());
    parser.process(*QCoreApplication::instance()); // help and version

    Arguments arguments;
    arguments.launch.resources = findResources(parser.value(resources));
    arguments.launch.models = parser.values(model);
    arguments.files = parser.positionalArguments();
    for (const QString& file : std::as_const(arguments.files))
        if (!QFileInfo::exists(file))
            quitWith(QStringLiteral("There is no file or folder %1.").arg(file));
    const auto workspace = std::find_if(arguments.files.begin(), arguments.files.end(),
                                        [](const QString& file) { return isWorkspaceFile(file.toStdString()); });
    if (workspace != arguments.files.end())
        arguments.launch.workspace = arguments.files.takeAt(workspace - arguments.files.begin());
    arguments.launch.text = parser.value(text);
    arguments.screenshot = parser.value(screenshot);
    if (const auto format = ui::formatOf(arguments.screenshot);
        !arguments.screenshot.isEmpty() && (!format || !ui::isPicture(*format)))
        quitWith(QStringLiteral("--screenshot %1: its name must end in .png, .pdf or .svg.").arg(arguments.screenshot));
    arguments.rendering = render.read(parser);
    arguments.launch.length = tokensOf(parser, length);
    arguments.launch.sweepLength = tokensOf(parser, sweep);
    if (parser.isSet(size)) {
        const auto wanted = parseSize(parser.value(size));
        if (!wanted)
            quitWith(QStringLiteral("--size %1 is no size; write it as 1600x1000.").arg(parser.value(size)));
        arguments.size = *wanted;
    }
    if (parser.isSet(theme)) {
        const int mode = QStringList{"system", "light", "dark"}.indexOf(parser.value(theme));
        if (mode < 0)
            quitWith(QStringLiteral("--theme %1 is none of system, light and dark.").arg(parser.value(theme)));
        arguments.theme = static_cast<ui::ThemeMode>(mode);
    }
    return arguments;
}

int run() {
    Arguments arguments = readArguments();
    const bool picture = !arguments.screenshot.isEmpty(), unseen = picture || arguments.rendering;
    QSettings settings;
    if (!unseen)
        arguments.launch.state = stateFolder();
    ui::MainWindow window(arguments.launch, unseen ? nullptr : &settings);
    if (arguments.theme)
        window.setTheme(*arguments.theme);
    else if (arguments.rendering)
        window.setTheme(ui::ThemeMode::Light);
    if (unseen)
        window.resize(arguments.size);
    if (arguments.rendering)
        startRendering(window, *arguments.rendering);
    else if (picture)
        takeScreenshot(window, arguments.screenshot);
    for (const QString& file : arguments.files)
        window.openFile(file);
    window.show();
    const QuitSignals quitSignals([&window](int signal) {
        for (QWidget* const other : QApplication::topLevelWidgets()) // dialogs and menus first
            if (other != &window && other->isVisible())
                other->close();
        window.close();
        QCoreApplication::exit(128 + signal);
    });
    return QApplication::exec();
}

// The window speaks the system's language where there is a translation, Qt's own dialogs too.
void installTranslations(QApplication& application) {
    const auto install = [&](const QString& name, const QString& folder) {
        auto* translator = new QTranslator(&application);
        if (translator->load(QLocale(), name, "_", folder))
            QApplication::installTranslator(translator);
    };
    install("qtbase", QLibraryInfo::path(QLibraryInfo::TranslationsPath));
    install("slopescope", ":/translations");
}

// The offscreen platform remarks on every window that it has no window manager to tell about.
void dropRemarks(QtMsgType type, const QMessageLogContext& context, const QString& message) {
    if (!message.startsWith(QLatin1String("This plugin does not support")))
        g_handler(type, context, message);
}

} // namespace

int main(int argc, char** argv) {
    slopescope::prepareProcess(argc, argv);
    const bool noScreen = qEnvironmentVariableIsEmpty("DISPLAY") && qEnvironmentVariableIsEmpty("WAYLAND_DISPLAY");
    const bool picture = std::any_of(argv, argv + argc, [](const char* one) {
        const QByteArrayView argument(one);
        return argument.startsWith("--screenshot") || argument.startsWith("--render") || argument.startsWith("--figure");
    });
    if (picture && noScreen && qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM"))
        qputenv("QT_QPA_PLATFORM", "offscreen");

    g_handler = qInstallMessageHandler(dropRemarks);
    const auto names = [] {
        QCoreApplication::setOrganizationName("Slopescope");
        QCoreApplication::setApplicationName("Slopescope");
        QCoreApplication::setApplicationVersion(SLOPESCOPE_VERSION);
    };
    const bool onlyWords = std::any_of(argv, argv + argc, [](const char* one) {
        const QByteArrayView word(one);
        return word == "--help" || word == "-h" || word == "--help-all" || word == "--version" || word == "-v";
    });
    if (onlyWords) { // help and version need no display
        QCoreApplication application(argc, argv);
        names();
        readArguments(); // which prints and ends
    }
    requireAddressSpace();
    Program application(argc, argv);
    Q_INIT_RESOURCE(slopescope); // of a static library
    installTranslations(application);
    names();
    QApplication::setDesktopFileName("slopescope");
    QApplication::setWindowIcon(QIcon(":/slopescope/icons/slopescope.svg"));
    try {
        return run();
    } catch (const slopescope::Error& error) {
        quitWith(QString::fromStdString(error.what()));
    } catch (const std::exception& fault) {
        giveUp(fault);
    }
}
