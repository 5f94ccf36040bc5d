#include "core/checkpoint/gguf_names.h"

#include "core/checkpoint/gguf_config.h"

#include <algorithm>
#include <map>

namespace slopescope {
namespace {

using Names = std::vector<GgufName>;

const Names kBloom = {
    {"token_embd", "transformer.word_embeddings"},
    {"token_embd_norm", "transformer.word_embeddings_layernorm"},
    {"blk.#.attn_norm", "transformer.h.#.input_layernorm"},
    {"blk.#.attn_qkv", "transformer.h.#.self_attention.query_key_value", Rows::Fused},
    {"blk.#.attn_output", "transformer.h.#.self_attention.dense"},
    {"blk.#.ffn_norm", "transformer.h.#.post_attention_layernorm"},
    {"blk.#.ffn_up", "transformer.h.#.mlp.dense_h_to_4h"},
    {"blk.#.ffn_down", "transformer.h.#.mlp.dense_4h_to_h"},
    {"output_norm", "transformer.ln_f"},
    {"output", "lm_head"},
};
const Names kMpt = {
    {"token_embd", "transformer.wte"},
    {"position_embd", "transformer.wpe"},
    {"blk.#.attn_norm", "transformer.blocks.#.norm_1"},
    {"blk.#.attn_qkv", "transformer.blocks.#.attn.Wqkv"},
    {"blk.#.attn_q_norm", "transformer.blocks.#.attn.q_ln"},
    {"blk.#.attn_k_norm", "transformer.blocks.#.attn.k_ln"},
    {"blk.#.attn_output", "transformer.blocks.#.attn.out_proj"},
    {"blk.#.ffn_norm", "transformer.blocks.#.norm_2"},
    {"blk.#.ffn_up", "transformer.blocks.#.ffn.up_proj"},
    {"blk.#.ffn_down", "transformer.blocks.#.ffn.down_proj"},
    {"output_norm", "transformer.norm_f"},
    {"output", "lm_head"},
};
const Names kFalcon = {
    {"token_embd", "transformer.word_embeddings"},
    {"blk.#.attn_norm", "transformer.h.#.input_layernorm"},
    {"blk.#.attn_qkv", "transformer.h.#.self_attention.query_key_value", Rows::Fused},
    {"blk.#.attn_output", "transformer.h.#.self_attention.dense"},
    {"blk.#.ffn_up", "transformer.h.#.mlp.dense_h_to_4h"},
    {"blk.#.ffn_down", "transformer.h.#.mlp.dense_4h_to_h"},
    {"output_norm", "transformer.ln_f"},
    {"output", "lm_head"},
};
const Names kLlama = {
    {"token_embd", "model.embed_tokens"},
    {"blk.#.attn_norm", "model.layers.#.input_layernorm"},
    {"blk.#.attn_q", "model.layers.#.self_attn.q_proj", Rows::RotaryQueries},
    {"blk.#.attn_k", "model.layers.#.self_attn.k_proj", Rows::RotaryKeys},
    {"blk.#.attn_v", "model.layers.#.self_attn.v_proj"},
    {"blk.#.attn_output", "model.layers.#.self_attn.o_proj"},
    {"blk.#.ffn_norm", "model.layers.#.post_attention_layernorm"},
    {"blk.#.ffn_gate", "model.layers.#.mlp.gate_proj"},
    {"blk.#.ffn_up", "model.layers.#.mlp.up_proj"},
    {"blk.#.ffn_down", "model.layers.#.mlp.down_proj"},
    {"output_norm", "model.norm"},
    {"output", "lm_head"},
};

const Names kPhi2 = {
    {"token_embd", "model.embed_tokens"},
    {"blk.#.attn_norm", "model.layers.#.input_layernorm"},
    {"blk.#.attn_qkv", "model.layers.#.self_attn.qkv_proj"},
    {"blk.#.attn_q", "model.layers.#.self_attn.q_proj"},
    {"blk.#.attn_k", "model.layers.#.self_attn.k_proj"},
    {"blk.#.attn_v", "model.layers.#.self_attn.v_proj"},
    {"blk.#.attn_output", "model.layers.#.self_attn.dense"},
    {"blk.#.ffn_up", "model.layers.#.mlp.fc1"},
    {"blk.#.ffn_down", "model.layers.#.mlp.fc2"},
    {"output_norm", "model.final_layernorm"},
    {"output", "lm_head"},
};
// GPT-2's own matrices stand the other way round: the rows of these keep the names of the file.
const Names kGpt2 = {
    {"token_embd", "transformer.wte"},
    {"position_embd", "transformer.wpe"},
    {"blk.#.attn_norm", "transformer.h.#.ln_1"},
    {"blk.#.attn_qkv", "blk.#.attn_qkv"},
    {"blk.#.attn_output", "blk.#.attn_output"},
    {"blk.#.ffn_norm", "transformer.h.#.ln_2"},
    {"blk.#.ffn_up", "blk.#.ffn_up"},
    {"blk.#.ffn_down", "blk.#.ffn_down"},
    {"output_norm", "transformer.ln_f"},
    {"output", "lm_head"},
};
const Names kStarcoder = {
    {"token_embd", "transformer.wte"},
    {"position_embd", "transformer.wpe"},
    {"blk.#.attn_norm", "transformer.h.#.ln_1"},
    {"blk.#.attn_qkv", "transformer.h.#.attn.c_attn"},
    {"blk.#.attn_output", "transformer.h.#.attn.c_proj"},
    {"blk.#.ffn_norm", "transformer.h.#.ln_2"},
    {"blk.#.ffn_up", "transformer.h.#.mlp.c_fc"},
    {"blk.#.ffn_down", "transformer.h.#.mlp.c_proj"},
    {"output_norm", "transformer.ln_f"},
    {"output", "lm_head"},
};
// What the model has in one matrix, keys and values, gates and the rest, is apart in the file.
const Names kRefact = {
    {"token_embd", "transformer.wte"},
    {"blk.#.attn_norm", "transformer.h.#.ln_1"},
    {"blk.#.attn_q", "transformer.h.#.attn.q"},
    {"blk.#.attn_k", "transformer.h.#.attn.k"},
    {"blk.#.attn_v", "transformer.h.#.attn.v"},
    {"blk.#.attn_output", "transformer.h.#.attn.c_proj"},
    {"blk.#.ffn_norm", "transformer.h.#.ln_2"},
    {"blk.#.ffn_gate", "transformer.h.#.mlp.gate_proj"},
    {"blk.#.ffn_up", "transformer.h.#.mlp.up_proj"},
    {"blk.#.ffn_down", "transformer.h.#.mlp.c_proj"},
    {"output_norm", "transformer.ln_f"},
    {"output", "lm_head"},
};
const Names kGptNeoX = {
    {"token_embd", "gpt_neox.embed_in"},
    {"blk.#.attn_norm", "gpt_neox.layers.#.input_layernorm"},
    {"blk.#.attn_qkv", "gpt_neox.layers.#.attention.query_key_value", Rows::Fused},
    {"blk.#.attn_output", "gpt_neox.layers.#.attention.dense"},
    {"blk.#.ffn_norm", "gpt_neox.layers.#.post_attention_layernorm"},
    {"blk.#.ffn_up", "gpt_neox.layers.#.mlp.dense_h_to_4h"},
    {"blk.#.ffn_down", "gpt_neox.layers.#.mlp.dense_4h_to_h"},
    {"output_norm", "gpt_neox.final_layer_norm"},
    {"output", "embed_out"},
};

// Those of Llama with others in their place, and more.
Names likeLlama(const Names& others) {
    Names names = kLlama;
    for (GgufName& name : names) // the pairs that turn together are moved in Llama's files, and those of few others
        name.rows = Rows::Plain;
    for (const GgufName& other : others) {
        const auto same = [&](const GgufName& name) { return std::string(name.stored) == other.stored; };
        if (const auto found = std::find_if(names.begin(), names.end(), same); found != names.end())
            *found = other;
        else
            names.push_back(other);
    }
    return names;
}

const Names kQueryKeyNorms = {
    {"blk.#.attn_q_norm", "model.layers.#.self_attn.q_norm"},
    {"blk.#.attn_k_norm", "model.layers.#.self_attn.k_norm"},
};

// Gemma's norms; `behind`: with one behind each branch too.
Names gemmaNames(bool behind) {
    const Names norms = {
        {"blk.#.attn_norm", "model.layers.#.input_layernorm"},
        {"blk.#.ffn_norm", "model.layers.#.post_attention_layernorm"},
        {"output_norm", "model.norm"},
    };
    const Names fourNorms = {
        {"blk.#.attn_norm", "model.layers.#.input_layernorm"},
        {"blk.#.post_attention_norm", "model.layers.#.post_attention_layernorm"},
        {"blk.#.ffn_norm", "model.layers.#.pre_feedforward_layernorm"},
        {"blk.#.post_ffw_norm", "model.layers.#.post_feedforward_layernorm"},
        {"blk.#.attn_q_norm", "model.layers.#.self_attn.q_norm"},
        {"blk.#.attn_k_norm", "model.layers.#.self_attn.k_norm"},
        {"output_norm", "model.norm"},
    };
    Names names = likeLlama(behind ? fourNorms : norms);
    for (GgufName& name : names)
        if (std::string(name.stored).ends_with("norm"))
            name.rows = Rows::OneMore;
    return names;
}

const std::map<std::string, Names>& tables() {
    static const Names kFourNorms = gemmaNames(true);
    static const std::map<std::string, Names> kTables{
        {"baichuan", kLlama},
        {"bloom", kBloom},
        {"cohere2", likeLlama({})},
        {"command-r", likeLlama(kQueryKeyNorms)},
        {"falcon", kFalcon},
        {"gemma", gemmaNames(false)},
        {"gemma2", kFourNorms},
        {"gemma3", kFourNorms},
        {"gpt2", kGpt2},
        {"gptneox", kGptNeoX},
        {"granite", kLlama},
        {"llama", kLlama},
        {"mpt", kMpt},
        {"olmo2", likeLlama({{"blk.#.post_attention_norm", "model.layers.#.post_attention_layernorm"},
                             {"blk.#.post_ffw_norm", "model.layers.#.post_feedforward_layernorm"},
                             kQueryKeyNorms[0],
                             kQueryKeyNorms[1]})},
        {"phi2", kPhi2},
        {"phi3", likeLlama({{"blk.#.attn_qkv", "model.layers.#.self_attn.qkv_proj"},
                            {"blk.#.ffn_up", "model.layers.#.mlp.gate_up_proj"}})},
        {"qwen2", likeLlama({})},
        {"qwen3", likeLlama(kQueryKeyNorms)},
        {"refact", kRefact},
        {"smollm3", kLlama},
        {"stablelm", likeLlama({})},
        {"starcoder", kStarcoder},
        {"starcoder2", likeLlama({{"blk.#.ffn_up", "model.layers.#.mlp.c_fc"},
                                  {"blk.#.ffn_down", "model.layers.#.mlp.c_proj"}})},
    };
    return kTables;
}

} // namespace

std::vector<GgufName> ggufNames(const std::string& architecture, const GgufFile& file) {
    Names names = tables().at(architecture);
    if (architecture == "falcon" && hasTwoNorms(file)) {
        names[1].family = "transformer.h.#.ln_mlp";
        names.push_back({"blk.#.attn_norm_2", "transformer.h.#.ln_attn"});
    }
    return names;
}

std::optional<std::pair<std::string, Rows>> familyName(const std::vector<GgufName>& names, const std::string& stored) {
    const std::size_t dot = stored.rfind('.');
    if (dot == std::string::npos)
        return std::nullopt;
    const std::string stem = stored.substr(0, dot), ending = stored.substr(dot);
    if (ending != ".weight" && ending != ".bias")
        return std::nullopt;
    std::string pattern = stem, layer;
    if (stem.starts_with("blk.")) {
        const std::size_t end = stem.find('.', 4);
        if (end == std::string::npos)
            return std::nullopt;
        layer = stem.substr(4, end - 4);
        pattern = "blk.#" + stem.substr(end);
    }
    for (const GgufName& name : names) {
        if (pattern != name.stored)
            continue;
        std::string family = name.family;
        if (const std::size_t mark = family.find('#'); mark != std::string::npos)
            family.replace(mark, 1, layer);
        return std::pair(family + ending, name.rows);
    }
    return std::nullopt;
}

} // namespace slopescope
