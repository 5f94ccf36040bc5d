// What Llama, Mistral and Qwen share: grouped heads, root norms, a gated feed-forward part, the names of tensors.
#pragma once

#include "core/checkpoint/families/family.h"
#include "core/checkpoint/families/shared_fields.h"

namespace slopescope::families {

// What a family's configs mean where they are silent, as its class of transformers says.
struct LlamaDefaults {
    UsualShape shape = {};
    double epsilon = 1e-6;
    bool tied = false;
    const char* activationField = "hidden_act";
    const char* activation = "silu";
};

// All but the positions and what a family says for itself; no biases.
Blueprint readLlamaBody(const ConfigFields& fields, const LlamaDefaults& defaults);

// The same with rotary positions. `usual`: what stands in for counts that the config leaves out.
Blueprint readLlamaLike(const ConfigFields& fields, const UsualShape& usual);

} // namespace slopescope::families
