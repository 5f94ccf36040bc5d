#include "core/base/utf8.h"

#include "core/base/error.h"

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <system_error>

namespace slopescope {
namespace {

constexpr std::uintmax_t kMaxFileBytes = std::uintmax_t{1} << 30;

// Length of the well-formed sequence at `at` (Unicode 15, table 3-7), or 0.
std::size_t sequenceLength(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t i) -> unsigned {
        return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0u;
    };
    const auto continues = [&](std::size_t i) { return (byte(i) & 0xC0u) == 0x80u; };
    const unsigned lead = byte(0), second = byte(1);
    if (lead < 0x80)
        return 1;
    if (lead >= 0xC2 && lead <= 0xDF)
        return continues(1) ? 2 : 0;
    if (lead >= 0xE0 && lead <= 0xEF) {
        const bool overlong = lead == 0xE0 && second < 0xA0;
        const bool surrogate = lead == 0xED && second > 0x9F;
        return continues(1) && continues(2) && !overlong && !surrogate ? 3 : 0;
    }
    if (lead >= 0xF0 && lead <= 0xF4) {
        const bool overlong = lead == 0xF0 && second < 0x90;
        const bool tooLarge = lead == 0xF4 && second > 0x8F;
        return continues(1) && continues(2) && continues(3) && !overlong && !tooLarge ? 4 : 0;
    }
    return 0;
}

} // namespace

std::optional<std::size_t> firstInvalidUtf8(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size()) {
        std::uint64_t eight = 0;
        if (at + sizeof eight <= text.size()) {
            std::memcpy(&eight, text.data() + at, sizeof eight);
            if ((eight & 0x8080808080808080u) == 0) { // most text is ASCII
                at += sizeof eight;
                continue;
            }
        }
        const std::size_t length = sequenceLength(text, at);
        if (length == 0)
            return at;
        at += length;
    }
    return std::nullopt;
}

std::string withoutInvalidUtf8(std::string_view text) {
    std::string valid;
    while (const auto at = firstInvalidUtf8(text)) {
        valid += text.substr(0, *at);
        valid += "\uFFFD";
        // What a valid sequence could begin with is replaced as one: complete it to see.
        std::size_t length = 1;
        const auto mayContinue = [&](std::size_t taken) {
            if (*at + taken > text.size())
                return false;
            std::string begun(text.substr(*at, taken));
            for (const char* tail : {"\x80", "\x9F", "\xBF"})
                for (std::size_t more = 1; taken + more <= 4; ++more)
                    if (sequenceLength(begun + tail + std::string(more - 1, '\x80'), 0) == taken + more)
                        return true;
            return false;
        };
        while (length < 3 && mayContinue(length + 1))
            ++length;
        text.remove_prefix(*at + length);
    }
    return valid.append(text);
}

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// Returns how many line ends there were that are not LF already.
std::int64_t endLinesWithLf(std::string& text) {
    std::int64_t changed = 0;
    std::size_t kept = text.find('\r');
    if (kept == std::string::npos)
        return 0;
    for (std::size_t at = kept; at < text.size(); ++at) {
        if (text[at] != '\r') {
            text[kept++] = text[at];
            continue;
        }
        text[kept++] = '\n';
        ++changed;
        if (at + 1 < text.size() && text[at + 1] == '\n')
            ++at;
    }
    text.resize(kept);
    return changed;
}

std::string readBytes(const std::filesystem::path& file) {
    std::error_code fault;
    const auto status = std::filesystem::status(file, fault);
    if (!std::filesystem::exists(status))
        throw Error("There is no file " + file.string() + ".");
    if (std::filesystem::is_directory(status))
        throw Error(file.string() + " is a folder, not a text file.");
    if (!std::filesystem::is_regular_file(status))
        throw Error(file.string() + " is not a regular file.");
    const std::uintmax_t size = std::filesystem::file_size(file, fault);
    if (fault)
        throw Error("Cannot read " + file.string() + ": " + fault.message() + ".");
    if (size > kMaxFileBytes)
        throw Error(file.string() + " is larger than 1 GiB, the most a text may have.");

    errno = 0;
    std::ifstream stream(file, std::ios::binary);
    std::string text(static_cast<std::size_t>(size), '\0');
    if (!stream || !stream.read(text.data(), static_cast<std::streamsize>(text.size())))
        throw Error("Cannot read " + file.string() + (errno != 0 ? std::string(": ") + std::strerror(errno) : "") +
                    ".");
    if (const auto at = firstInvalidUtf8(text))
        throw Error(file.string() + " is not UTF-8 text: the byte at offset " + std::to_string(*at) + " is malformed.");
    return text;
}

} // namespace

std::string TextFile::changes() const {
    std::string all;
    if (lineEnds > 0)
        all = std::to_string(lineEnds) + (lineEnds == 1 ? " line end" : " line ends") + " read as LF";
    if (byteOrderMark)
        all += std::string(all.empty() ? "" : ", ") + "a byte order mark dropped";
    return all;
}

TextFile readTextFile(const std::filesystem::path& file, const TextFileOptions& options) {
    TextFile read{readBytes(file)};
    if (options.rawLineEnds)
        return read;
    read.byteOrderMark = read.text.starts_with(kByteOrderMark);
    if (read.byteOrderMark)
        read.text.erase(0, kByteOrderMark.size());
    read.lineEnds = endLinesWithLf(read.text);
    return read;
}

std::string readTextFile(const std::filesystem::path& file) {
    std::string text = readBytes(file);
    if (text.starts_with(kByteOrderMark))
        text.erase(0, kByteOrderMark.size());
    return text;
}

} // namespace slopescope
