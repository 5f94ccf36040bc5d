// StarCoder and SantaCoder: GPT-2 with one key head.
#include "core/checkpoint/families/family.h"
#include "core/checkpoint/families/shared_fields.h"

namespace slopescope::families {

Blueprint readGptBigCode(const ConfigFields& fields) {
    Blueprint b;
    DecoderConfig& c = b.config;
    readShape(fields,
              {fields.among({"n_embd", "hidden_size"}), fields.among({"n_layer", "num_hidden_layers"}),
               fields.among({"n_head", "num_attention_heads"})},
              c);
    if (fields.boolean("multi_query", true))
        c.keyHeads = 1;
    c.hidden = fields.integer("n_inner", 4 * c.width);
    c.normEpsilon = fields.number("layer_norm_epsilon", 1e-5);
    c.activation = readActivation(fields, "activation_function", "gelu_pytorch_tanh");
    c.attentionScale = fields.boolean("scale_attn_weights", true) ? 0 : 1;
    c.tiedHead = fields.boolean("tie_word_embeddings", true);
    c.positions.embedding = PositionEmbedding::Learned;
    c.positions.learnedPositions = c.trainingLength =
        fields.integer(fields.among({"n_positions", "max_position_embeddings"}), 1024);
    b.tiedByDefault = true;
    b.prefixes = {"transformer."};
    b.tensors = {
        {"embedding", {"wte"}},
        {"position_embedding", {"wpe"}},
        {"layers.#.attention_norm", {"h.#.ln_1"}},
        {"layers.#.attention.qkv", {"h.#.attn.c_attn"}, Layout::Grouped},
        {"layers.#.attention.output", {"h.#.attn.c_proj"}},
        {"layers.#.mlp_norm", {"h.#.ln_2"}},
        {"layers.#.mlp.up", {"h.#.mlp.c_fc"}},
        {"layers.#.mlp.down", {"h.#.mlp.c_proj"}},
        {"final_norm", {"ln_f"}},
        {"head", {"lm_head"}},
    };
    return b;
}

} // namespace slopescope::families
