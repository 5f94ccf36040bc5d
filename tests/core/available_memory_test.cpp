// What Linux says about memory, in files of a folder of our own.
#include "core/base/available_memory.h"

#include "tests/core/temp_folder.h"

#include <gtest/gtest.h>

namespace slopescope {
namespace {

using namespace tests;

class AvailableMemory : public testing::Test {
protected:
    AvailableMemory() { write("proc/meminfo", "MemTotal:  8000 kB\nMemFree:  1000 kB\nMemAvailable:   6000 kB\nBuffers: 5 kB\n"); }

    void write(const std::string& file, const std::string& text) {
        std::filesystem::create_directories((m_root / file).parent_path());
        writeFile(m_root / file, text);
    }
    void group(const std::string& path, const std::string& max, const std::string& current, const std::string& stat) {
        write("sys/fs/cgroup/" + path + "/memory.max", max + "\n");
        write("sys/fs/cgroup/" + path + "/memory.current", current + "\n");
        write("sys/fs/cgroup/" + path + "/memory.stat", stat);
    }
    std::int64_t left() const { return availableMemory(m_root.path()); }

    TempFolder m_root;
};

TEST_F(AvailableMemory, IsWhatTheSystemHas) {
    EXPECT_EQ(left(), 6000 * 1024);
    EXPECT_GT(availableMemory(), 0);
}

TEST_F(AvailableMemory, IsNoMoreThanTheNearestGroupsAreGranted) {
    write("proc/self/cgroup", "1:name=x:/other\n0::/slice/job\n");
    EXPECT_EQ(left(), 6000 * 1024) << "groups that say nothing";
    group("slice/job", "max", "70000", "anon 1\ninactive_file 9\n");
    EXPECT_EQ(left(), 6000 * 1024);
    group("slice", "1000000", "300000", "anon 200000\ninactive_file 100000\nfile 7\n");
    EXPECT_EQ(left(), 800000);
    group("slice/job", "500000", "100000", "");
    EXPECT_EQ(left(), 400000);
    group("slice/job", "500000", "600000", "");
    EXPECT_EQ(left(), 0);
}

TEST_F(AvailableMemory, InAContainerTheGroupIsTheRoot) {
    write("proc/self/cgroup", "0::/\n");
    group("", "900", "100", "inactive_file 50\n");
    EXPECT_EQ(left(), 850);
}

} // namespace
} // namespace slopescope
