#include "core/training/batches.h"

#include "core/base/error.h"

#include <ATen/ops/empty.h>

#include <random>
#include <utility>

namespace slopescope {

Batches::Batches(std::vector<std::int32_t> tokens, std::int64_t length, std::int64_t batch, std::uint64_t seed)
    : m_tokens(std::move(tokens)), m_length(length), m_batch(batch),
      // One window is given up to leave room for the epoch's offset and the last target.
      m_windows((static_cast<std::int64_t>(m_tokens.size()) - 1) / length - 1), m_seed(seed) {
    if (m_windows < batch)
        throw Error("The training text has " + std::to_string(m_tokens.size()) + " tokens, too few for one batch of " +
                    std::to_string(batch) + " windows of " + std::to_string(length) + ".");
}

std::vector<std::int64_t> Batches::order(std::int64_t epoch) const {
    std::mt19937_64 random(m_seed * 0x9E3779B97F4A7C15ULL + static_cast<std::uint64_t>(epoch));
    const auto below = [&](std::int64_t n) { // the standard's distributions differ between libraries
        return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(n));
    };
    const std::int64_t offset = below(m_length);
    std::vector<std::int64_t> starts(static_cast<std::size_t>(m_windows));
    for (std::int64_t w = 0; w < m_windows; ++w)
        starts[static_cast<std::size_t>(w)] = offset + w * m_length;
    for (std::int64_t w = m_windows - 1; w > 0; --w)
        std::swap(starts[static_cast<std::size_t>(w)], starts[static_cast<std::size_t>(below(w + 1))]);
    return starts;
}

at::Tensor Batches::batch(std::int64_t step) const {
    const std::int64_t epoch = step / stepsPerEpoch(), within = step % stepsPerEpoch();
    if (epoch != m_cachedEpoch) {
        m_cachedOrder = order(epoch);
        m_cachedEpoch = epoch;
    }
    at::Tensor ids = at::empty({m_batch, m_length + 1}, at::kLong);
    std::int64_t* out = ids.data_ptr<std::int64_t>();
    for (std::int64_t row = 0; row < m_batch; ++row) {
        const std::int64_t start = m_cachedOrder[static_cast<std::size_t>(within * m_batch + row)];
        for (std::int64_t i = 0; i <= m_length; ++i)
            *out++ = m_tokens[static_cast<std::size_t>(start + i)];
    }
    return ids;
}

} // namespace slopescope
