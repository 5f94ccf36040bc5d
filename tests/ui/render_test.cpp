// slopescope --render and --screenshot, run as a program without a display.
#include "core/record/workspace_file.h"
#include "core/session.h"
#include "core/study/curve_plan.h"
#include "tests/ui/svg_words.h"

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slopescope::ui::tests {
namespace {

using ::testing::HasSubstr;

class RenderTest : public testing::Test {
protected:
    struct Outcome {
        int status = -1;
        std::string err;
    };
    Outcome run(const QStringList& arguments) {
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        for (const char* const name : {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"})
            environment.remove(name);
        environment.insert("XDG_CONFIG_HOME", folder.path());
        environment.insert("XDG_RUNTIME_DIR", folder.path());
        environment.insert("LC_ALL", "C.UTF-8");
        QProcess process;
        process.setProcessEnvironment(environment);
        process.start(SLOPESCOPE_PROGRAM, arguments);
        if (!process.waitForFinished(180'000))
            return {};
        return {process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -2,
                process.readAllStandardError().toStdString()};
    }
    Outcome render(const QString& figure, const QString& out, const QStringList& more = {}) {
        return run(QStringList{"--render", file, "--figure", figure, "--out", at(out)} + more);
    }
    QString at(const QString& name) const { return folder.filePath(name); }
    QByteArray read(const QString& name) const {
        QFile written(at(name));
        return written.open(QIODevice::ReadOnly) ? written.readAll() : QByteArray();
    }
    void write(const QByteArray& bytes) {
        QFile out(file);
        ASSERT_TRUE(out.open(QIODevice::WriteOnly));
        out.write(bytes);
    }
    void SetUp() override {
        workspace.add({"alibi", {}, {}}, {}, 0x2067dd);
        workspace.add({"rotary", {}, {}}, "the rotary one", 0xd58d03);
        workspace.selected = workspace.variants.front().id;
        workspace.look.length = 128;
        workspace.measurement = {Protocol::OnePass, 128, 2, 0};
        workspace.text.name = "wheels";
        for (int wheel = 1; wheel <= 100; ++wheel) // short: a sweep ends when the text is used up
            workspace.text.letters += "Wheel " + std::to_string(wheel) + " has " + std::to_string(7 * wheel % 41) + " teeth. ";
        write(QByteArray::fromStdString(writeWorkspace(workspace)));
    }

    QTemporaryDir folder;
    QString file = folder.filePath("small.slopescope");
    Workspace workspace;
};

TEST_F(RenderTest, TheCurvesAreThoseOfTheSweep) {
    const Outcome outcome = render("curves", "curves.csv");
    ASSERT_EQ(outcome.status, 0) << outcome.err;
    Session session(SLOPESCOPE_RESOURCES);
    const Job job;
    for (const char* const model : {"alibi", "rotary"})
        session.openModel(model, job);
    session.openText(workspace.text.name, workspace.text.letters);
    CurvePlan plan = usualPlan(lengthsTo(128));
    plan.windows = 2;
    const CurvesResult measured = session.sweep({{{"alibi", {}, {}}, {"rotary", {}, {}}}, {}, plan}, job);
    QList<QByteArray> lines = read("curves.csv").trimmed().split('\n').mid(1);
    std::size_t line = 0;
    for (const CurveResult& curve : measured.curves)
        for (const CurvePoint& point : curve.points) {
            ASSERT_LT(line, std::size_t(lines.size()));
            const QList<QByteArray> cells = lines[qsizetype(line++)].split(',');
            EXPECT_EQ(cells[0], curve.variant.model == "alibi" ? "alibi" : "the rotary one");
            EXPECT_EQ(cells[1].toLongLong(), point.length);
            EXPECT_NEAR(cells[3].toDouble(), point.nll, 1e-6);
            EXPECT_EQ(cells[6].toLongLong(), point.windows);
        }
    EXPECT_EQ(line, std::size_t(lines.size()));
}

TEST_F(RenderTest, FiguresSayWhatTheyAreOf) {
    for (const QString figure : {"curves", "contexts", "map", "heads", "table", "profile", "decay", "tokens", "window"}) {
        const Outcome outcome = render(figure, figure + ".svg", {"--width", "6.9in"});
        ASSERT_EQ(outcome.status, 0) << figure.toStdString() << ": " << outcome.err;
        const SvgContent content = readSvg(read(figure + ".svg"));
        ASSERT_TRUE(content.wellFormed) << figure.toStdString();
        EXPECT_EQ(content.width, "6.9in");
        EXPECT_THAT(content.description.toStdString(), HasSubstr("alibi: ALiBi"));
        EXPECT_THAT(content.description.toStdString(), HasSubstr("slopes 1/2"));
        EXPECT_THAT(content.description.toStdString(), HasSubstr("Slopescope 0."));
        if (figure == "curves" || figure == "contexts") {
            EXPECT_TRUE(content.holds("the rotary one"));
            EXPECT_THAT(content.description.toStdString(), HasSubstr("one pass"));
        }
        if (figure == "map") {
            EXPECT_EQ(content.images.front().size(), QSize(128, 128));
        }
        if (figure == "table") {
            EXPECT_TRUE(content.holds("Entropy"));
            EXPECT_TRUE(content.holds("1/128")); // a slope
            EXPECT_EQ(content.images.size(), 0U);
        }
        if (figure == "heads") {
            EXPECT_EQ(content.images.size(), 32U);
        }
    }
}

TEST_F(RenderTest, ADifferenceNeedsB) {
    const Outcome alone = render("differences", "d.pdf");
    EXPECT_EQ(alone.status, 2);
    EXPECT_THAT(alone.err, HasSubstr("Choose B"));
    EXPECT_FALSE(QFile::exists(at("d.pdf")));
    workspace.against = workspace.variants.back().id;
    write(QByteArray::fromStdString(writeWorkspace(workspace)));
    EXPECT_EQ(render("differences", "d.pdf").status, 0);
    EXPECT_TRUE(read("d.pdf").startsWith("%PDF-"));
    EXPECT_LT(read("d.pdf").size(), 100'000);
}

TEST_F(RenderTest, WhatCannotBeDoneIsOneSentenceAndNoFile) {
    const auto refused = [&](const QStringList& arguments, const char* says) {
        const Outcome outcome = run(arguments);
        EXPECT_EQ(outcome.status, 2) << says;
        EXPECT_THAT(outcome.err, HasSubstr(says));
        EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
    };
    refused({"--render", file, "--figure", "graph", "--out", at("x.pdf")}, "--figure graph is none of map, heads");
    refused({"--render", file, "--figure", "curves", "--out", at("x.gif")}, "must end in .pdf");
    refused({"--render", file, "--figure", "curves", "--out", at("no/x.pdf")}, "is no folder that can be written to");
    refused({"--render", file, "--figure", "curves", "--out", at("x.pdf"), "--width", "wide"},
            "--width wide is no width");
    refused({"--render", at("none.slopescope"), "--figure", "curves", "--out", at("x.pdf")}, "Cannot read");
    refused({"--figure", "curves"}, "--render says of which workspace");
    write("{\"slopescope\": \"workspace\", \"version\": 1, \"variants\": 3}");
    refused({"--render", file, "--figure", "curves", "--out", at("x.pdf")}, "variants");
    Workspace missing;
    missing.add({at("gone").toStdString(), {}, {}}, {}, 0x2067dd);
    missing.selected = missing.variants.front().id;
    write(QByteArray::fromStdString(writeWorkspace(missing)));
    refused({"--render", file, "--figure", "map", "--out", at("x.pdf")}, "gone");
    EXPECT_FALSE(QFile::exists(at("x.pdf")));
}

TEST_F(RenderTest, AScreenshotIsWhatItsNameSays) {
    const QStringList small{"--length", "64", "--sweep", "64", "--size", "1200x800"};
    ASSERT_EQ(run(QStringList{"--screenshot", at("w.svg")} + small).status, 0);
    const SvgContent content = readSvg(read("w.svg"));
    EXPECT_TRUE(content.wellFormed);
    EXPECT_EQ(content.width, "12.5in");
    EXPECT_TRUE(content.holds("Open model…"));
    ASSERT_EQ(run(QStringList{"--screenshot", at("w.pdf")} + small).status, 0);
    EXPECT_TRUE(read("w.pdf").startsWith("%PDF-"));
    EXPECT_EQ(run(QStringList{"--screenshot", at("w.gif")} + small).status, 2);
}

} // namespace
} // namespace slopescope::ui::tests
