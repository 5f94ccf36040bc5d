// bench_models: attention against LibTorch, and whole forwards with their loss, in ratios measured side by side; and how much of
// the attention trained models need on a real text.
//
//     bench_models [libtorch|forward|visited]...     (all by default)
//     bench_models serve MODEL               seconds on request, for against_pytorch.sh
//
// LibTorch's products run on the BLAS that this process loaded: start with OPENBLAS_CORETYPE=SKYLAKEX (or HASWELL, ZEN) in the
// environment for what it reaches where that library misreads the processor.
#include "core/attention/attention.h"
#include "core/checkpoint/model_directory.h"
#include "core/base/error.h"
#include "core/study/window_losses.h"
#include "core/training/adamw.h"
#include "core/training/differentiable_forward.h"
#include "core/base/utf8.h"
#include "core/threads.h"
#include "tests/bench/race.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/tensor.h>

#include <cmath>
#include <cstring>
#include <iostream>
#include <map>
#include <numeric>
#include <sstream>
#include <stop_token>
#include <thread>

namespace slopescope::bench {
namespace {

at::Tensor randomNormal(const std::vector<std::int64_t>& shape, std::uint64_t seed, double deviation = 1) {
    at::Generator random = at::make_generator<at::CPUGeneratorImpl>(seed);
    return at::empty(shape, at::kFloat).normal_(0, deviation, random);
}

struct Heads {
    at::Tensor q, k, v; // [1, length, 8, 64]
    AttentionSettings dense, skipping;

    explicit Heads(std::int64_t length) {
        q = randomNormal({1, length, 8, 64}, 1);
        k = randomNormal({1, length, 8, 64}, 2);
        v = randomNormal({1, length, 8, 64}, 3);
        dense.scale = 1.0 / 8;
        dense.bias.slopes = at::tensor(at::ArrayRef<double>(paperSlopes(8)), at::kDouble).to(at::kFloat);
        skipping = dense;
        skipping.tolerance = AttentionOverride::kDefaultTolerance;
    }
};

// On the threads that LibTorch computes with. Those of the BLAS itself it cannot reach.
void flushDenormals(bool flush) {
    at::parallel_for(0, at::get_num_threads(), 1,
                     [&](std::int64_t, std::int64_t) { at::globalContext().setFlushDenormal(flush); });
    at::globalContext().setFlushDenormal(flush);
}

// softmax(q k^T / 8 + bias) v, as one writes it with a tensor library; the bias is made beforehand.
at::Tensor naive(const Heads& h, const at::Tensor& bias) {
    const at::Tensor scores = at::matmul(h.q.transpose(1, 2), h.k.permute({0, 2, 3, 1})) * h.dense.scale + bias;
    return at::matmul(at::softmax(scores, -1), h.v.transpose(1, 2));
}

at::Tensor biasMatrix(std::int64_t length, const at::Tensor& slopes) {
    const at::Tensor positions = at::arange(length, at::kFloat);
    const at::Tensor distance = positions.unsqueeze(1) - positions.unsqueeze(0);
    return (slopes.view({8, 1, 1}) * -distance).masked_fill(distance < 0, -std::numeric_limits<float>::infinity());
}

void benchLibTorch() {
    const Blas blas;
    std::printf("LibTorch's BLAS: OpenBLAS as %s, %d threads\n", blas.core.empty() ? "?" : blas.core.c_str(),
                at::get_num_threads());
    for (const std::int64_t length : {2048, 4096}) {
        const Heads h(length);
        const at::Tensor bias = biasMatrix(length, h.dense.bias.slopes);
        kernels::Visited visited;
        const double operations = 4.0 * 8 * 0.5 * double(length * length) * 64;
        const double error =
            (naive(h, bias)[0].transpose(0, 1) - attend(h.q, h.k, h.v, h.dense, Job()).out[0]).abs().max().item<double>();
        race("attend L=" + std::to_string(length) + " H=8 D=64 against LibTorch, which differ by " + std::to_string(error),
             operations,
             {{"LibTorch, naive", [&] { naive(h, bias); }},
              {"the same, denormals flushed",
               [&] {
                   flushDenormals(true);
                   naive(h, bias);
                   flushDenormals(false);
               }},
              {"ours, dense", [&] { attend(h.q, h.k, h.v, h.dense, Job()); }},
              {"ours, skipping", [&] { visited = attend(h.q, h.k, h.v, h.skipping, Job()).visited; },
               [&] { return std::to_string(100 * visited.fraction()) + " % of blocks visited"; }}},
             length <= 2048 ? 7 : 3);
    }
}

struct Model {
    Decoder decoder;
    std::vector<std::int32_t> ids;

    void run(std::int64_t length) const {
        const std::int64_t start = 0;
        windowLosses(decoder, ids, {&start, 1}, length, {}, Job());
    }
};

DecoderConfig randomConfig(std::int64_t layers, std::int64_t heads) {
    DecoderConfig config;
    config.vocabulary = 2048;
    config.width = 256;
    config.hidden = 4 * config.width;
    config.layers = layers;
    config.heads = config.keyHeads = heads;
    config.headDim = config.width / heads;
    config.positions = schemeNamed("alibi", config.headDim, 256);
    config.setSlopes(paperSlopes(int(heads)));
    return config;
}

// Of the size that training begins with.
DecoderWeights randomWeights(const DecoderConfig& config) {
    DecoderWeights weights;
    std::uint64_t seed = 1;
    forEachTensor(config, weights, [&](const std::string&, const std::vector<std::int64_t>& shape, at::Tensor& tensor) {
        tensor = shape.size() == 1 ? at::ones(shape, at::kFloat)
                                   : randomNormal(shape, ++seed, 1 / std::sqrt(double(shape.back())));
    });
    return weights;
}

Model randomModel(std::int64_t layers, std::int64_t heads, std::int64_t tokens) {
    const DecoderConfig config = randomConfig(layers, heads);
    Model model{Decoder(config, randomWeights(config)), {}};
    std::mt19937 random(7);
    for (std::int64_t i = 0; i <= tokens; ++i)
        model.ids.push_back(std::int32_t(random() % 2048));
    return model;
}

kernels::Visited& operator+=(kernels::Visited& all, const kernels::Visited& some) {
    all.computed += some.computed;
    all.dense += some.dense;
    return all;
}

// Where the time of a forward goes, and the share of the blocks that attention visited.
void printParts(const Model& model, std::int64_t length) {
    const Decoder& decoder = model.decoder;
    const std::span<const std::int32_t> ids = model.ids;
    Times embedding, layers, attention, losses;
    kernels::Visited visited;
    at::Tensor residual;
    embedding.keepLeast(measure([&] { residual = decoder.embed(ids.first(std::size_t(length)), 1); }));
    const auto rotary = decoder.rotaryFor(length);
    layers = attention = {0, 0};
    for (std::int64_t layer = 0; layer < decoder.config().layers; ++layer) {
        Decoder::LayerResult result;
        const Times whole = measure(
            [&] { result = decoder.runLayer(layer, residual, rotary ? &*rotary : nullptr, {}, Job()); });
        const AttentionSettings settings = decoder.settings(layer, {}, length);
        const Times inside = measure([&] { attend(result.q, result.k, result.v, settings, Job()); });
        layers = {layers.wall + whole.wall, layers.processor + whole.processor};
        attention = {attention.wall + inside.wall, attention.processor + inside.processor};
        visited += result.visited;
        residual = result.residual;
    }
    losses.keepLeast(
        measure([&] { decoder.losses(residual[0], ids.subspan(1, std::size_t(length)), Job()); }));
    const auto print = [](const char* name, double wall, double processor) {
        std::printf("      %-24s %9.2f ms, %5.2f threads busy\n", name, wall * 1e3, processor / wall);
    };
    print("embedding", embedding.wall, embedding.processor);
    print("attention", attention.wall, attention.processor);
    print("layers but for attention", layers.wall - attention.wall, layers.processor - attention.processor);
    print("norm, logits and loss", losses.wall, losses.processor);
    std::printf("      %.1f %% of blocks visited\n", 100 * visited.fraction());
}

// How long a forward goes on after it was told to stop, at worst, over stops spread over its course.
void printStops(const Model& model, std::int64_t length, double whole) {
    double longest = 0;
    for (int stop = 1; stop < 10; ++stop) {
        std::stop_source source;
        std::chrono::steady_clock::time_point told;
        std::jthread teller([&] {
            std::this_thread::sleep_for(std::chrono::duration<double>(whole * stop / 10));
            told = std::chrono::steady_clock::now();
            source.request_stop();
        });
        try {
            const std::int64_t start = 0;
            windowLosses(model.decoder, model.ids, {&start, 1}, length, {}, Job(source.get_token()));
        } catch (const Cancelled&) {
            const auto now = std::chrono::steady_clock::now();
            teller.join();
            longest = std::max(longest, std::chrono::duration<double>(now - told).count());
        }
    }
    std::printf("      stops within %.1f ms\n", longest * 1e3);
}

double operationsOf(const DecoderConfig& c, std::int64_t length) {
    const double linear =
        2.0 * double(c.layers * (4 * c.width * c.width + 2 * c.width * c.hidden) + c.vocabulary * c.width);
    return double(length) * (linear + 2.0 * double(c.layers * c.width * length)); // causal attention: half the square
}

void benchForward() {
    for (const auto& [layers, heads] : {std::pair(6, 4), std::pair(4, 8)})
        for (const std::int64_t length : {2048, 4096, 8192, 32768}) {
            const Model model = randomModel(layers, heads, length);
            const std::string title = "forward and loss, " + std::to_string(layers) + " layers, width 256, " +
                                      std::to_string(heads) + " heads, vocabulary 2048, L=" + std::to_string(length);
            race(title, operationsOf(model.decoder.config(), length), {{"ours", [&] { model.run(length); }}},
                 length <= 8192 ? 5 : 1);
            printParts(model, length);
            printStops(model, length, measure([&] { model.run(length); }).wall);
        }
}

// The share of the blocks that the bundled models' attention visits on the bundled text.
void benchVisited() {
    const std::filesystem::path resources = SLOPESCOPE_RESOURCES;
    const std::vector<std::int64_t> lengths{1024, 4096, 16384, 29184};
    std::printf("%% of blocks visited on the bundled text, of");
    for (const std::int64_t length : lengths)
        std::printf("%8lld", static_cast<long long>(length));
    std::printf(" tokens\n");
    for (const char* name : {"alibi", "rotary", "t5-bias", "sinusoidal", "none"}) {
        OpenedModel opened = openModelDirectory(resources / "models" / name, Job());
        std::vector<std::int32_t> ids;
        for (const text::Token& token : opened.tokenizer.value().encode(readTextFile(resources / "text" / "the-tide-clock.txt"), Job()))
            ids.push_back(token.id);
        const Decoder decoder(std::move(opened.config), std::move(opened.weights));
        std::printf("  %-41s", name);
        for (const std::int64_t length : lengths) {
            at::Tensor residual = decoder.embed(std::span(ids).first(std::size_t(length)), 1);
            const auto rotary = decoder.rotaryFor(length);
            kernels::Visited visited;
            for (std::int64_t layer = 0; layer < decoder.config().layers; ++layer) {
                Decoder::LayerResult result = decoder.runLayer(layer, residual, rotary ? &*rotary : nullptr, {}, Job());
                visited += result.visited;
                residual = std::move(result.residual);
            }
            std::printf("%8.1f", 100 * visited.fraction());
            std::fflush(stdout);
        }
        std::printf("\n");
    }
}

// A training step of a model of the bundled shape: loss, gradients, clipping, AdamW.
class TrainingStep {
public:
    TrainingStep(std::int64_t length, std::int64_t batch) : m_config(randomConfig(4, 8)), m_forward(m_config) {
        m_weights = randomWeights(m_config);
        forEachTensor(m_config, m_weights,
                      [&](const std::string& name, const std::vector<std::int64_t>&, at::Tensor& tensor) {
                          m_parameters[name] = tensor.requires_grad_(true);
                      });
        m_ids = at::empty({batch, length + 1}, at::kLong).random_(0, m_config.vocabulary);
    }

    void run() {
        for (auto& [name, parameter] : m_parameters)
            parameter.mutable_grad() = at::Tensor();
        m_forward.loss(m_weights, m_ids).backward();
        clipGradients(m_parameters, 1);
        m_optimiser.step(m_parameters, 1e-3, 0.1);
    }

private:
    DecoderConfig m_config;
    DecoderWeights m_weights;
    DifferentiableForward m_forward;
    std::map<std::string, at::Tensor> m_parameters;
    AdamW m_optimiser;
    at::Tensor m_ids;
};

// A model of a folder on random tokens; "attend LENGTH TOLERANCE", "gradient LENGTH TOLERANCE" (attention and its gradients, the
// slopes' too), "step LENGTH BATCH" and "forward LENGTH" are answered with seconds by the clock on the wall and of the processor.
void serve(const std::string& folder) {
    OpenedModel opened = openModelDirectory(folder, Job());
    const std::int64_t vocabulary = opened.config.vocabulary;
    Model model{Decoder(std::move(opened.config), std::move(opened.weights)), {}};
    std::mt19937 random(7);
    std::map<std::pair<std::int64_t, std::int64_t>, std::unique_ptr<TrainingStep>> steps;
    const auto print = [](const Times& times) { std::cout << times.wall << " " << times.processor << std::endl; };
    for (std::string line; std::getline(std::cin, line);) {
        std::istringstream words(line);
        std::string what;
        std::int64_t length = 0;
        double tolerance = 0;
        words >> what >> length >> tolerance;
        while (std::ssize(model.ids) <= length)
            model.ids.push_back(std::int32_t(random() % std::uint32_t(vocabulary)));
        if (what == "attend") {
            static std::unique_ptr<Heads> heads;
            if (!heads || heads->q.size(1) != length)
                heads = std::make_unique<Heads>(length);
            heads->skipping.tolerance = tolerance;
            print(measure([&] { attend(heads->q, heads->k, heads->v, heads->skipping, Job()); }));
        } else if (what == "gradient") {
            const Heads heads(length);
            AttentionSettings settings = heads.skipping;
            settings.tolerance = tolerance;
            print(measure([&] {
                const AttendResult forward = attend(heads.q, heads.k, heads.v, settings, Job());
                attendBackward(heads.q, heads.k, heads.v, settings, forward, heads.v, true, Job());
            }));
        } else if (what == "step") {
            const auto batch = static_cast<std::int64_t>(tolerance);
            auto& step = steps[{length, batch}];
            if (!step)
                step = std::make_unique<TrainingStep>(length, batch);
            print(measure([&] { step->run(); }));
        } else {
            print(measure([&] { model.run(length); }));
        }
    }
}

} // namespace
} // namespace slopescope::bench

int main(int count, char** arguments) try {
    using namespace slopescope::bench;
    slopescope::useThreads(0);
    if (count == 3 && std::strcmp(arguments[1], "serve") == 0) {
        serve(arguments[2]);
        return 0;
    }
    const auto wanted = [&](const char* name) {
        return count < 2 || std::any_of(arguments + 1, arguments + count,
                                        [&](const char* argument) { return std::strcmp(argument, name) == 0; });
    };
    if (wanted("libtorch"))
        benchLibTorch();
    if (wanted("forward"))
        benchForward();
    if (wanted("visited"))
        benchVisited();
    return 0;
} catch (const slopescope::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
}
