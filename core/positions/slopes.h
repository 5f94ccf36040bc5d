// Slope sets: how fast each head forgets. One place for every rule; pinned by the vectors of tests/data/slopes.
//
// A slope is the m of ALiBi's bias -m * distance: between 0 and kSteepestSlope, one a head. A SlopeSet belongs to one layer, a SlopeTable to
// a model. Plain values, no Torch, usable on any thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace slopescope {

using SlopeSet = std::vector<double>;        // [heads]
using SlopeTable = std::vector<SlopeSet>;    // [layers][heads]; ALiBi models repeat one set until someone unties it

inline constexpr double kSteepestSlope = 1e6;

// The paper's rule (get_slopes of ofirpress/attention_with_linear_biases): for a power of two, a geometric series from
// 2^(-biasMax/n) with that ratio; otherwise the set of the power of two below, then every other slope of the set above.
// biasMax is 8 in the paper, and MPT's alibi_bias_max elsewhere.
SlopeSet paperSlopes(int heads, double biasMax = 8);

SlopeSet geometricSlopes(int heads, double start, double ratio); // start, start*ratio, ...
SlopeSet uniformSlopes(int heads, double slope);
SlopeSet randomSlopes(int heads, std::uint64_t seed); // exponential with mean 1/8, sorted downwards; same on every platform

// NTK-ALiBi (keezen/ntk_alibi): slope h divided by a^(h/(heads-1)), so the first head keeps its slope and the last is
// divided by a.
SlopeSet ntkScaled(const SlopeSet& slopes, double a);
SlopeSet scaled(const SlopeSet& slopes, double factor);

// Reads a SPEC of the command line: paper | bias-max:B | geometric:START,RATIO | scale:F | ntk:A | uniform:S |
// random:SEED | zero | S,S,... | FILE.json ([heads] or [layers][heads]). scale and ntk act on `own`, the model's slopes.
// Throws Error naming the spec and the fault: wrong count, not a number, negative, too steep, unreadable file.
SlopeTable parseSlopes(std::string_view spec, const SlopeTable& own);
// A file that parseSlopes() reads: one list where all layers share it, else a list a layer; at least one layer. Throws Error naming
// the file when the disk refuses; the file of that name then stays as it was.
void writeSlopes(const std::filesystem::path& file, const SlopeTable& table);

// Whether every layer has the same set: slope files and configs then hold one list.
bool layersShare(const SlopeTable& table);

// Throws Error unless the table is layers x heads of slopes from 0 to 1e6.
void checkSlopes(const SlopeTable& table, int layers, int heads);

} // namespace slopescope
