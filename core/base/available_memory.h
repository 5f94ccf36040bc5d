// How much memory a program can still have on this machine. Linux; any thread.
#pragma once

#include <cstdint>
#include <filesystem>

namespace slopescope {

// Bytes: what the system has left, files that it keeps in memory counted as free, for they give way; or less, where the control
// group of this process (a container, a batch job; version 2) is granted less, or its address space is limited. `root` stands
// for "/", for tests.
std::int64_t availableMemory(const std::filesystem::path& root = "/");

} // namespace slopescope
