// Other positions for a model than those it was trained with: what is asked for, as a plain value. Off the model's training
// distribution unless isOwn(), and to be shown as such. No Torch; usable on any thread.
#pragma once

#include "core/positions/position_scheme.h"
#include "core/positions/slopes.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace slopescope {

enum class BiasChange {
    Own,    // the model's own distance bias, if it has one
    None,   // no distance bias
    Linear, // ALiBi: the slopes come with the Variant
    Curve,  // `curve`
    T5,     // the buckets of `biasModel`
};

// The three parts of a position method (position_scheme.h), each kept, taken away or replaced, and what attention does besides.
struct PositionOverride {
    bool keepsEmbedding = true; // what the model adds to the token embedding
    bool keepsRotary = true;
    BiasChange bias = BiasChange::Own;
    RotaryScaling scaling = RotaryScaling::None; // Linear, Ntk or Yarn in place of the rotary part's own; None: as it is
    double factor = 1;                           // of that scaling
    std::int64_t window = 0; // keys a query sees at most, itself included; 0: none but the model's own
    std::int64_t sinks = 0;  // the first keys, seen by every query in spite of the window
    BiasCurve curve = {};        // with Curve
    std::string biasModel = {};  // with T5: the key of a model that has such a bias
    std::int64_t clip = 0;       // of ALiBi, its own or new: distances past it count as it; 0: none does
    // What q.k is multiplied with, the bias is not; one number, or one a head. A temperature of 1 / t, and with log length
    // s * log(n), n being the keys that the query sees: Scalable-Softmax (Nakanishi 2025, eq. 3), with p = s log n.
    std::vector<double> temperature = {}, logLength = {}; // empty: nothing

    bool operator==(const PositionOverride&) const = default;
    bool isOwn() const { return *this == PositionOverride(); }
};

// The scheme that an override makes of a model's. Throws Error when there is no rotary part to scale, and for YaRN, which
// scales from the length of training, when that is unknown (0).
PositionScheme withOverride(PositionScheme scheme, const PositionOverride& change, std::int64_t trainingLength);

// What a SPEC of positions says: the override, and the slopes of its ALiBi part ([layers][heads]; empty: it has none).
struct PositionSpec {
    PositionOverride positions;
    SlopeTable slopes;
};

// Reads a SPEC of the command line, parts joined by "+":
//   own                                            every part that the spec does not name stays (the usual without alibi, zero, none)
//   alibi | alibi:SLOPES | zero | none             in place of all parts that the spec does not name; zero is alibi:zero
//   rotary | rotary-linear:F | rotary-ntk:F | rotary-yarn:F    the model's rotary part, as it is or scaled
//   kerple-log:R1,R2 | kerple-power:R1,R2 | sandwich | table:CURVES | t5:MODEL    other distance biases, likewise in place
//                                                  of all parts that the spec does not name; see bias_curve.h
//   alibi-clip:D                                   ALiBi's bias, its own or that of `alibi`, grows no more past distance D
//   temperature:T,... | ssmax:S,...                scores are multiplied by T, by S log(keys seen); one number, or one a head
//   window:W | sinks:K                             attention sees the last W keys, and the first K
// SLOPES is what parseSlopes reads, by default the paper's; `own` there is the model's slope table, or one of its shape.
// So "rotary-ntk:4+alibi:scale:0.5+window:512+sinks:4" is one spec. Throws Error naming the spec and the fault.
PositionSpec parsePositions(std::string_view spec, const SlopeTable& own);

// The spec that parsePositions reads as this, slopes left out: "own", "alibi", "rotary-ntk:4+window:512". A table has its
// numbers in it.
std::string specOf(const PositionOverride& positions);

} // namespace slopescope
