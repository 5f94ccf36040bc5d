// How enums are called in files and on the command line: one table an enum, read in both directions. Any thread.
#pragma once

#include "core/workspace.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace slopescope {

template <class Enum>
struct EnumNames; // kTable: pairs of value and name

template <>
struct EnumNames<Protocol> {
    static constexpr std::array kTable{
        std::pair(Protocol::OnePass, "one-pass"), std::pair(Protocol::NonOverlapping, "non-overlapping"),
        std::pair(Protocol::Sliding, "sliding"), std::pair(Protocol::HuggingFace, "hugging-face"),
        std::pair(Protocol::LlamaCpp, "llama-cpp")};
};

template <>
struct EnumNames<Stage> {
    static constexpr std::array kTable{std::pair(Stage::Score, "score"), std::pair(Stage::Bias, "bias"),
                                       std::pair(Stage::Sum, "sum"), std::pair(Stage::Probability, "probability")};
};

template <>
struct EnumNames<Pooling> {
    static constexpr std::array kTable{std::pair(Pooling::Mean, "mean"), std::pair(Pooling::Max, "max")};
};

template <>
struct EnumNames<MapMode> {
    static constexpr std::array kTable{std::pair(MapMode::A, "a"), std::pair(MapMode::B, "b"),
                                       std::pair(MapMode::SideBySide, "side-by-side"),
                                       std::pair(MapMode::Difference, "difference")};
};

template <>
struct EnumNames<CurveUnit> {
    static constexpr std::array kTable{std::pair(CurveUnit::Perplexity, "perplexity"),
                                       std::pair(CurveUnit::BitsPerByte, "bits-per-byte"),
                                       std::pair(CurveUnit::Difference, "difference")};
};

template <>
struct EnumNames<CurveAxis> {
    static constexpr std::array kTable{std::pair(CurveAxis::Length, "length"), std::pair(CurveAxis::Context, "context"),
                                       std::pair(CurveAxis::Token, "token")};
};

template <>
struct EnumNames<BiasChange> {
    static constexpr std::array kTable{std::pair(BiasChange::Own, "own"), std::pair(BiasChange::None, "none"),
                                       std::pair(BiasChange::Linear, "linear"), std::pair(BiasChange::Curve, "curve"),
                                       std::pair(BiasChange::T5, "t5")};
};

// Those that a PositionOverride may ask for.
template <>
struct EnumNames<RotaryScaling> {
    static constexpr std::array kTable{std::pair(RotaryScaling::None, "none"),
                                       std::pair(RotaryScaling::Linear, "linear"), std::pair(RotaryScaling::Ntk, "ntk"),
                                       std::pair(RotaryScaling::Yarn, "yarn")};
};

// Empty for a value that the table does not have.
template <class Enum>
std::string nameOf(Enum value) {
    for (const auto& [one, name] : EnumNames<Enum>::kTable)
        if (one == value)
            return name;
    return {};
}

template <class Enum>
std::optional<Enum> valueNamed(std::string_view name) {
    for (const auto& [value, one] : EnumNames<Enum>::kTable)
        if (name == one)
            return value;
    return std::nullopt;
}

// "score, bias, sum or probability": for sentences.
template <class Enum>
std::string allNames() {
    const auto& table = EnumNames<Enum>::kTable;
    std::string names;
    for (std::size_t i = 0; i < table.size(); ++i)
        names += (i == 0 ? "" : i + 1 == table.size() ? " or " : ", ") + std::string(table[i].second);
    return names;
}

} // namespace slopescope
