#include "core/positions/position_override.h"

#include "core/base/error.h"
#include "core/base/in_quotes.h"
#include "core/base/numbers.h"
#include "core/positions/rotary.h"

#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <optional>
#include <vector>

namespace slopescope {
namespace {

constexpr std::int64_t kWidestWindow = 1 << 24; // past any text that fits a machine
constexpr double kLargestFactor = 1e6;
constexpr std::array<std::pair<std::string_view, RotaryScaling>, 3> kScalings{{{"rotary-linear", RotaryScaling::Linear},
                                                                              {"rotary-ntk", RotaryScaling::Ntk},
                                                                              {"rotary-yarn", RotaryScaling::Yarn}}};

[[noreturn]] void refuse(std::string_view spec, const std::string& why) {
    throw Error("The positions " + inQuotes(spec) + " " + why);
}

// What follows `name:`; nothing if the part has another name.
std::optional<std::string_view> argument(std::string_view part, std::string_view name) {
    if (part.size() > name.size() && part.starts_with(name) && part[name.size()] == ':')
        return part.substr(name.size() + 1);
    return std::nullopt;
}

template <class Number>
std::optional<Number> read(std::string_view text) {
    Number value{};
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
    return fault == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

// Splits at each "+" that begins a part: a "+" behind a digit's "e" belongs to a number (1e+5).
std::vector<std::string_view> partsOf(std::string_view spec) {
    std::vector<std::string_view> parts;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < spec.size(); ++i) {
        const bool exponent = i >= 2 && (spec[i - 1] == 'e' || spec[i - 1] == 'E') && (std::isdigit(static_cast<unsigned char>(spec[i - 2])) || spec[i - 2] == '.');
        if (spec[i] == '+' && !exponent) {
            parts.push_back(spec.substr(begin, i - begin));
            begin = i + 1;
        }
    }
    parts.push_back(spec.substr(begin));
    return parts;
}

// The parts of a spec, taken one by one. Each kind may be said once.
class Reader {
public:
    Reader(std::string_view spec, const SlopeTable& own) : m_spec(spec), m_own(own) {}

    PositionSpec read() {
        for (const std::string_view part : partsOf(m_spec))
            take(part);
        PositionOverride& p = m_result.positions;
        if (m_replaces && !m_keepsOthers) {
            p.keepsEmbedding = false;
            p.keepsRotary = m_rotary;
        }
        return m_result;
    }

private:
    void once(bool& said, std::string_view part) {
        if (said)
            refuse(m_spec, "say twice what " + inQuotes(part) + " says.");
        said = true;
    }

    std::int64_t count(std::string_view text, const char* what) {
        const auto number = slopescope::read<std::int64_t>(text);
        if (!number || *number < 1 || *number > kWidestWindow)
            refuse(m_spec, std::string("need a whole number of ") + what + ", at least 1 and at most " + grouped(kWidestWindow) +
                               ", behind the colon.");
        return *number;
    }

    void alibi(std::string_view part, std::string_view slopes) {
        once(m_replaces, part);
        m_result.positions.bias = BiasChange::Linear;
        m_result.slopes = parseSlopes(slopes, m_own);
    }

    void take(std::string_view part) {
        PositionOverride& p = m_result.positions;
        if (part == "own")
            return once(m_keepsOthers, part);
        if (part == "none") {
            once(m_replaces, part);
            p.bias = BiasChange::None;
            return;
        }
        if (part == "alibi" || part == "zero")
            return alibi(part, part == "zero" ? "zero" : "paper");
        if (const auto slopes = argument(part, "alibi"))
            return alibi(part, *slopes);
        if (part == "rotary")
            return once(m_rotary, part);
        if (const auto text = argument(part, "window")) {
            once(m_window, part);
            p.window = count(*text, "tokens");
            return;
        }
        if (const auto text = argument(part, "sinks")) {
            once(m_sinks, part);
            p.sinks = count(*text, "keys");
            return;
        }
        for (const auto& [name, scaling] : kScalings)
            if (const auto text = argument(part, name)) {
                once(m_rotary, part);
                const auto factor = slopescope::read<double>(*text);
                if (!factor || !std::isfinite(*factor) || *factor < 1 || *factor > kLargestFactor)
                    refuse(m_spec, "need one number from 1 to 1,000,000 behind the colon.");
                p.scaling = scaling;
                p.factor = *factor;
                return;
            }
        refuse(m_spec, "are none of own, alibi, alibi:SLOPES, zero, none, rotary, rotary-linear:F, rotary-ntk:F, "
                       "rotary-yarn:F, window:W and sinks:K, nor several of these joined by +.");
    }

    std::string_view m_spec;
    const SlopeTable& m_own;
    PositionSpec m_result;
    bool m_keepsOthers = false, m_replaces = false, m_rotary = false, m_window = false, m_sinks = false;
};

// The same base under another scaling.
Rotary rescaled(const Rotary& own, const PositionOverride& change, std::int64_t trainingLength) {
    Rotary rotary{.dims = own.dims, .base = own.base, .interleaved = own.interleaved, .backwards = own.backwards};
    rotary.scaling = change.scaling;
    rotary.factor = change.factor;
    if (change.scaling == RotaryScaling::Yarn) {
        rotary.originalLength = trainingLength;
        rotary.attentionFactor = yarnAttentionFactor(change.factor);
    }
    return rotary;
}

} // namespace

PositionScheme withOverride(PositionScheme scheme, const PositionOverride& change, std::int64_t trainingLength) {
    if (change.scaling != RotaryScaling::None) {
        if (!scheme.rotary)
            throw Error("This model's positions are " + describe(scheme) + "; it has no rotary positions to scale.");
        if (change.scaling == RotaryScaling::Yarn && trainingLength < 1)
            throw Error("YaRN scales from the length of training, which this model's files do not say.");
        scheme.rotary = rescaled(*scheme.rotary, change, trainingLength);
        for (Rotary& more : scheme.moreRotary)
            more = rescaled(more, change, trainingLength);
    }
    if (!change.keepsEmbedding) {
        scheme.embedding = PositionEmbedding::None;
        scheme.learnedPositions = scheme.learnedOffset = scheme.sinusoidalOffset = 0;
    }
    if (!change.keepsRotary) {
        scheme.rotary.reset();
        scheme.moreRotary.clear();
        scheme.rotaryOfLayers.clear();
    }
    if (change.bias != BiasChange::Own)
        scheme.bias = change.bias == BiasChange::Linear ? BiasKind::Linear : BiasKind::None;
    return scheme;
}

PositionSpec parsePositions(std::string_view spec, const SlopeTable& own) {
    return Reader(spec, own).read();
}

std::string specOf(const PositionOverride& p) {
    std::string spec;
    const auto add = [&](const std::string& part) { spec += (spec.empty() ? "" : "+") + part; };
    if (p.bias != BiasChange::Own) {
        if (p.keepsEmbedding)
            add("own");
        add(p.bias == BiasChange::None ? "none" : "alibi");
    }
    for (const auto& [name, scaling] : kScalings)
        if (p.scaling == scaling) {
            std::array<char, 32> digits{};
            const char* const end = std::to_chars(digits.data(), digits.data() + digits.size(), p.factor).ptr;
            add(std::string(name) + ":" + std::string(digits.data(), std::size_t(end - digits.data())));
        }
    if (p.bias != BiasChange::Own && !p.keepsEmbedding && p.keepsRotary && p.scaling == RotaryScaling::None)
        add("rotary");
    if (p.window > 0)
        add("window:" + std::to_string(p.window));
    if (p.sinks > 0)
        add("sinks:" + std::to_string(p.sinks));
    return spec.empty() ? "own" : spec;
}

} // namespace slopescope
