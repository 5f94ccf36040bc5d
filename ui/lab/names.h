// How variants, methods and protocols are called on the screen, in the window's language, and which colours they take.
// Pure functions; window's thread.
#pragma once

#include "core/workspace.h"

#include <QColor>
#include <QString>
#include <QStringList>

#include <vector>

namespace slopescope::ui {

// "ALiBi", "rotary, YaRN × 4 + ALiBi": what a scheme is.
QString positionsText(const PositionScheme& scheme);

// What scores are multiplied by: "scores × 0.5", "SSMax 0.4"; empty: nothing.
QStringList scoresTexts(const PositionOverride& positions);

// What a variant is, beside its model's name: "ALiBi · as trained at 256", "ALiBi · H5 ÷ 2 · not as trained",
// "rotary, NTK × 4 · window 512 · not as trained". `model`: as trained.
QString whatItIs(const Variant& variant, const ModelFacts& model);

QString notAsTrained(); // the last part of the above

// A name where a person gave none: "alibi", "alibi, slopes ÷ 2", "rotary, NTK × 4".
QString usualName(const Variant& variant, const ModelFacts& model);

// How a slope table differs from another of its shape, in the fewest words: "H5–H7 ÷ 2", "slopes × 2", "all slopes 0",
// "layer 2: 3 heads", "12 of 32 slopes". Empty: they are equal.
QString slopesText(const SlopeTable& slopes, const SlopeTable& from);

QString protocolText(Protocol protocol, std::int64_t stride); // "one pass", "sliding by 128"

// The hue of a method, and one that none of `taken` is near: a variant's colour is its identity.
std::uint32_t colourOf(PositionMethod method);
std::uint32_t freeColour(PositionMethod method, const std::vector<std::uint32_t>& taken);
std::vector<std::uint32_t> coloursOf(const Workspace& workspace);
PositionMethod methodNamed(const std::string& bundledModel); // "t5-bias"

} // namespace slopescope::ui
