// slopescope-cli plan: writes down the jobs of a sweep, one a line.
#include "app/slopescope-cli/input.h"
#include "app/slopescope-cli/output.h"
#include "app/slopescope-cli/verbs.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/utf8.h"
#include "core/record/sweep_job.h"
#include "core/record/sweep_spec.h"
#include "core/study/curve_plan.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <map>
#include <memory>
#include <set>

namespace slopescope::cli {
namespace {

namespace fs = std::filesystem;

struct Options {
    fs::path spec, out;
};

struct Planned {
    std::vector<SweepJob> jobs;
    std::set<std::string> ids; // of the jobs
    std::vector<std::pair<std::string, std::int64_t>>
        leftOut; // why, and how many combinations; in the order of their first

    void leave(const std::string& why) {
        const auto known =
            std::find_if(leftOut.begin(), leftOut.end(), [&](const auto& one) { return one.first == why; });
        if (known == leftOut.end())
            leftOut.emplace_back(why, 1);
        else
            ++known->second;
    }
};

CurvePlan planOf(const SweepSpec& spec, const ModelFacts& asRun, std::int64_t tokens) {
    CurvePlan plan = usualPlan(spec.lengths.empty() ? lengthsTo(usualLongest(asRun, tokens)) : spec.lengths);
    plan.protocol = spec.protocol;
    plan.stride = spec.stride;
    plan.windows = spec.windows >= 0 ? spec.windows : plan.windows;
    plan.error = 0; // the work of a job is known before it runs, and all variants have the same windows
    if (spec.protocol != Protocol::OnePass)
        plan.windows = 0;
    checkPlan(plan);
    return plan;
}

// Tokens run through the model, times its parameters.
double costOf(const CurvePlan& plan, const CurveResult& curve, const ModelFacts& model) {
    const double tokens = plan.protocol == Protocol::OnePass ? double(curve.windowsTotal) * double(curve.windowLength)
                                                             : double(curve.textTokens) * double(plan.lengths.size());
    return std::max(1.0, tokens * double(model.parameters));
}

// What a spec names lies beside it, unless its path is whole.
fs::path beside(const fs::path& spec, const std::string& name) {
    std::error_code ignored;
    return fs::absolute(spec, ignored).parent_path().append(name).lexically_normal();
}

// The combinations of one model and the text that is open.
class Combinations {
public:
    Combinations(const SweepSpec& spec, const fs::path& specFile, Session& session, const ModelFacts& model,
                 const fs::path& text, Planned& planned, const Job& job)
        : m_spec(spec), m_file(specFile), m_session(session), m_model(model), m_text(text), m_planned(planned),
          m_job(job) {}

    void add() {
        m_tokens = std::ssize(m_session.text(m_model.key, m_job)->tokens);
        for (const std::string& positions : m_spec.positions)
            for (const std::string& slopes : m_spec.slopes)
                addOne(positions, slopes);
    }

private:
    void addOne(const std::string& positions, const std::string& slopes) {
        SweepJob job;
        job.positions = positions;
        job.slopes = slopes;
        CurveResult curve;
        try {
            job.variant = parseVariant(m_model, positions, wordsOfSlopes(slopes));
            job.plan = planOf(m_spec, factsOf(job.variant, m_model), m_tokens);
            curve = m_session.curves({{job.variant}, {}, job.plan}, m_job).curves.front();
        } catch (const Error& fault) {
            curve.fault = fault.what();
        }
        const std::string who = m_model.name + ", positions " + positions + ": ";
        if (!curve.fault.empty()) {
            m_planned.leave(who + curve.fault);
            return;
        }
        job.modelDigest = m_model.digest;
        job.text = m_text.string();
        job.rawLineEnds = m_spec.rawLineEnds;
        job.textDigest = m_session.textDigest();
        job.place = std::ssize(m_planned.jobs);
        job.cost = costOf(job.plan, curve, m_model);
        if (m_planned.ids.insert(job.id()).second)
            m_planned.jobs.push_back(std::move(job));
        else
            m_planned.leave(who + "slopes " + slopes + " come to the same as others of this sweep.");
    }

    std::string wordsOfSlopes(const std::string& slopes) const {
        if (slopes == kAsTrained)
            return {};
        return slopes.ends_with(".json") ? beside(m_file, slopes).string() : slopes;
    }

    const SweepSpec& m_spec;
    const fs::path& m_file; // of the spec
    Session& m_session;
    const ModelFacts& m_model;
    fs::path m_text;
    Planned& m_planned;
    const Job& m_job;
    std::int64_t m_tokens = 0;
};

Planned planAll(const SweepSpec& spec, const Options& options, Context& context) {
    Session session(context.resources);
    session.useDevice(deviceNamed(context.device), context.job);
    Planned planned;
    std::set<std::string> seen;
    for (const std::string& name : spec.models) {
        const auto bundled = session.bundledModels();
        const bool isBundled =
            std::any_of(bundled.begin(), bundled.end(), [&](const auto& one) { return one.name == name; });
        const fs::path directory = isBundled ? fs::path(name) : beside(options.spec, name);
        const ModelFacts model = session.openModel(modelDirectory(session, directory.string()).string(), context.job);
        for (const std::string& text : spec.texts) {
            const fs::path file = beside(options.spec, text);
            if (!seen.insert(model.key + '\0' + file.string()).second)
                continue; // named twice
            session.openText(file, context.job, {spec.rawLineEnds});
            Combinations(spec, options.spec, session, model, file, planned, context.job).add();
        }
        session.closeModel(model.key);
    }
    return planned;
}

void writeJobs(const std::vector<SweepJob>& jobs, const fs::path& file) {
    AtomicFile out(file);
    for (const SweepJob& job : jobs)
        out.write(sweepJobJson(job).dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
    out.commit();
}

void run(const Options& options, Context& context) {
    const SweepSpec spec = readSweepSpec(readTextFile(options.spec), options.spec.string());
    const Planned planned = planAll(spec, options, context);
    std::string why;
    Json leftOut = Json::array();
    for (const auto& [reason, count] : planned.leftOut) {
        why += "Left out (" + grouped(count) + "): " + reason + "\n";
        leftOut.push_back({{"combinations", count}, {"why", reason}});
    }
    if (planned.jobs.empty())
        throw Error("Nothing of this sweep can be measured. " + why);
    writeJobs(planned.jobs, options.out);
    if (context.json)
        printJson(context, {{"jobs", planned.jobs.size()}, {"left_out", leftOut}, {"out", options.out.string()}});
    else
        print(context, grouped(std::ssize(planned.jobs)) + (planned.jobs.size() == 1 ? " job" : " jobs") + " in " +
                           options.out.string() + "\n" + why);
}

} // namespace

void addPlan(CLI::App& app, Context& context) {
    CLI::App* verb = app.add_subcommand("plan", "Write down the jobs of a sweep, for run");
    const auto options = std::make_shared<Options>();
    verb->add_option("SPEC.json", options->spec, "What to measure: see below")->required()->type_name("");
    verb->add_option("--out", options->out, "File for the jobs, one a line")->required()->type_name("jobs.jsonl");
    verb->footer(
        "SPEC.json holds lists, of which every combination becomes a job; all but models and texts may be left out:\n"
        "  {\"models\": [\"alibi\", \"path/to/model\"], \"texts\": [\"book.txt\"],\n"
        "   \"slopes\": [\"as-trained\", \"scale:0.5\", \"random:1..100\"], \"positions\": [\"own\", \"window:512\"],\n"
        "   \"lengths\": [256, 1024], \"protocol\": \"one-pass\", \"stride\": 64, \"windows\": 12, \"raw_line_ends\": "
        "false}\n"
        "Slopes and positions are written as for perplexity. Paths are seen from the folder of SPEC.json. Combinations "
        "that make\n"
        "no sense are left out, and said. The id of a job is a digest of what it measures, model and text included.");
    verb->callback([options, &context] { run(*options, context); });
}

} // namespace slopescope::cli
