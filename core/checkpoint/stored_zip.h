// The entries of a zip archive whose files are stored as they are, which is how PyTorch writes its archives. Any
// thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace slopescope {

struct ZipEntry {
    std::uint64_t begin = 0, size = 0; // bytes of the archive
};

// True if `bytes` begin as a zip archive does.
bool looksLikeZip(std::string_view bytes);

// The entries by name; each lies within `bytes`. Throws Error beginning with `source`: broken, compressed, encrypted,
// or a name twice.
std::map<std::string, ZipEntry> readStoredZip(std::string_view bytes, const std::string& source);

} // namespace slopescope
