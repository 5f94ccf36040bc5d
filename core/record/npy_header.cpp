#include "core/record/npy_header.h"

#include <bit>

namespace slopescope {

static_assert(std::endian::native == std::endian::little, "values are written as they lie in memory");

std::string npyHeader(const std::vector<std::int64_t>& shape) {
    std::string extents;
    for (const std::int64_t extent : shape)
        extents += std::to_string(extent) + ", ";
    extents.resize(extents.size() - (shape.size() > 1 ? 2 : 1)); // "(3,)" but "(3, 4)"
    std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + extents + "), }";
    constexpr std::size_t kPreamble = 10;
    header.append(63 - (kPreamble + header.size()) % 64, ' ');
    header += '\n';
    std::string preamble = "\x93NUMPY\x01";
    preamble += '\0';
    preamble += char(header.size() & 0xFF);
    preamble += char(header.size() >> 8);
    return preamble + header;
}

} // namespace slopescope
