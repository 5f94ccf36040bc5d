// Reading text files: whole, as valid UTF-8, or an Error that says where it is not.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace slopescope {

// Byte offset of the first malformed sequence, or nothing.
std::optional<std::size_t> firstInvalidUtf8(std::string_view text);

// The text with each malformed part (the longest beginning of a sequence, or one byte) replaced by U+FFFD.
std::string withoutInvalidUtf8(std::string_view text);

// The file's text as it is, but for a UTF-8 byte order mark, which is dropped: for JSON and the like. Throws Error naming the
// file: missing, unreadable, a folder, over 1 GiB, or not UTF-8 (with the byte offset).
std::string readTextFile(const std::filesystem::path& file);

// How a text that people wrote is read: as elsewhere, every end of a line is one LF and a byte order mark is no part of the
// text. What a tokenizer makes of CR and of the mark, models have hardly seen.
struct TextFileOptions {
    bool rawLineEnds = false; // the bytes as they are, the mark included
};

struct TextFile {
    std::string text;
    std::int64_t lineEnds = 0;     // CRLF and CR that were read as LF
    bool byteOrderMark = false; // one was dropped

    std::string changes() const; // "12 line ends read as LF, a byte order mark dropped"; empty: none
};

// Throws Error as above.
TextFile readTextFile(const std::filesystem::path& file, const TextFileOptions& options);

} // namespace slopescope
