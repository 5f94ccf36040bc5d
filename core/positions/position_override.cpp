#include "core/positions/position_override.h"

#include "core/base/error.h"
#include "core/base/in_quotes.h"

#include <array>
#include <charconv>
#include <cmath>
#include <optional>

namespace slopescope {
namespace {

constexpr std::int64_t kWidestWindow = 1 << 24; // past any text that fits a machine
constexpr double kLargestFactor = 1e6;

[[noreturn]] void refuse(std::string_view spec, const std::string& why) {
    throw Error("The positions " + inQuotes(spec) + " " + why);
}

// What follows `name:`; nothing if the spec has another name.
std::optional<std::string_view> argument(std::string_view spec, std::string_view name) {
    if (spec.size() > name.size() && spec.starts_with(name) && spec[name.size()] == ':')
        return spec.substr(name.size() + 1);
    return std::nullopt;
}

template <class Number>
std::optional<Number> read(std::string_view text) {
    Number value{};
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
    return fault == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

} // namespace

PositionOverride parsePositions(std::string_view spec, const SlopeTable& own) {
    if (spec == "own")
        return {};
    if (spec == "none")
        return {.change = PositionChange::None, .slopes = {}};
    if (spec == "alibi" || spec == "zero")
        return {.change = PositionChange::Alibi, .slopes = parseSlopes(spec == "zero" ? "zero" : "paper", own)};
    if (const auto slopes = argument(spec, "alibi"))
        return {.change = PositionChange::Alibi, .slopes = parseSlopes(*slopes, own)};
    if (const auto text = argument(spec, "window")) {
        const auto window = read<std::int64_t>(*text);
        if (!window || *window < 1 || *window > kWidestWindow)
            refuse(spec, "need a whole number of tokens, at least 1, behind the colon.");
        return {.change = PositionChange::Window, .slopes = {}, .window = *window};
    }
    static constexpr std::array<std::pair<std::string_view, PositionChange>, 3> kScalings{
        {{"rotary-linear", PositionChange::RotaryLinear},
         {"rotary-ntk", PositionChange::RotaryNtk},
         {"rotary-yarn", PositionChange::RotaryYarn}}};
    for (const auto& [name, change] : kScalings)
        if (const auto text = argument(spec, name)) {
            const auto factor = read<double>(*text);
            if (!factor || !std::isfinite(*factor) || *factor < 1 || *factor > kLargestFactor)
                refuse(spec, "need one number from 1 to 1,000,000 behind the colon.");
            return {.change = change, .slopes = {}, .window = 0, .factor = *factor};
        }
    refuse(spec, "are none of own, alibi, alibi:SLOPES, zero, none, window:W, rotary-linear:F, rotary-ntk:F and "
                 "rotary-yarn:F.");
}

} // namespace slopescope
