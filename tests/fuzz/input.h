// What the fuzz targets share: the input as a file, and what a refusal may look like.
#pragma once

#include "core/base/error.h"
#include "core/base/utf8.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>

#include <sys/mman.h>
#include <unistd.h>

namespace slopescope::fuzz {

// A file in memory that holds these bytes; the same one at every call.
inline std::filesystem::path fileOf(const std::uint8_t* data, std::size_t size) {
    static const int descriptor = ::memfd_create("input", MFD_CLOEXEC);
    if (descriptor < 0 || ::ftruncate(descriptor, 0) != 0 ||
        ::pwrite(descriptor, data, size, 0) != static_cast<ssize_t>(size))
        std::abort();
    return "/proc/self/fd/" + std::to_string(descriptor);
}

// Runs `call`. An Error is a fair answer if it is a sentence; any other exception is a find.
template <typename Call>
void allowErrors(Call call) {
    try {
        call();
    } catch (const Error& error) {
        const std::string sentence = error.what();
        if (!sentence.ends_with('.') || firstInvalidUtf8(sentence) || sentence.size() > 4096)
            std::abort();
    }
}

} // namespace slopescope::fuzz
