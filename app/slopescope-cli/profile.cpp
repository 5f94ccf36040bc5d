// slopescope-cli profile: how far back each head looks.
#include "app/slopescope-cli/input.h"
#include "app/slopescope-cli/output.h"
#include "app/slopescope-cli/verbs.h"

#include "core/record/csv.h"

#include <CLI/CLI.hpp>

#include <memory>

namespace slopescope::cli {
namespace {

struct Options {
    Input input;
    VariantSpec variant;
    std::int64_t length = 0;
    std::optional<int> layer, head; // nothing: all
    bool csv = false;
};

Json profileJson(const ProfileResult& p) {
    Json bins = Json::array();
    for (const ProfileResult::Bin& bin : p.bins)
        bins.push_back({{"begin", bin.begin}, {"end", bin.end}, {"mass", bin.mass}, {"bias_alone", bin.biasOnly}});
    return {{"layer", p.heads.front().layer},      {"head", p.heads.front().head},  {"mean_distance", p.meanDistance},
            {"median_distance", p.medianDistance}, {"entropy_bits", p.entropyBits}, {"first_key_mass", p.firstKeyMass},
            {"diagonal_mass", p.diagonalMass},     {"bins", std::move(bins)}};
}

void printProfilesCsv(Context& context, const std::vector<ProfileResult>& profiles) {
    std::vector<std::vector<std::string>> rows;
    for (const ProfileResult& p : profiles)
        for (const ProfileResult::Bin& bin : p.bins)
            rows.push_back({std::to_string(p.heads.front().layer), std::to_string(p.heads.front().head),
                            std::to_string(bin.begin), std::to_string(bin.end), csvNumber(bin.mass),
                            csvNumber(bin.biasOnly)});
    printCsv(context, {"layer", "head", "begin", "end", "mass", "bias_alone"}, rows);
}

std::string headsText(const std::vector<ProfileResult>& profiles) {
    std::vector<Row> rows{{"layer", "head", "mean distance", "median", "entropy, bits", "first key", "itself"}};
    for (const ProfileResult& p : profiles)
        rows.push_back({std::to_string(p.heads.front().layer), std::to_string(p.heads.front().head),
                        fixed(p.meanDistance, 2), fixed(p.medianDistance, 2), fixed(p.entropyBits, 3),
                        fixed(p.firstKeyMass, 4), fixed(p.diagonalMass, 4)});
    return table(rows);
}

std::string binsText(const ProfileResult& p) {
    std::vector<Row> rows{{"distance", "attention", "bias alone"}};
    for (const ProfileResult::Bin& bin : p.bins)
        rows.push_back(
            {bin.end - bin.begin == 1 ? grouped(bin.begin) : grouped(bin.begin) + " to " + grouped(bin.end - 1),
             fixed(bin.mass, 6), fixed(bin.biasOnly, 6)});
    return table(rows);
}

void run(const Options& options, Context& context) {
    Session session(context.resources);
    const ModelFacts model = open(session, options.input, context);
    const Variant variant = variantOf(options.variant, model);
    requireHead(model, {options.layer.value_or(0), options.head.value_or(0)});
    session.forward(variant, options.length, context.job);
    const int layers = options.layer ? 1 : model.layers, heads = options.head ? 1 : model.heads;
    std::vector<ProfileResult> profiles;
    for (int i = 0; i < layers * heads; ++i) {
        const HeadAddress head{options.layer.value_or(i / heads), options.head.value_or(i % heads)};
        context.job.report(double(i) / double(layers * heads),
                           "Profile of layer " + std::to_string(head.layer) + ", head " + std::to_string(head.head));
        profiles.push_back(session.profile({variant, options.length, {head}}, context.job));
    }
    if (context.json) {
        Json heads = Json::array();
        for (const ProfileResult& p : profiles)
            heads.push_back(profileJson(p));
        Json json{{"model", model.name}, {"device", context.device}, {"slopes", slopesJson(variant, model)}};
        addPositionsJson(variant, json);
        addSourcesJson(options.input, session.text(model.key, context.job)->digest, model, json);
        json["length"] = options.length;
        json["heads"] = std::move(heads);
        json["text_tokens"] = session.text(model.key, context.job)->tokens.size();
        printJson(context, json);
        return;
    }
    if (options.csv)
        return printProfilesCsv(context, profiles);
    std::string text = model.name + " (" + describe(model.positions) + "), the first " + grouped(options.length) +
                       " tokens of " + titleOf(*session.text(model.key, context.job)) + ", " +
                       slopesText(options.variant, variant, model) + positionsText(options.variant, variant) + "\n\n" +
                       headsText(profiles);
    if (profiles.size() == 1)
        text += "\n" + binsText(profiles.front());
    print(context, text);
}

} // namespace

void addProfile(CLI::App& app, Context& context) {
    CLI::App* verb = app.add_subcommand("profile", "Attention by distance: how far back each head looks");
    const auto options = std::make_shared<Options>();
    addInput(*verb, options->input);
    verb->add_option("--length", options->length, "Tokens of the text, from its start")->required()->type_name("L");
    verb->add_option("--layer", options->layer, "From 0; default: every layer")->type_name("l");
    verb->add_option("--head", options->head, "From 0; default: every head")->type_name("h");
    addVariant(*verb, options->variant);
    verb->add_flag("--csv", options->csv, "Print every bin of every head as comma-separated values");
    verb->footer("All values are means over the queries. One head is also shown bin by bin, beside what its bias alone "
                 "would do\n"
                 "(every score 0); --json gives the bins of every head.");
    verb->callback([options, &context] { run(*options, context); });
}

} // namespace slopescope::cli
