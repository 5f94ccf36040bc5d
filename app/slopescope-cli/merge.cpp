// slopescope-cli merge: puts the results of a sweep together, however they were split.
#include "app/slopescope-cli/input.h"
#include "app/slopescope-cli/output.h"
#include "app/slopescope-cli/verbs.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/in_quotes.h"
#include "core/record/csv.h"
#include "core/record/enum_names.h"
#include "core/record/job_result.h"
#include "core/record/json_lines.h"
#include "core/record/measured_record.h"
#include "core/record/swept_workspace.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cmath>
#include <memory>

namespace slopescope::cli {
namespace {

namespace fs = std::filesystem;

struct Options {
    std::vector<fs::path> parts;
    fs::path jobs, missing, workspace;
    std::string text;
    bool csv = false, table = false;
};

JobResults readResults(const std::vector<fs::path>& parts) {
    JobResults results;
    for (const fs::path& part : parts)
        for (const JsonLine& line : readJsonLines(part))
            results.add(readJobResult(JsonNode(line.json, line.source + ":")));
    return results;
}

// What is said beside the numbers: how much of the sweep is there.
struct Account {
    std::int64_t done = 0, unfinished = 0, failed = 0, missing = 0; // jobs; missing: of the plan, and not done
    std::vector<std::string> faults;

    std::string words(const Options& options) const {
        std::string text =
            grouped(done) + " jobs done, " + grouped(unfinished) + " unfinished, " + grouped(failed) + " failed\n";
        for (const std::string& fault : faults)
            text += "Failed: " + fault + "\n";
        if (!options.jobs.empty())
            text += grouped(missing) + " of the plan are not done" +
                    (options.missing.empty() ? "" : ": " + options.missing.string() + " holds them") + "\n";
        return text;
    }
};

Account accountOf(const JobResults& results) {
    Account account;
    for (const JobResult* const result : results.all()) {
        if (results.find(result->job.id()) != result)
            continue; // of another device, and no more than what counts
        account.done += result->state == JobState::Done;
        account.unfinished += result->state == JobState::Unfinished;
        account.failed += result->state == JobState::Failed;
        if (result->state == JobState::Failed)
            account.faults.push_back(result->job.id() + ": " + result->error);
    }
    return account;
}

// Counts the jobs of the plan that are not done, and writes their lines as they were.
void accountForPlan(const Options& options, const JobResults& results, Account& account) {
    std::string missing;
    for (const JsonLine& line : readJsonLines(options.jobs))
        if (!results.isDone(readSweepJob(JsonNode(line.json, line.source + ":")).id())) {
            ++account.missing;
            missing += line.text + "\n";
        }
    if (options.missing.empty())
        return;
    AtomicFile out(options.missing);
    out.write(missing);
    out.commit();
}

// The curve of each, of windows that all curves of the same tokens and lengths have.
std::vector<CurveResult> derived(const std::vector<SweptCurve>& curves) {
    struct Group {
        const SweptCurve* first;
        std::vector<const CurveTally*> tallies;
        CurveTally common;
    };
    std::vector<Group> groups;
    std::vector<std::size_t> groupOf;
    for (const SweptCurve& curve : curves) {
        const auto known = std::find_if(groups.begin(), groups.end(), [&](const Group& group) {
            return group.first->measured.textDigest == curve.measured.textDigest && group.first->measured.isOf(curve.job.plan);
        });
        groupOf.push_back(std::size_t(known - groups.begin()));
        if (known == groups.end())
            groups.push_back({&curve, {}, {}});
        groups[groupOf.back()].tallies.push_back(&curve.measured.tally);
    }
    for (Group& group : groups)
        group.common = commonOf(group.tallies);

    std::vector<CurveResult> all;
    for (std::size_t i = 0; i < curves.size(); ++i) {
        const SweptCurve& curve = curves[i];
        const CurveTally* const beside[] = {&groups[groupOf[i]].common};
        CurveResult& result = all.emplace_back();
        result.variant = curve.measured.variant;
        result.protocol = curve.measured.protocol;
        result.stride = curve.measured.stride;
        result.textDigest = curve.measured.textDigest;
        result.textTokens = curve.measured.textTokens;
        for (const std::int64_t length : curve.job.plan.lengths)
            result.points.emplace_back().length = length;
        deriveCurve(curve.measured.tally, beside, result);
    }
    return all;
}

const std::vector<std::string> kNames{"model",          "text",          "positions", "slopes",     "device",
                                      "protocol",       "stride",        "length",    "perplexity", "nll",
                                      "standard_error", "bits_per_byte", "windows",   "tokens"};

std::vector<Row> csvRows(const std::vector<SweptCurve>& curves, const std::vector<CurveResult>& results) {
    std::vector<Row> rows;
    for (std::size_t i = 0; i < curves.size(); ++i)
        for (const CurvePoint& p : results[i].points)
            rows.push_back({curves[i].job.variant.model, curves[i].job.text, curves[i].job.positions,
                            curves[i].job.slopes, curves[i].measured.device, nameOf(results[i].protocol),
                            std::to_string(results[i].stride), std::to_string(p.length), csvNumber(p.perplexity),
                            csvNumber(p.nll), csvNumber(p.standardError), csvNumber(p.bitsPerByte),
                            std::to_string(p.windows), std::to_string(p.tokens)});
    return rows;
}

Json finite(double value) {
    return std::isfinite(value) ? Json(value) : Json();
}

Json curvesJson(const std::vector<SweptCurve>& curves, const std::vector<CurveResult>& results) {
    Json all = Json::array();
    for (std::size_t i = 0; i < curves.size(); ++i) {
        const SweepJob& job = curves[i].job;
        Json points = Json::array();
        for (const CurvePoint& p : results[i].points)
            points.push_back({{"length", p.length},
                              {"perplexity", finite(p.perplexity)},
                              {"nll", finite(p.nll)},
                              {"standard_error", finite(p.standardError)},
                              {"bits_per_byte", finite(p.bitsPerByte)},
                              {"windows", p.windows},
                              {"tokens", p.tokens}});
        double seconds = 0;
        for (const auto& [length, spent] : curves[i].measured.tally.seconds)
            seconds += spent;
        all.push_back({{"model", job.variant.model},
                       {"model_digest", digestText(job.modelDigest)},
                       {"text", job.text},
                       {"text_digest", digestText(results[i].textDigest)},
                       {"positions", job.positions},
                       {"slopes", job.slopes},
                       {"slope_table", slopesJson(job.variant.slopes)},
                       {"device", curves[i].measured.device},
                       {"protocol", nameOf(results[i].protocol)},
                       {"stride", results[i].stride},
                       {"seconds", seconds},
                       {"points", points}});
    }
    return all;
}

std::string tableText(const std::vector<SweptCurve>& curves, const std::vector<CurveResult>& results) {
    std::vector<Row> rows{
        {"model", "text", "positions", "slopes", "device", "length", "perplexity", "nll", "± error", "windows"}};
    const auto nameOfPath = [](const std::string& path) { return fs::path(path).filename().string(); };
    for (std::size_t i = 0; i < curves.size(); ++i)
        for (const CurvePoint& p : results[i].points)
            rows.push_back({nameOfPath(curves[i].job.variant.model), nameOfPath(curves[i].job.text),
                            curves[i].job.positions, curves[i].job.slopes, curves[i].measured.device, grouped(p.length),
                            fixed(p.perplexity, 3), fixed(p.nll, 4), fixed(p.standardError, 4), grouped(p.windows)});
    return table(rows, 5) +
           "\nnll: nats per predicted token, with its standard error from the spread between windows. Curves of one\n"
           "text, as a tokenizer reads it, are of the windows that all of them have.\n";
}

void saveWorkspace(const Options& options, const std::vector<SweptCurve>& curves) {
    saveWorkspaceFile(sweptWorkspace(curves, options.text, SLOPESCOPE_VERSION), options.workspace);
}

void run(const Options& options, Context& context) {
    if (!options.missing.empty() && options.jobs.empty())
        throw Error("--missing needs --jobs: the plan that says what there should be.");
    const JobResults results = readResults(options.parts);
    Account account = accountOf(results);
    if (!options.jobs.empty())
        accountForPlan(options, results, account);
    const std::vector<SweptCurve> curves = sweptCurves(results);
    if (!options.workspace.empty())
        saveWorkspace(options, curves);
    const std::vector<CurveResult> measured = derived(curves);
    if (context.json) {
        Json json{{"done", account.done},
                  {"unfinished", account.unfinished},
                  {"failed", account.failed},
                  {"faults", account.faults}};
        if (!options.jobs.empty())
            json["missing"] = account.missing;
        json["curves"] = curvesJson(curves, measured);
        printJson(context, json);
    } else if (options.csv) {
        printCsv(context, kNames, csvRows(curves, measured));
    } else if (options.table || options.workspace.empty()) {
        print(context, tableText(curves, measured) + "\n" + account.words(options));
    } else {
        print(context,
              grouped(std::ssize(curves)) + " curves in " + options.workspace.string() + "\n" + account.words(options));
    }
}

} // namespace

void addMerge(CLI::App& app, Context& context) {
    CLI::App* verb = app.add_subcommand("merge", "Put the results of a sweep together");
    const auto options = std::make_shared<Options>();
    verb->add_option("part.jsonl", options->parts, "What run wrote, of any shards, in any order")
        ->required()
        ->type_name("...");
    verb->add_option("--jobs", options->jobs, "The plan, to say which of its jobs are not done")
        ->type_name("jobs.jsonl");
    verb->add_option("--missing", options->missing, "File for those jobs: a plan for run")->type_name("FILE.jsonl");
    CLI::Option* table =
        verb->add_flag("--table", options->table, "Print a table; default, unless --workspace is given");
    verb->add_flag("--csv", options->csv, "Print the points as comma-separated values")->excludes(table);
    verb->add_option("--workspace", options->workspace,
                     "Write a workspace that the window opens, with all curves of one text")
        ->type_name("FILE.slopescope");
    verb->add_option("--text", options->text, "Which text that is, where the sweep has several: its file or its name")
        ->type_name("FILE");
    verb->footer("Any split of the jobs, in any order and with lines given twice, comes to the same, to the bit.");
    verb->callback([options, &context] { run(*options, context); });
}

} // namespace slopescope::cli
