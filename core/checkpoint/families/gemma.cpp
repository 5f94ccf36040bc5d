// Gemma 1 to 3, the text models.
#include "core/checkpoint/families/llama_like.h"
#include "core/checkpoint/families/shared_fields.h"

#include <cmath>

namespace slopescope::families {
namespace {

// Four norms a layer, before and behind each branch, and weights that stand for 1 + w.
void takeGemmaNorms(bool branchNorms, Blueprint& b) {
    b.config.branchNorms = branchNorms;
    for (TensorRule& rule : b.tensors) {
        if (branchNorms && rule.ours == "layers.#.mlp_norm")
            rule.theirs = {"layers.#.pre_feedforward_layernorm"};
        if (rule.ours.ends_with("norm"))
            rule.layout = Layout::OneMore;
    }
    if (branchNorms)
        b.tensors.insert(b.tensors.end(),
                         {{"layers.#.attention_branch_norm", {"layers.#.post_attention_layernorm"}, Layout::OneMore},
                          {"layers.#.mlp_branch_norm", {"layers.#.post_feedforward_layernorm"}, Layout::OneMore}});
}

Blueprint readBody(const ConfigFields& fields, const LlamaDefaults& defaults, bool branchNorms) {
    requireBoolean(fields, "use_bidirectional_attention", false,
                   "attention that sees later tokens, which is not computed here");
    Blueprint b = readLlamaBody(fields, defaults);
    DecoderConfig& c = b.config;
    c.qkvBias = c.outputBias = fields.boolean("attention_bias", false);
    c.embeddingScale = std::sqrt(double(c.width)); // in float32; a run in bfloat16 rounds it
    takeGemmaNorms(branchNorms, b);
    return b;
}

double scaleOf(const ConfigFields& fields) {
    const double scalar = fields.number("query_pre_attn_scalar", 256);
    if (!(std::isfinite(scalar) && scalar > 0))
        fields.refuse("query_pre_attn_scalar", "which makes no scale of the scores");
    return 1 / std::sqrt(scalar);
}

} // namespace

Blueprint readGemma(const ConfigFields& fields) {
    Blueprint b = readBody(fields,
                           {.shape = {.keyHeads = 16, .headDim = 256, .trainingLength = 8192},
                            .tied = true,
                            .activationField = fields.among({"hidden_act", "hidden_activation"}),
                            .activation = "gelu_pytorch_tanh"},
                           false);
    if (b.config.activation == Activation::Gelu) // what the first release said, and did not mean
        b.config.activation = Activation::GeluTanh;
    b.config.positions.rotary = readRotary(fields, b.config);
    return b;
}

Blueprint readGemma2(const ConfigFields& fields) {
    Blueprint b = readBody(fields,
                           {.shape = {.keyHeads = 4, .headDim = 256, .trainingLength = 8192},
                            .tied = true,
                            .activationField = "hidden_activation",
                            .activation = "gelu_pytorch_tanh"},
                           true);
    DecoderConfig& c = b.config;
    c.attentionScale = scaleOf(fields);
    c.positions.rotary = readRotary(fields, c);
    c.windows = windowsOf(readSliding(fields, c.layers, 2), readWindowSize(fields, 4096));
    c.scoreCap = fields.number("attn_logit_softcapping", fields.isThere("attn_logit_softcapping") ? 0 : 50);
    c.logitCap = fields.number("final_logit_softcapping", fields.isThere("final_logit_softcapping") ? 0 : 30);
    return b;
}

Blueprint readGemma3Text(const ConfigFields& fields) {
    Blueprint b = readBody(fields,
                           {.shape = {.keyHeads = 4, .headDim = 256, .trainingLength = 131072},
                            .tied = true,
                            .activationField = "hidden_activation",
                            .activation = "gelu_pytorch_tanh"},
                           true);
    DecoderConfig& c = b.config;
    c.attentionScale = scaleOf(fields);
    c.queryKeyNorm = QueryKeyNorm::Heads;
    const std::vector<bool> sliding = readSliding(fields, c.layers, fields.integer("sliding_window_pattern", 6));
    c.windows = windowsOf(sliding, readWindowSize(fields, 4096));
    readRotaryByKind(fields, sliding, {1e6, fields.number("rope_local_base_freq", 1e4)}, c);
    c.logitCap = fields.number("final_logit_softcapping", 0);
    b.prefixes = {"model.", "language_model.model.", "model.language_model."};
    return b;
}

// The text half of a model that also sees pictures.
Blueprint readGemma3(const ConfigFields& fields) {
    nlohmann::json text = fields.required("text_config");
    if (text.is_object())
        text["model_type"] = "gemma3_text";
    return readBlueprint(text, fields.source() + ", \"text_config\"");
}

} // namespace slopescope::families
