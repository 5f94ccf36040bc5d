// JAIS and BTLM: GPT-2's names and layouts with ALiBi, a gated feed-forward part and the scales of muP.
#include "core/checkpoint/families/family.h"
#include "core/checkpoint/families/shared_fields.h"

namespace slopescope::families {
namespace {

// Position interpolation for ALiBi (Al-Khateeb, Dey, Soboleva and Hestness, 2023): by a fixed factor, or by how much
// longer a text is than those of training.
void readAlibiScaling(const ConfigFields& fields, DecoderConfig& c) {
    if (!fields.has("alibi_scaling"))
        return;
    const ConfigFields rule = fields.section("alibi_scaling");
    if (rule.text("type", "linear") != "linear")
        rule.refuse("type", "a scaling of slopes that is not computed here");
    if (rule.has("factor")) {
        const double factor = rule.number("factor");
        if (!(factor > 0))
            rule.refuse("factor", "which slopes cannot be divided by");
        c.setSlopes(scaled(c.slopes.front(), 1 / factor));
    } else {
        c.slopeLength = rule.integer("train_seq_len");
    }
}

double readLogitScale(const ConfigFields& fields) {
    if (fields.has("mup_output_alpha"))
        return fields.number("mup_output_alpha") * fields.number("mup_width_scale", 1);
    return fields.number("width_scale", 1);
}

} // namespace

Blueprint readJais(const ConfigFields& fields) {
    Blueprint b;
    DecoderConfig& c = b.config;
    readShape(fields, {"n_embd", "n_layer", "n_head"}, c);
    c.hidden = fields.integer("n_inner", 4 * c.width);
    c.normEpsilon = fields.number("layer_norm_epsilon", 1e-5);
    c.gated = fields.text("activation_function", "gelu_new") == "swiglu";
    c.activation = c.gated ? Activation::Silu : readActivation(fields, "activation_function", "gelu_new");
    c.embeddingScale = fields.number(fields.among({"mup_embeddings_scale", "embeddings_scale"}), 1);
    c.logitScale = readLogitScale(fields);
    if (!fields.boolean("scale_attn_weights", true))
        c.attentionScale = 1;
    else if (fields.boolean(fields.among({"mup_scale_qk_dot_by_d", "scale_qk_dot_by_d"}), false))
        c.attentionScale = 1 / double(c.headDim);
    c.scaledByLayer = fields.boolean("scale_attn_by_inverse_layer_idx", false);
    c.tiedHead = fields.boolean("tie_word_embeddings", true);
    if (fields.text("position_embedding_type", "learned") != "alibi")
        fields.refuse("position_embedding_type", "positions that are not read for this family; \"alibi\" is");
    c.positions.bias = BiasKind::Linear;
    c.setSlopes(paperSlopes(int(c.heads)));
    readAlibiScaling(fields, c);
    c.trainingLength = fields.integer("n_positions", 1024);
    b.tiedByDefault = true;
    b.prefixes = {"transformer."};
    b.tensors = {
        {"embedding", {"wte"}},
        {"layers.#.attention_norm", {"h.#.ln_1"}},
        {"layers.#.attention.qkv", {"h.#.attn.c_attn"}, Layout::Transposed},
        {"layers.#.attention.output", {"h.#.attn.c_proj"}, Layout::Transposed},
        {"layers.#.mlp_norm", {"h.#.ln_2"}},
        {"layers.#.mlp.up", {"h.#.mlp.c_fc"}, Layout::Transposed},
        {"layers.#.mlp.gate", {"h.#.mlp.c_fc2"}, Layout::Transposed},
        {"layers.#.mlp.down", {"h.#.mlp.c_proj"}, Layout::Transposed},
        {"final_norm", {"ln_f"}},
        {"head", {"lm_head"}},
    };
    return b;
}

} // namespace slopescope::families
