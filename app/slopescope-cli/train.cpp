// slopescope-cli train: our own models, from text.
#include "app/slopescope-cli/input.h"
#include "app/slopescope-cli/output.h"
#include "app/slopescope-cli/verbs.h"

#include "core/training/trainer.h"

#include <CLI/CLI.hpp>

#include <cmath>
#include <cstdio>
#include <memory>

namespace slopescope::cli {
namespace {

std::string clock(double seconds) {
    const long whole = std::lround(seconds);
    char text[32];
    std::snprintf(text, sizeof text, "%ld:%02ld:%02ld", whole / 3600, whole / 60 % 60, whole % 60);
    return text;
}

void run(TrainingRequest& request, Context& context) {
    request.command = context.commandLine;
    request.device = deviceNamed(context.device);
    TrainingProgress last;
    train(request, context.job, [&](const TrainingProgress& p) {
        context.progress.clear();
        std::fprintf(stderr,
                     "step %lld/%lld  loss %.4f  validation %s  rate %.2e  gradient %.2f  %.0f tokens/s  %s left\n",
                     static_cast<long long>(p.step), static_cast<long long>(p.steps), p.loss,
                     p.validationLoss > 0 ? fixed(p.validationLoss, 4).c_str() : "-",
                     p.learningRate, p.gradientNorm, p.tokensPerSecond, clock(p.secondsLeft).c_str());
        last = p;
    });
    if (context.json)
        printJson(context, {{"directory", request.directory.string()},
                            {"positions", request.positions},
                            {"steps", request.steps},
                            {"tokens_seen", request.steps * request.batch * request.length},
                            {"training_loss", last.step ? Json(last.loss) : Json()},
                            {"validation_loss", last.validationLoss > 0 ? Json(last.validationLoss) : Json()},
                            {"version", SLOPESCOPE_VERSION}});
    else
        print(context, "Trained the model " + request.directory.string() + "\n");
}

} // namespace

void addTrain(CLI::App& app, Context& context) {
    CLI::App* verb =
        app.add_subcommand("train", "Train a model of our own, alike in everything but its position method");
    const auto request = std::make_shared<TrainingRequest>();
    const auto count = [&](const char* name, std::int64_t& value, const char* help) {
        constexpr std::int64_t kMost = 1 << 30; // products of two of these are still integers
        verb->add_option(name, value, help)
            ->capture_default_str()
            ->check(CLI::Range(std::int64_t{1}, kMost).description(""))
            ->type_name("N");
    };
    verb->add_option("--text", request->texts, "UTF-8 files to learn from")
        ->required()
        ->expected(1, -1)
        ->type_name("FILE");
    verb->add_option("--valid", request->validation, "UTF-8 file to validate on")->required()->type_name("FILE");
    addRawLineEnds(*verb, request->textFiles);
    verb->add_option("--out", request->directory, "Folder of the run, and of the model once finished")
        ->required()
        ->type_name("FOLDER");
    verb->add_option("--positions", request->positions, "alibi, alibi-trainable (slopes that are learned, a set a layer),\nrotary, t5-bias, sinusoidal, learned or none")
        ->capture_default_str()
        ->type_name("NAME");
    verb->add_option("--slopes", request->slopes, "Of ALiBi, or what trainable slopes begin with: paper, random:SEED,\ngeometric:START,RATIO, S,S,..., FILE.json")
        ->capture_default_str()
        ->type_name("SPEC");
    verb->add_option("--slope-rate", request->slopeRate, "Peak learning rate of trainable slopes' logarithms")
        ->capture_default_str()
        ->type_name("RATE")
        ->check(CLI::Validator(CLI::PositiveNumber).description(""));
    verb->add_option("--tokenizer", request->tokenizer, "tokenizer.json; default: one is learned from the texts")
        ->type_name("FILE");
    count("--vocabulary", request->vocabulary, "Size of the learned vocabulary");
    count("--length", request->length, "Training length in tokens");
    count("--layers", request->layers, "Layers");
    count("--width", request->width, "Width of the residual stream");
    count("--heads", request->heads, "Heads a layer");
    count("--batch", request->batch, "Windows a step");
    count("--steps", request->steps, "Steps in all");
    verb->add_option("--warm-up", request->warmUp, "Steps of rising learning rate")
        ->capture_default_str()
        ->check(CLI::Validator(CLI::NonNegativeNumber).description(""))
        ->type_name("N");
    verb->add_option("--rate", request->learningRate, "Peak learning rate")
        ->capture_default_str()
        ->type_name("RATE")
        ->check(CLI::Validator(CLI::PositiveNumber).description(""));
    verb->add_option("--final-rate", request->finalLearningRate, "Learning rate of the last step")
        ->type_name("RATE")
        ->capture_default_str()
        ->check(CLI::Validator(CLI::NonNegativeNumber).description(""));
    verb->add_option("--seed", request->seed, "Of the weights and of the order of the windows")
        ->capture_default_str()
        ->type_name("N");
    count("--validate-every", request->validateEvery, "Steps between validations");
    count("--save-every", request->saveEvery, "Steps between checkpoints");
    count("--log-every", request->logEvery, "Steps between lines of the log");
    verb->add_flag("--bfloat16", request->bfloat16, "Products in bfloat16, the rest in float32: for GPUs, and for\n"
                   "processors with AMX under a LibTorch of 2.x");
    verb->add_flag("--resume", request->resume, "Go on from the run's last checkpoint");
    verb->footer(
        "Progress goes to stderr and to log.jsonl in the folder. Ctrl+C saves a checkpoint first. Runs with the same\n"
        "texts, seed and number of threads give the same bits, resumed or not; under a LibTorch of 2.x, with --threads 1.");
    verb->callback([request, &context] { run(*request, context); });
}

} // namespace slopescope::cli
