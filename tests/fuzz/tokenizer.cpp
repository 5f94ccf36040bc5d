// Any bytes as a tokenizer.json: read, and a hard text encoded and decoded.
#include "core/text/tokenizer.h"
#include "tests/fuzz/input.h"

#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace slopescope;
    const std::string_view document(reinterpret_cast<const char*>(data), size);
    if (firstInvalidUtf8(document)) // what readTextFile refuses
        return 0;
    fuzz::allowErrors([&] {
        const text::Tokenizer tokenizer = text::Tokenizer::parse(std::string(document), "input");
        std::vector<std::int32_t> ids;
        for (const text::Token& token :
             tokenizer.encode("It's 2024:  a\u0301 caf\u00e9, \u2581\u0130\u1112\u1161\u11ab \U0001F600\t\r\n<s>x"))
            ids.push_back(token.id);
        if (firstInvalidUtf8(tokenizer.decode(ids)))
            std::abort();
        for (std::int32_t id = 0; id < tokenizer.vocabularySize(); ++id)
            tokenizer.tokenText(id);
    });
    return 0;
}
