#include "core/model/row_blocks.h"

#include "core/base/parallel.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>

namespace slopescope {
namespace {

std::int64_t divideUp(std::int64_t a, std::int64_t b) {
    return (a + b - 1) / b;
}

// Enough rows that a weight brought into the cache is used often, few enough that every thread has some and that a
// stopped job ends soon.
std::int64_t rowsAtOnce(std::int64_t rows, std::int64_t weights) {
    constexpr double kWork = 3e9; // multiplications and additions: some 50 ms on one core; weights are widened once for all rows
    constexpr std::int64_t kTile = 12, kFewest = 2 * kTile, kMost = 8 * kTile; // rows of the product's register tile
    const double most = std::clamp(kWork / static_cast<double>(weights + 1), double(kFewest), double(kMost));
    const std::int64_t blocks = divideUp(divideUp(rows, std::int64_t(most)), threadCount()) * threadCount();
    return std::max(divideUp(divideUp(rows, blocks), kTile) * kTile, kTile);
}

} // namespace

at::Tensor RowBlock::of(const at::Tensor& whole) const {
    return whole.narrow(0, text, texts).narrow(1, first, rows);
}

void RowBlock::put(const at::Tensor& part, const at::Tensor& whole, std::int64_t offset) const {
    if (!part.device().is_cpu()) {
        whole.narrow(0, text, texts).narrow(1, first + offset, rows).copy_(part);
        return;
    }
    const std::int64_t width = whole.stride(1);
    for (std::int64_t t = 0; t < texts; ++t)
        for (std::int64_t row = 0; row < rows; ++row)
            std::copy_n(part.data_ptr<float>() + t * part.stride(0) + row * part.stride(1), width,
                        whole.data_ptr<float>() + (text + t) * whole.stride(0) + (first + offset + row) * width);
}

void forRowBlocks(std::int64_t batch, std::int64_t length, std::int64_t weights, const Job& job,
                  const std::function<void(const RowBlock&)>& body) {
    if (batch * length == 0)
        return;
    const std::int64_t most = rowsAtOnce(batch * length, weights);
    const std::int64_t texts = std::max<std::int64_t>(1, most / length), rows = std::min(most, length);
    const std::int64_t perText = divideUp(length, rows);
    parallelFor(divideUp(batch, texts) * perText, job, [&](std::int64_t index) {
        const at::NoGradGuard noGradient;
        const std::int64_t text = index / perText * texts, first = index % perText * rows;
        body({text, std::min(texts, batch - text), first, std::min(rows, length - first)});
    });
}

} // namespace slopescope
