// A tiny random model of each position method, a text for it, and the same model as the reference decoder wants it:
// what the tests of core work on. Seeded, so that every run sees the same numbers.
#pragma once

#include "core/checkpoint/model_directory.h"
#include "core/model/decoder.h"
#include "core/text/tokenizer.h"
#include "tests/core/reference_decoder.h"
#include "tests/core/temp_folder.h"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace slopescope::tests {

inline constexpr std::array<const char*, 6> kMethods{"alibi", "rotary", "t5-bias", "sinusoidal", "learned", "none"};

// Uniform in [-1, 1); the standard's distributions differ between libraries.
class Noise {
public:
    explicit Noise(std::uint64_t seed) : m_random(seed) {}
    double operator()() { return double(m_random() >> 11) * 0x1p-52 - 1; }
    std::size_t below(std::size_t n) { return std::size_t(m_random() % n); }

private:
    std::mt19937_64 m_random;
};

// Invented words in invented sentences, about six letters a word.
inline std::string tinyText(std::uint64_t seed, int words) {
    static constexpr std::array kSyllables{"ba", "ke", "lo", "min", "tur", "sa", "ve", "ri", "no", "pel"};
    Noise noise(seed);
    std::string text;
    for (int word = 0; word < words; ++word) {
        const std::size_t syllables = 1 + noise.below(3);
        for (std::size_t s = 0; s < syllables; ++s)
            text += kSyllables[noise.below(kSyllables.size())];
        text += noise.below(9) == 0 ? ".\n" : " ";
    }
    return text;
}

inline const text::Tokenizer& tinyTokenizer() {
    static const text::Tokenizer tokenizer = text::Tokenizer::learnByteLevelBpe(std::vector<std::string>{tinyText(1, 2000)}, 288);
    return tokenizer;
}

inline std::vector<std::int32_t> tinyIds(std::uint64_t seed, std::size_t count) {
    std::vector<std::int32_t> ids;
    for (const text::Token& token : tinyTokenizer().encode(tinyText(seed, int(count))))
        ids.push_back(token.id);
    ids.resize(count); // a word is at least one token, so this only shortens
    return ids;
}

// As the code that keeps a text wants it.
inline std::shared_ptr<const std::vector<std::int32_t>> sharedIds(std::uint64_t seed, std::size_t count) {
    return std::make_shared<const std::vector<std::int32_t>>(tinyIds(seed, count));
}

struct TinyOptions {
    std::string method = "alibi";
    std::int64_t layers = 2, heads = 4, keyHeads = 4, headDim = 8;
    std::int64_t trainingLength = 64; // and the number of learned positions
    std::int64_t rotaryDims = 0;      // 0: the whole head
    bool interleaved = false;
    double embeddingScale = 1;
    std::uint64_t seed = 7;
};

inline DecoderConfig tinyConfig(const TinyOptions& o) {
    DecoderConfig config;
    config.vocabulary = tinyTokenizer().vocabularySize();
    config.width = o.heads * o.headDim;
    config.layers = o.layers;
    config.heads = o.heads;
    config.keyHeads = o.keyHeads;
    config.headDim = o.headDim;
    config.hidden = 2 * config.width;
    config.embeddingScale = o.embeddingScale;
    config.trainingLength = o.trainingLength;
    config.positions = schemeNamed(o.method, o.headDim, o.trainingLength);
    if (config.positions.rotary) {
        config.positions.rotary->dims = o.rotaryDims ? o.rotaryDims : o.headDim;
        config.positions.rotary->interleaved = o.interleaved;
    }
    if (config.positions.bias == BiasKind::Linear)
        config.setSlopes(paperSlopes(int(o.heads)));
    return config;
}

// Large enough weights that attention is far from uniform.
inline DecoderWeights tinyWeights(const DecoderConfig& config, std::uint64_t seed) {
    Noise noise(seed);
    DecoderWeights weights;
    forEachTensor(config, weights,
                  [&](const std::string& name, const std::vector<std::int64_t>& shape, at::Tensor& tensor) {
                      tensor = at::empty(shape, at::kFloat);
                      const bool norm = shape.size() == 1 && name.ends_with("norm.weight");
                      const bool table = name == "embedding.weight" || name == "position_embedding.weight";
                      const double spread = shape.size() == 1                ? 0.3
                                            : table                          ? 0.7
                                            : name == "relative_bias.weight" ? 2.0
                                            : name.ends_with("qkv.weight")   ? 4 / std::sqrt(double(shape[1]))
                                                                             : 1.5 / std::sqrt(double(shape[1]));
                      float* value = tensor.data_ptr<float>();
                      for (std::int64_t i = 0; i < tensor.numel(); ++i)
                          value[i] = float((norm ? 1.0 : 0.0) + spread * noise());
                  });
    return weights;
}

struct TinyModel {
    DecoderConfig config;
    DecoderWeights weights;

    explicit TinyModel(const TinyOptions& options)
        : config(tinyConfig(options)), weights(tinyWeights(config, options.seed)) {}

    Decoder decoder() const { return {config, weights}; }

    // `slopes` empty: as trained.
    ReferenceModel reference(const SlopeTable& slopes = {}) const {
        ReferenceModel m;
        const PositionScheme& p = config.positions;
        m.method = p.bias == BiasKind::Linear                     ? "alibi"
                   : p.bias == BiasKind::T5Buckets                ? "t5-bias"
                   : p.rotary                                     ? "rotary"
                   : p.embedding == PositionEmbedding::Sinusoidal ? "sinusoidal"
                   : p.embedding == PositionEmbedding::Learned    ? "learned"
                                                                  : "none";
        m.vocabulary = std::size_t(config.vocabulary);
        m.width = std::size_t(config.width);
        m.layers = std::size_t(config.layers);
        m.heads = std::size_t(config.heads);
        m.keyHeads = std::size_t(config.keyHeads);
        m.headDim = std::size_t(config.headDim);
        m.hidden = std::size_t(config.hidden);
        m.epsilon = config.normEpsilon;
        m.embeddingScale = config.embeddingScale;
        if (p.rotary) {
            m.rotaryDims = std::size_t(p.rotary->dims);
            m.rotaryBase = p.rotary->base;
            m.interleaved = p.rotary->interleaved;
        }
        m.slopes = slopes.empty() ? config.slopes : slopes;
        DecoderWeights shared = weights; // tensors are references to the same numbers
        forEachTensor(config, shared,
                      [&](const std::string& name, const std::vector<std::int64_t>&, at::Tensor& tensor) {
                          const float* value = tensor.data_ptr<float>();
                          m.tensors[name].assign(value, value + tensor.numel());
                      });
        return m;
    }

    void write(const std::filesystem::path& directory) const {
        DecoderWeights shared = weights;
        writeModelDirectory(directory, config, shared, tinyTokenizer(), at::kFloat);
    }
};

} // namespace slopescope::tests
