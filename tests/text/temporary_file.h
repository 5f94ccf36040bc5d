// A file that a test writes and that goes when the test is over.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include <unistd.h>

namespace slopescope {

class TemporaryFile {
public:
    explicit TemporaryFile(const std::string& name, const std::string& content = "")
        : m_path(std::filesystem::temp_directory_path() / (std::to_string(::getpid()) + "_" + name)) {
        std::ofstream(m_path, std::ios::binary) << content;
    }
    ~TemporaryFile() { std::filesystem::remove(m_path); }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;

    const std::filesystem::path& path() const { return m_path; }

private:
    std::filesystem::path m_path;
};

} // namespace slopescope
