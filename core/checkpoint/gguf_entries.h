// The metadata of one architecture in a GGUF file: "llama.block_count" is asked for as "block_count". Called by the files
// that make a config.json of them. Any thread.
#pragma once

#include "core/base/error.h"
#include "core/base/in_quotes.h"
#include "core/checkpoint/config_fields.h"
#include "core/checkpoint/gguf.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <utility>

namespace slopescope {

// Throws Error naming the file and the entry: one that is missing, or of another type than is asked for.
class GgufEntries {
public:
    GgufEntries(const GgufFile& file, std::string architecture)
        : m_file(file), m_fields(file.metadata(), file.path().string()), m_prefix(std::move(architecture) + ".") {}

    const GgufFile& file() const { return m_file; }
    const std::string& source() const { return m_fields.source(); }
    bool has(const char* name) const { return m_fields.has((m_prefix + name).c_str()); }
    std::int64_t integer(const char* name) const { return m_fields.integer((m_prefix + name).c_str()); }
    std::int64_t integer(const char* name, std::int64_t otherwise) const {
        return has(name) ? integer(name) : otherwise;
    }
    double number(const char* name) const { return m_fields.number((m_prefix + name).c_str()); }
    double number(const char* name, double otherwise) const { return has(name) ? number(name) : otherwise; }
    bool boolean(const char* name, bool otherwise) const {
        return m_fields.boolean((m_prefix + name).c_str(), otherwise);
    }
    std::string text(const char* name, const std::string& otherwise) const {
        return m_fields.text((m_prefix + name).c_str(), otherwise);
    }
    const nlohmann::json& value(const char* name) const { return m_fields.required((m_prefix + name).c_str()); }
    [[noreturn]] void refuse(const char* name, const std::string& why) const {
        throw Error(source() + ": \"" + m_prefix + name + "\" " + why + ".");
    }

    // The first size of a tensor that every model of this kind has.
    std::int64_t rows(const char* tensor) const {
        const auto found = m_file.tensors().find(tensor);
        if (found == m_file.tensors().end() || found->second.shape.empty())
            throw Error(source() + " has no tensor " + inQuotes(tensor) + ".");
        return found->second.shape.front();
    }
    bool hasTensor(const char* tensor) const { return m_file.tensors().contains(tensor); }

private:
    const GgufFile& m_file;
    ConfigFields m_fields;
    std::string m_prefix;
};

} // namespace slopescope
