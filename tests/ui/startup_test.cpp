// What happens before there is a window: the choice of a BLAS core, and the program run without a display.
#include "app/startup.h"

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>

#include <gtest/gtest.h>

#include <sys/resource.h>

namespace slopescope {
namespace {

constexpr ProcessorFeatures kOld{};
constexpr ProcessorFeatures kAvx2{.avx2 = true, .avx512 = false};
constexpr ProcessorFeatures kAvx512{.avx2 = true, .avx512 = true};

TEST(Startup, ReplacesACoreOlderThanTheProcessor) {
    EXPECT_EQ(betterBlasCore("Prescott", kAvx512), "SkylakeX");
    EXPECT_EQ(betterBlasCore("Haswell", kAvx512), "SkylakeX");
    EXPECT_EQ(betterBlasCore("Prescott", kAvx2), "Haswell");
    EXPECT_EQ(betterBlasCore("Sandybridge", kAvx2), "Haswell");
}

TEST(Startup, KeepsACoreThatFits) {
    for (const char* const core : {"SkylakeX", "Cooperlake", "SapphireRapids", "Zen"})
        EXPECT_EQ(betterBlasCore(core, kAvx512), std::nullopt) << core;
    for (const char* const core : {"Haswell", "Excavator", "Zen"})
        EXPECT_EQ(betterBlasCore(core, kAvx2), std::nullopt) << core;
}

TEST(Startup, AsksForNothingTheProcessorLacks) {
    EXPECT_EQ(betterBlasCore("Prescott", kOld), std::nullopt);
    EXPECT_EQ(betterBlasCore("Nehalem", kOld), std::nullopt);
}

TEST(Startup, LeavesAnotherBlasAlone) {
    EXPECT_EQ(betterBlasCore("", kAvx512), std::nullopt);
}

struct Ended {
    int status = -1; // -1: it did not end
    QString words, faults;
};

// The program without any display. `addressSpace`: of so many bytes; 0: as much as there is.
Ended runProgram(const QStringList& arguments, rlim_t addressSpace = 0) {
    constexpr int kPatience = 300'000; // ms; reached only when something hangs
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    for (const char* name : {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"})
        environment.remove(name);
    environment.insert("LC_ALL", "C.UTF-8");
    const QTemporaryDir runtime; // Qt remarks on its absence
    environment.insert("XDG_RUNTIME_DIR", runtime.path());
    QProcess program;
    program.setProcessEnvironment(environment);
    program.setChildProcessModifier([addressSpace] {
        const rlimit limit{addressSpace, addressSpace};
        if (addressSpace > 0)
            setrlimit(RLIMIT_AS, &limit);
    });
    program.start(SLOPESCOPE_PROGRAM, arguments);
    if (!program.waitForFinished(kPatience)) {
        program.kill();
        program.waitForFinished();
        return {};
    }
    return {program.exitStatus() == QProcess::NormalExit ? program.exitCode() : -1, program.readAllStandardOutput(),
            program.readAllStandardError()};
}

// Exit status 2 and one sentence that names what is wrong.
void expectFault(const Ended& ended, const QString& fault) {
    EXPECT_EQ(ended.status, 2);
    EXPECT_TRUE(ended.faults.contains(fault)) << ended.faults.toStdString();
    EXPECT_EQ(ended.faults.count('\n'), 1) << ended.faults.toStdString();
}

TEST(Program, HelpAndVersionNeedNoDisplay) {
    const Ended help = runProgram({"--help"}), version = runProgram({"--version"});
    EXPECT_EQ(help.status, 0) << help.faults.toStdString();
    EXPECT_TRUE(help.words.contains("--screenshot")) << help.words.toStdString();
    EXPECT_EQ(version.status, 0) << version.faults.toStdString();
    EXPECT_EQ(version.words.count('\n'), 1) << version.words.toStdString();
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) // which address terabytes
TEST(Program, TooLittleAddressSpaceEndsIt) {
    expectFault(runProgram({"--screenshot", "a.png"}, rlim_t(1) << 30),
                "The address space is limited to 1.0 GiB (ulimit -v), and a window needs 1.5 GiB.");
}
#endif

TEST(Program, AFolderWithoutModelsEndsIt) {
    const QTemporaryDir folder;
    const QString picture = folder.filePath("a.png");
    expectFault(runProgram({"--resources", "/nowhere", "--screenshot", picture}), "/nowhere holds no folder models/.");
    EXPECT_FALSE(QFile::exists(picture));
}

TEST(Program, AModelThatCannotBeOpenedEndsAScreenshot) {
    const QTemporaryDir folder;
    const QString picture = folder.filePath("a.png");
    const Ended ended =
        runProgram({"--model", folder.path(), "--screenshot", picture, "--length", "64", "--sweep", "64"});
    EXPECT_EQ(ended.status, 2);
    EXPECT_TRUE(ended.faults.contains(folder.path())) << ended.faults.toStdString();
    EXPECT_FALSE(QFile::exists(picture));
}

TEST(Program, APictureThatCannotBeWrittenLeavesNoFile) {
    const QTemporaryDir folder;
    ASSERT_TRUE(QDir(folder.path()).mkdir("a.png")); // a folder of that name is in the way
    expectFault(runProgram({"--screenshot", folder.filePath("a.png"), "--length", "64", "--sweep", "64"}),
                "cannot be written to");
    EXPECT_EQ(QDir(folder.path()).entryList(QDir::AllEntries | QDir::NoDotAndDotDot), QStringList{"a.png"});
    EXPECT_TRUE(QDir(folder.filePath("a.png")).isEmpty());
}

} // namespace
} // namespace slopescope
