// slopescope-cli perplexity: the curve by length, by any protocol and any slopes.
#include "app/slopescope-cli/input.h"
#include "app/slopescope-cli/output.h"
#include "app/slopescope-cli/verbs.h"

#include "core/base/error.h"
#include "core/record/csv.h"
#include "core/study/curve_plan.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cmath>
#include <memory>

namespace slopescope::cli {
namespace {

const std::vector<std::string> kProtocols{"one-pass", "non-overlapping", "sliding", "hugging-face", "llama-cpp"};

struct Options {
    Input input;
    VariantSpec variant;
    std::string protocol = kProtocols.front();
    std::vector<std::int64_t> lengths; // empty: the usual
    std::optional<std::int64_t> stride, windows;
    std::optional<double> error;
    std::int64_t maxTokens = 0;
    bool csv = false;
};

// What the person asked for, and the usual for what was left out: the plan that the window would make.
CurvePlan planOf(const Options& options, const ModelFacts& model, std::int64_t tokens) {
    const auto protocol =
        Protocol(std::find(kProtocols.begin(), kProtocols.end(), options.protocol) - kProtocols.begin());
    const bool strides = protocol == Protocol::Sliding || protocol == Protocol::HuggingFace;
    if (strides && !options.stride)
        throw Error("The protocol " + options.protocol + " needs --stride: the tokens that each window moves on.");
    if (!strides && options.stride)
        throw Error("The protocol " + options.protocol + " has no stride; sliding and hugging-face have.");
    if (protocol != Protocol::OnePass && (options.windows || options.error))
        throw Error("The protocol " + options.protocol +
                    " always reads the whole text; --windows and --error are for one-pass.");
    const std::int64_t read = options.maxTokens > 0 ? std::min(tokens, options.maxTokens) : tokens;
    CurvePlan plan = usualPlan(options.lengths.empty() ? lengthsTo(usualLongest(model, read)) : options.lengths);
    plan.protocol = protocol;
    plan.stride = options.stride.value_or(0);
    plan.windows = options.windows.value_or(plan.windows);
    plan.error = options.error.value_or(plan.error);
    plan.maxTokens = options.maxTokens;
    return plan;
}

Json finite(double value) {
    return std::isfinite(value) ? Json(value) : Json();
}

Json pointsJson(const CurveResult& curve) {
    Json points = Json::array();
    for (const CurvePoint& p : curve.points) {
        points.push_back({{"length", p.length},
                          {"perplexity", finite(p.perplexity)},
                          {"nll", finite(p.nll)},
                          {"standard_error", finite(p.standardError)},
                          {"tokens", p.tokens},
                          {"seconds", finite(p.seconds)},
                          {"bits_per_byte", finite(p.bitsPerByte)},
                          {"windows", p.windows}});
        if (!p.unavailable.empty())
            points.back()["unavailable"] = p.unavailable;
    }
    return points;
}

Json contextJson(const CurveResult& curve) {
    Json bins = Json::array();
    for (const ContextPoint& p : curve.context)
        bins.push_back({{"context", p.context},
                        {"context_end", p.contextEnd},
                        {"nll", finite(p.nll)},
                        {"standard_error", finite(p.standardError)},
                        {"bits_per_byte", finite(p.bitsPerByte)},
                        {"tokens", p.tokens}});
    return bins;
}

void printCurveCsv(Context& context, const CurveResult& curve) {
    std::vector<std::vector<std::string>> rows;
    for (const CurvePoint& p : curve.points)
        rows.push_back({std::to_string(p.length), csvNumber(p.perplexity), csvNumber(p.nll), csvNumber(p.standardError),
                        csvNumber(p.bitsPerByte), std::to_string(p.windows), std::to_string(p.tokens),
                        csvNumber(p.seconds), p.unavailable});
    printCsv(context,
             {"length", "perplexity", "nll", "standard_error", "bits_per_byte", "windows", "tokens", "seconds", "unavailable"},
             rows);
}

// A curve and all that it takes to measure it again.
Json curveJson(const CurveResult& curve, const CurvePlan& plan, const ModelFacts& model, const Input& input,
               const Context& context) {
    const bool onePass = plan.protocol == Protocol::OnePass;
    Json json{{"model", model.name},
              {"device", context.device},
              {"protocol", kProtocols.at(std::size_t(plan.protocol))},
              {"stride", plan.stride > 0 ? Json(plan.stride) : Json()},
              {"slopes", slopesJson(curve.variant, model)},
              {"points", pointsJson(curve)}};
    if (onePass)
        json["context"] = contextJson(curve);
    addPositionsJson(curve.variant, json);
    addSourcesJson(input, curve.textDigest, model, json);
    json["text_tokens"] = curve.textTokens;
    json["max_tokens"] = plan.maxTokens > 0 ? Json(plan.maxTokens) : Json();
    json["windows"] = curve.windowsDone;
    json["window_length"] = curve.windowLength;
    json["left_over"] = curve.leftOver;
    if (onePass) {
        json["error"] = plan.error;
        json["seed"] = plan.seed;
    }
    return json;
}

// "12 windows of 4,096 from 29,185 tokens", and what was added to them.
std::string windowsText(const CurveResult& curve, const CurvePlan& plan) {
    const std::int64_t read = plan.maxTokens > 0 ? std::min(curve.textTokens, plan.maxTokens) : curve.textTokens;
    if (plan.protocol != Protocol::OnePass)
        return grouped(curve.windowsDone) + " windows from " + grouped(read) + " tokens";
    return grouped(curve.windowsDone) + (curve.windowsDone == 1 ? " window of " : " windows of ") +
           grouped(curve.windowLength) + " from " + grouped(read) + " tokens" +
           (plan.error > 0 ? ", then more until the error is below " + significant(plan.error, 3) : std::string());
}

std::string curveText(const CurveResult& curve, const CurvePlan& plan, const ModelFacts& model, const TextFacts& read,
                      const Options& options) {
    std::string text = model.name + " (" + describe(model.positions) + "), " + titleOf(read) + ", " + options.protocol +
                       (plan.stride > 0 ? " with stride " + grouped(plan.stride) : "") + ", " +
                       slopesText(options.variant, curve.variant, model) +
                       positionsText(options.variant, curve.variant) + "\n" + windowsText(curve, plan) + "\n\n";
    std::vector<Row> rows{{"length", "perplexity", "nll", "± error", "bits/byte", "windows", "tokens", "seconds", ""}};
    bool anyPast = false;
    for (const CurvePoint& p : curve.points) {
        const bool past = model.trainedLength > 0 && p.length > model.trainedLength;
        anyPast = anyPast || past;
        if (p.unavailable.empty())
            rows.push_back({grouped(p.length), fixed(p.perplexity, 3), fixed(p.nll, 4), fixed(p.standardError, 4),
                            fixed(p.bitsPerByte, 3), grouped(p.windows), grouped(p.tokens), fixed(p.seconds, 2),
                            past ? "*" : ""});
        else
            rows.push_back({grouped(p.length), "-", "-", "-", "-", "-", "-", "-", past ? "*" : ""});
    }
    text += table(rows) + "\nnll: nats per predicted token, with its standard error from the spread between windows.\n";
    if (anyPast)
        text += "*: longer than the " + grouped(model.trainedLength) + " tokens it was trained at.\n";
    for (const CurvePoint& p : curve.points)
        if (!p.unavailable.empty())
            text += "No value at " + grouped(p.length) + ": " + p.unavailable + ".\n";
    return text;
}

void run(const Options& options, Context& context) {
    Session session(context.resources);
    const ModelFacts model = open(session, options.input, context);
    const Variant variant = variantOf(options.variant, model);
    const auto text = session.text(model.key, context.job);
    const CurvePlan plan = planOf(options, factsOf(variant, model), std::ssize(text->tokens));
    const CurvesResult measured = session.sweep({{variant}, {}, plan}, context.job);
    const CurveResult& curve = measured.curves.front();
    if (!curve.fault.empty())
        throw Error(curve.fault);
    if (context.json)
        printJson(context, curveJson(curve, plan, model, options.input, context));
    else if (options.csv)
        printCurveCsv(context, curve);
    else
        print(context, curveText(curve, plan, model, *text, options));
}

} // namespace

void addPerplexity(CLI::App& app, Context& context) {
    CLI::App* verb = app.add_subcommand("perplexity", "Perplexity by length");
    const auto options = std::make_shared<Options>();
    addInput(*verb, options->input);
    addLengths(*verb, options->lengths,
               "Tokens that a window reads, ascending; default: doublings\nfrom 32 to 16 times the training length");
    verb->add_option("--protocol", options->protocol,
                     "one-pass, non-overlapping, sliding, hugging-face or llama-cpp:\nsee below")
        ->check(CLI::IsMember(kProtocols).description(""))
        ->type_name("NAME")
        ->capture_default_str();
    verb->add_option("--stride", options->stride, "Tokens that a window moves on: sliding and hugging-face")
        ->type_name("S");
    verb->add_flag("--csv", options->csv, "Print the points as comma-separated values");
    verb->add_option("--windows", options->windows,
                     "one-pass: windows of the longest length to begin with; 0: all that\n"
                     "the text has; default: 12, more where they are short")
        ->type_name("N");
    verb->add_option("--error", options->error,
                     "one-pass: then measure more windows of each length until the\n"
                     "standard error of its nll is below E or the text is used up; 0: do\n"
                     "not; default: 0.01")
        ->type_name("E");
    verb->add_option("--max-tokens", options->maxTokens,
                     "Read no more of the text than so many tokens; 0: the whole text")
        ->type_name("N");
    addVariant(*verb, options->variant);
    verb->add_option("--window", options->variant.window,
                     "Attend to the last W tokens only, as --positions window:W; 0: to all")
        ->type_name("W");
    verb->footer("Protocols:\n"
                 "  one-pass         windows of the longest length; every shorter one is their running mean\n"
                 "  non-overlapping  windows of each length side by side\n"
                 "  sliding          windows moved by the stride; only the new tokens are scored\n"
                 "  hugging-face     the loop of the transformers documentation, its weights included\n"
                 "  llama-cpp        llama-perplexity: windows side by side, the second half scored\n"
                 "nll is in nats per predicted token, perplexity its exponential. No seconds: the windows of this "
                 "length were the\n"
                 "beginnings of longer ones.");
    verb->callback([options, &context] { run(*options, context); });
}

} // namespace slopescope::cli
