#include "ui/text/place_named.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

using namespace slopescope;
using namespace slopescope::ui;

namespace {

// One token a word with the space before it.
TextFacts sentence(const std::string& text) {
    TextFacts facts;
    facts.text = text;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find(' ', begin + 1), text.size());
        facts.tokens.push_back({1, std::int64_t(begin), std::int64_t(end)});
        begin = end;
    }
    return facts;
}

const TextFacts kText = sentence("The cät sat on the mat because the cät was tired"); // the: 4, 7; cät: 1, 8

std::optional<Cell> place(const QString& said, std::optional<Cell> at = {}, std::int64_t length = 11) {
    QString why;
    const auto cell = placeNamed(said, kText, length, at, &why);
    EXPECT_EQ(cell.has_value(), why.isEmpty()) << said.toStdString();
    return cell;
}

} // namespace

TEST(PlaceNamed, ReadsNumbers) {
    EXPECT_EQ(place("7"), (Cell{7, 7}));
    EXPECT_EQ(place("7", Cell{9, 3}), (Cell{7, 3}));
    EXPECT_EQ(place("7", Cell{9, 8}), (Cell{7, 7})); // its key would be masked
    EXPECT_EQ(place("7, 3"), (Cell{7, 3}));
    EXPECT_EQ(place("7 3"), (Cell{7, 3}));
    EXPECT_EQ(place(" 7 → 3 "), (Cell{7, 3}));
    EXPECT_EQ(place("7->3"), (Cell{7, 3}));
    EXPECT_EQ(place("key 4"), (Cell{4, 4}));
    EXPECT_EQ(place("k4", Cell{9, 1}), (Cell{9, 4}));
}

TEST(PlaceNamed, ReadsWords) {
    EXPECT_EQ(place("because"), (Cell{6, 6}));
    EXPECT_EQ(place("CÄT"), (Cell{1, 1}));
    EXPECT_EQ(place("cät", Cell{1, 0}), (Cell{8, 0})); // the next one
    EXPECT_EQ(place("cät", Cell{8, 0}), (Cell{1, 0})); // and around
    EXPECT_EQ(place("tired, cät"), (Cell{10, 8}));     // the nearest before it
    EXPECT_EQ(place("tired, 1"), (Cell{10, 1}));
    EXPECT_EQ(place("on, The"), (Cell{3, 0}));
}

TEST(PlaceNamed, SaysWhyNot) {
    EXPECT_EQ(place("11"), std::nullopt);
    EXPECT_EQ(place("-1"), std::nullopt);
    EXPECT_EQ(place("dog"), std::nullopt);
    EXPECT_EQ(place("tired", {}, 5), std::nullopt); // past the length on view
    EXPECT_EQ(place("sat, tired"), std::nullopt);   // a key that comes later
    EXPECT_EQ(place("1, 2, 3"), std::nullopt);
    EXPECT_EQ(place("7,"), std::nullopt);
}
