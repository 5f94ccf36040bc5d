#include "core/positions/rotary.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/stack.h>

#include <cmath>

namespace slopescope {

RotaryTable rotaryTable(const Rotary& rotary, std::int64_t first, std::int64_t length) {
    const std::int64_t half = rotary.dims / 2;
    RotaryTable table{at::empty({length, half}, at::kFloat), at::empty({length, half}, at::kFloat)};
    float* cos = table.cos.data_ptr<float>();
    float* sin = table.sin.data_ptr<float>();
    for (std::int64_t k = 0; k < half; ++k) {
        // Angles in double: at position 100,000 a float32 angle is already wrong in its third digit.
        const double theta = std::pow(rotary.base, -2.0 * double(k) / double(rotary.dims));
        for (std::int64_t p = 0; p < length; ++p) {
            cos[p * half + k] = static_cast<float>(std::cos(double(first + p) * theta));
            sin[p * half + k] = static_cast<float>(std::sin(double(first + p) * theta));
        }
    }
    return table;
}

at::Tensor rotate(const at::Tensor& x, const Rotary& rotary, const RotaryTable& table) {
    const std::int64_t half = rotary.dims / 2;
    const at::Tensor cos = table.cos.unsqueeze(1), sin = table.sin.unsqueeze(1); // [length, 1, half]
    at::Tensor a, b; // the two coordinates of each pair
    if (rotary.interleaved) {
        a = x.slice(-1, 0, rotary.dims, 2);
        b = x.slice(-1, 1, rotary.dims, 2);
    } else {
        a = x.slice(-1, 0, half);
        b = x.slice(-1, half, rotary.dims);
    }
    const at::Tensor turnedA = a * cos - b * sin, turnedB = b * cos + a * sin;
    at::Tensor turned =
        rotary.interleaved ? at::stack({turnedA, turnedB}, -1).flatten(-2) : at::cat({turnedA, turnedB}, -1);
    if (rotary.dims < x.size(-1))
        turned = at::cat({turned, x.slice(-1, rotary.dims)}, -1);
    return turned;
}

} // namespace slopescope
