// Workspace files on the disk, and the journal: what is there is whole, whoever was ended while it was written.
#include "core/record/workspace_file.h"

#include "core/base/error.h"
#include "core/record/journal.h"
#include "tests/core/temp_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <random>
#include <set>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

namespace slopescope {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using tests::readFile;
using tests::TempFolder;

WorkspaceRecord record(const std::string& model, const std::string& text) {
    WorkspaceRecord record;
    record.workspace.variants.push_back({1, {model, {}, {}}, "", 0x123456, true});
    record.workspace.selected = record.workspace.lastId = 1;
    record.workspace.text.file = text;
    record.models = {{model, 5}};
    MeasuredCurve curve;
    curve.variant.model = model;
    curve.textTokens = 100;
    curve.tally.byLength[32][0] = {120.5, 32, 130, 1, 32};
    record.measured = {curve};
    return record;
}

std::string sentenceOfOpening(const fs::path& file) {
    try {
        openWorkspaceFile(file);
    } catch (const Error& error) {
        return error.what();
    }
    return "no error";
}

TEST(WorkspaceFileTest, ComesBackAsItWasAndIsKnownByItsContents) {
    const TempFolder folder;
    const WorkspaceRecord saved = record("alibi", "/books/a.txt");
    saveWorkspaceFile(saved, folder.path() / "a.slopescope");
    EXPECT_EQ(openWorkspaceFile(folder.path() / "a.slopescope"), saved);
    EXPECT_TRUE(isWorkspaceFile(folder.path() / "a.slopescope"));
    std::ofstream(folder.path() / "b.txt") << "A \"slopescope\" is a \"workspace\".";
    EXPECT_FALSE(isWorkspaceFile(folder.path() / "b.txt"));
    EXPECT_FALSE(isWorkspaceFile(folder.path()));
    EXPECT_FALSE(isWorkspaceFile(folder.path() / "none"));
}

TEST(WorkspaceFileTest, AFolderThatIsMovedTakesItsModelsAndTextsAlong) {
    const TempFolder folder;
    const fs::path old = folder.path() / "old", moved = folder.path() / "new";
    fs::create_directories(old);
    saveWorkspaceFile(record((old / "models/a").string(), (old / "b.txt").string()), old / "w.slopescope");
    EXPECT_THAT(readFile(old / "w.slopescope"), HasSubstr("\"./models/a\""));
    EXPECT_THAT(readFile(old / "w.slopescope"), Not(HasSubstr(folder.path().string())));
    fs::rename(old, moved);
    EXPECT_EQ(openWorkspaceFile(moved / "w.slopescope"),
              record((moved / "models/a").string(), (moved / "b.txt").string()));
    // What lies elsewhere is named as it is, and so is a bundled model.
    const WorkspaceRecord elsewhere = record("/models/a", (folder.path() / "b.txt").string());
    saveWorkspaceFile(elsewhere, moved / "x.slopescope");
    EXPECT_EQ(openWorkspaceFile(moved / "x.slopescope"), elsewhere);
}

TEST(WorkspaceFileTest, RefusesWhatIsNoWorkspaceWithTheFilesName) {
    const TempFolder folder;
    const fs::path file = folder.path() / "a.slopescope";
    EXPECT_THAT(sentenceOfOpening(file), HasSubstr(file.string()));
    EXPECT_THAT(sentenceOfOpening(folder.path()), HasSubstr("folder"));
    saveWorkspaceFile(record("alibi", ""), file);
    const std::string whole = readFile(file);
    for (std::size_t length = 0; length < whole.size() - 2; length += 7) {
        std::ofstream(file, std::ios::trunc) << whole.substr(0, length);
        EXPECT_THAT(sentenceOfOpening(file), HasSubstr(file.string())) << length;
    }
}

TEST(WorkspaceFileTest, OldVersionsOpenAndNewerOnesAreRefused) {
    const TempFolder folder;
    const fs::path file = folder.path() / "a.slopescope";
    std::ofstream(file)
        << R"({"slopescope": "workspace", "version": 1, "text": {}, "variants": [{"id": 1, "model": "alibi"}]})";
    EXPECT_EQ(openWorkspaceFile(file).workspace.variants[0].variant.model, "alibi");
    std::ofstream(file) << R"({"slopescope": "workspace", "version": 3, "variants": "in another form"})";
    EXPECT_THAT(sentenceOfOpening(file),
                HasSubstr("a newer Slopescope wrote this workspace (version 3; this one reads version 2"));
}

TEST(WorkspaceFileTest, WhereTheDiskRefusesTheOldFileStays) {
    const TempFolder folder;
    const fs::path file = folder.path() / "a.slopescope";
    saveWorkspaceFile(record("alibi", ""), file);
    EXPECT_THROW(saveWorkspaceFile(record("rotary", ""), folder.path() / "none" / "a.slopescope"), Error);
    EXPECT_THROW(saveWorkspaceFile(record("rotary", ""), "/dev/full/x"), Error);
    EXPECT_EQ(openWorkspaceFile(file), record("alibi", ""));
}

TEST(WorkspaceFileTest, ALinkStaysALink) {
    const TempFolder folder;
    const fs::path target = folder.path() / "target.slopescope", link = folder.path() / "link.slopescope";
    saveWorkspaceFile(record("alibi", ""), target);
    fs::create_symlink(target, link);
    saveWorkspaceFile(record("rotary", ""), link);
    EXPECT_TRUE(fs::is_symlink(link));
    EXPECT_EQ(openWorkspaceFile(target), record("rotary", ""));
}

// A process that saves without a pause, one of two workspaces in turn, is ended at any moment.
TEST(WorkspaceFileTest, KilledInTheMiddleOfASaveAHundredTimesTheFileIsWhole) {
    const TempFolder folder;
    const fs::path file = folder.path() / "a.slopescope";
    WorkspaceRecord one = record("alibi", "/one.txt"), other = record("rotary", "/other.txt");
    for (int i = 0; i < 400; ++i) // so that there is something to be in the middle of
        for (WorkspaceRecord* const record : {&one, &other})
            record->measured[0].tally.byLength[32][32 * i] = {i / 3.0, 32, 100, 1, 32};
    saveWorkspaceFile(one, file);
    std::mt19937 random(1);
    std::set<std::string> seen;
    // A hundred times, and on a busy machine until it was late enough for the other one to be there.
    for (int time = 0; time < 100 || (seen.size() < 2 && time < 1000); ++time) {
        const pid_t child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0)
            for (bool first = false;; first = !first)
                saveWorkspaceFile(first ? one : other, file);
        std::this_thread::sleep_for(std::chrono::microseconds(200 + random() % 8000 + (time < 100 ? 0 : 50'000)));
        ::kill(child, SIGKILL);
        int status = 0;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        ASSERT_TRUE(WIFSIGNALED(status)) << "it ended by itself";
        const WorkspaceRecord found = openWorkspaceFile(file);
        ASSERT_TRUE(found == one || found == other) << time;
        seen.insert(found.workspace.text.file);
    }
    EXPECT_EQ(seen.size(), 2U) << "it did save";
}

TEST(JournalTest, TheNextWindowTakesOverWhatTheLastOneLeft) {
    const TempFolder folder;
    const fs::path state = folder.path() / "state" / "slopescope";
    EXPECT_FALSE(Journal::takeOver(state));
    const WorkspaceRecord last = record("alibi", "/a.txt");
    {
        const Journal journal = Journal::begin(state);
        WorkspaceRecord screen = last;
        screen.measured.clear();
        journal.writeWorkspace(screen);
        journal.writeMeasured(last);
        EXPECT_FALSE(Journal::takeOver(state)) << "it is held";
    }
    const auto next = Journal::takeOver(state);
    ASSERT_TRUE(next);
    EXPECT_EQ(next->readWorkspace().workspace, last.workspace);
    EXPECT_EQ(next->readMeasured(), last.measured);
}

TEST(JournalTest, TwoWindowsKeepTheirOwnAndComeBackNewestFirst) {
    const TempFolder folder;
    {
        const Journal one = Journal::begin(folder.path()), other = Journal::begin(folder.path());
        EXPECT_NE(one.folder(), other.folder());
        other.writeWorkspace(record("rotary", ""));
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        one.writeWorkspace(record("alibi", ""));
    }
    const auto first = Journal::takeOver(folder.path()), second = Journal::takeOver(folder.path());
    ASSERT_TRUE(first && second);
    EXPECT_EQ(first->readWorkspace(), record("alibi", ""));
    EXPECT_EQ(second->readWorkspace(), record("rotary", ""));
    EXPECT_FALSE(Journal::takeOver(folder.path()));
}

TEST(JournalTest, IsFreeAsSoonAsItsProcessIsKilled) {
    const TempFolder folder;
    int pipe[2];
    ASSERT_EQ(::pipe(pipe), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        const Journal journal = Journal::begin(folder.path());
        journal.writeWorkspace(record("alibi", ""));
        [[maybe_unused]] const auto told = ::write(pipe[1], "x", 1);
        for (;;)
            ::pause();
    }
    char told = 0;
    ASSERT_EQ(::read(pipe[0], &told, 1), 1);
    EXPECT_FALSE(Journal::takeOver(folder.path())) << "the other process holds it";
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    const auto next = Journal::takeOver(folder.path());
    ASSERT_TRUE(next);
    EXPECT_EQ(next->readWorkspace(), record("alibi", ""));
}

TEST(JournalTest, HalfFilesAndTheOldestGo) {
    const TempFolder folder;
    for (int i = 0; i < 20; ++i) {
        const Journal journal = Journal::begin(folder.path());
        journal.writeWorkspace(record("alibi", "/" + std::to_string(i)));
        std::ofstream(journal.folder() / "workspace.slopescope.1-1.part") << "{";
    }
    const auto next = Journal::takeOver(folder.path());
    ASSERT_TRUE(next);
    EXPECT_EQ(next->readWorkspace().workspace.text.file, "/19");
    EXPECT_FALSE(fs::exists(next->folder() / "workspace.slopescope.1-1.part"));
    const auto folders = std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator());
    EXPECT_LE(folders, 18);
    EXPECT_GE(folders, 16);
}

TEST(JournalTest, AFolderThatCannotBeWrittenIsSaid) {
    const TempFolder folder;
    std::ofstream(folder.path() / "file") << "x";
    try {
        Journal::begin(folder.path() / "file" / "slopescope");
        FAIL() << "a file is no folder";
    } catch (const Error& error) {
        EXPECT_THAT(error.what(), HasSubstr("Cannot keep a journal in"));
    }
}

} // namespace
} // namespace slopescope
