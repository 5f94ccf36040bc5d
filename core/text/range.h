// A half-open range of bytes in a text.
#pragma once

#include <cstddef>
#include <string_view>

namespace slopescope::text {

struct Range {
    std::size_t begin = 0, end = 0;
    std::size_t size() const { return end - begin; }
    std::string_view of(std::string_view text) const { return text.substr(begin, end - begin); }
    bool operator==(const Range&) const = default;
};

} // namespace slopescope::text
