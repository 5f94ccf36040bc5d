// Reading fields of a config.json from outside: present or not, of the right type, in range; an Error names file and
// field.
//
// What is asked for is remembered, so that a reader can tell which fields nobody has looked at; so is what a reader
// finds worth saying of how it read them.
#pragma once

#include "core/base/error.h"

#include <nlohmann/json.hpp>

#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <set>
#include <string>
#include <vector>

namespace slopescope {

class ConfigFields {
public:
    ConfigFields(const nlohmann::json& object, std::string source) : m_object(object), m_source(std::move(source)) {
        if (!object.is_object())
            throw Error(m_source + ": expected a JSON object.");
    }

    // An empty value ({}, [], "") counts as none, like null: the libraries that write these files read them so.
    bool has(const std::string& field) const {
        return isThere(field) && !m_object.at(field).is_null() && !isEmpty(m_object.at(field));
    }

    // Also null or empty, which for some fields says something else than the field's absence.
    bool isThere(const std::string& field) const {
        m_read.insert(field);
        return m_object.contains(field);
    }

    // Not asked about by anybody so far.
    bool unread(const std::string& field) const { return !m_read.contains(field); }

    // The first of several names of one field that is there; the first of all when none is.
    const char* among(std::initializer_list<const char*> names) const {
        for (const char* name : names)
            if (has(name))
                return name;
        return *names.begin();
    }

    std::int64_t integer(const char* field) const {
        const auto& value = required(field);
        constexpr double kLargestWhole = 9007199254740992; // 2^53: up to it a float that is whole is that number
        if (value.is_number_float() && std::trunc(value.get<double>()) == value.get<double>() &&
            std::abs(value.get<double>()) <= kLargestWhole)
            return static_cast<std::int64_t>(value.get<double>());
        if (!value.is_number_integer())
            throw Error(m_source + ": \"" + field + "\" must be a whole number.");
        if (value.is_number_unsigned() && value.get<std::uint64_t>() > std::uint64_t(INT64_MAX))
            throw Error(m_source + ": \"" + field + "\" is too large.");
        return value.get<std::int64_t>();
    }
    std::int64_t integer(const char* field, std::int64_t otherwise) const {
        return has(field) ? integer(field) : otherwise;
    }
    // `otherwise` only where the field is absent; null is refused like any other value that is no number.
    std::int64_t integerUnlessAbsent(const char* field, std::int64_t otherwise) const {
        return isThere(field) ? integer(field) : otherwise;
    }

    double number(const char* field) const {
        const auto& value = required(field);
        if (!value.is_number())
            throw Error(m_source + ": \"" + field + "\" must be a number.");
        return value.get<double>();
    }
    double number(const char* field, double otherwise) const { return has(field) ? number(field) : otherwise; }

    bool boolean(const char* field, bool otherwise) const {
        if (!has(field))
            return otherwise;
        if (!m_object.at(field).is_boolean())
            throw Error(m_source + ": \"" + field + "\" must be true or false.");
        return m_object.at(field).get<bool>();
    }

    std::string text(const char* field) const {
        const auto& value = required(field);
        if (!value.is_string())
            throw Error(m_source + ": \"" + field + "\" must be text.");
        return value.get<std::string>();
    }
    std::string text(const char* field, const std::string& otherwise) const {
        return has(field) ? text(field) : otherwise;
    }

    // The fields of an object within.
    ConfigFields section(const char* field) const { return {required(field), m_source + ", \"" + field + "\""}; }

    // Throws Error: the field's value is one that `what` says.
    [[noreturn]] void refuse(const std::string& field, const std::string& what) const {
        std::string value = m_object.contains(field) ? m_object.at(field).dump() : "missing";
        if (value.size() > 60)
            value = "set";
        throw Error(m_source + ": \"" + field + "\" is " + value + ", " + what + ".");
    }

    const nlohmann::json& required(const char* field) const {
        if (!has(field))
            throw Error(m_source + ": \"" + field + "\" is missing.");
        return m_object.at(field);
    }

    // A sentence for whoever opens the file: what in it was read otherwise than one would expect.
    void remark(const std::string& sentence) const { m_remarks.push_back(sentence); }
    const std::vector<std::string>& remarks() const { return m_remarks; }

    const std::string& source() const { return m_source; }

private:
    static bool isEmpty(const nlohmann::json& value) {
        return value.is_string() ? value.get_ref<const std::string&>().empty() : value.is_structured() && value.empty();
    }

    const nlohmann::json& m_object;
    std::string m_source;
    mutable std::set<std::string> m_read;
    mutable std::vector<std::string> m_remarks;
};

} // namespace slopescope
