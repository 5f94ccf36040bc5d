#include "ui/widgets/format.h"

#include <QLocale>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

using namespace slopescope::ui;

namespace {

class Format : public testing::Test {
protected:
    void SetUp() override { QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates)); }
    void TearDown() override { QLocale::setDefault(QLocale::system()); }
};

} // namespace

TEST_F(Format, GroupsNumbers) {
    EXPECT_EQ(grouped(0), "0");
    EXPECT_EQ(grouped(999), "999");
    EXPECT_EQ(grouped(31204), "31,204");
    EXPECT_EQ(grouped(-1234567), "-1,234,567");
    EXPECT_EQ(grouped(std::numeric_limits<std::int64_t>::max()), "9,223,372,036,854,775,807");
}

TEST_F(Format, CompactsCounts) {
    EXPECT_EQ(compactCount(950), "950");
    EXPECT_EQ(compactCount(31204), "31.2 k");
    EXPECT_EQ(compactCount(3'700'000), "3.7 M");
    EXPECT_EQ(compactCount(559'214'592), "559 M");
    EXPECT_EQ(compactCount(999'990), "1.0 M");
    EXPECT_EQ(compactCount(1'100'000'000), "1.1 B");
}

TEST_F(Format, WritesByteSizes) {
    EXPECT_EQ(byteSize(0), "0 bytes");
    EXPECT_EQ(byteSize(1023), "1023 bytes");
    EXPECT_EQ(byteSize(1024), "1.0 KiB");
    EXPECT_EQ(byteSize(24 << 20), "24.0 MiB");
    EXPECT_EQ(byteSize((1LL << 30) * 3 / 2), "1.5 GiB");
}

TEST_F(Format, RoundsToSignificantDigits) {
    EXPECT_EQ(significant(0), "0");
    EXPECT_EQ(significant(0.353553), "0.354");
    EXPECT_EQ(significant(41.23), "41.2");
    EXPECT_EQ(significant(1310.4), "1,310");
    EXPECT_EQ(significant(std::numeric_limits<double>::quiet_NaN()), "–");
    EXPECT_EQ(perplexityText(61.8349), "61.83");
    EXPECT_EQ(perplexityText(12480.2), "12,480");
}

TEST_F(Format, WritesExactPowersOfTwoAsFractions) {
    for (int power = 1; power <= 20; ++power)
        EXPECT_EQ(slopeText(std::ldexp(1.0, -power)), QString("1/%1").arg(1 << power));
    EXPECT_EQ(slopeText(1), "1");
    EXPECT_EQ(slopeText(0), "0");
    EXPECT_EQ(slopeText(2), "2");
    EXPECT_EQ(slopeText(std::sqrt(0.5)), "0.707");
    EXPECT_EQ(slopeText(std::nextafter(1.0 / 64, 1.0)), "0.0156"); // not exactly 1/64
}

TEST_F(Format, WhatOneEditsReadsBackExactly) {
    for (const double slope : {0.0, 1.0, 0.5, 1.0 / 64, std::sqrt(0.5), 0.1, 3e-9, 7.25, std::nextafter(1.0 / 64, 1.0)}) {
        const auto back = parseSlope(slopeEditText(slope));
        ASSERT_TRUE(back) << slope;
        EXPECT_EQ(*back, slope);
    }
}

TEST_F(Format, ReadsSlopes) {
    EXPECT_EQ(parseSlope("1/64"), 0.015625);
    EXPECT_EQ(parseSlope(" 1 / 64 "), 0.015625);
    EXPECT_EQ(parseSlope("0.015625"), 0.015625);
    EXPECT_EQ(parseSlope("2^-6"), 0.015625);
    EXPECT_EQ(parseSlope("2^−6"), 0.015625);
    EXPECT_EQ(parseSlope("1e-3"), 1e-3);
    EXPECT_EQ(parseSlope("0"), 0.0);
    EXPECT_FALSE(std::signbit(*parseSlope("-0")));
}

TEST_F(Format, RefusesWhatIsNoSlope) {
    for (const char* text : {"", "abc", "1/0", "1/2/3", "2^", "-1", "-1/4", "inf", "nan", "1e999", "2^5000", "0x10", "1,5,5",
                             "1000001", "1000000.5", "1e7", "2^20"}) {
        QString error;
        EXPECT_FALSE(parseSlope(text, &error)) << text;
        EXPECT_TRUE(error.endsWith(u'.')) << text << ": " << error.toStdString();
    }
    QString error;
    parseSlope("-1", &error);
    EXPECT_TRUE(error.contains("negative"));
    parseSlope("1000001", &error);
    EXPECT_TRUE(error.contains("1000001") && error.contains("1,000,000")) << "what was typed, and the limit: " << error.toStdString();
    EXPECT_EQ(parseSlope("1000000"), 1e6) << "the steepest that can be";
}

TEST_F(Format, MakesWhitespaceVisible) {
    EXPECT_EQ(visibleToken(" lamp"), "·lamp");
    EXPECT_EQ(visibleToken("\n"), "↵");
    EXPECT_EQ(visibleToken("\t"), "→");
    EXPECT_EQ(visibleToken(QByteArrayView("\0", 1)), "<0x00>");
    EXPECT_EQ(visibleToken("\xE2\x80"), "<0xE2><0x80>"); // half of a character
    EXPECT_EQ(visibleToken("\xC3\xA9t\xC3\xA9"), "été");
    EXPECT_EQ(visibleToken("\xED\x95\x9C"), "한");
    EXPECT_EQ(visibleToken("\xC2\xA0"), "<U+00A0>");     // no-break space
    EXPECT_EQ(visibleToken("\xE2\x80\xAE"), "<U+202E>"); // would turn the line around
    EXPECT_EQ(visibleToken("\xC0\x80"), "<0xC0><0x80>"); // overlong
    EXPECT_EQ(visibleToken(""), "");
}

TEST_F(Format, LeavesOutTheMiddleOfLongTokens) {
    EXPECT_EQ(visibleToken("abcdefghij", 10), "abcdefghij");
    EXPECT_EQ(visibleToken("abcdefghijk", 7), "abc…ijk");
    EXPECT_EQ(visibleToken("abcdefghijk", 7).size(), 7);
}
