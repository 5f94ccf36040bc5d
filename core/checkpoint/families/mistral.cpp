#include "core/checkpoint/families/llama_like.h"
#include "core/checkpoint/families/shared_fields.h"

namespace slopescope::families {

Blueprint readMistral(const ConfigFields& fields) {
    Blueprint b = readLlamaLike(fields);
    // transformers' MistralConfig: 8 key heads and a window of 4,096 where the file says nothing; null says as many key heads as
    // heads, and no window.
    if (!fields.isThere("num_key_value_heads"))
        b.config.keyHeads = 8;
    const std::int64_t usual = fields.isThere("sliding_window") ? 0 : 4096;
    b.config.windows = readWindows(fields, fields.integer("sliding_window", usual), b.config.layers, 0);
    return b;
}

} // namespace slopescope::families
