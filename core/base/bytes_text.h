// A number of bytes for a person: "512 bytes", "3.4 MiB", "26.4 GiB".
#pragma once

#include <cstdint>
#include <string>

namespace slopescope {

std::string bytesText(std::int64_t bytes);

} // namespace slopescope
