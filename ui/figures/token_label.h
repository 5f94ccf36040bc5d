// A token of a text as a person can read it: on the axes of the map, in the text, in the bars of a row. Any thread.
#pragma once

#include "core/study/requests.h"

#include <QByteArrayView>
#include <QString>

#include <cstdint>

namespace slopescope::ui {

// The token's bytes of the text; empty where token ids were opened, or where the token has none.
QByteArrayView tokenBytes(const TextFacts& facts, std::int64_t token);

// What is written for a token, its middle left out beyond `longest` characters: "·lamp", "↵"; its id where there are no
// letters. A character whose bytes are spread over several tokens is written by the first of them; the others are
// empty.
QString tokenLabel(const TextFacts& facts, std::int64_t token, int longest);

} // namespace slopescope::ui
