// What Llama, Mistral and Qwen share: grouped heads, root norms, a gated feed-forward part, the names of tensors.
#pragma once

#include "core/checkpoint/families/family.h"

namespace slopescope::families {

// All but what a family says for itself; no biases. `headDim`: where the config is silent, 0 for width / heads.
Blueprint readLlamaLike(const ConfigFields& fields, std::int64_t headDim = 0);

} // namespace slopescope::families
