// Phi-1, 1.5 and 2; Phi-3 and 4.
#include "core/checkpoint/families/llama_like.h"
#include "core/checkpoint/families/shared_fields.h"

namespace slopescope::families {

Blueprint readPhi(const ConfigFields& fields) {
    Blueprint b;
    DecoderConfig& c = b.config;
    readShape(fields, {"hidden_size", "num_hidden_layers", "num_attention_heads"}, c);
    c.keyHeads = fields.integer("num_key_value_heads", c.heads);
    c.hidden = fields.integer("intermediate_size");
    c.normEpsilon = fields.number("layer_norm_eps", 1e-5);
    c.block = Block::Parallel;
    c.sharedNorm = true;
    c.activation = readActivation(fields, "hidden_act", "gelu_new");
    c.tiedHead = fields.boolean("tie_word_embeddings", false);
    c.headBias = true;
    if (fields.boolean("qk_layernorm", false))
        c.queryKeyNorm = QueryKeyNorm::Heads;
    c.positions.rotary = readRotary(fields, c, 0.5);
    c.trainingLength = fields.integer("max_position_embeddings", 2048);
    b.prefixes = {"model."};
    b.tensors = {
        {"embedding", {"embed_tokens"}},
        {"layers.#.attention_norm", {"layers.#.input_layernorm"}},
        {"layers.#.attention.qkv",
         {"layers.#.self_attn.q_proj", "layers.#.self_attn.k_proj", "layers.#.self_attn.v_proj"}},
        {"layers.#.attention.query_norm", {"layers.#.self_attn.q_layernorm"}},
        {"layers.#.attention.key_norm", {"layers.#.self_attn.k_layernorm"}},
        {"layers.#.attention.output", {"layers.#.self_attn.dense"}},
        {"layers.#.mlp.up", {"layers.#.mlp.fc1"}},
        {"layers.#.mlp.down", {"layers.#.mlp.fc2"}},
        {"layers.#.attention.qkv", {"layers.#.self_attn.qkv_proj"}}, // in one, as some GGUF files have them
        {"final_norm", {"final_layernorm"}},
        {"head", {"lm_head"}},
    };
    return b;
}

Blueprint readPhi3(const ConfigFields& fields) {
    Blueprint b = readLlamaBody(fields, {.shape = {.trainingLength = 4096}, .epsilon = 1e-5});
    DecoderConfig& c = b.config;
    c.positions.rotary = readRotary(fields, c);
    if (const std::int64_t window = readWindowSize(fields, 0); window > 0)
        c.windows = windowInEveryLayer(fields, window, c.layers);
    for (TensorRule& rule : b.tensors) {
        if (rule.ours == "layers.#.attention.qkv")
            rule.theirs = {"layers.#.self_attn.qkv_proj"};
        if (rule.ours == "layers.#.mlp.gate")
            rule = {rule.ours, {"layers.#.mlp.gate_up_proj"}, Layout::FirstHalf};
        if (rule.ours == "layers.#.mlp.up")
            rule = {rule.ours, {"layers.#.mlp.gate_up_proj"}, Layout::SecondHalf};
    }
    return b;
}

} // namespace slopescope::families
