#include "core/checkpoint/families/llama_like.h"
#include "core/checkpoint/families/shared_fields.h"

namespace slopescope::families {

Blueprint readMistral(const ConfigFields& fields) {
    Blueprint b = readLlamaLike(fields);
    b.config.windows = readWindows(fields, fields.integer("sliding_window", 0), b.config.layers, 0);
    return b;
}

} // namespace slopescope::families
