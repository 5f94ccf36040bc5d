// slopescope-cli fit: slopes fitted to a text, weights frozen.
#include "app/slopescope-cli/input.h"
#include "app/slopescope-cli/npy.h"
#include "app/slopescope-cli/output.h"
#include "app/slopescope-cli/verbs.h"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <memory>

namespace slopescope::cli {
namespace {

struct Options {
    Input input;
    VariantSpec variant;
    SlopeFitRequest fit;
    std::filesystem::path out;
};

std::string slopesTable(const SlopeTable& before, const SlopeTable& after) {
    std::vector<Row> rows{{"layer", "head", "slope before", "fitted"}};
    for (std::size_t layer = 0; layer < after.size(); ++layer)
        for (std::size_t head = 0; head < after[layer].size(); ++head)
            rows.push_back({std::to_string(layer), std::to_string(head), significant(before[layer][head], 5),
                            significant(after[layer][head], 5)});
    return table(rows);
}

// What the fit did to windows that it has not seen.
std::string heldOutText(const SlopeFitResult& r) {
    return "loss on " + grouped(r.heldOutWindows) + (r.heldOutWindows == 1 ? " window" : " windows") +
           " held out: " + fixed(r.heldOutBefore, 4) + " before, " + fixed(r.heldOutAfter, 4) + " after " +
           grouped(r.heldOutStep) + " steps, difference " + fixed(r.heldOutDifference, 5) + " (standard error " +
           fixed(r.heldOutDifferenceError, 5) + ") nats per token\n";
}

void run(Options& options, Context& context) {
    requireWritable(options.out);
    Session session(context.resources);
    const ModelFacts model = open(session, options.input, context);
    options.fit.variant = variantOf(options.variant, model);
    std::int64_t said = 0; // of the steps whose held-out loss is on stderr
    const SlopeFitResult result = session.fitSlopes(options.fit, context.job, [&](const SlopeFitResult& r) {
        if (r.heldOutStep <= said)
            return;
        said = r.heldOutStep;
        context.progress.clear();
        std::fprintf(stderr, "step %lld/%lld  loss %.4f  held out %.4f (%+.4f)\n", static_cast<long long>(r.step),
                     static_cast<long long>(r.steps), r.fittedLoss, r.heldOutAfter, r.heldOutDifference);
    });
    if (result.step > 0)
        writeSlopes(options.out, result.slopes);
    if (!result.complete)
        throw Cancelled();
    if (context.json) {
        Json json{{"model", model.name}, {"device", context.device}};
        addPositionsJson(result.variant, json);
        addSourcesJson(options.input, session.text(model.key, context.job)->digest, model, json);
        json.update({{"length", result.length},
                     {"steps", result.step},
                     {"fitted_windows", result.fittedWindows},
                     {"held_out_windows", result.heldOutWindows},
                     {"held_out_before", result.heldOutBefore},
                     {"held_out_after", result.heldOutAfter},
                     {"held_out_difference", result.heldOutDifference},
                     {"held_out_difference_error", result.heldOutDifferenceError},
                     {"slopes_before", slopesJson(result.variant, model)},
                     {"slopes", slopesJson(result.slopes)},
                     {"file", options.out.string()}});
        printJson(context, json);
        return;
    }
    print(context, model.name + " (" + describe(model.positions) + "), slopes fitted to " +
                       titleOf(*session.text(model.key, context.job)) + " at " + grouped(result.length) +
                       " tokens, weights frozen\n\n" +
                       slopesTable(slopesInForce(result.variant, model), result.slopes) + "\n" + heldOutText(result) +
                       "written to " + options.out.string() + "\n");
}

} // namespace

void addFit(CLI::App& app, Context& context) {
    CLI::App* verb = app.add_subcommand("fit", "Fit the slopes of a model to a text, its weights frozen");
    const auto options = std::make_shared<Options>();
    SlopeFitRequest& fit = options->fit;
    addInput(*verb, options->input);
    verb->add_option("--length", fit.length, "Tokens that each window reads")->required()->type_name("L");
    verb->add_option("--steps", fit.steps, "Steps of Adam on the logarithms of the slopes")
        ->capture_default_str()
        ->type_name("N");
    verb->add_option("--rate", fit.rate, "Rate of the first step; it falls to a twentieth")
        ->capture_default_str()
        ->type_name("RATE");
    verb->add_option("--batch", fit.batch, "Windows a step; 0: as many as make 2,048 tokens")
        ->capture_default_str()
        ->type_name("N");
    verb->add_flag("--shared", fit.shared, "One set of slopes for all layers");
    verb->add_option("--seed", fit.seed, "Of which windows are held out, and of the order of the others")
        ->capture_default_str()
        ->type_name("N");
    addVariant(*verb, options->variant);
    verb->add_option("--out", options->out, "File of slopes to write; --slopes reads it")
        ->required()
        ->type_name("FILE.json");
    verb->footer(
        "Windows of L tokens stand side by side. A quarter of them, at least one and at most 16, is held out: the fit\n"
        "never sees them, and the losses before and after are theirs. Ctrl+C writes the slopes so far. A slope of 0\n"
        "stays 0. --positions own+alibi gives slopes to a model that has none.");
    verb->callback([options, &context] { run(*options, context); });
}

} // namespace slopescope::cli
