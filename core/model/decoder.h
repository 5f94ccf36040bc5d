// The forward of a decoder, layer by layer, for measuring and looking: float32 on the CPU, or on a device as its placement
// says; fused attention, no L x L, no L x V.
//
// Immutable and safe to share between threads. Callers walk the layers themselves, because what they want lies between
// them: a picture needs q and k of a layer, an edited slope wants to resume at the layer where it bites.
#pragma once

#include "core/attention/attention.h"
#include "core/model/curve_tables.h"
#include "core/model/placement.h"
#include "core/positions/rotary.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace slopescope {

// What a study may change about attention without touching the weights.
struct AttentionOverride {
    SlopeTable slopes; // [layers][heads]; empty: as trained
    double tolerance = kDefaultTolerance;

    // Blocks whose every weight is below 2^-24 of the row's largest cannot change a float32 sum.
    static constexpr double kDefaultTolerance = 1.0 / (1 << 24);
};

// T5's learned bias: what `t5:MODEL` takes from another model.
struct RelativeBias {
    at::Tensor weights; // [buckets, heads]
    std::int64_t buckets = 0, maxDistance = 0;
};

class Decoder {
public:
    // Packs the matrices, or moves them; the tensors they came from are let go one by one, so that nothing is held twice.
    Decoder(DecoderConfig config, DecoderWeights weights, Placement placement = {});

    const DecoderConfig& config() const { return m_config; }
    const Placement& placement() const { return m_placement; }
    const DecoderWeights& weights() const { return m_weights; } // packed on the processor

    // The same weights with other positions; see withPositions(DecoderConfig).
    // With `bias` in place of its distance bias where BiasChange::T5 asks for one.
    Decoder withPositions(const PositionOverride& change, const RelativeBias& bias = {}) const;

    RelativeBias relativeBias() const; // of a model with T5 buckets; else undefined

    // Token ids -> the residual entering layer 0, [batch, length, width]. ids: batch x length, row by row. Throws Error
    // when an id lies outside the vocabulary or the length past the model's positions. The first column stands at position
    // `first`.
    at::Tensor embed(std::span<const std::int32_t> ids, std::int64_t batch, std::int64_t first = 0,
                     const Job& job = {}) const;

    struct LayerResult {
        at::Tensor residual; // [batch, length, width], leaving the layer
        at::Tensor q;        // [batch, length, heads, headDim], as attention saw it
        at::Tensor k, v;     // [batch, past + length, keyHeads, headDim]
        at::Tensor lse;      // [batch, heads, length]
        kernels::Visited visited;
    };

    // Keys and values of the positions before those of the residual: a whole number of kernels::kRowsTogether of them, and
    // the result has the bits of one call for all positions.
    struct Past {
        at::Tensor k, v; // [batch, past, keyHeads, headDim]; undefined: none
    };

    // Residuals, q, k, v and log-sum-exps lie where the weights do; losses and logits on the processor.
    //
    // The table of each rotary rule of the positions, in the order of PositionScheme::rotaryKinds().
    using RotaryTables = std::vector<RotaryTable>;

    // One layer over texts, from position 0 or behind `past`. `rotary` comes from rotaryFor(length, past), or is null where
    // that is. Throws Cancelled within some ten milliseconds of a stop.
    LayerResult runLayer(std::int64_t layer, const at::Tensor& residual, const RotaryTables* rotary,
                         const AttentionOverride& change, const Job& job, const Past& past = {}) const;

    // For positions first .. first + length - 1 of a text that ends with them.
    std::optional<RotaryTables> rotaryFor(std::int64_t length, std::int64_t first = 0, const Job& job = {}) const;

    // scale, caps, bias, window and sinks of a layer under an override, for a text of `length` tokens.
    AttentionSettings settings(std::int64_t layer, const AttentionOverride& change, std::int64_t length) const;

    // -log p(target) in nats of each row of the last residual, computed in blocks of rows. residual [rows, width],
    // targets [rows] -> [rows] float32. Throws Error when a target lies outside the vocabulary.
    at::Tensor losses(const at::Tensor& residual, std::span<const std::int32_t> targets, const Job& job) const;

    // [rows, width] -> [rows, vocabulary].
    at::Tensor logits(const at::Tensor& residual) const;

private:
    void lossesThere(const at::Tensor& rows, std::span<const std::int32_t> targets, const Job& job,
                     const at::Tensor& losses) const;

    DecoderConfig m_config;
    DecoderWeights m_weights;
    Placement m_placement;
    std::shared_ptr<CurveTables> m_curves; // with a bias of BiasKind::Curve
    at::Tensor m_biasTable; // [heads, distances], with T5 buckets; on the processor, wherever the weights are
};

} // namespace slopescope
