// slopescope-cli: everything the window measures, without a window.
#include "app/slopescope-cli/verbs.h"
#include "app/startup.h"

#include "core/device.h"
#include "core/base/error.h"
#include "core/base/bytes_text.h"
#include "core/base/in_quotes.h"
#include "core/base/memory_fault.h"
#include "core/threads.h"

#include <CLI/CLI.hpp>

#include <csignal>
#include <cstdio>
#include <filesystem>
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

void addCommonOptions(CLI::App& app, slopescope::cli::Context& context) {
    app.add_flag("--json", context.json, "Print JSON, on one line");
    app.add_option("--device", context.device, "Where to compute: cpu, cuda, cuda:1, ...")->capture_default_str()->type_name("NAME");
    app.add_option("--threads", context.threads, "Threads to compute on; default: all")
        ->check(CLI::Range(1, 4096).description(""))
        ->type_name("N");
    app.add_option("--resources", context.resources, "Folder of the bundled models/ and text/")->type_name("FOLDER");
}

// The help of a verb ends with the options that it shares with all others.
void nameCommonOptions(CLI::App& app) {
    for (CLI::App* verb : app.get_subcommands([](const CLI::App*) { return true; })) {
        const std::string own = verb->get_footer();
        verb->footer(own + (own.empty() ? "" : "\n") +
                     "Common options: --json, --device NAME, --threads N, --resources FOLDER.");
        nameCommonOptions(*verb);
    }
}

// One sentence, and where to read more.
std::string usageFault(const CLI::App* app, const CLI::Error& fault) {
    std::string asked = "slopescope-cli";
    for (const CLI::App* at = app; !at->get_subcommands().empty();) {
        at = at->get_subcommands().front();
        asked += " " + at->get_name();
    }
    const std::vector<std::string> unknown = app->remaining(true);
    const bool noVerb = fault.get_name() == "RequiredError" && !unknown.empty() && !unknown.front().starts_with('-') &&
                        std::string(fault.what()).starts_with("A subcommand");
    const std::string words =
        noVerb ? "There is no verb " + slopescope::inQuotes(unknown.front()) : std::string(fault.what());
    return "slopescope-cli: " + words + " (" + asked + " --help says more).\n";
}

std::string memorySentence(const slopescope::MemoryFault& fault) {
    using slopescope::bytesText;
    return "There is not enough memory for this: " +
           (fault.asked ? bytesText(*fault.asked) + " were asked for, " : std::string()) + bytesText(fault.left) + " are left.";
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
    context.stop = g_stop.get_token();
    context.job = slopescope::Job(g_stop.get_token(),
                                  [&](const slopescope::Progress& progress) { context.progress.show(progress); });
    for (int i = 0; i < argc; ++i)
        context.commandLine += (i ? " " : "") + std::string(i ? argv[i] : "slopescope-cli");

    CLI::App app{
        "Measures length extrapolation in transformer language models: perplexity by length, attention, slopes.",
        "slopescope-cli"};
    app.require_subcommand(1);
    app.fallthrough();
    app.failure_message(usageFault);
    app.set_version_flag("--version", "slopescope-cli " SLOPESCOPE_VERSION, "Print the version and exit");
    addCommonOptions(app, context);
    app.parse_complete_callback([&] {
        if (!slopescope::deviceNamed(context.device).isCpu() && app.got_subcommand("bench"))
            throw slopescope::Error("bench measures the cpu; tests/run_gpu.sh measures a GPU.");
        slopescope::useThreads(context.threads);
    });
    using namespace slopescope::cli;
    for (const auto add : {addInfo, addTokenize, addLogits, addPerplexity, addMap, addProfile, addHeads, addFit, addGenerate, addTrain, addPlan,
                           addRun, addMerge, addBench})
        add(app, context);
    nameCommonOptions(app);
    app.footer("The options above may also stand behind a verb. `slopescope-cli VERB --help` says what a verb takes.\n"
               "Exit status: 0, or 2 after an error (said on stderr), or 130 after Ctrl+C, or 3 when\n"
               "`run` ended with jobs left.");
    const auto fail = [&](const std::string& sentence, int status) {
        context.progress.clear();
        std::fprintf(stderr, "slopescope-cli: %s\n", sentence.c_str());
        return status;
    };
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& fault) {
        return app.exit(fault) ? 2 : 0;
    } catch (const slopescope::Cancelled&) {
        return fail("stopped.", 130);
    } catch (const slopescope::Error& fault) {
        return fail(fault.what(), 2);
    } catch (const std::exception& fault) { // LibTorch's, which go on with a trace of the stack
        if (const auto memory = slopescope::memoryFault(fault))
            return fail(memorySentence(*memory), 2);
        const std::string words = fault.what();
        return fail(words.substr(0, words.find('\n')), 2);
    }
    return context.status;
}
