#include "core/checkpoint/families/family.h"
#include "core/checkpoint/families/shared_fields.h"

namespace slopescope::families {

Blueprint readNanoChat(const ConfigFields& fields) {
    Blueprint b;
    DecoderConfig& c = b.config;
    readShape(fields, {"hidden_size", "num_hidden_layers", "num_attention_heads"}, c);
    c.keyHeads = fields.integer("num_key_value_heads", c.heads);
    c.headDim = fields.integer("head_dim", c.headDim);
    c.hidden = fields.integer("intermediate_size");
    c.norm = NormKind::Root;
    c.normWeights = c.normBiases = false;
    c.normEpsilon = fields.number("rms_norm_eps", 1e-6);
    c.embeddingNorm = true;
    c.activation = readActivation(fields, "hidden_act", "relu2");
    c.qkvBias = c.outputBias = fields.boolean("attention_bias", false);
    c.mlpBias = false;
    c.queryKeyNorm = QueryKeyNorm::Heads; // without weights; behind the rotation there, which changes no length
    c.tiedHead = fields.boolean("tie_word_embeddings", false);
    c.logitCap = fields.number("final_logit_softcapping", fields.isThere("final_logit_softcapping") ? 0 : 15);
    c.positions.rotary = readRotary(fields, c);
    c.positions.rotary->backwards = true;
    c.trainingLength = fields.integer("max_position_embeddings", 2048);
    b.prefixes = {"model."};
    b.tensors = {
        {"embedding", {"embed_tokens"}},
        {"layers.#.attention.qkv",
         {"layers.#.self_attn.q_proj", "layers.#.self_attn.k_proj", "layers.#.self_attn.v_proj"}},
        {"layers.#.attention.output", {"layers.#.self_attn.o_proj"}},
        {"layers.#.mlp.up", {"layers.#.mlp.fc1"}},
        {"layers.#.mlp.down", {"layers.#.mlp.fc2"}},
        {"head", {"lm_head"}},
    };
    return b;
}

} // namespace slopescope::families
