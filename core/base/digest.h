// A 64-bit digest of values (FNV-1a): the same on every machine and in every run. For telling values apart, not for safety
// against people.
#pragma once

#include <bit>
#include <cstdint>
#include <span>
#include <string_view>

namespace slopescope {

// Of bytes alone, behind those that `hash` is of.
inline std::uint64_t fnv1a(std::string_view bytes, std::uint64_t hash = 0xCBF29CE484222325ULL) {
    for (const unsigned char byte : bytes)
        hash = (hash ^ byte) * 0x100000001B3ULL;
    return hash;
}

// Of several values, each with its length where it has one.
class Digest {
public:
    Digest& add(std::string_view bytes) {
        m_value = fnv1a(bytes, m_value);
        return add(std::uint64_t(bytes.size())); // so that "ab", "c" and "a", "bc" differ
    }
    Digest& add(std::uint64_t value) {
        char bytes[8];
        for (int i = 0; i < 8; ++i)
            bytes[i] = static_cast<char>((value >> (8 * i)) & 255);
        m_value = fnv1a({bytes, sizeof bytes}, m_value);
        return *this;
    }
    Digest& add(std::int64_t value) { return add(static_cast<std::uint64_t>(value)); }
    Digest& add(int value) { return add(std::int64_t(value)); }
    Digest& add(double value) { return add(std::bit_cast<std::uint64_t>(value)); }

    std::uint64_t value() const { return m_value; }

private:
    std::uint64_t m_value = fnv1a({});
};

// Of a text as token ids.
inline std::uint64_t digestOfIds(std::span<const std::int32_t> ids) {
    Digest digest;
    for (const std::int32_t id : ids)
        digest.add(id);
    return digest.value();
}

} // namespace slopescope
