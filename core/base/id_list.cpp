#include "core/base/id_list.h"

#include "core/base/error.h"
#include "core/base/in_quotes.h"
#include "core/base/json.h"
#include "core/base/utf8.h"

#include <limits>
#include <string>
#include <utility>

namespace slopescope {

std::vector<std::int32_t> readIds(const std::filesystem::path& file) {
    nlohmann::json json = parseJson(readTextFile(file), "The id file " + file.string());
    if (json.is_object() && json.contains("ids"))
        json = nlohmann::json(std::move(json["ids"]));
    if (!json.is_array())
        throw Error("The id file " + file.string() + " must hold a list of token ids.");
    std::vector<std::int32_t> ids;
    for (const auto& entry : json) {
        const bool fits = entry.is_number_integer() && entry.get<double>() >= 0 &&
                          entry.get<double>() <= double(std::numeric_limits<std::int32_t>::max());
        if (!fits)
            throw Error("The id file " + file.string() + " holds " + inQuotes(entry.dump()) + " at place " +
                        std::to_string(ids.size()) + ", which is not a token id.");
        ids.push_back(entry.get<std::int32_t>());
    }
    return ids;
}

} // namespace slopescope
