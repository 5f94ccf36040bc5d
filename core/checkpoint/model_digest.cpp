#include "core/checkpoint/model_digest.h"

#include "core/base/digest.h"

#include <algorithm>
#include <fstream>
#include <string>
#include <system_error>
#include <vector>

namespace slopescope {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kWhole = 4 << 20, kPieces = 64, kPiece = 64 << 10; // bytes

bool saysWhatItIs(const fs::path& file) {
    static const std::vector<std::string> kEndings{".safetensors", ".bin", ".gguf"};
    return file.filename() == "config.json" ||
           std::find(kEndings.begin(), kEndings.end(), file.extension().string()) != kEndings.end();
}

void addPiece(std::ifstream& in, std::uint64_t from, std::uint64_t bytes, Digest& digest) {
    std::string piece(bytes, '\0');
    in.clear();
    in.seekg(static_cast<std::streamoff>(from));
    in.read(piece.data(), static_cast<std::streamsize>(bytes));
    piece.resize(static_cast<std::size_t>(std::max<std::streamsize>(in.gcount(), 0)));
    digest.add(piece);
}

void addFile(const fs::path& file, Digest& digest) {
    std::error_code ignored;
    const std::uint64_t size = fs::file_size(file, ignored);
    if (ignored)
        return;
    digest.add(size);
    std::ifstream in(file, std::ios::binary);
    if (size <= kWhole) {
        addPiece(in, 0, size, digest);
        return;
    }
    for (std::uint64_t i = 0; i < kPieces; ++i)
        addPiece(in, (size - kPiece) / (kPieces - 1) * i, kPiece, digest);
}

} // namespace

std::uint64_t digestOfModel(const fs::path& model) {
    std::error_code ignored;
    Digest digest;
    if (!fs::is_directory(model, ignored)) {
        addFile(model, digest); // whatever it is called
        return digest.value();
    }
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(model, ignored))
        if (entry.is_regular_file(ignored) && saysWhatItIs(entry.path()))
            files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    for (const fs::path& file : files) {
        digest.add(file.filename().string());
        addFile(file, digest);
    }
    return digest.value();
}

} // namespace slopescope
