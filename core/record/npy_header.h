// What stands before the values of a NumPy array of float32 (.npy, version 1.0, little endian, C order). Any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace slopescope {

// numpy.lib.format: magic, version, length of the header, header padded with spaces to a multiple of 64 and a line
// feed.
std::string npyHeader(const std::vector<std::int64_t>& shape);

} // namespace slopescope
