#include "core/record/npy_header.h"

#include <bit>

namespace slopescope {

static_assert(std::endian::native == std::endian::little, "values are written as they lie in memory");

std::string npyHeader(const std::vector<std::int64_t>& shape) {
    std::string extents;
    for (const std::int64_t extent : shape)
        extents += (extents.empty() ? "" : ", ") + std::to_string(extent);
    if (shape.size() == 1)
        extents += ','; // as Python writes a tuple of one
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
