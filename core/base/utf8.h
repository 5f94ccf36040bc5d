// Reading text files: whole, as valid UTF-8, or an Error that says where it is not.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace slopescope {

// Byte offset of the first malformed sequence, or nothing.
std::optional<std::size_t> firstInvalidUtf8(std::string_view text);

// The text with each malformed part (the longest beginning of a sequence, or one byte) replaced by U+FFFD.
std::string withoutInvalidUtf8(std::string_view text);

// The file's text; a UTF-8 byte order mark is dropped. Throws Error naming the file: missing, unreadable, a folder,
// over 1 GiB, or not UTF-8 (with the byte offset).
std::string readTextFile(const std::filesystem::path& file);

} // namespace slopescope
