// slopescope-cli profile: how far back each head looks.
#include "app/slopescope-cli/input.h"
#include "app/slopescope-cli/output.h"
#include "app/slopescope-cli/verbs.h"

#include <CLI/CLI.hpp>

#include <memory>

namespace slopescope::cli {
namespace {

struct Options {
    Input input;
    SlopeSpec slopes;
    PositionSpec positions;
    std::int64_t length = 0;
    std::optional<int> layer, head; // nothing: all
};

Json profileJson(const ProfileResult& p) {
    Json bins = Json::array();
    for (const ProfileResult::Bin& bin : p.bins)
        bins.push_back({{"begin", bin.begin}, {"end", bin.end}, {"mass", bin.mass}, {"bias_alone", bin.slopeAlone}});
    return {{"layer", p.head.layer},           {"head", p.head.head},
            {"mean_distance", p.meanDistance}, {"median_distance", p.medianDistance},
            {"entropy_bits", p.entropyBits},   {"first_key_mass", p.firstKeyMass},
            {"diagonal_mass", p.diagonalMass}, {"bins", std::move(bins)}};
}

std::string headsText(const std::vector<ProfileResult>& profiles) {
    std::vector<Row> rows{{"layer", "head", "mean distance", "median", "entropy, bits", "first key", "itself"}};
    for (const ProfileResult& p : profiles)
        rows.push_back({std::to_string(p.head.layer), std::to_string(p.head.head), fixed(p.meanDistance, 2),
                        fixed(p.medianDistance, 2), fixed(p.entropyBits, 3), fixed(p.firstKeyMass, 4),
                        fixed(p.diagonalMass, 4)});
    return table(rows);
}

std::string binsText(const ProfileResult& p) {
    std::vector<Row> rows{{"distance", "attention", "bias alone"}};
    for (const ProfileResult::Bin& bin : p.bins)
        rows.push_back(
            {bin.end - bin.begin == 1 ? grouped(bin.begin) : grouped(bin.begin) + " to " + grouped(bin.end - 1),
             fixed(bin.mass, 6), fixed(bin.slopeAlone, 6)});
    return table(rows);
}

void run(Options options, Context& context) {
    Session session(context.resources);
    const ModelFacts model = open(session, options.input, context);
    options.positions = positionsOf(options.positions, model);
    const PositionOverride& positions = options.positions.positions;
    const SlopeTable slopes = slopesOf(options.slopes, model, options.positions);
    requireHead(model, {options.layer.value_or(0), options.head.value_or(0)});
    session.forward(slopes, options.length, context.job, positions);
    std::vector<ProfileResult> profiles;
    for (int layer = options.layer.value_or(0); layer < (options.layer ? *options.layer + 1 : model.layers); ++layer)
        for (int head = options.head.value_or(0); head < (options.head ? *options.head + 1 : model.heads); ++head)
            profiles.push_back(session.profile({slopes, options.length, {layer, head}, positions}, context.job));
    if (context.json) {
        Json heads = Json::array();
        for (const ProfileResult& p : profiles)
            heads.push_back(profileJson(p));
        Json json{{"model", model.name},
                  {"device", context.device},
                  {"slopes", slopesJson(slopes, model, options.positions)}};
        addPositionsJson(options.positions, json);
        json["length"] = options.length;
        json["heads"] = std::move(heads);
        printJson(context, json);
        return;
    }
    std::string text = model.name + " (" + model.positions + "), the first " + grouped(options.length) + " tokens of " +
                       options.input.title() + ", " + slopesText(options.slopes, model, options.positions) +
                       positionsText(options.positions) + "\n\n" +
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
    addSlopes(*verb, options->slopes);
    addPositions(*verb, options->positions);
    verb->footer("All values are means over the queries. One head is also shown bin by bin, beside what its bias alone "
                 "would do\n"
                 "(every score 0); --json gives the bins of every head.");
    verb->callback([options, &context] { run(*options, context); });
}

} // namespace slopescope::cli
