#include "core/base/numbers.h"

namespace slopescope {

std::string grouped(std::int64_t n) {
    std::string digits = std::to_string(n);
    for (auto i = std::ssize(digits) - 3; i > (n < 0 ? 1 : 0); i -= 3)
        digits.insert(std::size_t(i), ",");
    return digits;
}

} // namespace slopescope
