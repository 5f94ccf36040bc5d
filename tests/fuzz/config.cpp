// Any bytes as a config.json, for every family.
#include "core/checkpoint/families/family.h"
#include "core/base/json.h"
#include "tests/fuzz/input.h"

#include <nlohmann/json.hpp>

#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace slopescope;
    const std::string_view document(reinterpret_cast<const char*>(data), size);
    if (firstInvalidUtf8(document)) // what readTextFile refuses
        return 0;
    fuzz::allowErrors([&] { families::readBlueprint(parseJson(document, "input"), "input"); });
    return 0;
}
