// slopescope-cli perplexity: the curve by length, by any protocol and any slopes.
#include "app/slopescope-cli/input.h"
#include "app/slopescope-cli/output.h"
#include "app/slopescope-cli/verbs.h"

#include "core/base/error.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cmath>
#include <memory>

namespace slopescope::cli {
namespace {

const std::vector<std::string> kProtocols{"one-pass", "non-overlapping", "sliding", "hugging-face", "llama-cpp"};

struct Options {
    Input input;
    SlopeSpec slopes;
    PositionSpec positions;
    std::string protocol = kProtocols.front();
    std::optional<std::int64_t> stride;
    CurveRequest curve;
};

// Doublings from 64 to sixteen times the training length, as far as the text goes.
std::vector<std::int64_t> defaultLengths(const ModelFacts& model, std::int64_t tokens) {
    constexpr std::int64_t kFirst = 64, kUnknown = 4096;
    const std::int64_t last = model.trainedLength > 0 ? 16 * model.trainedLength : kUnknown;
    std::vector<std::int64_t> lengths{kFirst};
    while (2 * lengths.back() <= last && 2 * lengths.back() < tokens)
        lengths.push_back(2 * lengths.back());
    return lengths;
}

CurveRequest requestOf(const Options& options, const ModelFacts& model, std::int64_t tokens) {
    CurveRequest r = options.curve;
    r.slopes = slopesOf(options.slopes, model, options.positions);
    r.positions = options.positions.positions;
    const auto name = std::find(kProtocols.begin(), kProtocols.end(), options.protocol);
    r.protocol = Protocol(name - kProtocols.begin());
    const bool strides = r.protocol == Protocol::Sliding || r.protocol == Protocol::HuggingFace;
    if (strides && !options.stride)
        throw Error("The protocol " + options.protocol + " needs --stride: the tokens that each window moves on.");
    if (!strides && options.stride)
        throw Error("The protocol " + options.protocol + " has no stride; sliding and hugging-face have.");
    r.stride = options.stride.value_or(0);
    if (r.lengths.empty())
        r.lengths = defaultLengths(model, tokens);
    return r;
}

Json finite(double value) {
    return std::isfinite(value) ? Json(value) : Json();
}

Json curveJson(const CurveResult& curve, const CurveRequest& r, const ModelFacts& model, const Options& options,
               const Context& context) {
    Json points = Json::array();
    for (const CurvePoint& p : curve.points) {
        points.push_back({{"length", p.length},
                          {"perplexity", finite(p.perplexity)},
                          {"nll", finite(p.nll)},
                          {"standard_error", finite(p.standardError)},
                          {"tokens", p.tokens},
                          {"seconds", p.seconds}});
        if (!p.unavailable.empty())
            points.back()["unavailable"] = p.unavailable;
    }
    Json json{{"model", model.name},
              {"device", context.device},
              {"protocol", kProtocols.at(std::size_t(r.protocol))},
              {"stride", r.stride > 0 ? Json(r.stride) : Json()},
              {"slopes", slopesJson(r.slopes, model, options.positions)},
              {"points", std::move(points)}};
    if (r.protocol == Protocol::OnePass) {
        json["context"] = Json::array();
        for (const ContextPoint& p : curve.context)
            json["context"].push_back(
                {{"context", p.context}, {"nll", finite(p.nll)}, {"standard_error", finite(p.standardError)}});
    }
    addPositionsJson(options.positions, json);
    return json;
}

std::string curveText(const CurveResult& curve, const CurveRequest& r, const ModelFacts& model,
                      const Options& options) {
    std::string text = model.name + " (" + model.positions + "), " + options.input.title() + ", " +
                       options.protocol + (r.stride > 0 ? " with stride " + grouped(r.stride) : "") + ", " +
                       slopesText(options.slopes, model, options.positions) +
                       (r.window > 0 ? ", attention window " + grouped(r.window) : "") +
                       positionsText(options.positions) + "\n\n";
    std::vector<Row> rows{{"length", "perplexity", "nll", "± error", "tokens", "seconds", ""}};
    bool anyPast = false;
    for (const CurvePoint& p : curve.points) {
        const bool past = model.trainedLength > 0 && p.length > model.trainedLength;
        anyPast = anyPast || past;
        if (p.unavailable.empty())
            rows.push_back({grouped(p.length), fixed(p.perplexity, 3), fixed(p.nll, 4), fixed(p.standardError, 4),
                            grouped(p.tokens), fixed(p.seconds, 2), past ? "*" : ""});
        else
            rows.push_back({grouped(p.length), "-", "-", "-", "-", "-", past ? "*" : ""});
    }
    text += table(rows) + "\nnll: nats per predicted token, with its standard error from the spread between windows.\n";
    if (anyPast)
        text += "*: longer than the " + grouped(model.trainedLength) + " tokens it was trained at.\n";
    for (const CurvePoint& p : curve.points)
        if (!p.unavailable.empty())
            text += "No value at " + grouped(p.length) + ": " + p.unavailable + ".\n";
    return text;
}

void run(Options options, Context& context) {
    Session session(context.resources);
    const ModelFacts model = open(session, options.input, context);
    options.positions = positionsOf(options.positions, model);
    const CurveRequest request = requestOf(options, model, std::ssize(session.text()->tokens));
    const CurveResult curve = session.curve(request, context.job);
    if (context.json)
        printJson(context, curveJson(curve, request, model, options, context));
    else
        print(context, curveText(curve, request, model, options));
}

} // namespace

void addPerplexity(CLI::App& app, Context& context) {
    CLI::App* verb = app.add_subcommand("perplexity", "Perplexity by length");
    const auto options = std::make_shared<Options>();
    addInput(*verb, options->input);
    addLengths(*verb, options->curve.lengths,
               "Tokens that a window reads, ascending; default: doublings\nfrom 64 to 16 times the training length");
    verb->add_option("--protocol", options->protocol,
                     "one-pass, non-overlapping, sliding, hugging-face or llama-cpp:\nsee below")
        ->check(CLI::IsMember(kProtocols).description(""))
        ->type_name("NAME")
        ->capture_default_str();
    verb->add_option("--stride", options->stride, "Tokens that a window moves on: sliding and hugging-face")
        ->type_name("S");
    verb->add_option("--max-tokens", options->curve.maxTokens, "Read no more than so many; 0: the whole text")
        ->type_name("N");
    addSlopes(*verb, options->slopes);
    addPositions(*verb, options->positions);
    verb->add_option("--window", options->curve.window, "Attend to the last W tokens only; 0: to all")->type_name("W");
    verb->footer("Protocols:\n"
                 "  one-pass         windows of the longest length; every shorter one is their running mean\n"
                 "  non-overlapping  windows of each length side by side\n"
                 "  sliding          windows moved by the stride; only the new tokens are scored\n"
                 "  hugging-face     the loop of the transformers documentation, its weights included\n"
                 "  llama-cpp        llama-perplexity: windows side by side, the second half scored\n"
                 "nll is in nats per predicted token, perplexity its exponential.");
    verb->callback([options, &context] { run(*options, context); });
}

} // namespace slopescope::cli
