// What Llama, Mistral and Qwen share: grouped heads, root norms, a gated feed-forward part, the names of tensors.
#pragma once

#include "core/checkpoint/families/family.h"
#include "core/checkpoint/families/shared_fields.h"

namespace slopescope::families {

// All but what a family says for itself; no biases. `usual`: what stands in for counts that the config leaves out.
Blueprint readLlamaLike(const ConfigFields& fields, const UsualShape& usual);

} // namespace slopescope::families
