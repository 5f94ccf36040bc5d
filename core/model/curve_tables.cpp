#include "core/model/curve_tables.h"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <bit>
#include <vector>

namespace slopescope {

at::Tensor CurveTables::table(std::int64_t layer, std::int64_t length) {
    const std::lock_guard lock(m_mutex);
    at::Tensor& kept = m_tables[m_curve.ofLayers(m_heads) ? layer : 0];
    if (kept.defined() && kept.size(1) >= length)
        return kept;
    const auto distances = std::int64_t(std::bit_ceil(std::uint64_t(std::max<std::int64_t>(length, 256)))); // text that grows by a token asks once
    at::Tensor table = at::empty({m_heads, distances}, at::kFloat);
    for (std::int64_t head = 0; head < m_heads; ++head) {
        const std::vector<float> row = biasTable(m_curve, layer, head, m_heads, distances);
        std::copy(row.begin(), row.end(), table.data_ptr<float>() + head * distances);
    }
    return kept = table;
}

} // namespace slopescope
