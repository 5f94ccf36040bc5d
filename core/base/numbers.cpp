#include "core/base/numbers.h"

#include <array>

namespace slopescope {

std::string grouped(std::int64_t n) {
    std::string digits = std::to_string(n);
    for (auto i = std::ssize(digits) - 3; i > (n < 0 ? 1 : 0); i -= 3)
        digits.insert(std::size_t(i), ",");
    return digits;
}

std::string shortest(double value) {
    std::array<char, 32> digits{};
    const char* const end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    return {digits.data(), std::size_t(end - digits.data())};
}

} // namespace slopescope
