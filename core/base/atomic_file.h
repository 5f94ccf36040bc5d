// A file that appears whole or not at all: written beside its name, flushed to the disk, then renamed.
//
// Used for tensors, tokenizers and the records of a training run. One writer, any thread.
#pragma once

#include <filesystem>
#include <string_view>

namespace slopescope {

class AtomicFile {
public:
    // Throws Error naming the file when the disk refuses, here and in each call below.
    explicit AtomicFile(const std::filesystem::path& file);
    ~AtomicFile(); // without commit() the file of that name stays as it was
    AtomicFile(const AtomicFile&) = delete;
    AtomicFile& operator=(const AtomicFile&) = delete;

    void write(std::string_view bytes);
    void commit();

private:
    [[noreturn]] void refuse(int fault) const;

    std::filesystem::path m_file, m_temporary;
    int m_descriptor = -1;
};

} // namespace slopescope
