#include "core/checkpoint/gguf_model.h"

#include "core/checkpoint/config_fields.h"
#include "core/checkpoint/gguf.h"
#include "core/checkpoint/gguf_config.h"
#include "core/checkpoint/gguf_split.h"
#include "core/checkpoint/gguf_tokenizer.h"
#include "core/base/error.h"
#include "core/base/in_quotes.h"

#include <ATen/ops/cat.h>

#include <memory>
#include <vector>

namespace slopescope {
namespace {

namespace fs = std::filesystem;

// How the converter rearranged the rows of a matrix or the entries of a bias, which is undone here.
enum class Rows {
    Plain,
    Fused,         // queries, keys, values; the family has the parts of a key head together
    RotaryQueries, // the pairs that turn together are neighbours; the family has them half a head apart
    RotaryKeys,
};

struct Name {
    const char* stored; // "#" is the number of a layer; ".weight" and ".bias" follow both names
    const char* family;
    Rows rows = Rows::Plain;
};

const std::vector<Name> kBloom = {
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
const std::vector<Name> kMpt = {
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
const std::vector<Name> kFalcon = {
    {"token_embd", "transformer.word_embeddings"},
    {"blk.#.attn_norm", "transformer.h.#.input_layernorm"},
    {"blk.#.attn_qkv", "transformer.h.#.self_attention.query_key_value", Rows::Fused},
    {"blk.#.attn_output", "transformer.h.#.self_attention.dense"},
    {"blk.#.ffn_up", "transformer.h.#.mlp.dense_h_to_4h"},
    {"blk.#.ffn_down", "transformer.h.#.mlp.dense_4h_to_h"},
    {"output_norm", "transformer.ln_f"},
    {"output", "lm_head"},
};
const std::vector<Name> kLlama = {
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

std::vector<Name> namesOf(const std::string& architecture, const GgufFile& file) {
    if (architecture == "bloom")
        return kBloom;
    if (architecture == "mpt")
        return kMpt;
    std::vector<Name> names = architecture == "falcon" ? kFalcon : kLlama;
    if (architecture == "falcon" && hasTwoNorms(file)) {
        names[1].family = "transformer.h.#.ln_mlp";
        names.push_back({"blk.#.attn_norm_2", "transformer.h.#.ln_attn"});
    }
    if (architecture == "qwen2" || architecture == "qwen3") { // their pairs were never moved
        for (Name& name : names)
            name.rows = Rows::Plain;
        names.push_back({"blk.#.attn_q_norm", "model.layers.#.self_attn.q_norm"});
        names.push_back({"blk.#.attn_k_norm", "model.layers.#.self_attn.k_norm"});
    }
    return names;
}

// The name that a family has for a stored one; nothing if it has none. The prefix up to "#" and the rest must agree.
std::optional<std::pair<std::string, Rows>> familyName(const std::vector<Name>& names, const std::string& stored) {
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
    for (const Name& name : names) {
        if (pattern != name.stored)
            continue;
        std::string family = name.family;
        if (const std::size_t mark = family.find('#'); mark != std::string::npos)
            family.replace(mark, 1, layer);
        return std::pair(family + ending, name.rows);
    }
    return std::nullopt;
}

struct Heads {
    std::int64_t queries = 0, keys = 0;
};

// The first size of a tensor must be made of whole heads.
std::int64_t headRows(const at::Tensor& tensor, std::int64_t heads, const std::string& what) {
    if (tensor.dim() < 1 || heads < 1 || tensor.size(0) % heads != 0)
        throw Error(what + " does not divide into " + std::to_string(heads) + " heads.");
    return tensor.size(0) / heads;
}

std::vector<std::int64_t> split(const at::Tensor& tensor, std::initializer_list<std::int64_t> first) {
    std::vector<std::int64_t> shape(first);
    for (std::int64_t i = 1; i < tensor.dim(); ++i)
        shape.push_back(tensor.size(i));
    return shape;
}

at::Tensor undo(const at::Tensor& stored, Rows rows, Heads heads, const std::string& what) {
    if (rows == Rows::Plain)
        return stored;
    if (rows == Rows::Fused) {
        const std::int64_t size = headRows(stored, heads.queries + 2 * heads.keys, what);
        const std::int64_t group = heads.queries / heads.keys;
        const auto part = [&](std::int64_t begin, std::int64_t count) {
            const at::Tensor rowsOfPart = stored.narrow(0, begin * size, heads.keys * count * size);
            return rowsOfPart.reshape(split(stored, {heads.keys, count, size}));
        };
        return at::cat({part(0, group), part(heads.queries, 1), part(heads.queries + heads.keys, 1)}, 1)
            .reshape(stored.sizes());
    }
    const std::int64_t count = rows == Rows::RotaryQueries ? heads.queries : heads.keys;
    const std::int64_t size = headRows(stored, count, what);
    if (size % 2 != 0)
        throw Error(what + " has heads of an odd size, whose pairs cannot turn.");
    return stored.reshape(split(stored, {count, size / 2, 2})).transpose(1, 2).reshape(stored.sizes()).contiguous();
}

} // namespace

std::optional<fs::path> findGguf(const fs::path& path) {
    std::error_code ignored;
    if (fs::is_regular_file(path, ignored))
        return path.extension() == ".gguf" ? std::optional(path) : std::nullopt;
    if (!fs::is_directory(path, ignored) || fs::exists(path / "config.json", ignored))
        return std::nullopt;
    std::optional<fs::path> found;
    for (fs::directory_iterator entry(path, ignored), end; !ignored && entry != end; entry.increment(ignored)) {
        if (entry->path().extension() != ".gguf")
            continue;
        const auto split = splitNameOf(entry->path()); // the first of several stands for them all
        if (split && split->number > 1 && fs::exists(path / split->file(1), ignored))
            continue;
        if (found)
            throw Error(path.string() + " holds several GGUF files; open one of them.");
        found = entry->path();
    }
    return found;
}

GgufModel openGguf(const fs::path& path) {
    const auto file = std::make_shared<const GgufFile>(GgufFile::open(path));
    const ConfigFields fields(file->metadata(), path.string());
    const std::string architecture = fields.text("general.architecture");
    GgufModel model{configOfGguf(*file, architecture), {}, {}, TensorSource(path)};
    try {
        model.tokenizer = tokenizerOfGguf(file->metadata(), architecture, path.string());
    } catch (const Error& fault) { // a model is read by ids whatever its vocabulary
        model.tokenizerFault = fault.what();
    }
    const Heads heads{fields.integer((architecture + ".attention.head_count").c_str()),
                      fields.integer((architecture + ".attention.head_count_kv").c_str(),
                                     architecture == "falcon"
                                         ? 1
                                         : fields.integer((architecture + ".attention.head_count").c_str()))};
    if (heads.queries < 1 || heads.keys < 1 || heads.queries % heads.keys != 0 || heads.queries > (1 << 20))
        throw Error(path.string() + ": " + std::to_string(heads.queries) + " heads cannot share " +
                    std::to_string(heads.keys) + " key heads.");
    const std::vector<Name> names = namesOf(architecture, *file);
    const bool isTied = model.config.at("tie_word_embeddings").get<bool>();
    for (const auto& [stored, info] : file->tensors()) {
        const auto name = familyName(names, stored);
        if (!name || (isTied && stored == "output.weight"))
            continue;
        const Rows rows = name->second;
        const std::string what = file->fileOf(info).path().string() + ": tensor " + inQuotes(stored);
        SourceTensor tensor{kernels::factsOf(info.form).name, info.shape, file->fileOf(info).path(),
                            [=, stored = stored] { return undo(file->read(stored), rows, heads, what); }};
        if (info.shape.size() == 2) { // what is undone are whole rows: blocks stay as they are
            tensor.forms = {{info.form, info.shape[0]}};
            tensor.readRows = [=, stored = stored, form = info.form] {
                return std::vector<StoredRows>{{form, undo(file->readAsStored(stored), rows, heads, what)}};
            };
        }
        model.tensors.add(name->first, std::move(tensor));
    }
    return model;
}

} // namespace slopescope
