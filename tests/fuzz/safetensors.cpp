// Any bytes as a safetensors file: opened, and every tensor read.
#include "core/checkpoint/safetensors.h"
#include "tests/fuzz/input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace slopescope;
    fuzz::allowErrors([&] {
        const TensorFile file = TensorFile::open(fuzz::fileOf(data, size));
        for (const auto& [name, info] : file.tensors())
            fuzz::allowErrors([&, name = name] { file.read(name, at::kFloat); });
    });
    return 0;
}
