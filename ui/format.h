// Numbers and tokens as a person reads them. Called by every widget of ui; pure functions.
#pragma once

#include <QString>

#include <cstdint>
#include <string_view>

namespace slopescope::ui {

QString grouped(std::int64_t number);                    // 31,204 (in the locale's way)
QString significant(double value, int digits = 3);       // 0.0841, −1.14, 2.1e−7; minus is U+2212
QString slopeText(double slope);                         // 1/64 where it is a power of two or 1/integer, else 0.0123
QString headName(int layer, int head);                   // L2H5
QString shortCount(double number);                       // 3.7 M, 15 k, 820
// A token with its white space visible: · for a space, ↵ for a newline, → for a tab, <0A> for other bytes that are no text.
// Longer than `most` characters: cut in the middle with an ellipsis. Never empty.
QString visibleToken(std::string_view bytes, int most = 24);

} // namespace slopescope::ui
