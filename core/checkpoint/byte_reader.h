// Reads a file's bytes front to back, little endian, and never past their end. Used by the parsers of this folder, each with the
// sentence that its own format calls for.
#pragma once

#include "core/base/error.h"

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

namespace slopescope {

class ByteReader {
public:
    // `bytes` must outlive the reader and all that it hands out; `cutShort` is the Error of a read past their end.
    ByteReader(std::string_view bytes, std::string cutShort) : m_bytes(bytes), m_cutShort(std::move(cutShort)) {}

    std::uint64_t at() const { return m_at; }
    std::uint64_t left() const { return m_bytes.size() - m_at; }

    std::string_view take(std::uint64_t count) {
        if (count > left())
            throw Error(m_cutShort);
        const std::string_view taken = m_bytes.substr(m_at, count);
        m_at += count;
        return taken;
    }

    template <typename T>
    T number() {
        static_assert(std::endian::native == std::endian::little, "the formats are little endian, and used as they lie");
        T value;
        std::memcpy(&value, take(sizeof value).data(), sizeof value);
        return value;
    }

    // What stands before the next line feed, which is read too.
    std::string_view line() {
        const std::size_t end = m_bytes.find('\n', m_at);
        if (end == std::string_view::npos)
            throw Error(m_cutShort);
        const std::string_view text = take(end - m_at);
        take(1);
        return text;
    }

private:
    std::string_view m_bytes;
    std::string m_cutShort;
    std::uint64_t m_at = 0;
};

} // namespace slopescope
