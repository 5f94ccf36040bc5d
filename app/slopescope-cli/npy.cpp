#include "app/slopescope-cli/npy.h"

#include "core/base/error.h"
#include "core/record/npy_header.h"

#include <stdexcept>
#include <string>

namespace slopescope::cli {

void requireWritable(const std::filesystem::path& file) {
    std::error_code ignored;
    const auto status = std::filesystem::status(file, ignored);
    if (std::filesystem::is_directory(status))
        throw Error("Cannot write " + file.string() + ": it is a folder.");
    if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status))
        throw Error("Cannot write " + file.string() + ": it is not a regular file.");
    if (file.has_parent_path() && !std::filesystem::is_directory(file.parent_path(), ignored))
        throw Error("Cannot write " + file.string() + ": there is no folder " + file.parent_path().string() + ".");
}

NpyWriter::NpyWriter(const std::filesystem::path& file, const std::vector<std::int64_t>& shape)
    : m_file((requireWritable(file), file)) {
    for (const std::int64_t extent : shape)
        m_missing *= extent;
    m_file.write(npyHeader(shape));
}

void NpyWriter::write(std::span<const float> values) {
    m_missing -= std::ssize(values);
    m_file.write({reinterpret_cast<const char*>(values.data()), values.size_bytes()});
}

void NpyWriter::commit() {
    if (m_missing != 0)
        throw std::logic_error("An array was written with " + std::to_string(m_missing) + " values missing.");
    m_file.commit();
}

} // namespace slopescope::cli
