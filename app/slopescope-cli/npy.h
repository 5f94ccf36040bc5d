// Arrays of float32 in NumPy's .npy format (version 1.0, little endian, C order), written row by row as they come.
//
// Used by the verbs that write files, on the main thread.
#pragma once

#include "core/base/atomic_file.h"

#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

namespace slopescope::cli {

// Throws Error unless `file` may become a file of ours: no folder, no device, its folder there.
void requireWritable(const std::filesystem::path& file);

class NpyWriter {
public:
    // The file appears under its name once commit() has been called. Throws Error naming it when the disk refuses, here
    // and in each call below.
    NpyWriter(const std::filesystem::path& file, const std::vector<std::int64_t>& shape);

    void write(std::span<const float> values);
    void commit(); // after exactly as many values as the shape holds

private:
    AtomicFile m_file;
    std::int64_t m_missing = 1; // values
};

} // namespace slopescope::cli
