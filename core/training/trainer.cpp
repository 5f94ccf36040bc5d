#include "core/training/trainer.h"

#include "core/checkpoint/model_directory.h"
#include "core/base/digest.h"
#include "core/base/error.h"
#include "core/base/utf8.h"
#include "core/training/adamw.h"
#include "core/training/batches.h"
#include "core/training/differentiable_forward.h"
#include "core/training/run_state.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <numbers>
#include <optional>
#include <span>

namespace slopescope {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kValidationWindows = 64;

std::string hex(std::uint64_t number) {
    char digits[17];
    std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(number));
    return digits;
}

struct Corpus {
    std::vector<std::int32_t> tokens;
    std::size_t files = 0, bytes = 0;
    std::uint64_t digest = fnv1a({}); // of the texts

    std::string tokenDigest() const {
        return hex(fnv1a({reinterpret_cast<const char*>(tokens.data()), tokens.size() * sizeof tokens[0]}));
    }
};

Corpus readCorpus(const std::vector<std::string>& texts, const text::Tokenizer& tokenizer, const Job& job) {
    Corpus corpus;
    for (const std::string& text : texts) {
        for (const text::Token& token : tokenizer.encode(text, job))
            corpus.tokens.push_back(token.id);
        corpus.bytes += text.size();
        corpus.digest = fnv1a(text, corpus.digest);
        job.report(double(++corpus.files) / double(texts.size()), "Tokenizing the training text");
    }
    return corpus;
}

void checkRequest(const TrainingRequest& r) {
    constexpr std::int64_t kMost = 1 << 24;
    const auto within = [](std::int64_t value) { return value >= 1 && value <= kMost; };
    if (r.texts.empty())
        throw Error("Training needs at least one text.");
    if (!within(r.length) || !within(r.batch) || r.steps < 1 || r.warmUp < 0)
        throw Error("Training needs a length, a batch and a number of steps of at least 1, and no negative warm-up.");
    if (!within(r.width) || !within(r.heads) || r.width % r.heads)
        throw Error("Training needs a number of heads that divides the width.");
    if (!within(r.layers))
        throw Error("The training request: the number of layers is " + std::to_string(r.layers) + ".");
    if (!within(r.vocabulary))
        throw Error("Training cannot learn a vocabulary of " + std::to_string(r.vocabulary) + " tokens.");
    if (r.logEvery < 1 || r.validateEvery < 1 || r.saveEvery < 1)
        throw Error("Training logs, validates and saves every so many steps; that number must be at least 1.");
    for (const double value : {r.learningRate, r.finalLearningRate, r.slopeRate, r.weightDecay, r.clipNorm})
        if (!std::isfinite(value) || value < 0)
            throw Error(
                "Learning rates, weight decay and the clipping norm of a training must be numbers, not negative.");
}

DecoderConfig configOf(const TrainingRequest& r, std::int64_t vocabulary) {
    DecoderConfig config;
    config.vocabulary = vocabulary;
    config.width = r.width;
    config.layers = r.layers;
    config.heads = config.keyHeads = r.heads;
    config.headDim = r.width / r.heads;
    config.hidden = 4 * r.width;
    config.embeddingScale =
        std::sqrt(double(r.width)); // as the paper's decoder; gives sinusoids and tokens the same size
    config.trainingLength = r.length;
    config.positions = schemeNamed(hasTrainableSlopes(r) ? "alibi" : r.positions, config.headDim, r.length);
    const SlopeTable paper(std::size_t(r.layers), paperSlopes(static_cast<int>(r.heads)));
    if (config.positions.bias == BiasKind::Linear)
        config.slopes = parseSlopes(r.slopes, paper);
    else if (r.slopes != TrainingRequest().slopes)
        throw Error("Training with positions " + r.positions + " has no slopes to begin with.");
    checkConfig(config, "The training request");
    return config;
}

// Each tensor draws from a generator of its own, so models that differ in their position method share all other
// weights; and on the processor, so that they do not depend on the device.
std::map<std::string, at::Tensor> initialise(const DecoderConfig& config, DecoderWeights& weights, std::uint64_t seed,
                                             const at::Device& device) {
    std::map<std::string, at::Tensor> parameters;
    const double spread = 1 / std::sqrt(double(config.width));
    forEachTensor(
        config, weights, [&](const std::string& name, const std::vector<std::int64_t>& shape, at::Tensor& tensor) {
            if (shape.size() == 1) {
                tensor = name.ends_with(".weight") ? at::ones(shape, at::kFloat) : at::zeros(shape, at::kFloat);
            } else if (name == "relative_bias.weight") {
                tensor = at::zeros(shape, at::kFloat);
            } else {
                at::Generator random = at::make_generator<at::CPUGeneratorImpl>(fnv1a(name, seed));
                const bool intoResidual = name.ends_with("output.weight") || name.ends_with("down.weight");
                const double shrink = intoResidual ? 1 / std::sqrt(2.0 * double(config.layers)) : 1;
                const double fanIn = std::sqrt(double(config.width) / double(shape.back())); // 1, but for mlp.down
                tensor = at::empty(shape, at::kFloat).normal_(0, spread * shrink * fanIn, random);
            }
            tensor = tensor.to(device).requires_grad_(true);
            parameters[name] = tensor;
        });
    return parameters;
}

// Logarithms of the slopes of each layer, so that no step makes one negative; empty: they are not trained.
std::vector<at::Tensor> trainableSlopes(const TrainingRequest& r, const DecoderConfig& config, const at::Device& device,
                                        std::map<std::string, at::Tensor>& parameters) {
    std::vector<at::Tensor> logSlopes;
    for (std::int64_t layer = 0; hasTrainableSlopes(r) && layer < config.layers; ++layer) {
        at::Tensor slopes = at::empty({config.heads}, at::kFloat);
        for (std::int64_t head = 0; head < config.heads; ++head) {
            const double slope = config.slopes[std::size_t(layer)][std::size_t(head)];
            if (!(slope > 0))
                throw Error("Trainable slopes must begin above 0; those of " + r.slopes + " do not.");
            slopes.data_ptr<float>()[head] = static_cast<float>(std::log(slope));
        }
        logSlopes.push_back(slopes.to(device).requires_grad_(true));
        parameters["layers." + std::to_string(layer) + ".log_slopes"] = logSlopes.back();
    }
    return logSlopes;
}

SlopeTable slopesOf(const std::vector<at::Tensor>& logSlopes) {
    SlopeTable slopes;
    for (const at::Tensor& layer : logSlopes) {
        const at::Tensor here = layer.detach().cpu().to(at::kDouble).exp().clamp_max(kSteepestSlope).contiguous();
        slopes.emplace_back(here.data_ptr<double>(), here.data_ptr<double>() + here.numel());
    }
    return slopes;
}

// The rates of the parameters that do not take the common one.
std::map<std::string, double> slopeRates(const std::vector<at::Tensor>& logSlopes, double rate) {
    std::map<std::string, double> rates;
    for (std::size_t layer = 0; layer < logSlopes.size(); ++layer)
        rates["layers." + std::to_string(layer) + ".log_slopes"] = rate;
    return rates;
}

double rateAt(const TrainingRequest& r, std::int64_t step) {
    if (step < r.warmUp)
        return r.learningRate * double(step + 1) / double(r.warmUp);
    const double share = double(step - r.warmUp) / double(std::max<std::int64_t>(1, r.steps - r.warmUp));
    return r.finalLearningRate +
           (r.learningRate - r.finalLearningRate) * 0.5 * (1 + std::cos(std::numbers::pi * std::min(share, 1.0)));
}

// Mean loss over windows of the training length, spread evenly over the validation text.
double validate(DifferentiableForward& forward, const DecoderWeights& weights, std::span<const at::Tensor> logSlopes, const std::vector<std::int32_t>& tokens,
                const TrainingRequest& r, const at::Device& device) {
    const at::NoGradGuard noGradient;
    const std::int64_t possible = (std::int64_t(tokens.size()) - 1) / r.length;
    // Whole batches, one at least: train() has seen to it that the text holds one.
    const std::int64_t windows = std::max(std::min(kValidationWindows, possible) / r.batch, std::int64_t(1)) * r.batch;
    double sum = 0;
    for (std::int64_t first = 0; first < windows; first += r.batch) {
        at::Tensor ids = at::empty({r.batch, r.length + 1}, at::kLong);
        for (std::int64_t row = 0; row < r.batch; ++row)
            for (std::int64_t i = 0; i <= r.length; ++i)
                ids.data_ptr<std::int64_t>()[row * (r.length + 1) + i] =
                    tokens[std::size_t((first + row) * possible / windows * r.length + i)];
        sum += forward.loss(weights, ids.to(device), logSlopes).item<double>();
    }
    return sum / double(windows / r.batch);
}

void writeTrainingFacts(const TrainingRequest& r, const Corpus& corpus, const TrainingProgress& p, double seconds) {
    char summary[96];
    const double tokens = double(corpus.tokens.size());
    const bool millions = tokens >= 1e5; // "0.0 M" says nothing
    std::snprintf(summary, sizeof summary, millions ? "%zu %s, %.1f M tokens" : "%zu %s, %.0f tokens", corpus.files,
                  corpus.files == 1 ? "text" : "texts", millions ? tokens / 1e6 : tokens);
    const nlohmann::json facts{{"command", r.command},
                               {"positions", r.positions},
                               {"corpus_summary", summary},
                               {"corpus",
                                {{"files", corpus.files},
                                 {"bytes", corpus.bytes},
                                 {"tokens", corpus.tokens.size()},
                                 {"fnv1a64", hex(corpus.digest)}}},
                               {"seed", r.seed},
                               {"steps", p.steps},
                               {"batch", r.batch},
                               {"length", r.length},
                               {"learning_rate", {r.learningRate, r.finalLearningRate}},
                               {"tokens_seen", p.tokensSeen},
                               {"training_loss", p.loss},
                               {"validation_loss", p.validationLoss},
                               {"seconds_of_last_start", std::lround(seconds)}};
    writeTextFileAtomically(r.directory / "training.json", facts.dump(2) + "\n");
}

} // namespace

bool hasTrainableSlopes(const TrainingRequest& request) {
    return request.positions == "alibi-trainable";
}

void train(const TrainingRequest& r, const Job& job, const std::function<void(const TrainingProgress&)>& report) {
    checkRequest(r);
    std::vector<std::string> texts;
    for (const fs::path& file : r.texts)
        texts.push_back(readTextFile(file, r.textFiles).text);
    const text::Tokenizer tokenizer = r.tokenizer.empty()
                                    ? text::Tokenizer::learnByteLevelBpe(texts, static_cast<int>(r.vocabulary), job)
                                    : text::Tokenizer::load(r.tokenizer);
    const Corpus corpus = readCorpus(texts, tokenizer, job);
    const Corpus validation = readCorpus({readTextFile(r.validation, r.textFiles).text}, tokenizer, job);
    if (std::int64_t(validation.tokens.size()) <= r.length * r.batch)
        throw Error("The validation text " + r.validation.string() + " is too short.");
    DecoderConfig config = configOf(r, tokenizer.vocabularySize());
    const Batches batches(corpus.tokens, r.length, r.batch, r.seed);
    std::error_code fault;
    fs::create_directories(r.directory, fault);
    if (fault)
        throw Error("Cannot create the folder " + r.directory.string() + ": " + fault.message() + ".");

    DecoderWeights weights;
    const at::Device device =
        r.device.isCpu() ? at::Device(at::kCPU) : at::Device(at::kCUDA, static_cast<at::DeviceIndex>(r.device.cuda));
    std::map<std::string, at::Tensor> parameters = initialise(config, weights, r.seed, device);
    const std::vector<at::Tensor> logSlopes = trainableSlopes(r, config, device, parameters);
    AdamW optimiser;
    const std::string signature = runSignature(r, corpus.tokenDigest());
    std::int64_t step = r.resume ? loadRun(r.directory, signature, parameters, optimiser) : 0;
    const RunLog log(r.directory, step);
    DifferentiableForward forward(config, r.bfloat16);

    TrainingProgress progress;
    progress.step = step;
    progress.steps = r.steps;
    progress.tokensSeen = step * r.batch * r.length;
    progress.loss = log.loss();
    progress.validationLoss = log.validationLoss();
    const auto begin = std::chrono::steady_clock::now();
    const std::int64_t firstStep = step;
    double sinceLog = 0;
    std::int64_t stepsSinceLog = 0;
    const auto seconds = [&] {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    };
    while (step < r.steps) {
        if (job.stopped()) {
            saveRun(r.directory, signature, parameters, optimiser, step);
            throw Cancelled();
        }
        for (auto& [name, parameter] : parameters)
            parameter.mutable_grad() = at::Tensor();
        const at::Tensor loss = forward.loss(weights, batches.batch(step).to(device), logSlopes);
        loss.backward();
        sinceLog += loss.item<double>();
        ++stepsSinceLog;
        if (!std::isfinite(sinceLog))
            throw Error("The loss is no longer a number at step " + std::to_string(step) +
                        "; try a lower learning rate.");
        progress.gradientNorm = clipGradients(parameters, r.clipNorm);
        if (!std::isfinite(progress.gradientNorm))
            throw Error("The gradient is no longer a number at step " + std::to_string(step) +
                        "; try a lower learning rate.");
        progress.learningRate = rateAt(r, step);
        const double slopeRate = r.learningRate > 0 ? r.slopeRate * progress.learningRate / r.learningRate : 0;
        optimiser.step(parameters, progress.learningRate, r.weightDecay, slopeRates(logSlopes, slopeRate));
        ++step;

        const bool last = step == r.steps, validates = last || step % r.validateEvery == 0;
        if (validates)
            progress.validationLoss = validate(forward, weights, logSlopes, validation.tokens, r, device);
        if (last || validates || step % r.logEvery == 0) {
            progress.step = step;
            progress.tokensSeen = step * r.batch * r.length;
            progress.loss = sinceLog / double(stepsSinceLog);
            progress.tokensPerSecond = double(step - firstStep) * double(r.batch * r.length) / seconds();
            progress.secondsLeft = double(r.steps - step) * double(r.batch * r.length) / progress.tokensPerSecond;
            sinceLog = 0;
            stepsSinceLog = 0;
            log.append(progress, validates);
            report(progress);
        }
        if (last || step % r.saveEvery == 0)
            saveRun(r.directory, signature, parameters, optimiser, step);
    }
    forEachTensor(config, weights, [](const std::string&, const std::vector<std::int64_t>&, at::Tensor& tensor) {
        tensor = tensor.detach().cpu();
    });
    if (!logSlopes.empty())
        config.slopes = slopesOf(logSlopes);
    writeModelDirectory(r.directory, config, weights, tokenizer, at::kHalf);
    writeTrainingFacts(r, corpus, progress, seconds());
}

} // namespace slopescope
