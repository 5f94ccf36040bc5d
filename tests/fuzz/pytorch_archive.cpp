// Any bytes as what torch.save wrote, of today's format or the one before: opened, and every tensor loaded.
#include "core/checkpoint/pytorch_archive.h"
#include "tests/fuzz/input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace slopescope;
    fuzz::allowErrors([&] {
        const std::filesystem::path file = fuzz::fileOf(data, size);
        TensorSource source(file);
        addPytorchArchive(file, source);
        for (const auto& [name, tensor] : source.tensors())
            fuzz::allowErrors([&, name = name] { source.load(name); });
    });
    return 0;
}
