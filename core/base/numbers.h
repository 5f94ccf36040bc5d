// Numbers in sentences and tables.
#pragma once

#include <cstdint>
#include <string>

namespace slopescope {

std::string grouped(std::int64_t n); // "12,345"

} // namespace slopescope
