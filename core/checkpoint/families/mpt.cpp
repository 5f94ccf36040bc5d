#include "core/checkpoint/families/family.h"
#include "core/checkpoint/families/shared_fields.h"

#include <algorithm>
#include <cmath>

namespace slopescope::families {
namespace {

constexpr const char* kNotComputed = "which is not computed here";

// llm-foundry's attention settings, all of which transformers' own MPT leaves aside but for three.
void readAttention(const ConfigFields& fields, DecoderConfig& c) {
    const std::string type = fields.text("attn_type", "multihead_attention");
    if (type == "multiquery_attention")
        c.keyHeads = 1;
    else if (type == "grouped_query_attention")
        c.keyHeads = fields.integer("kv_n_heads");
    else if (type != "multihead_attention")
        fields.refuse("attn_type", std::string("a kind of attention ") + kNotComputed);
    c.clipQkv = fields.number("clip_qkv", 0);
    c.attentionScale = fields.number("softmax_scale", 0);
    if (fields.boolean("qk_ln", false))
        c.queryKeyNorm = QueryKeyNorm::Whole;
    else if (fields.boolean("qk_gn", false))
        c.queryKeyNorm = QueryKeyNorm::Heads;
    for (const char* field : {"prefix_lm", "rope"})
        requireBoolean(fields, field, false, kNotComputed);
    requireBoolean(fields, "fused_qkv", true, "a layout of tensors that is not read");
    c.windows = windowInEveryLayer(fields, std::max<std::int64_t>(fields.integer("sliding_window_size", -1), 0), c.layers);
    if (fields.boolean("alibi", true)) {
        c.positions.bias = BiasKind::Linear;
        c.setSlopes(paperSlopes(int(c.heads), fields.number("alibi_bias_max", 8)));
    }
}

double readLogitScale(const ConfigFields& fields, std::int64_t width) {
    constexpr const char* kField = "logit_scale";
    if (!fields.has(kField))
        return 1;
    if (!fields.required(kField).is_string())
        return fields.number(kField);
    if (fields.text(kField) != "inv_sqrt_d_model")
        fields.refuse(kField, std::string("a rule ") + kNotComputed);
    return 1 / std::sqrt(double(width));
}

std::int64_t readHidden(const ConfigFields& fields, std::int64_t width) {
    if (fields.has("ffn_config")) {
        const ConfigFields part = fields.section("ffn_config");
        if (part.text("ffn_type", "mptmlp") != "mptmlp")
            part.refuse("ffn_type", std::string("a kind of feed-forward layer ") + kNotComputed);
        if (part.has("ffn_hidden_size"))
            return part.integer("ffn_hidden_size");
    }
    const double hidden = fields.number("expansion_ratio", 4) * double(width);
    if (!(hidden >= 1 && hidden < double(1 << 24)))
        fields.refuse("expansion_ratio", "which makes no width of a layer");
    return std::int64_t(hidden);
}

void readNorms(const ConfigFields& fields, DecoderConfig& c) {
    const std::string type = fields.text("norm_type", "low_precision_layernorm");
    if (type == "low_precision_rmsnorm" || type == "rmsnorm")
        c.norm = NormKind::Root;
    else if (type != "low_precision_layernorm" && type != "layernorm")
        fields.refuse("norm_type", std::string("a norm ") + kNotComputed);
    c.normEpsilon = fields.number("layer_norm_epsilon", 1e-5);
}

} // namespace

Blueprint readMpt(const ConfigFields& fields) {
    Blueprint b;
    DecoderConfig& c = b.config;
    readShape(fields, {"d_model", "n_layers", "n_heads"}, c,
              {.vocabulary = 50'368, .width = 2048, .layers = 24, .heads = 16});
    c.hidden = readHidden(fields, c.width);
    readNorms(fields, c);
    c.qkvBias = c.outputBias = c.mlpBias = c.normBiases = !fields.boolean("no_bias", true);
    c.activation = Activation::Gelu;
    c.tiedHead = fields.boolean("tie_word_embeddings", true);
    c.logitScale = readLogitScale(fields, c.width);
    c.trainingLength = fields.integer("max_seq_len", 2048);
    const nlohmann::json defaults = nlohmann::json::object();
    const bool has = fields.has("attn_config");
    readAttention({has ? fields.required("attn_config") : defaults, fields.source() + ", \"attn_config\""}, c);
    if (c.positions.bias == BiasKind::None && fields.boolean("learned_pos_emb", true)) {
        c.positions.embedding = PositionEmbedding::Learned;
        c.positions.learnedPositions = c.trainingLength;
    }
    b.tiedByDefault = true;
    b.prefixes = {"transformer."};
    b.tensors = {
        {"embedding", {"wte"}},
        {"position_embedding", {"wpe"}},
        {"layers.#.attention_norm", {"blocks.#.norm_1"}},
        {"layers.#.attention.qkv", {"blocks.#.attn.Wqkv"}},
        {"layers.#.attention.query_norm", {"blocks.#.attn.q_ln"}},
        {"layers.#.attention.key_norm", {"blocks.#.attn.k_ln"}},
        {"layers.#.attention.output", {"blocks.#.attn.out_proj"}},
        {"layers.#.mlp_norm", {"blocks.#.norm_2"}},
        {"layers.#.mlp.up", {"blocks.#.ffn.up_proj"}},
        {"layers.#.mlp.down", {"blocks.#.ffn.down_proj"}},
        {"final_norm", {"norm_f"}},
        {"head", {"lm_head"}},
    };
    return b;
}

} // namespace slopescope::families
