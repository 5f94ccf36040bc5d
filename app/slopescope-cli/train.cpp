// slopescope-cli train: our own models, from text.
#include "app/slopescope-cli/verbs.h"

#include "core/training/trainer.h"

#include <CLI/CLI.hpp>

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

} // namespace

void addTrain(CLI::App& app, Context& context) {
    CLI::App* verb = app.add_subcommand("train", "Train a model of our own, alike in everything but its position method");
    const auto request = std::make_shared<TrainingRequest>();
    verb->add_option("--text", request->texts, "UTF-8 files to learn from")->required()->expected(1, -1);
    verb->add_option("--valid", request->validation, "UTF-8 file to validate on")->required();
    verb->add_option("--out", request->directory, "Folder of the run")->required();
    verb->add_option("--positions", request->positions, "alibi, rotary, t5-bias, sinusoidal, learned or none")
        ->capture_default_str();
    verb->add_option("--tokenizer", request->tokenizer, "tokenizer.json; without it one is learned from the texts");
    verb->add_option("--vocabulary", request->vocabulary, "Size of the learned vocabulary")->capture_default_str();
    verb->add_option("--length", request->length, "Training length in tokens")->capture_default_str();
    verb->add_option("--layers", request->layers)->capture_default_str();
    verb->add_option("--width", request->width)->capture_default_str();
    verb->add_option("--heads", request->heads)->capture_default_str();
    verb->add_option("--batch", request->batch, "Windows a step")->capture_default_str();
    verb->add_option("--steps", request->steps)->capture_default_str();
    verb->add_option("--warm-up", request->warmUp, "Steps of rising learning rate")->capture_default_str();
    verb->add_option("--rate", request->learningRate, "Peak learning rate")->capture_default_str();
    verb->add_option("--final-rate", request->finalLearningRate)->capture_default_str();
    verb->add_option("--seed", request->seed)->capture_default_str();
    verb->add_option("--validate-every", request->validateEvery, "Steps")->capture_default_str()->check(CLI::PositiveNumber);
    verb->add_option("--save-every", request->saveEvery, "Steps")->capture_default_str()->check(CLI::PositiveNumber);
    verb->add_option("--log-every", request->logEvery, "Steps")->capture_default_str()->check(CLI::PositiveNumber);
    verb->add_flag("--resume", request->resume, "Go on from the run's last checkpoint");
    verb->callback([request, &context] {
        request->command = context.commandLine;
        train(*request, context.job, [&](const TrainingProgress& p) {
            std::fprintf(stderr,
                         "step %lld/%lld  loss %.4f  validation %.4f  rate %.2e  gradient %.2f  %.0f tokens/s  %s left\n",
                         static_cast<long long>(p.step), static_cast<long long>(p.steps), p.loss, p.validationLoss,
                         p.learningRate, p.gradientNorm, p.tokensPerSecond, clock(p.secondsLeft).c_str());
        });
    });
}

} // namespace slopescope::cli
