// The names that llama.cpp's converter gives to the tensors of each architecture, and what it does to their rows. Called by
// gguf_model.cpp. Any thread.
#pragma once

#include "core/checkpoint/gguf.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace slopescope {

// How the converter rearranged the rows of a matrix or the entries of a bias, which is undone here.
enum class Rows {
    Plain,
    Fused,         // queries, keys, values; the family has the parts of a key head together
    RotaryQueries, // the pairs that turn together are neighbours; the family has them half a head apart
    RotaryKeys,
    OneMore, // a norm's weight, to which the converter added 1
};

struct GgufName {
    const char* stored; // "#" is the number of a layer; ".weight" and ".bias" follow both names
    const char* family;
    Rows rows = Rows::Plain;
};

// Those of an architecture that configOfGguf() knows.
std::vector<GgufName> ggufNames(const std::string& architecture, const GgufFile& file);

// The name that a family has for a stored one; nothing if it has none. The prefix up to "#" and the rest must agree.
std::optional<std::pair<std::string, Rows>> familyName(const std::vector<GgufName>& names, const std::string& stored);

} // namespace slopescope
