// slopescope-cli: everything the window measures, without a window.
#include "app/slopescope-cli/verbs.h"
#include "app/startup.h"

#include "core/error.h"
#include "core/threads.h"

#include <CLI/CLI.hpp>

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <new>
#include <stop_token>

namespace {

std::stop_source g_stop;

// Beside the program when installed, in the source tree when built by hand.
std::string findResources() {
    std::error_code ignored;
    const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path();
    const std::filesystem::path installed = program / "../share/slopescope";
    return std::filesystem::exists(installed / "models", ignored) ? installed.string() : SLOPESCOPE_SOURCE_RESOURCES;
}

} // namespace

int main(int argc, char** argv) {
    slopescope::prepareProcess(argc, argv);
    // A second Ctrl+C ends the program at once.
    std::signal(SIGINT, [](int) {
        g_stop.request_stop();
        std::signal(SIGINT, SIG_DFL);
    });

    slopescope::cli::Context context;
    context.resources = findResources();
    context.job = slopescope::Job(g_stop.get_token());
    for (int i = 0; i < argc; ++i)
        context.commandLine += (i ? " " : "") + std::string(i ? argv[i] : "slopescope-cli");

    CLI::App app{"Measures length extrapolation in transformer language models.", "slopescope-cli"};
    app.require_subcommand(1);
    app.fallthrough();
    app.add_flag("--json", context.json, "Print JSON");
    app.add_option("--threads", context.threads, "Threads to compute on; default: all")->check(CLI::Range(1, 4096));
    app.add_option("--resources", context.resources, "Folder with models/ and text/");
    app.parse_complete_callback([&] { slopescope::useThreads(context.threads); });
    slopescope::cli::addTrain(app, context);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& fault) {
        return app.exit(fault) ? 2 : 0;
    } catch (const slopescope::Cancelled&) {
        std::fprintf(stderr, "slopescope-cli: stopped.\n");
        return 130;
    } catch (const slopescope::Error& fault) {
        std::fprintf(stderr, "slopescope-cli: %s\n", fault.what());
        return 2;
    } catch (const std::bad_alloc&) {
        std::fprintf(stderr, "slopescope-cli: there is not enough memory for this.\n");
        return 2;
    } catch (const std::exception& fault) {
        std::fprintf(stderr, "slopescope-cli: %s\n", fault.what());
        return 2;
    }
    return 0;
}
