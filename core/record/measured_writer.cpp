#include "core/record/enum_names.h"
#include "core/record/measured_record.h"
#include "core/record/variant_record.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <vector>

namespace slopescope {
namespace {

using Json = nlohmann::ordered_json;
using Sums = std::map<std::int64_t, WindowSums>;

// JSON has no number for these.
Json numberJson(double value) {
    if (std::isfinite(value))
        return value;
    return std::isnan(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
}

Json numberJson(std::int64_t value) {
    return value;
}

bool hasSameStarts(const WindowSums& a, const WindowSums& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const auto& x, const auto& y) { return x.first == y.first; });
}

// One value where all are equal, else one a row where all of that are equal, else one a window.
Json packed(const std::vector<Json>& rows) {
    const auto isOne = [](const Json& row) { return !row.is_array(); };
    const bool allOne = std::all_of(rows.begin(), rows.end(), isOne);
    if (allOne && std::all_of(rows.begin(), rows.end(), [&](const Json& row) { return row == rows.front(); }))
        return rows.front();
    return rows;
}

template <class Value>
Json rowOf(const WindowSums& windows, Value WindowSum::*field, bool mayBeOne) {
    const Value first = windows.begin()->second.*field;
    if (mayBeOne &&
        std::all_of(windows.begin(), windows.end(), [&](const auto& one) { return one.second.*field == first; }))
        return numberJson(first);
    Json row = Json::array();
    for (const auto& [start, window] : windows)
        row.push_back(numberJson(window.*field));
    return row;
}

Json blockJson(Sums::const_iterator begin, Sums::const_iterator end) {
    std::vector<Json> run, tokens, bytes, weight;
    Json keys = Json::array(), starts = Json::array(), nll = Json::array();
    for (const auto& [start, window] : begin->second)
        starts.push_back(start);
    for (auto key = begin; key != end; ++key) {
        const WindowSums& windows = key->second;
        keys.push_back(key->first);
        run.push_back(rowOf(windows, &WindowSum::run, true));
        tokens.push_back(rowOf(windows, &WindowSum::tokens, true));
        bytes.push_back(rowOf(windows, &WindowSum::bytes, true));
        weight.push_back(rowOf(windows, &WindowSum::weight, true));
        nll.push_back(rowOf(windows, &WindowSum::nll, false));
    }
    return {{"keys", keys},           {"starts", starts},         {"run", packed(run)}, {"tokens", packed(tokens)},
            {"bytes", packed(bytes)}, {"weight", packed(weight)}, {"nll", nll}};
}

Json blocksJson(const Sums& sums) {
    Json blocks = Json::array();
    for (auto begin = sums.begin(); begin != sums.end();) {
        auto end = std::next(begin);
        while (end != sums.end() && hasSameStarts(begin->second, end->second))
            ++end;
        if (!begin->second.empty())
            blocks.push_back(blockJson(begin, end));
        begin = end;
    }
    return blocks;
}

} // namespace

std::string digestText(std::uint64_t digest) {
    std::array<char, 17> text{};
    std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(digest));
    return text.data();
}

nlohmann::ordered_json measuredJson(const MeasuredCurve& curve) {
    Json seconds = Json::object();
    for (const auto& [length, spent] : curve.tally.seconds)
        seconds[std::to_string(length)] = numberJson(spent);
    return {{"variant", variantJson(curve.variant)},
            {"model digest", digestText(curve.modelDigest)},
            {"device", curve.device},
            {"text digest", digestText(curve.textDigest)},
            {"text tokens", curve.textTokens},
            {"protocol", nameOf(curve.protocol)},
            {"stride", curve.stride},
            {"max tokens", curve.maxTokens},
            {"reach", curve.reach},
            {"seed", static_cast<std::int64_t>(curve.seed)},
            {"tokens", curve.tally.tokens},
            {"seconds", seconds},
            {"by length", blocksJson(curve.tally.byLength)},
            {"by context", blocksJson(curve.tally.byContext)}};
}

} // namespace slopescope
