#include "core/positions/sinusoidal.h"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <cmath>

namespace slopescope {

at::Tensor sinusoidalTable(std::int64_t first, std::int64_t length, std::int64_t width) {
    at::Tensor table = at::empty({length, width}, at::kFloat);
    float* row = table.data_ptr<float>();
    const std::int64_t half = width / 2;
    for (std::int64_t p = 0; p < length; ++p, row += width) {
        for (std::int64_t k = 0; k < half; ++k) {
            const double frequency = std::exp(-std::log(10000.0) * double(k) / double(std::max<std::int64_t>(half - 1, 1)));
            const double angle = double(first + p) * frequency;
            row[k] = static_cast<float>(std::sin(angle));
            row[half + k] = static_cast<float>(std::cos(angle));
        }
        if (width % 2)
            row[width - 1] = 0;
    }
    return table;
}

} // namespace slopescope
