#include "core/text/symbol.h"

namespace slopescope::text {

std::array<std::int32_t, 256> byteTokens(const Vocabulary& vocabulary) {
    constexpr const char* kDigits = "0123456789ABCDEF";
    std::array<std::int32_t, 256> ids{};
    for (std::size_t byte = 0; byte < ids.size(); ++byte)
        ids[byte] = idOf(vocabulary, std::string("<0x") + kDigits[byte / 16] + kDigits[byte % 16] + ">");
    return ids;
}

} // namespace slopescope::text
