// A position method is three optional parts: something added to the embedding, something done to q and k, and a distance bias
// added to the scores. "none" (NoPE) has none of the three. Pure data; the formulas are in the files beside this one.
#pragma once

#include "core/positions/bias_curve.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace slopescope {

enum class PositionEmbedding { None, Sinusoidal, Learned };

// How rotary frequencies are changed for texts longer than those of training (transformers, modeling_rope_utils.py).
enum class RotaryScaling {
    None,
    Linear,  // theta_k / factor: position interpolation
    Ntk,     // base * factor^(dims / (dims - 2)): the lowest frequency as Linear, the highest as it was
    Dynamic, // Ntk with factor * length / originalLength - (factor - 1) for its factor, once a text is longer than that
    Yarn,    // Linear below betaSlow turns over the original length, none above betaFast, a ramp between
    Llama3,  // the same with lowFrequency and highFrequency, and a ramp in the number of turns
    LongRope, // a divisor for each frequency: one list up to the original length, another past it (Phi-3)
};

struct Rotary {
    std::int64_t dims = 0;     // the first `dims` of each head are rotated; even
    double base = 10000;       // theta_k = base^(-2k/dims)
    bool interleaved = false;  // pairs (2k, 2k+1) as GPT-J; otherwise (k, k + dims/2) as Llama and NeoX
    bool backwards = false;    // turned by -p theta: nanochat
    RotaryScaling scaling = RotaryScaling::None;
    double factor = 1;               // of the scaling
    std::int64_t originalLength = 0; // of training: Dynamic, Yarn, Llama3 and LongRope
    double betaFast = 32, betaSlow = 1;
    bool wholeBounds = true; // Yarn's ramp begins and ends at whole k
    double lowFrequency = 1, highFrequency = 4;
    std::vector<double> shortDivisors = {}, longDivisors = {}; // [dims / 2], of LongRope
    double attentionFactor = 1;                                // q and k are multiplied by it
};

enum class BiasKind { None, Linear, T5Buckets, Curve };

struct PositionScheme {
    PositionEmbedding embedding = PositionEmbedding::None;
    std::int64_t learnedPositions = 0; // rows of the learned table, the offset included
    std::int64_t learnedOffset = 0;    // OPT keeps position p in row p + 2
    std::int64_t sinusoidalOffset = 0; // XGLM gives position p the waves of p + 2
    std::optional<Rotary> rotary;     // of every layer, where the lists below do not say otherwise
    std::vector<Rotary> moreRotary;   // what some layers have in place of it: Gemma 3's windows have a base of their own
    std::vector<int> rotaryOfLayers;  // [layers]: kNotRotated, 0 for `rotary`, n for moreRotary[n - 1]; empty: all 0
    BiasKind bias = BiasKind::None;
    std::int64_t buckets = 32, maxDistance = 128; // of T5Buckets
    std::int64_t clip = 0; // of Linear: distances past it count as it; 0: none does
    BiasCurve curve;       // of Curve

    static constexpr int kNotRotated = -1;
    // Which rotary rule a layer has, as in rotaryOfLayers; and the rule, null where it has none.
    int rotaryKindAt(std::int64_t layer) const;
    const Rotary* rotaryAt(std::int64_t layer) const;
    std::vector<const Rotary*> rotaryKinds() const; // `rotary` and moreRotary; empty without rotary positions
};

// The method that gives a scheme its name and its hue: that of its bias, else of its rotary part, else of its embedding.
enum class PositionMethod { Alibi, Rotary, T5Bias, Curve, Sinusoidal, Learned, None };
PositionMethod methodOf(const PositionScheme& scheme);

// "ALiBi", "ALiBi clipped at 512", "KERPLE-log 1, 0.5", "rotary", "T5 bias", "sinusoidal", "learned", "none": the field's names, as shown to people. Scaled rotary
// positions say so: "rotary, YaRN x 4". Several parts are joined: "rotary, NTK x 4 + ALiBi".
std::string describe(const PositionScheme& scheme);

// The scheme of one of our own models: alibi | rotary | t5-bias | sinusoidal | learned | none, for a head of `headDim`.
// Throws Error naming the unknown method.
PositionScheme schemeNamed(const std::string& name, std::int64_t headDim, std::int64_t trainingLength);

} // namespace slopescope
