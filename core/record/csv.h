// Cells of CSV files (RFC 4180): what the window and the command line write. Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>

namespace slopescope {

// In quotes where it holds the separator, a quote or a line's end.
std::string csvCell(std::string_view text, char separator = ',');

// The shortest digits that are read back as the same number, with a point in every country; empty where it is not
// finite.
std::string csvNumber(double value);
std::string csvNumber(float value);

} // namespace slopescope
