#include "core/positions/distance_bias.h"

#include <algorithm>
#include <cmath>

namespace slopescope {

std::int64_t t5Bucket(std::int64_t distance, std::int64_t buckets, std::int64_t maxDistance) {
    const std::int64_t exact = buckets / 2;
    if (distance < exact)
        return std::max<std::int64_t>(distance, 0);
    const float share = std::log(static_cast<float>(distance) / static_cast<float>(exact)) /
                        static_cast<float>(std::log(static_cast<double>(maxDistance) / static_cast<double>(exact)));
    return std::min(buckets - 1, exact + static_cast<std::int64_t>(share * static_cast<float>(buckets - exact)));
}

std::vector<std::int64_t> t5BucketTable(std::int64_t buckets, std::int64_t maxDistance) {
    std::vector<std::int64_t> table;
    while (table.empty() || table.back() != buckets - 1)
        table.push_back(t5Bucket(static_cast<std::int64_t>(table.size()), buckets, maxDistance));
    return table;
}

} // namespace slopescope
