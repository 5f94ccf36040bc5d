// A 64-bit digest of values (FNV-1a): the same on every machine and in every run. For telling values apart, not for safety
// against people.
#pragma once

#include <bit>
#include <cstdint>
#include <string_view>

namespace slopescope {

class Digest {
public:
    Digest& add(std::string_view bytes) {
        for (const char byte : bytes)
            step(static_cast<unsigned char>(byte));
        return add(std::uint64_t(bytes.size())); // so that "ab", "c" and "a", "bc" differ
    }
    Digest& add(std::uint64_t value) {
        for (int shift = 0; shift < 64; shift += 8)
            step((value >> shift) & 255);
        return *this;
    }
    Digest& add(std::int64_t value) { return add(static_cast<std::uint64_t>(value)); }
    Digest& add(int value) { return add(std::int64_t(value)); }
    Digest& add(double value) { return add(std::bit_cast<std::uint64_t>(value)); }

    std::uint64_t value() const { return m_value; }

private:
    void step(std::uint64_t byte) { m_value = (m_value ^ byte) * 1099511628211ULL; }

    std::uint64_t m_value = 14695981039346656037ULL;
};

} // namespace slopescope
