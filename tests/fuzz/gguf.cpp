// Any bytes as a GGUF file: its config, all its tensors, widened and packed as they are stored, and its tokenizer at work.
#include "core/checkpoint/families/family.h"
#include "core/checkpoint/gguf_model.h"
#include "core/kernels/panel_form.h"
#include "core/text/tokenizer.h"
#include "tests/fuzz/input.h"

#include <algorithm>

namespace {

// The first rows as they lie in a packed matrix.
void pack(const slopescope::StoredRows& part, std::int64_t inputs) {
    using namespace slopescope::kernels;
    constexpr int kLanes = 4;
    if (part.form == WeightForm::F32)
        return;
    std::vector<std::uint8_t> packed(static_cast<std::size_t>(panelBytes(part.form, inputs, kLanes)));
    const auto count = static_cast<int>(std::min<std::int64_t>(part.rows.size(0), 2 * kLanes));
    packPanel(part.form, static_cast<const std::uint8_t*>(part.rows.data_ptr()), rowBytes(part.form, inputs), count, inputs, kLanes,
              packed.data());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace slopescope;
    fuzz::allowErrors([&] {
        const GgufModel model = openGguf(fuzz::fileOf(data, size));
        fuzz::allowErrors([&] { families::readBlueprint(model.config, "input"); });
        for (const auto& [name, tensor] : model.tensors.tensors()) {
            fuzz::allowErrors([&, name = name] { model.tensors.load(name); });
            if (tensor.shape.size() == 2)
                fuzz::allowErrors([&, name = name, shape = tensor.shape] {
                    for (const StoredRows& part : model.tensors.loadRows(name, shape))
                        pack(part, shape[1]);
                });
        }
        if (model.tokenizer)
            text::Tokenizer::parse(*model.tokenizer, "input").encode("A text, 12 tokens;  \u00e9\u2581\n");
    });
    return 0;
}
