// Any bytes as a GGUF file: its config, all its tensors, and its tokenizer at work.
#include "core/checkpoint/families/family.h"
#include "core/checkpoint/gguf_model.h"
#include "core/text/tokenizer.h"
#include "tests/fuzz/input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace slopescope;
    fuzz::allowErrors([&] {
        const GgufModel model = openGguf(fuzz::fileOf(data, size));
        fuzz::allowErrors([&] { families::readBlueprint(model.config, "input"); });
        for (const auto& [name, tensor] : model.tensors.tensors())
            fuzz::allowErrors([&, name = name] { model.tensors.load(name); });
        if (model.tokenizer)
            text::Tokenizer::parse(*model.tokenizer, "input").encode("A text, 12 tokens;  \u00e9\u2581\n");
    });
    return 0;
}
