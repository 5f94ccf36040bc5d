#include "core/record/csv.h"
#include "core/record/npy_header.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace slopescope {
namespace {

TEST(CsvCell, StandsInQuotesWhereItMust) {
    EXPECT_EQ(csvCell("alibi"), "alibi");
    EXPECT_EQ(csvCell("alibi, slopes"), "\"alibi, slopes\"");
    EXPECT_EQ(csvCell("alibi, slopes", '\t'), "alibi, slopes");
    EXPECT_EQ(csvCell("a\tb", '\t'), "\"a\tb\"");
    EXPECT_EQ(csvCell("\"quoted\""), "\"\"\"quoted\"\"\"");
    EXPECT_EQ(csvCell("two\nlines"), "\"two\nlines\"");
    EXPECT_EQ(csvCell(""), "");
}

TEST(CsvNumber, IsReadBackAsItWas) {
    for (const double value :
         {0.1, 1.0 / 3, 46.71234567890123, 1e-300, -0.0, 5e-324, std::numeric_limits<double>::max()})
        EXPECT_EQ(std::strtod(csvNumber(value).c_str(), nullptr), value) << csvNumber(value);
    for (const float value : {0.1F, 1.0F / 3, 1e-30F})
        EXPECT_EQ(std::strtof(csvNumber(value).c_str(), nullptr), value);
    EXPECT_EQ(csvNumber(0.1F), "0.1"); // not the digits of the double beside it
    EXPECT_EQ(csvNumber(std::nan("")), "");
    EXPECT_EQ(csvNumber(std::numeric_limits<double>::infinity()), "");
}

TEST(NpyHeader, IsAsNumPyWritesIt) {
    // numpy.save of float32 arrays of shapes (3,) and (2, 20, 20).
    const std::string one = npyHeader({3});
    EXPECT_EQ(one.size() % 64, 0U);
    EXPECT_EQ(one.substr(0, 10), std::string("\x93NUMPY\x01\x00\x76\x00", 10));
    EXPECT_EQ(one.substr(10, 57), "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }");
    EXPECT_EQ(one.back(), '\n');
    EXPECT_NE(npyHeader({2, 20, 20}).find("'shape': (2, 20, 20), }"), std::string::npos);
}

} // namespace
} // namespace slopescope
