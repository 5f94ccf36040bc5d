#include "core/checkpoint/families/llama_like.h"
#include "core/checkpoint/families/shared_fields.h"

namespace slopescope::families {

Blueprint readStableLm(const ConfigFields& fields) {
    Blueprint b = readLlamaBody(fields, {.shape = {.keyHeads = 32, .trainingLength = 4096}});
    DecoderConfig& c = b.config;
    c.headDim = c.heads > 0 ? c.width / c.heads : 0;
    c.norm = NormKind::Mean;
    c.normBiases = true;
    c.normEpsilon = fields.number("layer_norm_eps", 1e-5);
    c.qkvBias = fields.boolean("use_qkv_bias", false);
    requireBoolean(fields, "qk_layernorm", false, "a form of the family whose tensors are not read here");
    if (fields.boolean("use_parallel_residual", false)) {
        c.block = Block::Parallel;
        c.sharedNorm = true;
    }
    c.positions.rotary = readRotary(fields, c, 0.25);
    return b;
}

} // namespace slopescope::families
