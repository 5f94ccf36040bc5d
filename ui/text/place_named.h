// Which tokens a person means: "1204", "1204, 1131", "key 1131", "lamp", "lamp, keeper". Pure function; any thread.
#pragma once

#include "core/workspace.h"

#include <QString>

#include <optional>

namespace slopescope::ui {

// A query, and behind a comma or an arrow its key; each a number or part of the text. A word is looked for after the
// query of `at`, and from the start again; a key's word is the nearest one before the query. What is not said stays as
// it is in `at`, as far as the mask allows, or is the query itself. On failure returns nothing and puts one sentence
// into `why`.
std::optional<Cell> placeNamed(const QString& said, const TextFacts& text, std::int64_t length, std::optional<Cell> at,
                               QString* why);

} // namespace slopescope::ui
