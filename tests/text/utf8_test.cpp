#include "core/base/utf8.h"

#include "core/base/error.h"
#include "tests/text/temporary_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slopescope::text {
namespace {

using ::testing::HasSubstr;

std::string encoded(char32_t c) { // written apart from the code under test
    std::string bytes;
    if (c < 0x80)
        return {static_cast<char>(c)};
    const int tails = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    const unsigned leads[] = {0, 0xC0, 0xE0, 0xF0};
    bytes += static_cast<char>(leads[tails] | (c >> (6 * tails)));
    for (int i = tails - 1; i >= 0; --i)
        bytes += static_cast<char>(0x80 | ((c >> (6 * i)) & 0x3F));
    return bytes;
}

TEST(Utf8, EveryCodePointButSurrogatesIsValid) {
    for (char32_t c = 0; c < 0x110000; ++c) {
        const bool surrogate = c >= 0xD800 && c < 0xE000;
        ASSERT_EQ(firstInvalidUtf8(encoded(c)).has_value(), surrogate) << std::hex << static_cast<unsigned>(c);
    }
    EXPECT_EQ(firstInvalidUtf8(encoded(0x110000)), 0u);
}

TEST(Utf8, FindsTheFirstMalformedByte) {
    EXPECT_EQ(firstInvalidUtf8(""), std::nullopt);
    EXPECT_EQ(firstInvalidUtf8("0123456789abcdef\xFF"), 16u);
    EXPECT_EQ(firstInvalidUtf8("0123456789\x80 and more text"), 10u);
    EXPECT_EQ(firstInvalidUtf8("ab\xE2\x82"), 2u); // cut short
    EXPECT_EQ(firstInvalidUtf8("\xC0\x80"), 0u);   // too long for what it says
    EXPECT_EQ(firstInvalidUtf8("\xE0\x9F\xBF"), 0u);
    EXPECT_EQ(firstInvalidUtf8("\xF0\x8F\xBF\xBF"), 0u);
    EXPECT_EQ(firstInvalidUtf8("\xF8\x88\x80\x80\x80"), 0u);
    EXPECT_EQ(firstInvalidUtf8("\xC3\xA9\xC3"), 2u);
}

TEST(Utf8, ReplacesMalformedParts) {
    EXPECT_EQ(withoutInvalidUtf8("plain é"), "plain é");
    EXPECT_EQ(withoutInvalidUtf8("a\xFFz"), "a\uFFFDz");
    EXPECT_EQ(withoutInvalidUtf8("\xE2\x82"), "\uFFFD"); // the beginning of a sequence is one
    EXPECT_EQ(withoutInvalidUtf8("\xE2\x82z"), "\uFFFDz");
    EXPECT_EQ(withoutInvalidUtf8("\xF0\x9F\x98"), "\uFFFD");
    EXPECT_EQ(withoutInvalidUtf8("\xF0\x9F\x98\xF0\x9F\x98\x80"), "\uFFFD\U0001F600");
    EXPECT_EQ(withoutInvalidUtf8("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD"); // a surrogate is none
    EXPECT_EQ(withoutInvalidUtf8("\xC0\xAF"), "\uFFFD\uFFFD");
    EXPECT_EQ(withoutInvalidUtf8("\x80\x80"), "\uFFFD\uFFFD");
}

TEST(TextFile, DropsAByteOrderMark) {
    EXPECT_EQ(readTextFile(TemporaryFile("bom.txt", "\xEF\xBB\xBFtext\r\n").path()), "text\r\n");
    EXPECT_EQ(readTextFile(TemporaryFile("empty.txt").path()), "");
}

TEST(TextFile, EveryLineOfATextEndsWithLf) {
    const std::string bytes = "\xEF\xBB\xBFone\r\ntwo\rthree\n\r\r\n\n\r";
    const TemporaryFile file("lines.txt", bytes);
    const TextFile read = readTextFile(file.path(), {});
    EXPECT_EQ(read.text, "one\ntwo\nthree\n\n\n\n\n");
    EXPECT_EQ(read.lineEnds, 5);
    EXPECT_TRUE(read.byteOrderMark);
    EXPECT_EQ(read.changes(), "5 line ends read as LF, a byte order mark dropped");
    const TextFile raw = readTextFile(file.path(), TextFileOptions{.rawLineEnds = true});
    EXPECT_EQ(raw.text, bytes);
    EXPECT_EQ(raw.changes(), "");
}

TEST(TextFile, OneThatEndsItsLinesWithLfIsNotChanged) {
    const TextFile read = readTextFile(TemporaryFile("lf.txt", "one\ntwo\n").path(), {});
    EXPECT_EQ(read.text, "one\ntwo\n");
    EXPECT_EQ(read.changes(), "");
    EXPECT_EQ(readTextFile(TemporaryFile("crlf.txt", "\r\n").path(), {}).changes(), "1 line end read as LF");
}

std::string refusal(const std::filesystem::path& file) {
    try {
        readTextFile(file);
    } catch (const Error& error) {
        EXPECT_THAT(error.what(), HasSubstr(file.string()));
        return error.what();
    }
    return "accepted";
}

TEST(TextFile, FaultsNameTheFile) {
    EXPECT_THAT(refusal("/no/such/file.txt"), HasSubstr("no file"));
    EXPECT_THAT(refusal(std::filesystem::temp_directory_path()), HasSubstr("folder"));
    EXPECT_THAT(refusal("/dev/null"), HasSubstr("regular"));
    EXPECT_THAT(refusal(TemporaryFile("latin.txt", "caf\xE9 au lait").path()), HasSubstr("offset 3"));
    const TemporaryFile large("large.txt");
    std::filesystem::resize_file(large.path(), (std::uintmax_t{1} << 30) + 1); // sparse
    EXPECT_THAT(refusal(large.path()), HasSubstr("1 GiB"));
}

} // namespace
} // namespace slopescope::text
