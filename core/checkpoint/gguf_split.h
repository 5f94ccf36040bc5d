// A model that llama.cpp's tools wrote into several GGUF files: MODEL-00001-of-00003.gguf and so on. The first holds the
// metadata; each says which it is, and of how many. Any thread.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace slopescope {

// What the name of a file says.
struct SplitName {
    std::string stem; // "MODEL"
    std::uint64_t number = 1, count = 1; // from 1

    std::string file(std::uint64_t of) const; // the name of another part
};

// Nothing if the name is that of no part.
std::optional<SplitName> splitNameOf(const std::filesystem::path& file);

// Checks what a part's metadata say: it must be number `number` (from 1) of `count`. Throws Error naming the file.
void requirePart(const nlohmann::json& metadata, const std::filesystem::path& file, std::uint64_t number, std::uint64_t count);

// How many files a file's metadata say that the model has; 1 where they say nothing. Throws Error naming the file if that makes no
// sense.
std::uint64_t partsOf(const nlohmann::json& metadata, const std::filesystem::path& file);

// The first part, of any part; and a file that is no part itself. Throws Error naming the file that is missing.
std::filesystem::path firstPart(const std::filesystem::path& file);

} // namespace slopescope
