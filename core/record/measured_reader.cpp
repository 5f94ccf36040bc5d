#include "core/record/json_fields.h"
#include "core/record/measured_record.h"
#include "core/record/variant_record.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

namespace slopescope {
namespace {

// Readers of one number. Of those there are many thousands, so the way to one is only written out where it is refused.
struct Loss { // may be none, or infinite
    double operator()(const nlohmann::json& value) const {
        if (value.is_number())
            return value.get<double>();
        const double infinity = std::numeric_limits<double>::infinity();
        return value == "NaN" ? std::numeric_limits<double>::quiet_NaN() : value == "Infinity" ? infinity : -infinity;
    }
    bool fits(const nlohmann::json& value) const {
        return value.is_number() || value == "NaN" || value == "Infinity" || value == "-Infinity";
    }
    const char* should = "should be a number";
};

struct Weight {
    double operator()(const nlohmann::json& value) const { return value.get<double>(); }
    bool fits(const nlohmann::json& value) const {
        return value.is_number() && value.get<double>() > 0 && std::isfinite(value.get<double>());
    }
    const char* should = "should be a number above 0";
};

struct Count {
    std::int64_t least = 0;
    std::int64_t operator()(const nlohmann::json& value) const { return value.get<std::int64_t>(); }
    bool fits(const nlohmann::json& value) const {
        const bool isSmall = value.is_number_integer() &&
                             !(value.is_number_unsigned() && value.get<std::uint64_t>() > std::uint64_t(kMostTokens));
        return isSmall && value.get<std::int64_t>() >= least && value.get<std::int64_t>() <= kMostTokens;
    }
    const char* should = "should be a whole number, in lists of keys and starts above the one before";
};

template <class Read>
auto readOne(const nlohmann::json& value, const Read& read, const JsonNode& within) {
    if (!read.fits(value))
        within.refuse(std::string("has ") +
                      inQuotes(value.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace)) + ", which " +
                      read.should);
    return read(value);
}

std::vector<std::int64_t> readAscending(const JsonNode& node, std::int64_t least) {
    if (!node.value().is_array())
        node.refuse("should be a list");
    std::vector<std::int64_t> values;
    for (const nlohmann::json& one : node.value()) {
        values.push_back(readOne(one, Count{least}, node));
        least = values.back() + 1;
    }
    if (values.empty())
        node.refuse("should have at least one number");
    return values;
}

using Matrix = std::vector<std::vector<WindowSum>>; // [key][window]

// One value for all, one a key, or one a window.
template <class Value, class Read>
void unpack(const JsonNode& node, Value WindowSum::*field, const Read& read, Matrix& sums) {
    const nlohmann::json& all = node.value();
    if (all.is_array() && all.size() != sums.size())
        node.refuse("has " + std::to_string(all.size()) + " entries for " + std::to_string(sums.size()) + " keys");
    for (std::size_t key = 0; key < sums.size(); ++key) {
        const nlohmann::json& row = all.is_array() ? all[key] : all;
        if (row.is_array() && row.size() != sums[key].size())
            node.refuse("has a list of " + std::to_string(row.size()) + " for " + std::to_string(sums[key].size()) +
                        " windows");
        for (std::size_t window = 0; window < sums[key].size(); ++window)
            sums[key][window].*field = readOne(row.is_array() ? row[window] : row, read, node);
    }
}

// As large as the losses say, which are written one by one: a small file is a small matrix.
Matrix matrixFor(const JsonNode& nll, std::size_t keys, std::size_t windows) {
    const bool fits = nll.value().is_array() && nll.value().size() == keys &&
                      std::all_of(nll.value().begin(), nll.value().end(),
                                  [&](const auto& row) { return row.is_array() && row.size() == windows; });
    if (!fits)
        nll.refuse("should be a list for each of " + std::to_string(keys) + " keys with a number for each of " +
                   std::to_string(windows) + " windows");
    return Matrix(keys, std::vector<WindowSum>(windows));
}

void readBlock(const JsonNode& node, std::map<std::int64_t, WindowSums>& into) {
    const std::vector<std::int64_t> keys = readAscending(node.at("keys"), 1),
                                    starts = readAscending(node.at("starts"), 0);
    const JsonNode nll = node.at("nll");
    Matrix sums = matrixFor(nll, keys.size(), starts.size());
    unpack(nll, &WindowSum::nll, Loss(), sums);
    unpack(node.at("run"), &WindowSum::run, Count{0}, sums);
    unpack(node.at("tokens"), &WindowSum::tokens, Count{1}, sums);
    unpack(node.at("bytes"), &WindowSum::bytes, Count{0}, sums);
    unpack(node.at("weight"), &WindowSum::weight, Weight(), sums);
    for (std::size_t key = 0; key < keys.size(); ++key) {
        const auto [windows, added] = into.try_emplace(keys[key]);
        if (!added)
            node.at("keys").refuse("has " + std::to_string(keys[key]) + ", which an earlier block has");
        for (std::size_t window = 0; window < starts.size(); ++window)
            windows->second.emplace_hint(windows->second.end(), starts[window], sums[key][window]);
    }
}

void readSeconds(const JsonNode& node, std::map<std::int64_t, double>& into) {
    for (const auto& [name, value] : node.value().items()) {
        std::int64_t length = 0;
        const auto [end, fault] = std::from_chars(name.data(), name.data() + name.size(), length);
        if (fault != std::errc() || end != name.data() + name.size() || length < 1 || length > kMostTokens)
            node.refuse("has " + inQuotes(name) + ", which is no length");
        into[length] = readOne(value, Loss(), node);
    }
}

} // namespace

std::uint64_t readDigest(const JsonNode& node) {
    const std::string text = node.text();
    std::uint64_t digest = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), digest, 16);
    if (text.size() != 16 || fault != std::errc() || end != text.data() + text.size())
        node.refuse("should be sixteen hexadecimal digits");
    return digest;
}

MeasuredCurve readMeasured(const JsonNode& node) {
    MeasuredCurve curve;
    curve.variant = readVariant(node.at("variant"));
    curve.modelDigest = readDigest(node.at("model digest"));
    curve.device = words(node.at("device"), 64);
    curve.textDigest = readDigest(node.at("text digest"));
    curve.textTokens = node.at("text tokens").integer(2, kMostTokens);
    curve.protocol = readEnum<Protocol>(node.at("protocol"));
    curve.stride = node.at("stride").integer(0, kMostTokens);
    curve.maxTokens = node.at("max tokens").integer(0, kMostTokens);
    curve.reach = node.at("reach").integer(0, kMostTokens);
    curve.seed = static_cast<std::uint64_t>(node.at("seed").integer(INT64_MIN, INT64_MAX));
    curve.tally.tokens = node.at("tokens").integer(0, std::int64_t(1) << 50);
    if (const auto seconds = node.find("seconds"); seconds && seconds->value().is_object())
        readSeconds(*seconds, curve.tally.seconds);
    for (const JsonNode& block : node.at("by length").elements())
        readBlock(block, curve.tally.byLength);
    for (const JsonNode& block : node.at("by context").elements())
        readBlock(block, curve.tally.byContext);
    return curve;
}

} // namespace slopescope
