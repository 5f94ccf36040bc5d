// Distance biases that are tables: b_h(d) = table[h][min(d, length - 1)].
#pragma once

#include <cstdint>
#include <vector>

namespace slopescope {

// T5's unidirectional bucket of a distance d = query - key >= 0 (transformers, modeling_t5.py, _relative_position_bucket):
// one bucket a distance up to buckets/2, logarithmic from there to maxDistance, the last bucket for everything beyond.
// Computed in float32 like the source, since its rounding decides where buckets begin.
std::int64_t t5Bucket(std::int64_t distance, std::int64_t buckets = 32, std::int64_t maxDistance = 128);

// Buckets of the distances 0..length-1, where the last one already is the bucket of everything beyond.
std::vector<std::int64_t> t5BucketTable(std::int64_t buckets, std::int64_t maxDistance);

} // namespace slopescope
