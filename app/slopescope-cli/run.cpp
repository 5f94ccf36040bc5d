// slopescope-cli run: works through the jobs of a sweep, or a shard of them, and can be ended at any moment.
#include "app/slopescope-cli/input.h"
#include "app/slopescope-cli/output.h"
#include "app/slopescope-cli/shard.h"
#include "app/slopescope-cli/verbs.h"

#include "core/base/error.h"
#include "core/base/in_quotes.h"
#include "core/base/parallel.h"
#include "core/record/job_result.h"
#include "core/record/json_lines.h"

#include <CLI/CLI.hpp>

#include <chrono>
#include <csignal>
#include <map>
#include <memory>
#include <set>

namespace slopescope::cli {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr int kUnfinished = 3; // exit status

volatile std::sig_atomic_t g_isAskedToEnd = 0;

struct Options {
    fs::path jobs, out;
    std::string shard, budget;
    std::optional<int> shards;
    bool resume = false;
};

// "90", "90s", "55m", "1.5h"; empty: without end.
std::optional<Clock::duration> budgetOf(const std::string& text) {
    if (text.empty())
        return {};
    static const std::map<std::string, double> kUnits{{"", 1}, {"s", 1}, {"m", 60}, {"h", 3600}};
    std::size_t used = 0;
    double amount = -1;
    try {
        amount = std::stod(text, &used);
    } catch (const std::logic_error&) {
    }
    const auto unit = kUnits.find(text.substr(used));
    if (!(amount >= 0 && amount < 1e7) || unit == kUnits.end())
        throw Error("--budget " + inQuotes(text) + " is no time: 90s, 55m and 1.5h are.");
    return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(amount * unit->second));
}

// Works through jobs in their order, one line for each.
class Worker {
public:
    Worker(const Options& options, Context& context)
        : m_context(context), m_budget(budgetOf(options.budget)), m_session(context.resources) {
        m_session.useDevice(deviceNamed(context.device), context.job);
        requireReadable(options);
        m_out.emplace(options.out);
        for (const JsonLine& line : readJsonLines(options.out))
            m_results.add(readJobResult(JsonNode(line.json, line.source + ":")));
    }

    void work(const std::vector<SweepJob>& jobs) {
        std::vector<const SweepJob*> todo;
        for (const SweepJob& job : jobs)
            if (!m_results.isDone(job.id()))
                todo.push_back(&job);
        for (std::size_t i = 0; i < todo.size(); ++i) {
            if (endsNow() || !measure(*todo[i], i, todo.size())) {
                m_left = todo.size() - i;
                return;
            }
        }
    }

    std::size_t left() const { return m_left; }
    std::size_t measured() const { return m_measured; }
    const std::vector<std::string>& faults() const { return m_faults; }

private:
    // Before anything is measured, and before a file is made.
    static void requireReadable(const Options& options) {
        std::error_code ignored;
        if (!options.resume && fs::exists(options.out, ignored) && fs::file_size(options.out, ignored) > 0)
            throw Error(options.out.string() + " is there already: --resume goes on with it.");
    }

    bool endsNow() const { return g_isAskedToEnd || (m_budget && Clock::now() - m_begin >= *m_budget); }

    // False: it was ended between two windows.
    bool measure(const SweepJob& job, std::size_t place, std::size_t count) {
        JobResult result;
        result.job = job;
        result.version = SLOPESCOPE_VERSION;
        result.device = m_session.device().name();
        result.threads = threadCount();
        Clock::time_point begin = Clock::now();
        Variant variant = job.variant;
        std::optional<std::uint64_t> ids; // digest of those that are measured
        const auto take = [&] {
            if (ids)
                for (MeasuredCurve& curve : m_session.measured({&variant, 1}))
                    if (curve.isOf(job.plan) && curve.textDigest == *ids && curve.device == result.device)
                        result.measured = std::move(curve);
            result.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
            if (result.state != JobState::Unfinished || result.measured)
                m_out->append(jobResultJson(result));
        };
        try {
            variant.model = open(job);
            if (const JobResult* const before = m_results.find(job.id(), result.device); before && before->measured)
                m_session.remember({*before->measured});
            begin = Clock::now();
            const CurvesResult curves =
                m_session.sweep({{variant}, {}, job.plan}, jobAt(place, count), [&](const CurvesResult& state) {
                    ids = state.curves.front().textDigest;
                    if (!state.filled && endsNow())
                        throw Cancelled();
                });
            result.error = curves.curves.front().fault;
        } catch (const Cancelled&) {
            result.state = JobState::Unfinished;
            take();
            m_context.job.check(); // Ctrl+C has a status of its own
            return false;
        } catch (const std::exception& fault) { // LibTorch's, too, which go on with a trace of the stack
            const std::string words = fault.what();
            result.error = words.substr(0, words.find('\n'));
        }
        if (result.error.empty())
            result.state = JobState::Done;
        else
            m_faults.push_back(job.id() + ": " + result.error);
        take();
        ++m_measured;
        return true;
    }

    // Puts model and text before the session, each read once for all neighbours that use it. The model's key.
    std::string open(const SweepJob& job) {
        if (m_model.empty() || m_modelName != job.variant.model) {
            if (!m_model.empty())
                m_session.closeModel(std::exchange(m_model, {}));
            m_model = m_session.openModel(modelDirectory(m_session, job.variant.model).string(), m_context.job).key;
            m_modelName = job.variant.model;
        }
        if (m_session.model(m_model).digest != job.modelDigest)
            throw Error("The files of the model " + inQuotes(job.variant.model) +
                        " are others than when the jobs were planned.");
        if (!m_session.hasText() || m_textName != job.text || m_isRaw != job.rawLineEnds) {
            m_session.closeText();
            m_session.openText(job.text, m_context.job, {job.rawLineEnds});
            m_textName = job.text;
            m_isRaw = job.rawLineEnds;
        }
        if (m_session.textDigest() != job.textDigest)
            throw Error("The text " + inQuotes(job.text) + " is another than when the jobs were planned.");
        return m_model;
    }

    Job jobAt(std::size_t place, std::size_t count) {
        return Job(m_context.stop, [this, place, count](const Progress& progress) {
            m_context.progress.show({(double(place) + progress.fraction) / double(count),
                                     "Job " + grouped(std::int64_t(place) + 1) + " of " + grouped(std::int64_t(count)) +
                                         ", " + progress.what});
        });
    }

    Context& m_context;
    Clock::time_point m_begin = Clock::now();
    std::optional<Clock::duration> m_budget;
    Session m_session;
    std::optional<JsonLinesWriter> m_out;
    JobResults m_results; // of earlier runs
    std::string m_model, m_modelName, m_textName;
    bool m_isRaw = false;
    std::size_t m_left = 0, m_measured = 0;
    std::vector<std::string> m_faults; // of jobs, with their ids
};

std::vector<SweepJob> jobsOf(const Options& options, const Shard& shard) {
    std::vector<SweepJob> all;
    std::set<std::string> ids;
    for (const JsonLine& line : readJsonLines(options.jobs)) {
        SweepJob job = readSweepJob(JsonNode(line.json, line.source + ":"));
        if (ids.insert(job.id()).second)
            all.push_back(std::move(job));
    }
    if (all.empty())
        throw Error(options.jobs.string() + " holds no jobs.");
    const std::vector<int> shards = shardsOf(all, shard.count);
    std::vector<SweepJob> own;
    for (std::size_t i = 0; i < all.size(); ++i)
        if (shards[i] == shard.index)
            own.push_back(std::move(all[i]));
    return own;
}

void run(const Options& options, Context& context) {
    const auto askToEnd = [](int) { g_isAskedToEnd = 1; };
    std::signal(SIGTERM, askToEnd);
    std::signal(SIGUSR1, askToEnd); // sbatch --signal=B:USR1@60
    const Shard shard =
        options.shard.empty() ? shardFrom(environmentVariable, options.shards) : parseShard(options.shard);
    const std::vector<SweepJob> jobs = jobsOf(options, shard);
    Worker worker(options, context);
    worker.work(jobs);
    const std::size_t failed = worker.faults().size();
    if (context.json)
        printJson(context, {{"shard", shard.index + 1},
                            {"shards", shard.count},
                            {"jobs", jobs.size()},
                            {"measured", worker.measured() - failed},
                            {"failed", failed},
                            {"left", worker.left()}});
    else
        print(context, shard.words() + ": " + grouped(std::int64_t(worker.measured() - failed)) + " of " +
                           grouped(std::ssize(jobs)) + " jobs measured, " +
                           grouped(std::ssize(jobs) - std::int64_t(worker.measured()) - std::int64_t(worker.left())) +
                           " were before, " + grouped(std::int64_t(failed)) + " failed, " +
                           grouped(std::int64_t(worker.left())) + " left\n");
    if (worker.left() > 0)
        context.status = kUnfinished;
    else if (failed > 0)
        throw Error(grouped(std::int64_t(failed)) + (failed == 1 ? " job" : " jobs") + " failed, among them " +
                    worker.faults().front());
}

} // namespace

void addRun(CLI::App& app, Context& context) {
    CLI::App* verb = app.add_subcommand("run", "Measure the jobs of a plan, or a shard of them");
    const auto options = std::make_shared<Options>();
    verb->add_option("jobs.jsonl", options->jobs, "What plan wrote")->required()->type_name("");
    verb->add_option("--out", options->out, "File that gets a line for every job, on the disk at once")
        ->required()
        ->type_name("part.jsonl");
    CLI::Option* shard = verb->add_option("--shard", options->shard,
                                          "i/N: the jobs of shard i of N, 1/N the first; default: as Slurm\n"
                                          "(SLURM_ARRAY_TASK_ID), Open MPI (OMPI_COMM_WORLD_RANK) or GNU parallel\n"
                                          "(PARALLEL_SEQ, with --shards) say, else all jobs")
                             ->type_name("i/N");
    verb->add_option("--shards", options->shards, "How many shards there are, where only their number is known")
        ->check(CLI::Range(1, 1'000'000).description(""))
        ->type_name("N")
        ->excludes(shard);
    verb->add_flag("--resume", options->resume,
                   "Go on with the file: jobs that are done are skipped, failed ones tried again");
    verb->add_option("--budget", options->budget,
                     "End after the window at hand once so much time has passed: 55m, 90s, 1.5h")
        ->type_name("TIME");
    verb->footer(
        "SIGTERM and SIGUSR1 end it after the window at hand, too; what is measured so far is kept, and the exit "
        "status is\n"
        "3: unfinished. A job that fails is a line that says why, the others go on, and the exit status is 2. A line "
        "that a\n"
        "crash has torn is cut off by --resume. Each process needs a file of its own; merge puts them together.");
    verb->callback([options, &context] { run(*options, context); });
}

} // namespace slopescope::cli
