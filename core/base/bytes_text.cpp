#include "core/base/bytes_text.h"

#include <array>
#include <cstdio>

namespace slopescope {

std::string bytesText(std::int64_t bytes) {
    if (bytes < 1024)
        return std::to_string(bytes) + " bytes";
    constexpr std::array kUnits{"KiB", "MiB", "GiB", "TiB"};
    constexpr double kNextUnit = 1023.95; // would be printed as 1024.0
    double size = double(bytes) / 1024;
    std::size_t unit = 0;
    for (; size >= kNextUnit && unit + 1 < kUnits.size(); ++unit)
        size /= 1024;
    std::array<char, 40> text;
    std::snprintf(text.data(), text.size(), "%.1f %s", size, kUnits[unit]);
    return text.data();
}

} // namespace slopescope
