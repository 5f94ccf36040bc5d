// Training our own models: AdamW, cosine schedule with warm-up, gradient clipping, seeded and repeatable.
//
// One call trains from the beginning, or from the last checkpoint of a run, to the last step. A run is a folder:
//     config.json tokenizer.json model.safetensors training.json    the model, once finished
//     log.jsonl                                                     a line an interval: step, loss, tokens/s, ...
//     resume.safetensors                                            weights and optimiser state, replaced atomically
// On the processor, two runs with the same data, seed and thread count give the same bits, resumed or not (under a LibTorch of
// 2.x, on one thread); anywhere, runs that differ only in their position method begin alike and see the same batches in the
// same order.
#pragma once

#include "core/base/utf8.h"
#include "core/device.h"
#include "core/base/job.h"
#include "core/model/decoder_config.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace slopescope {

struct TrainingRequest {
    std::vector<std::filesystem::path> texts;
    std::filesystem::path validation;
    TextFileOptions textFiles; // how both are read
    std::filesystem::path tokenizer; // tokenizer.json; empty: learn one from `texts`
    std::filesystem::path directory; // the run
    std::string positions = "alibi"; // see schemeNamed; or alibi-trainable: slopes that are learned, a set a layer
    std::string slopes = "paper";    // of ALiBi, or what trainable ones begin with: see parseSlopes
    double slopeRate = 5e-3;         // peak learning rate of trainable slopes' logarithms, in place of learningRate
    std::int64_t layers = 4, width = 256, heads = 8, vocabulary = 2048;
    std::int64_t length = 256, batch = 8, steps = 2000, warmUp = 100;
    double learningRate = 2e-3, finalLearningRate = 2e-4, weightDecay = 0.1, clipNorm = 1.0;
    std::uint64_t seed = 1;
    std::int64_t logEvery = 20, validateEvery = 250, saveEvery = 250; // steps
    bool resume = false;
    Device device;
    bool bfloat16 = false; // products in bfloat16, everything else in float32
    std::string command; // as typed, kept in training.json
};

struct TrainingProgress {
    std::int64_t step = 0, steps = 0, tokensSeen = 0;
    double loss = 0, learningRate = 0, gradientNorm = 0, tokensPerSecond = 0, secondsLeft = 0;
    double validationLoss = 0; // of the last validation; 0: none yet
};

// Whether the request's slopes are parameters.
bool hasTrainableSlopes(const TrainingRequest& request);

// Throws Error for a request that makes no sense, files that cannot be read or written, a loss that is no number, and a run that
// `resume` does not fit. When stopped it saves resume.safetensors before Cancelled leaves.
void train(const TrainingRequest& request, const Job& job, const std::function<void(const TrainingProgress&)>& report);

} // namespace slopescope
