// Which tokens a training step sees: a pure function of the seed and the step, so that runs can be resumed and compared.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace slopescope {

class Batches {
public:
    // `tokens` needs at least length * batch + length + 1 ids. Throws Error otherwise.
    Batches(std::vector<std::int32_t> tokens, std::int64_t length, std::int64_t batch, std::uint64_t seed);

    // [batch, length + 1] int64: inputs are the first `length` columns, targets the last. Each epoch visits disjoint windows in
    // a new order, shifted by a new offset.
    at::Tensor batch(std::int64_t step) const;

    std::int64_t stepsPerEpoch() const { return m_windows / m_batch; }

private:
    std::vector<std::int64_t> order(std::int64_t epoch) const; // window starts

    std::vector<std::int32_t> m_tokens;
    std::int64_t m_length, m_batch, m_windows;
    std::uint64_t m_seed;
    mutable std::int64_t m_cachedEpoch = -1;
    mutable std::vector<std::int64_t> m_cachedOrder;
};

} // namespace slopescope
