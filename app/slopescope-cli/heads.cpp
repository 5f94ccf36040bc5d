// slopescope-cli heads: what every head does on a text, a row a head.
#include "app/slopescope-cli/input.h"
#include "app/slopescope-cli/output.h"
#include "app/slopescope-cli/verbs.h"

#include "core/base/error.h"

#include <CLI/CLI.hpp>

#include <cmath>
#include <memory>

namespace slopescope::cli {
namespace {

struct Options {
    Input input;
    VariantSpec variant;
    std::int64_t length = 0;
    bool csv = false, gradient = false;
    std::int64_t windows = 8;
};

// What a row is printed from. The gradient is of the loss with respect to the logarithm of the slope; at slope 0, which
// has none, with respect to the slope.
struct Shown {
    HeadRow row;
    double gradient = HeadRow::kNone, gradientError = HeadRow::kNone;
};

struct Column {
    const char *key, *title;
    int digits;
    double (*value)(const HeadRow&);
};

// The order of --json, of --csv and of the table.
constexpr Column kColumns[]{
    {"slope", "slope", -1, [](const HeadRow& r) { return r.slope; }},
    {"entropy", "entropy, bits", 3, [](const HeadRow& r) { return r.entropyBits; }},
    {"mean_distance", "mean distance", 2, [](const HeadRow& r) { return r.meanDistance; }},
    {"median_distance", "median", 2, [](const HeadRow& r) { return r.medianDistance; }},
    {"within_1", "within 1", 3, [](const HeadRow& r) { return r.within[0]; }},
    {"within_8", "8", 3, [](const HeadRow& r) { return r.within[1]; }},
    {"within_64", "64", 3, [](const HeadRow& r) { return r.within[2]; }},
    {"within_512", "512", 3, [](const HeadRow& r) { return r.within[3]; }},
    {"self", "itself", 3, [](const HeadRow& r) { return r.self; }},
    {"previous_token", "previous", 3, [](const HeadRow& r) { return r.previousToken; }},
    {"first_key", "first key", 4, [](const HeadRow& r) { return r.firstKey; }},
    {"duplicate", "copies", 3, [](const HeadRow& r) { return r.duplicate; }},
    {"induction", "induction", 3, [](const HeadRow& r) { return r.induction; }},
    {"probe_duplicate", "copies, probe", 3, [](const HeadRow& r) { return r.probeDuplicate; }},
    {"probe_induction", "induction, probe", 3, [](const HeadRow& r) { return r.probeInduction; }},
    {"skipped", "skipped", 3, [](const HeadRow& r) { return r.skipped; }},
};

std::string tableText(const std::vector<Shown>& heads, bool gradient) {
    Row titles{"layer", "head"};
    for (const Column& column : kColumns)
        titles.push_back(column.title);
    if (gradient)
        titles.insert(titles.end(), {"gradient", "error"});
    std::vector<Row> rows{titles};
    for (const Shown& head : heads) {
        Row row{std::to_string(head.row.head.layer), std::to_string(head.row.head.head)};
        for (const Column& column : kColumns) {
            const double value = column.value(head.row);
            row.push_back(column.digits < 0 ? significant(value, 4) : fixed(value, column.digits));
        }
        if (gradient)
            row.insert(row.end(), {significant(head.gradient, 3), significant(head.gradientError, 2)});
        rows.push_back(row);
    }
    return table(rows);
}

// Numbers that do not exist are empty.
std::string csvText(const std::vector<Shown>& heads, bool gradient) {
    const auto cell = [](double value) { return "," + (std::isfinite(value) ? significant(value, 9) : std::string()); };
    std::string text = "layer,head";
    for (const Column& column : kColumns)
        text += std::string(",") + column.key;
    if (gradient)
        text += ",gradient,gradient_error";
    for (const Shown& head : heads) {
        text += "\n" + std::to_string(head.row.head.layer) + "," + std::to_string(head.row.head.head);
        for (const Column& column : kColumns)
            text += cell(column.value(head.row));
        if (gradient)
            text += cell(head.gradient) + cell(head.gradientError);
    }
    return text + "\n";
}

Json rowsJson(const std::vector<Shown>& heads, bool gradient) {
    Json rows = Json::array();
    for (const Shown& head : heads) {
        Json row{{"layer", head.row.head.layer}, {"head", head.row.head.head}};
        for (const Column& column : kColumns)
            row[column.key] = column.value(head.row);
        if (gradient) {
            row["gradient"] = head.gradient;
            row["gradient_error"] = head.gradientError;
            row["gradient_of"] = head.row.slope > 0 ? "log_slope" : "slope";
        }
        rows.push_back(std::move(row));
    }
    return rows;
}

// The rows of the table, with the gradients where they were measured.
std::vector<Shown> shownOf(const HeadTableResult& table, const SlopeGradientResult& gradients) {
    std::vector<Shown> heads;
    for (const HeadRow& row : table.rows)
        heads.push_back({row});
    for (std::size_t i = 0; i < gradients.heads.size(); ++i) {
        const SlopeGradient& gradient = gradients.heads[i];
        const double per = gradient.slope > 0 ? gradient.slope : 1;
        heads[i].gradient = gradient.perSlope * per;
        heads[i].gradientError = gradient.error * per;
    }
    return heads;
}

std::string gradientText(const SlopeGradientResult& r) {
    return "\ngradient: of the loss in nats per token, " + fixed(r.loss, 4) + " over " + grouped(r.windows) +
           (r.windows == 1 ? " window of " : " windows of ") + grouped(r.length) +
           " tokens, with respect to log(slope); to the slope where it is 0.\n" +
           (r.windows < 2 ? "One window has no standard error.\n" : "");
}

void run(const Options& options, Context& context) {
    if (options.csv && context.json)
        throw Error("Choose one of --json and --csv.");
    Session session(context.resources);
    const ModelFacts model = open(session, options.input, context);
    const Variant variant = variantOf(options.variant, model);
    session.forward(variant, options.length, context.job);
    const HeadTableResult result = session.heads({variant, options.length}, context.job);
    SlopeGradientResult gradients;
    if (options.gradient)
        gradients = session.slopeGradients({variant, options.length, options.windows}, context.job);
    const std::vector<Shown> heads = shownOf(result, gradients);
    if (context.json) {
        Json json{{"model", model.name}, {"device", context.device}, {"slopes", slopesJson(variant, model)}};
        addPositionsJson(variant, json);
        addSourcesJson(options.input, session.text(model.key, context.job)->digest, model, json);
        json["length"] = options.length;
        json["probe_period"] = result.probePeriod;
        if (options.gradient)
            json["gradient"] = {{"windows", gradients.windows},
                                {"window_length", gradients.length},
                                {"nll", gradients.loss},
                                {"standard_error", gradients.lossError}};
        json["heads"] = rowsJson(heads, options.gradient);
        printJson(context, json);
    } else if (options.csv) {
        print(context, csvText(heads, options.gradient));
    } else {
        print(context, model.name + " (" + describe(model.positions) + "), the first " + grouped(options.length) +
                           " tokens of " + titleOf(*session.text(model.key, context.job)) + ", " +
                           slopesText(options.variant, variant, model) + positionsText(options.variant, variant) +
                           "\n\n" + tableText(heads, options.gradient) +
                           (options.gradient ? gradientText(gradients) : std::string()));
    }
}

} // namespace

void addHeads(CLI::App& app, Context& context) {
    CLI::App* verb = app.add_subcommand("heads", "What every head does on a text, a row a head");
    const auto options = std::make_shared<Options>();
    addInput(*verb, options->input);
    verb->add_option("--length", options->length, "Tokens of the text, from its start")->required()->type_name("L");
    addVariant(*verb, options->variant);
    verb->add_flag("--csv", options->csv, "Print comma-separated values");
    verb->add_flag("--gradient", options->gradient,
                   "Add the gradient of the loss by each head's slope, with its standard error");
    verb->add_option("--windows", options->windows,
                     "Windows of L tokens, side by side, that the gradient rests on at most;\n0: all that the text has")
        ->capture_default_str()
        ->check(CLI::Validator(CLI::NonNegativeNumber).description(""))
        ->type_name("N");
    verb->footer(
        "All values are means over the queries; shares of attention lie between 0 and 1. \"within 8\" is the share at\n"
        "distances up to 8, \"copies\" that of earlier copies of the query's token, \"induction\" that of the tokens "
        "right\n"
        "behind those copies. The probe is a row of random tokens that is said twice. \"skipped\" is the share of\n"
        "blocks of keys that provably need not be computed.");
    verb->callback([options, &context] { run(*options, context); });
}

} // namespace slopescope::cli
