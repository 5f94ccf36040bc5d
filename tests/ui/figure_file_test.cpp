// Figures as files, read back: the words, points, pixels and numbers that they hold.
#include "ui/export/figure_file.h"

#include "core/base/error.h"
#include "tests/ui/curve_fixture.h"
#include "tests/ui/svg_words.h"
#include "ui/figures/figure_numbers.h"
#include "ui/figures/curve_figure.h"
#include "ui/figures/decay_figure.h"
#include "ui/figures/head_figure.h"
#include "ui/figures/map_figure.h"
#include "ui/figures/profile_figure.h"
#include "ui/figures/table_figure.h"
#include "ui/widgets/theme.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <gmock/gmock.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <random>

namespace slopescope::ui::tests {
namespace {

using ::testing::HasSubstr;

constexpr auto kMasked = std::numeric_limits<float>::quiet_NaN();
const QString kCaption = QStringLiteral("alibi: slopes 1/2, 1/4 & <more>. Slopescope.");

class FigureFileTest : public testing::Test {
protected:
    FigureFileTest() { QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates)); }
    ~FigureFileTest() override { QLocale::setDefault(QLocale::system()); }

    static CurveFigure curves(CurveUnit unit = CurveUnit::Perplexity, CurveAxis axis = CurveAxis::Length) {
        const Shown shown(
            {curve("alibi", 46), curve("rotary", 44, 0.02), curve("sinusoidal", 50, 0.02), curve("t5-bias", 48, 0.01)},
            1);
        return {{std::make_shared<CurvesResult>(shown.result), shown.lines, {}, {unit, axis, {}}},
                "Perplexity by length",
                "Perplexity"};
    }

    // `side` x `side` pixels of a causal map: the value of a pixel says where it is.
    static Picture picture(int side) {
        Picture made{{0, side, 0, side, side, side}, {}};
        for (int row = 0; row < side; ++row)
            for (int column = 0; column < side; ++column)
                made.values.push_back(column > row ? kMasked : float(1 + row * side + column) / float(side * side));
        return made;
    }
    static MapFigure map(int side, int maps = 1) {
        const auto shown = std::make_shared<const Picture>(picture(side));
        ColourScale scale(defaultSettings(Stage::Probability), true); // of a dark screen
        scale.fit(*shown);
        MapPlot plot;
        plot.length = plot.span = side;
        plot.layer = {shown, side, scale.image(*shown), scale.version()};
        const Figure::Name name{"A alibi", Qt::magenta};
        return {std::vector<MapFigure::Part>(std::size_t(maps), {plot, name}),
                scale,
                "Layer 1 · Head 2, probability",
                {name}};
    }

    static QByteArray bytes(const Figure& figure, FigureFormat format, double width = kColumn) {
        return figureBytes(figure, kCaption, format, {width, 300, false, true});
    }
    static SvgContent svg(const Figure& figure, double width = kColumn) {
        return readSvg(bytes(figure, FigureFormat::Svg, width));
    }
    // What a program of poppler-utils says of a file; nothing where it is not installed.
    std::optional<QString> ask(const QString& program, const QByteArray& pdf, const QStringList& after = {}) {
        const QString found = QStandardPaths::findExecutable(program);
        if (found.isEmpty())
            return std::nullopt;
        QFile file(folder.filePath("asked.pdf"));
        EXPECT_TRUE(file.open(QIODevice::WriteOnly));
        file.write(pdf);
        file.close();
        QProcess process;
        process.start(found, QStringList{file.fileName()} + after);
        EXPECT_TRUE(process.waitForFinished());
        return QString::fromUtf8(process.readAllStandardOutput());
    }
    static void expectApart(const SvgContent& content, const char* what) {
        for (std::size_t i = 0; i < content.words.size(); ++i)
            for (std::size_t k = i + 1; k < content.words.size(); ++k)
                EXPECT_FALSE(content.words[i].rect.intersects(content.words[k].rect))
                    << what << ": " << content.words[i].text.toStdString() << " meets "
                    << content.words[k].text.toStdString();
    }

    QTemporaryDir folder;
};

TEST_F(FigureFileTest, TheSvgOfCurvesHoldsWordsAndPoints) {
    for (const double width : {kColumn, kTwoColumns}) {
        const SvgContent content = svg(curves(), width);
        ASSERT_TRUE(content.wellFormed);
        EXPECT_EQ(content.width, QString::number(width) + "in");
        for (const char* const word :
             {"alibi", "rotary", "sinusoidal", "t5-bias", "4,096", "Perplexity by length", "window length, tokens"})
            EXPECT_TRUE(content.holds(word)) << word;
        EXPECT_EQ(content.description, kCaption);
        EXPECT_EQ(std::count(content.polylines.begin(), content.polylines.end(), 8), 4); // 32 to 4,096 of each
        EXPECT_EQ(content.images.size(), 0U);                                            // all of it is drawn in lines
        EXPECT_GT(content.elements["clipPath"], 0);
    }
}

TEST_F(FigureFileTest, NoLabelMeetsAnother) {
    for (const double width : {kColumn, kTwoColumns}) {
        expectApart(svg(curves(), width), "curves");
        expectApart(svg(curves(CurveUnit::Difference), width), "differences");
        expectApart(svg(curves(CurveUnit::Perplexity, CurveAxis::Context), width), "contexts");
        expectApart(svg(map(64), width), "map");
        expectApart(svg(map(64, 2), width), "two maps");
        expectApart(
            svg(DecayFigure({{0.5, 0.25, 0.125, 0.0625, 0.03125, 0.015625, 0.0078125, 0.00390625}, 0, 4096, 256}, -1),
                width),
            "decay");
    }
}

TEST_F(FigureFileTest, ThePdfOfFourCurvesIsSmallAndItsFontsAreInIt) {
    const QByteArray pdf = bytes(curves(), FigureFormat::Pdf, kTwoColumns);
    EXPECT_TRUE(pdf.startsWith("%PDF-"));
    EXPECT_TRUE(pdf.trimmed().endsWith("%%EOF"));
    EXPECT_LT(pdf.size(), 100'000);
    const auto text = ask("pdftotext", pdf, {"-"});
    const auto fonts = ask("pdffonts", pdf);
    if (!text || !fonts)
        GTEST_SKIP() << "poppler-utils is not installed";
    for (const char* const word : {"alibi", "sinusoidal", "4,096", "Perplexity", "slopes 1/2"})
        EXPECT_THAT(text->toStdString(), HasSubstr(word));
    QStringList lines = fonts->split(u'\n', Qt::SkipEmptyParts).mid(2);
    ASSERT_FALSE(lines.isEmpty());
    for (const QString& line : lines) // name, type, encoding, emb, sub, uni, object
        EXPECT_EQ(line.simplified().split(u' ').rbegin()[4], "yes") << line.toStdString();
    const auto facts = ask("pdfinfo", pdf);
    EXPECT_THAT(facts.value_or(QString()).toStdString(), HasSubstr("497 x")); // 6.9 in are 496.8 points
}

TEST_F(FigureFileTest, APngIsPaperToItsLastRow) {
    for (const int resolution : {72, 100, 133, 200, 287}) { // whose rows of pixels do not all fall on the page's edge
        const QImage image = QImage::fromData(figureBytes(curves(), "A caption.", FigureFormat::Png, {kColumn, resolution, false, true}));
        EXPECT_EQ(image.pixelColor(2, image.height() - 1), QColor(Qt::white)) << resolution;
        EXPECT_EQ(image.pixelColor(image.width() - 1, 2), QColor(Qt::white)) << resolution;
    }
}

TEST_F(FigureFileTest, ThePngHasTheWidthAndTheColoursOfTheLines) {
    const QImage image = QImage::fromData(bytes(curves(), FigureFormat::Png));
    EXPECT_EQ(image.width(), 990); // 3.3 in at 300 dots per inch
    EXPECT_EQ(image.dotsPerMeterX(), 11811);
    EXPECT_EQ(image.pixelColor(2, 2), QColor(Qt::white)); // light, whatever the screen is
    for (const QColor& colour : kColours)
        EXPECT_GT(count(image, colour), 300);
    const QImage dark = QImage::fromData(figureBytes(curves(), {}, FigureFormat::Png, {kColumn, 96, true, false}));
    EXPECT_EQ(dark.pixelColor(2, 2), Theme::forNight().panel);
}

TEST_F(FigureFileTest, AMapHoldsItsPixelsInTheColoursOfPaper) {
    const MapFigure figure = map(48);
    const SvgContent content = svg(figure);
    ASSERT_EQ(content.images.size(), 2U); // the cells, and the bar
    const QImage& cells = content.images.front();
    ASSERT_EQ(cells.size(), QSize(48, 48));
    const Picture shown = picture(48);
    ColourScale light(defaultSettings(Stage::Probability), false);
    light.fit(shown);
    for (int row = 0; row < 48; row += 5)
        for (int column = 0; column < 48; column += 3)
            EXPECT_EQ(cells.pixel(column, row), light.colour(shown.values[std::size_t(row * 48 + column)]))
                << row << ' ' << column;
    EXPECT_TRUE(content.holds("key"));
    EXPECT_TRUE(content.holds("query"));
}

TEST_F(FigureFileTest, ThePdfOfAMapOfNoiseIsBelowOneMegabyte) {
    Picture noise{{0, 620, 0, 620, 620, 620}, {}};
    std::mt19937 random(1);
    std::lognormal_distribution<float> value(-6, 2);
    for (int row = 0; row < 620; ++row)
        for (int column = 0; column < 620; ++column)
            noise.values.push_back(column > row ? kMasked : value(random));
    ColourScale scale(defaultSettings(Stage::Probability), false);
    scale.fit(noise);
    MapPlot plot;
    plot.length = plot.span = 620;
    plot.layer = {std::make_shared<const Picture>(noise), 620, scale.image(noise), scale.version()};
    const MapFigure figure({{plot, {}}}, scale, "noise", {});
    EXPECT_LT(bytes(figure, FigureFormat::Pdf, kTwoColumns).size(), 1'000'000);
}

TEST_F(FigureFileTest, TwoMapsStandOneBelowTheOtherInOneColumn) {
    const MapFigure figure = map(64, 2);
    EXPECT_GT(figure.heightFor(300), 380);
    EXPECT_LT(figure.heightFor(640), 340);
}

TEST_F(FigureFileTest, TablesHoldTheNumbersToTheLastDigit) {
    const CurveFigure figure = curves();
    const QByteArray csv = bytes(figure, FigureFormat::Csv);
    const QList<QByteArray> lines = csv.trimmed().split('\n');
    ASSERT_EQ(lines.size(), 1 + 4 * 8);
    EXPECT_TRUE(lines[0].startsWith("variant,length,perplexity,nll,standard_error"));
    const QList<QByteArray> cells = lines[1 + 8 + 7].split(','); // rotary at 4,096
    EXPECT_EQ(cells[0], "rotary");
    EXPECT_EQ(cells[1].toLongLong(), 4096);
    EXPECT_EQ(cells[2].toDouble(), 44 * std::pow(128.0, 0.02));
    EXPECT_EQ(cells[3].toDouble(), std::log(44 * std::pow(128.0, 0.02)));
    const QJsonObject json = QJsonDocument::fromJson(bytes(figure, FigureFormat::Json)).object();
    EXPECT_EQ(json["caption"].toString(), kCaption);
    EXPECT_EQ(json["rows"].toArray().size(), 32);
    EXPECT_EQ(json["rows"].toArray()[15].toArray()[2].toDouble(), cells[2].toDouble());
    EXPECT_EQ(json["columns"].toArray()[0].toString(), "variant");
}

TEST_F(FigureFileTest, AnArrayHoldsTheValuesOfTheMap) {
    const QByteArray npy = bytes(map(20), FigureFormat::Npy);
    ASSERT_TRUE(npy.startsWith("\x93NUMPY"));
    const int header = 10 + uchar(npy[8]) + 256 * uchar(npy[9]);
    EXPECT_EQ(header % 64, 0);
    EXPECT_TRUE(npy.left(header).contains("'shape': (20, 20)"));
    ASSERT_EQ(npy.size() - header, 20 * 20 * 4);
    const Picture shown = picture(20);
    std::vector<float> values(400);
    std::memcpy(values.data(), npy.constData() + header, 1600);
    for (std::size_t i = 0; i < values.size(); ++i)
        EXPECT_TRUE(values[i] == shown.values[i] || (std::isnan(values[i]) && std::isnan(shown.values[i]))) << i;
    const QList<QByteArray> csv = bytes(map(20), FigureFormat::Csv).split('\n');
    EXPECT_EQ(csv[1].split(',')[1].toFloat(), shown.values[21]);
    EXPECT_TRUE(csv[1].split(',')[2].isEmpty()); // masked
}

TEST_F(FigureFileTest, AHeadSheetNamesLayersAndHeads) {
    const std::vector<Picture> pictures(8, picture(16));
    const HeadFigure figure(2, 4, pictures, {}, "All heads, probability");
    const SvgContent content = svg(figure);
    EXPECT_EQ(content.images.size(), 8U);
    for (const char* const name : {"L0", "L1", "H0", "H3"})
        EXPECT_TRUE(content.holds(name)) << name;
    EXPECT_FALSE(content.holds("all")); // on paper nothing is to be clicked
    EXPECT_EQ(figure.numbers().pictures, 8);
}

TEST_F(FigureFileTest, DecayAndProfileAreLines) {
    const DecayFigure decay({{0.5, 0.25}, 0, 1024, 256}, 3);
    const SvgContent content = svg(decay);
    EXPECT_EQ(content.images.size(), 0U);
    EXPECT_TRUE(decay.title().contains("layer 3"));
    EXPECT_TRUE(content.holds("trained at 256"));
    EXPECT_TRUE(content.holds("H1 1/4"));
    EXPECT_EQ(decay.numbers().rows.at(2),
              (QStringList{"0", "0.5", "4", QString::number(std::exp(-2.0), 'g', QLocale::FloatingPointShortest)}));

    ShownProfiles shown;
    auto profile = std::make_shared<ProfileResult>();
    profile->heads = {{1, 2}};
    profile->length = 64;
    profile->bins = {{0, 1, 0.5, 0.25}, {1, 2, 0.25, 0.25}, {2, 4, 0.25, 0.5}};
    shown.profiles[0] = profile;
    shown.sides[0] = {Side{{}, {{1, 2}}}, "alibi", Qt::magenta};
    shown.length = 64;
    const ProfileFigure figure(shown);
    const SvgContent drawn = svg(figure);
    EXPECT_TRUE(drawn.holds("Mass by distance, layer 1 · head 2"));
    EXPECT_TRUE(drawn.holds("A alibi"));
    EXPECT_EQ(figure.numbers().rows.size(), 3U);
    EXPECT_EQ(figure.numbers().rows[0][4], "0.5");
}

TEST_F(FigureFileTest, ATableShrinksUntilItFitsItsPage) {
    ShownTable shown;
    shown.title = "What every head does";
    shown.empty = "nothing yet";
    for (int column = 0; column < 14; ++column) {
        shown.headings += QString("Column %1").arg(column);
        shown.numbers.columns += QString("column_%1").arg(column);
    }
    EXPECT_EQ(TableFigure(shown).emptyText(), "nothing yet");
    for (int row = 0; row < 40; ++row) {
        QStringList cells;
        for (int column = 0; column < 14; ++column)
            cells += QString("%1.%2").arg(row).arg(column);
        shown.rows.push_back(cells);
        shown.numbers.rows.push_back(cells);
    }
    shown.marked = {3};
    const TableFigure figure(shown);
    EXPECT_EQ(figure.emptyText(), QString());
    EXPECT_LT(figure.heightFor(320), figure.heightFor(1600)) << "smaller letters, lower rows";
    EXPECT_EQ(figure.heightFor(1600), figure.heightFor(2400)) << "letters grow no further";
    const SvgContent content = svg(figure);
    EXPECT_TRUE(content.wellFormed);
    for (const char* const cell : {"Column 0", "Column 13", "0.0", "39.13"})
        EXPECT_TRUE(content.holds(cell)) << cell;
    EXPECT_EQ(bytes(figure, FigureFormat::Csv).split('\n')[40], "39.0,39.1,39.2,39.3,39.4,39.5,39.6,39.7,39.8,39.9,39.10,39.11,39.12,39.13");
}

TEST_F(FigureFileTest, WhatCannotBeWrittenIsSaidAndLeavesNoFile) {
    const auto said = [&](const Figure& figure, const QString& file, const FigureOptions& options = {}) {
        try {
            writeFigure(figure, kCaption, file, options);
        } catch (const Error& error) {
            return std::string(error.what());
        }
        return std::string();
    };
    const QString kept = folder.filePath("kept.pdf");
    QFile old(kept);
    ASSERT_TRUE(old.open(QIODevice::WriteOnly));
    old.write("old");
    old.close();
    EXPECT_THAT(said(curves(), folder.filePath("x.gif")), HasSubstr("says no format"));
    EXPECT_THAT(said(curves(), folder.filePath("no/such/x.pdf")), HasSubstr("cannot be written"));
    EXPECT_THAT(said(curves(), folder.filePath("x.npy")), HasSubstr("no array"));
    EXPECT_THAT(said(curves(), folder.filePath("x.png"), {40, 2400, false, true}), HasSubstr("million pixels"));
    const CurveFigure nothing({nullptr, {}, {}, {}}, "Perplexity by length", "Perplexity");
    EXPECT_THAT(said(nothing, kept), HasSubstr("appear here"));
    ASSERT_TRUE(old.open(QIODevice::ReadOnly));
    EXPECT_EQ(old.readAll(), "old");
    EXPECT_EQ(QDir(folder.path()).entryList(QDir::Files), QStringList{"kept.pdf"});
}

TEST(FigureNumbers, CellsThatNeedItStandInQuotes) {
    FigureNumbers numbers;
    numbers.columns = {"variant", "note"};
    numbers.rows = {{"alibi, slopes ÷ 2", "says \"none\""}, {"a\tb", ""}};
    EXPECT_EQ(tableText(numbers, ','), "variant,note\n\"alibi, slopes ÷ 2\",\"says \"\"none\"\"\"\na\tb,\n");
    EXPECT_EQ(tableText(numbers, '\t'), "variant\tnote\nalibi, slopes ÷ 2\t\"says \"\"none\"\"\"\n\"a\tb\"\t\n");
}

} // namespace
} // namespace slopescope::ui::tests
