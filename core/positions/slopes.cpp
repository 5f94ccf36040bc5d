#include "core/positions/slopes.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/in_quotes.h"
#include "core/base/json.h"
#include "core/base/utf8.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <functional>
#include <limits>
#include <system_error>

namespace slopescope {
namespace {

// Far past the point where each token sees only itself, and small enough that slope * distance stays a float32.
constexpr const char* kWhatIsPossible = "; a slope lies between 0 and 1,000,000.";

bool possible(double slope) { return slope >= 0 && slope <= kSteepestSlope; }

constexpr double kRandomMean = 1.0 / 8;

// The paper explores random sets; splitmix64 gives the same bits everywhere, which <random> does not promise.
std::uint64_t splitmix64(std::uint64_t& state) {
    std::uint64_t z = state += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

std::string shown(double value) {
    char text[32];
    const auto end = std::to_chars(std::begin(text), std::end(text), value).ptr;
    return {std::begin(text), end};
}

// A SPEC being read: says which spec it was when something is wrong with it.
class Spec {
public:
    explicit Spec(std::string_view text) : m_text(text) {}

    [[noreturn]] void refuse(const std::string& why) const {
        throw Error("The slopes " + inQuotes(m_text) + " " + why);
    }

    // What follows `name:`; nothing if the spec has another name.
    bool named(std::string_view name) const {
        return m_text.size() > name.size() && m_text.starts_with(name) && m_text[name.size()] == ':';
    }

    std::vector<double> numbers(std::string_view list) const {
        std::vector<double> values;
        for (std::size_t at = 0; at <= list.size();) {
            const std::size_t comma = std::min(list.find(',', at), list.size());
            values.push_back(number(list.substr(at, comma - at)));
            at = comma + 1;
        }
        return values;
    }

    // The one number behind `name:`, within limits that `demand` puts in words.
    double value(std::string_view name, bool zeroToo, const std::string& demand) const {
        const auto values = numbers(m_text.substr(name.size() + 1));
        if (values.size() != 1 || values[0] < 0 || (!zeroToo && values[0] == 0))
            refuse("need " + demand + " behind the colon.");
        return values[0];
    }

    std::uint64_t seed(std::string_view name) const {
        const std::string_view text = m_text.substr(name.size() + 1);
        std::uint64_t seed = 0;
        const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), seed);
        if (fault != std::errc() || end != text.data() + text.size())
            refuse("need a whole number, the seed, behind the colon.");
        return seed;
    }

private:
    double number(std::string_view text) const {
        while (text.starts_with(' '))
            text.remove_prefix(1);
        while (text.ends_with(' '))
            text.remove_suffix(1);
        double value = 0;
        const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (fault == std::errc::result_out_of_range)
            refuse("hold " + inQuotes(text) + ", which no double can hold.");
        if (fault != std::errc() || end != text.data() + text.size())
            refuse("hold " + inQuotes(text) + ", which is not a number.");
        if (!std::isfinite(value))
            refuse("hold " + inQuotes(text) + ", which is not finite.");
        return value;
    }

    std::string_view m_text;
};

std::string layersAndHeads(std::size_t layers, std::size_t heads) {
    return std::to_string(layers) + (layers == 1 ? " layer of " : " layers of ") + std::to_string(heads) +
           (heads == 1 ? " head" : " heads");
}

SlopeSet readSet(const nlohmann::json& list, const std::string& file) {
    SlopeSet slopes;
    for (const auto& value : list) {
        if (!value.is_number())
            throw Error("The slope file " + file + " holds " + inQuotes(value.dump()) + " where a number belongs.");
        slopes.push_back(value.get<double>());
    }
    return slopes;
}

SlopeTable readTable(const std::string& file, std::size_t layers) {
    const auto json = parseJson(readTextFile(file), "The slope file " + file);
    if (!json.is_array() || json.empty())
        throw Error("The slope file " + file + " must hold a list: a slope a head, or such a list a layer.");
    if (!json[0].is_array())
        return SlopeTable(layers, readSet(json, file));
    SlopeTable table;
    for (const auto& layer : json) {
        if (!layer.is_array())
            throw Error("The slope file " + file + " mixes numbers with lists.");
        table.push_back(readSet(layer, file));
    }
    return table;
}

SlopeTable mapped(SlopeTable table, const std::function<SlopeSet(const SlopeSet&)>& rule) {
    std::transform(table.begin(), table.end(), table.begin(), rule);
    return table;
}

SlopeTable makeTable(const Spec& spec, std::string_view text, const SlopeTable& own) {
    const std::size_t layers = own.size();
    const auto heads = static_cast<int>(own[0].size());
    const auto everywhere = [&](SlopeSet slopes) { return SlopeTable(layers, std::move(slopes)); };
    if (text.ends_with(".json"))
        return readTable(std::string(text), layers);
    if (text == "paper")
        return everywhere(paperSlopes(heads));
    if (text == "zero")
        return everywhere(uniformSlopes(heads, 0));
    if (spec.named("bias-max"))
        return everywhere(paperSlopes(heads, spec.value("bias-max", false, "one number above 0")));
    if (spec.named("geometric")) {
        const auto values = spec.numbers(text.substr(text.find(':') + 1));
        if (values.size() != 2 || values[0] < 0 || values[1] < 0)
            spec.refuse("need two numbers behind the colon, START,RATIO, neither negative.");
        return everywhere(geometricSlopes(heads, values[0], values[1]));
    }
    if (spec.named("scale")) {
        const double factor = spec.value("scale", true, "one number, 0 or above,");
        return mapped(own, [&](const SlopeSet& slopes) { return scaled(slopes, factor); });
    }
    if (spec.named("ntk")) {
        const double a = spec.value("ntk", false, "one number above 0");
        return mapped(own, [&](const SlopeSet& slopes) { return ntkScaled(slopes, a); });
    }
    if (spec.named("uniform"))
        return everywhere(uniformSlopes(heads, spec.value("uniform", true, "one number, 0 or above,")));
    if (spec.named("random"))
        return everywhere(randomSlopes(heads, spec.seed("random")));
    const bool isName = !text.empty() && std::isalpha(static_cast<unsigned char>(text[0])) != 0 &&
                        !text.starts_with("inf") && !text.starts_with("nan");
    if (text.empty() || isName)
        spec.refuse(
            "are none of paper, bias-max:B, geometric:START,RATIO, scale:F, ntk:A, uniform:S, random:SEED, zero, "
            "numbers with commas between, or a file ending in .json.");
    return everywhere(spec.numbers(text));
}

} // namespace

SlopeSet paperSlopes(int heads, double biasMax) {
    SlopeSet slopes;
    const int power = heads > 0 ? static_cast<int>(std::bit_floor(static_cast<unsigned>(heads))) : 1;
    for (int head = 0; head < heads; ++head) {
        // Exponents in units of biasMax / power: 1, 2, ... and then the odd halves, 1/2, 3/2, ...
        const double step = head < power ? head + 1 : head - power + 0.5;
        slopes.push_back(std::exp2(-biasMax * step / power));
    }
    return slopes;
}

SlopeSet geometricSlopes(int heads, double start, double ratio) {
    SlopeSet slopes;
    for (int head = 0; head < heads; ++head)
        slopes.push_back(start * std::pow(ratio, head));
    return slopes;
}

SlopeSet uniformSlopes(int heads, double slope) {
    return SlopeSet(static_cast<std::size_t>(std::max(heads, 0)), slope);
}

SlopeSet randomSlopes(int heads, std::uint64_t seed) {
    SlopeSet slopes;
    for (int head = 0; head < heads; ++head) {
        const double uniform = (static_cast<double>(splitmix64(seed) >> 11) + 0.5) * 0x1p-53; // in (0, 1)
        // Rounded to float, so that the last bit of a platform's log does not show.
        slopes.push_back(static_cast<float>(-std::log(uniform) * kRandomMean));
    }
    std::sort(slopes.begin(), slopes.end(), std::greater<>());
    return slopes;
}

SlopeSet ntkScaled(const SlopeSet& slopes, double a) {
    SlopeSet result = slopes;
    for (std::size_t head = 1; head < result.size(); ++head) // the first keeps its slope, and an only head is the first
        result[head] /= std::pow(a, static_cast<double>(head) / static_cast<double>(result.size() - 1));
    return result;
}

SlopeSet scaled(const SlopeSet& slopes, double factor) {
    SlopeSet result = slopes;
    for (double& slope : result)
        slope *= factor;
    return result;
}

SlopeTable parseSlopes(std::string_view text, const SlopeTable& own) {
    if (own.empty() || own[0].empty())
        throw Error("The slopes " + inQuotes(text) + " belong to no model: it has no heads.");
    const Spec spec(text);
    SlopeTable table = makeTable(spec, text, own);
    const bool fits =
        table.size() == own.size() &&
        std::all_of(table.begin(), table.end(), [&](const SlopeSet& slopes) { return slopes.size() == own[0].size(); });
    if (!fits && layersShare(table) && table.size() == own.size()) // one list, for every layer
        spec.refuse("are for " + std::to_string(table[0].size()) + (table[0].size() == 1 ? " head" : " heads") +
                    ", but each layer of the model has " + std::to_string(own[0].size()) + ".");
    if (!fits) {
        const auto odd = std::find_if(table.begin(), table.end(),
                                      [&](const SlopeSet& slopes) { return slopes.size() != own[0].size(); });
        spec.refuse("are for " + layersAndHeads(table.size(), (odd == table.end() ? table[0] : *odd).size()) +
                    ", but the model has " + layersAndHeads(own.size(), own[0].size()) + ".");
    }
    for (const SlopeSet& slopes : table)
        for (const double slope : slopes)
            if (!possible(slope))
                spec.refuse("hold " + shown(slope) + kWhatIsPossible);
    return table;
}

void writeSlopes(const std::filesystem::path& file, const SlopeTable& table) {
    AtomicFile out(file);
    out.write((layersShare(table) ? nlohmann::json(table.front()) : nlohmann::json(table)).dump() + "\n");
    out.commit();
}

bool layersShare(const SlopeTable& table) {
    return std::all_of(table.begin(), table.end(), [&](const SlopeSet& set) { return set == table.front(); });
}

void checkSlopes(const SlopeTable& table, int layers, int heads) {
    if (table.size() != static_cast<std::size_t>(layers))
        throw Error("There are slopes for " + std::to_string(table.size()) + (table.size() == 1 ? " layer" : " layers") + ", but the model has " +
                    std::to_string(layers) + ".");
    for (std::size_t layer = 0; layer < table.size(); ++layer) {
        if (table[layer].size() != static_cast<std::size_t>(heads))
            throw Error("Layer " + std::to_string(layer) + " is given " + std::to_string(table[layer].size()) +
                        " slopes, but it has " + std::to_string(heads) + " heads.");
        for (std::size_t head = 0; head < table[layer].size(); ++head)
            if (!possible(table[layer][head]))
                throw Error("The slope of head " + std::to_string(head) + " in layer " + std::to_string(layer) +
                            " is " + shown(table[layer][head]) + kWhatIsPossible);
    }
}

} // namespace slopescope
