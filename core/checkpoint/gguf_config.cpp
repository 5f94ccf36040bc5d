#include "core/checkpoint/gguf_config.h"

#include "core/checkpoint/gguf_entries.h"
#include "core/checkpoint/gguf_newer_configs.h"
#include "core/checkpoint/gguf_rope.h"

#include <nlohmann/json.hpp>

namespace slopescope {
namespace {

using Json = nlohmann::json;

Json bloom(const GgufEntries& e) {
    return {{"model_type", "bloom"},
            {"hidden_size", e.integer("embedding_length")},
            {"n_layer", e.integer("block_count")},
            {"n_head", e.integer("attention.head_count")},
            {"layer_norm_epsilon", e.number("attention.layer_norm_epsilon")},
            {"seq_length", e.integer("context_length", 0)}};
}

Json mpt(const GgufEntries& e) {
    const std::int64_t heads = e.integer("attention.head_count");
    const double bias = e.number("attention.max_alibi_bias", 0);
    Json attention{{"alibi", bias > 0}, {"qk_ln", e.hasTensor("blk.0.attn_q_norm.weight")}};
    if (bias > 0)
        attention["alibi_bias_max"] = bias;
    if (e.has("attention.clamp_kqv"))
        attention["clip_qkv"] = e.number("attention.clamp_kqv");
    if (const std::int64_t keys = e.integer("attention.head_count_kv", heads); keys != heads) {
        attention["attn_type"] = "grouped_query_attention";
        attention["kv_n_heads"] = keys;
    }
    return {{"model_type", "mpt"},
            {"d_model", e.integer("embedding_length")},
            {"n_layers", e.integer("block_count")},
            {"n_heads", heads},
            {"ffn_config", {{"ffn_type", "mptmlp"}, {"ffn_hidden_size", e.rows("blk.0.ffn_up.weight")}}},
            {"layer_norm_epsilon", e.number("attention.layer_norm_epsilon")},
            {"max_seq_len", e.integer("context_length")},
            {"no_bias", !e.hasTensor("blk.0.attn_qkv.bias")},
            {"learned_pos_emb", e.hasTensor("position_embd.weight")},
            {"attn_config", std::move(attention)}};
}

Json falcon(const GgufEntries& e) {
    const std::int64_t keys = e.integer("attention.head_count_kv", 1);
    const bool grouped = keys != 1 || e.hasTensor("blk.0.attn_norm_2.weight");
    Json config{{"model_type", "falcon"},
                {"hidden_size", e.integer("embedding_length")},
                {"num_hidden_layers", e.integer("block_count")},
                {"num_attention_heads", e.integer("attention.head_count")},
                {"num_kv_heads", keys},
                {"alibi", false},
                {"bias", e.hasTensor("blk.0.attn_qkv.bias")},
                {"multi_query", true},
                {"parallel_attn", true},
                {"new_decoder_architecture", grouped},
                {"ffn_hidden_size", e.rows("blk.0.ffn_up.weight")},
                {"layer_norm_epsilon", e.number("attention.layer_norm_epsilon")},
                {"max_position_embeddings", e.integer("context_length")},
                {"rope_theta", e.number("rope.freq_base", 10000)}};
    if (grouped)
        config["num_ln_in_parallel_attn"] = e.hasTensor("blk.0.attn_norm_2.weight") ? 2 : 1;
    return config;
}

Json llama(const GgufEntries& e, const std::string& architecture, const GgufFile& file) {
    const std::int64_t heads = e.integer("attention.head_count"), width = e.integer("embedding_length");
    const std::int64_t headSize = e.integer("attention.key_length", heads > 0 ? width / heads : 0);
    for (const char* name : {"expert_count", "attention.sliding_window"})
        if (e.integer(name, 0) != 0)
            e.refuse(name, "is set, and such models are not read from GGUF files");
    if (e.integer("attention.value_length", headSize) != headSize)
        e.refuse("attention.value_length", "differs from the length of keys, which is not supported");
    if (e.integer("rope.dimension_count", headSize) != headSize)
        e.refuse("rope.dimension_count", "differs from the size of a head, which is not supported");
    Json config{{"model_type", architecture},
                {"hidden_size", width},
                {"num_hidden_layers", e.integer("block_count")},
                {"num_attention_heads", heads},
                {"num_key_value_heads", e.integer("attention.head_count_kv", heads)},
                {"head_dim", headSize},
                {"intermediate_size", e.integer("feed_forward_length")},
                {"rms_norm_eps", e.number("attention.layer_norm_rms_epsilon")},
                {"max_position_embeddings", e.integer("context_length")},
                {"rope_theta", e.number("rope.freq_base", 10000)}};
    if (architecture == "llama") {
        config["attention_bias"] = e.hasTensor("blk.0.attn_q.bias");
        config["mlp_bias"] = e.hasTensor("blk.0.ffn_up.bias");
    }
    if (e.hasTensor("rope_freqs.weight")) {
        const at::Tensor factors = file.read("rope_freqs.weight");
        config["rope_scaling"] = llama3ScalingOf({factors.data_ptr<float>(), std::size_t(factors.numel())},
                                                 {headSize, config.at("rope_theta").get<double>()}, e.source());
        return config;
    }
    readGgufScaling(e, config);
    return config;
}

// Some converters write the embedding a second time for models that use it as the output projection.
bool isTied(const GgufFile& file) {
    const auto output = file.tensors().find("output.weight"), embedding = file.tensors().find("token_embd.weight");
    return output == file.tensors().end() ||
           (embedding != file.tensors().end() && file.same(embedding->second, output->second));
}

} // namespace

bool hasTwoNorms(const GgufFile& file) {
    return file.tensors().contains("blk.0.attn_norm_2.weight");
}

nlohmann::json configOfGguf(const GgufFile& file, const std::string& architecture) {
    const GgufEntries e(file, architecture);
    Json config;
    if (architecture == "bloom")
        config = bloom(e);
    else if (architecture == "mpt")
        config = mpt(e);
    else if (architecture == "falcon")
        config = falcon(e);
    else if (architecture == "llama" || architecture == "qwen2" || architecture == "qwen3")
        config = llama(e, architecture, file);
    else
        config = newerConfigOfGguf(e, architecture);
    config["vocab_size"] = e.rows("token_embd.weight");
    config["tie_word_embeddings"] = isTied(file);
    return config;
}

} // namespace slopescope
