// Baichuan 7B, with rotary positions, and 13B, with ALiBi; 1 and 2.
#include "core/checkpoint/families/llama_like.h"
#include "core/checkpoint/families/shared_fields.h"

#include <algorithm>

namespace slopescope::families {

Blueprint readBaichuan(const ConfigFields& fields) {
    Blueprint b = readLlamaLike(fields, {});
    DecoderConfig& c = b.config;
    // Their own code has one class for both sizes of config.json; only that of 7B has read this field.
    if (!fields.has("max_position_embeddings")) {
        c.positions = {};
        c.positions.bias = BiasKind::Linear;
        c.setSlopes(paperSlopes(int(c.heads)));
        c.trainingLength = fields.integer("model_max_length", 4096);
    }
    const auto rule = [&](const char* ours) {
        return std::find_if(b.tensors.begin(), b.tensors.end(), [&](const TensorRule& r) { return r.ours == ours; });
    };
    // In one matrix; GGUF files have them apart, as the rule of Llama says.
    b.tensors.insert(b.tensors.begin(), TensorRule{"layers.#.attention.qkv", {"layers.#.self_attn.W_pack"}});
    // The second generation divides the rows of its output projection by their lengths. It says so nowhere, but was
    // trained with a loss, and has a vocabulary, of its own.
    constexpr std::int64_t kVocabularyOfTheSecond = 125'696;
    if (fields.has("z_loss_weight") || c.vocabulary == kVocabularyOfTheSecond)
        rule("head")->layout = Layout::UnitRows;
    return b;
}

} // namespace slopescope::families
