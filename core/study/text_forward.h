// One text through a model, kept layer by layer, so that pictures come from what is at hand and an edit resumes where
// it bites. A copy shares its tensors, so a run with other slopes costs only the layers above the first edit.
//
// Holds the residual entering each layer, and q, k, v and the log-sum-exp of each layer. A longer length runs only the rows
// that are new, behind the keys and values at hand. A shorter length is a prefix of
// these (the model is causal) and costs nothing, unless the model's positions depend on the length of the text; an edit at
// a shorter length runs that length alone, and the longer one is to be run again. Used by one thread at a time.
#pragma once

#include "core/model/decoder.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace slopescope {

class TextForward {
public:
    TextForward(std::shared_ptr<const Decoder> decoder, std::shared_ptr<const std::vector<std::int32_t>> ids);

    // Brings every layer up to date for these slopes and this length, from the lowest layer whose input changed. What
    // was there stays as it was if the job is stopped.
    void run(const SlopeTable& slopes, std::int64_t length, const Job& job);

    // Throws Error unless the text has so many tokens.
    void checkLength(std::int64_t length) const;

    // How many layers run() would run.
    std::int64_t layersToRun(const SlopeTable& slopes, std::int64_t length) const;

    bool covers(std::int64_t length) const {
        return length > 0 && length <= m_length && m_decoder->config().sameAt(length, m_length);
    }

    // How many of the lowest layers were run with these slopes.
    std::int64_t sharedLayers(const SlopeTable& slopes) const { return resume(slopes); }

    // -log p of token i from the i tokens before it, for the first `length` tokens; NaN for the first. Needs covers(length) and
    // every layer run with the slopes asked for.
    std::vector<float> losses(std::int64_t length, const Job& job) const;

    // Bytes of what is kept; runs that share layers count them each.
    std::int64_t bytes() const;

    // Whether q and k of `layer` are those that these slopes would give: true if no layer below was edited since run().
    bool exactAt(std::int64_t layer, const SlopeTable& slopes) const;

    // One head of the first `length` tokens as these slopes score it, from the q and k at hand. Needs covers(length).
    HeadView head(std::int64_t layer, std::int64_t head, const SlopeTable& slopes, std::int64_t length) const;

    // Changes whenever q and k of a layer do; no two states of any text share one.
    std::uint64_t revision(std::int64_t layer) const { return m_layers.at(std::size_t(layer)).revision; }

    const Decoder& decoder() const { return *m_decoder; }
    std::int64_t tokens() const { return static_cast<std::int64_t>(m_ids->size()); }

private:
    struct Layer {
        at::Tensor input; // residual entering it, [1, length, width]
        at::Tensor q, k, v, lse;
        SlopeSet slopes; // it was run with
        std::uint64_t revision = 0;
    };

    // Positions whose rows a longer text would not change: whole groups of the kernels' rows.
    std::int64_t lasting() const { return m_length / kernels::kRowsTogether * kernels::kRowsTogether; }

    // The lowest layer whose rows at hand are of no use under these slopes.
    std::int64_t resume(const SlopeTable& slopes) const;

    // The slopes of one layer, with "as trained" spelled out.
    const SlopeSet& slopesOf(std::int64_t layer, const SlopeTable& slopes) const;

    std::shared_ptr<const Decoder> m_decoder;
    std::shared_ptr<const std::vector<std::int32_t>> m_ids;
    std::vector<Layer> m_layers;
    at::Tensor m_top; // residual leaving the last layer, [1, length, width]
    std::int64_t m_length = 0; // that every layer holds, at least
};

} // namespace slopescope
