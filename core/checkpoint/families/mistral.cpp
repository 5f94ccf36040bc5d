#include "core/checkpoint/families/llama_like.h"
#include "core/checkpoint/families/shared_fields.h"

namespace slopescope::families {

Blueprint readMistral(const ConfigFields& fields) {
    Blueprint b = readLlamaLike(fields, {.vocabulary = 32'000,
                                         .width = 4096,
                                         .layers = 32,
                                         .heads = 32,
                                         .keyHeads = 8,
                                         .hidden = 14'336,
                                         .trainingLength = 131'072});
    // transformers' MistralConfig: a window of 4,096 where the file says nothing; null says that there is none. It
    // slides in every layer, whatever layer_types says.
    const std::int64_t usual = fields.isThere("sliding_window") ? 0 : 4096;
    const std::int64_t window = fields.integer("sliding_window", usual);
    b.config.windows = windowInEveryLayer(fields, window, b.config.layers);
    if (fields.has("layer_types") && !b.config.windows.empty())
        fields.remark("\"layer_types\" is not read for Mistral, whose window is in every layer");
    return b;
}

} // namespace slopescope::families
