// The entries of a zip archive whose files are stored as they are, which is how PyTorch writes its archives. Any
// thread.
#pragma once

#include "core/checkpoint/stored_file.h"

#include <cstdint>
#include <map>
#include <string>

namespace slopescope {

struct ZipEntry {
    std::uint64_t begin = 0, size = 0; // bytes of the archive
};

// True if the file begins as a zip archive does.
bool looksLikeZip(const StoredFile& file);

// The entries by name; each lies within the file. Throws Error beginning with the file's name: broken, compressed,
// encrypted, or a name twice.
std::map<std::string, ZipEntry> readStoredZip(const StoredFile& file);

} // namespace slopescope
