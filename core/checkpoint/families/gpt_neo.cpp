// GPT-Neo, and the TinyStories models.
#include "core/checkpoint/families/family.h"
#include "core/checkpoint/families/shared_fields.h"

namespace slopescope::families {
namespace {

[[noreturn]] void refuseTypes(const ConfigFields& fields, const char* field) {
    fields.refuse(field, "which must say of each layer whether it is global or local");
}

void addKind(const ConfigFields& fields, const char* field, const nlohmann::json& kind, std::vector<bool>& local) {
    if (kind != "global" && kind != "local")
        refuseTypes(fields, field);
    local.push_back(kind == "local");
}

// Pairs of a list of kinds and how often it is repeated: [[["global", "local"], 6]].
std::vector<bool> readTypes(const ConfigFields& fields, std::int64_t layers) {
    constexpr const char* kField = "attention_types";
    std::vector<bool> local;
    if (!fields.has(kField)) {
        for (std::int64_t layer = 0; layer < 24; ++layer)
            local.push_back(layer % 2 == 1);
        return local;
    }
    const nlohmann::json& groups = fields.required(kField);
    for (const nlohmann::json& group : groups) {
        if (!group.is_array() || group.size() != 2 || !group[0].is_array() || group[0].empty() ||
            !group[1].is_number_unsigned())
            refuseTypes(fields, kField);
        for (std::uint64_t times = group[1].get<std::uint64_t>(); times > 0 && std::int64_t(local.size()) <= layers;
             --times)
            for (const nlohmann::json& kind : group[0])
                addKind(fields, kField, kind, local);
    }
    return local;
}

std::vector<std::int64_t> readLocalWindows(const ConfigFields& fields, std::int64_t layers) {
    std::vector<bool> local;
    if (fields.has("attention_layers"))
        for (const nlohmann::json& kind : fields.required("attention_layers"))
            addKind(fields, "attention_layers", kind, local);
    const std::vector<bool> types = readTypes(fields, layers);
    if (local.empty())
        local = types;
    if (std::int64_t(local.size()) != layers)
        refuseTypes(fields, fields.among({"attention_layers", "attention_types"}));
    const std::int64_t window = fields.integer("window_size", 256);
    if (window < 1)
        fields.refuse("window_size", "which is no number of tokens");
    return windowsOf(local, window);
}

} // namespace

Blueprint readGptNeo(const ConfigFields& fields) {
    Blueprint b;
    DecoderConfig& c = b.config;
    readShape(fields,
              {"hidden_size", fields.among({"num_layers", "num_hidden_layers"}),
               fields.among({"num_heads", "num_attention_heads"})},
              c);
    c.hidden = fields.integer("intermediate_size", 4 * c.width);
    c.normEpsilon = fields.number("layer_norm_epsilon", 1e-5);
    c.activation = readActivation(fields, "activation_function", "gelu_new");
    c.qkvBias = false;
    c.attentionScale = 1;
    c.windows = readLocalWindows(fields, c.layers);
    c.tiedHead = fields.boolean("tie_word_embeddings", true);
    c.positions.embedding = PositionEmbedding::Learned;
    c.positions.learnedPositions = c.trainingLength = fields.integer("max_position_embeddings", 2048);
    b.tiedByDefault = true;
    b.prefixes = {"transformer."};
    b.tensors = {
        {"embedding", {"wte"}},
        {"position_embedding", {"wpe"}},
        {"layers.#.attention_norm", {"h.#.ln_1"}},
        {"layers.#.attention.qkv",
         {"h.#.attn.attention.q_proj", "h.#.attn.attention.k_proj", "h.#.attn.attention.v_proj"}},
        {"layers.#.attention.output", {"h.#.attn.attention.out_proj"}},
        {"layers.#.mlp_norm", {"h.#.ln_2"}},
        {"layers.#.mlp.up", {"h.#.mlp.c_fc"}},
        {"layers.#.mlp.down", {"h.#.mlp.c_proj"}},
        {"final_norm", {"ln_f"}},
        {"head", {"lm_head"}},
    };
    return b;
}

} // namespace slopescope::families
