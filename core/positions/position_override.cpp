#include "core/positions/position_override.h"

#include "core/base/error.h"
#include "core/base/in_quotes.h"
#include "core/base/numbers.h"
#include "core/positions/rotary.h"

#include <algorithm>
#include <array>
#include <cctype>
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
        const auto number = numberIn<std::int64_t>(text);
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
                const auto factor = numberIn<double>(*text);
                if (!factor || !std::isfinite(*factor) || *factor < 1 || *factor > kLargestFactor)
                    refuse(m_spec, "need one number from 1 to 1,000,000 behind the colon.");
                p.scaling = scaling;
                p.factor = *factor;
                return;
            }
        if (takesBias(part) || takesScores(part))
            return;
        refuse(m_spec, "are none of own, alibi, alibi:SLOPES, alibi-clip:D, zero, none, kerple-log:R1,R2, "
                       "kerple-power:R1,R2, sandwich, table:CURVES, t5:MODEL, rotary, rotary-linear:F, rotary-ntk:F, "
                       "rotary-yarn:F, temperature:T, ssmax:S, window:W and sinks:K, nor several of these joined by +.");
    }

    std::vector<double> numbers(std::string_view text) {
        std::vector<double> values;
        for (std::size_t begin = 0; begin <= text.size();) {
            const std::size_t end = std::min(text.find(',', begin), text.size());
            const auto number = numberIn<double>(text.substr(begin, end - begin));
            if (!number || !(*number > 0 && *number <= kLargestFactor))
                refuse(m_spec, "hold " + inQuotes(text.substr(begin, end - begin)) +
                                   " where a number above 0 and at most 1,000,000 belongs.");
            values.push_back(*number);
            begin = end + 1;
        }
        return values;
    }

    void curve(std::string_view part, CurveFamily family, const std::vector<double>& parameters = {}) {
        once(m_replaces, part);
        PositionOverride& p = m_result.positions;
        p.bias = BiasChange::Curve;
        p.curve.family = family;
        if (parameters.empty())
            return;
        if (parameters.size() != 2)
            refuse(m_spec, "need two numbers behind the colon of " + inQuotes(part) + ".");
        p.curve.first = parameters[0];
        p.curve.second = parameters[1];
        if (family == CurveFamily::KerplePower && p.curve.second > 2)
            refuse(m_spec, "have a power above 2, which KERPLE's kernels do not take.");
    }

    // Whether the part is a distance bias, which is then taken.
    bool takesBias(std::string_view part) {
        PositionOverride& p = m_result.positions;
        if (part == "sandwich") {
            curve(part, CurveFamily::Sandwich);
        } else if (const auto log = argument(part, "kerple-log")) {
            curve(part, CurveFamily::KerpleLog, numbers(*log));
        } else if (const auto power = argument(part, "kerple-power")) {
            curve(part, CurveFamily::KerplePower, numbers(*power));
        } else if (const auto table = argument(part, "table")) {
            curve(part, CurveFamily::Drawn);
            p.curve.drawn = parseCurves(*table);
        } else if (const auto model = argument(part, "t5")) {
            once(m_replaces, part);
            p.bias = BiasChange::T5;
            p.biasModel = *model;
        } else if (const auto distance = argument(part, "alibi-clip")) {
            once(m_clip, part);
            p.clip = count(*distance, "tokens");
        } else {
            return false;
        }
        return true;
    }

    // Whether the part is about scores, likewise.
    bool takesScores(std::string_view part) {
        if (const auto factors = argument(part, "temperature")) {
            once(m_temperature, part);
            m_result.positions.temperature = numbers(*factors);
        } else if (const auto scales = argument(part, "ssmax")) {
            once(m_logLength, part);
            m_result.positions.logLength = numbers(*scales);
        } else {
            return false;
        }
        return true;
    }

    std::string_view m_spec;
    const SlopeTable& m_own;
    PositionSpec m_result;
    bool m_keepsOthers = false, m_replaces = false, m_rotary = false, m_window = false, m_sinks = false,
         m_clip = false, m_temperature = false, m_logLength = false;
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

BiasKind kindOf(BiasChange change) {
    switch (change) {
    case BiasChange::Own:
    case BiasChange::None:
        break;
    case BiasChange::Linear:
        return BiasKind::Linear;
    case BiasChange::Curve:
        return BiasKind::Curve;
    case BiasChange::T5:
        return BiasKind::T5Buckets;
    }
    return BiasKind::None;
}

std::string specOfBias(const PositionOverride& p) {
    if (p.bias != BiasChange::Curve)
        return p.bias == BiasChange::None ? "none" : p.bias == BiasChange::T5 ? "t5:" + p.biasModel : "alibi";
    const std::string numbers = shortest(p.curve.first) + "," + shortest(p.curve.second);
    switch (p.curve.family) {
    case CurveFamily::KerpleLog:
        return "kerple-log:" + numbers;
    case CurveFamily::KerplePower:
        return "kerple-power:" + numbers;
    case CurveFamily::Sandwich:
        return "sandwich";
    case CurveFamily::Drawn:
        break;
    }
    return "table:" + textOf(p.curve.drawn);
}

std::string listOf(const std::vector<double>& values) {
    std::string list;
    for (const double value : values)
        list += (list.empty() ? "" : ",") + shortest(value);
    return list;
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
    if (change.bias != BiasChange::Own) {
        scheme.bias = kindOf(change.bias);
        scheme.clip = 0;
        scheme.curve = change.curve;
    }
    if (change.clip > 0) {
        if (scheme.bias != BiasKind::Linear)
            throw Error("These positions are " + describe(scheme) + "; they have no ALiBi bias to clip. To take one and clip it, say "
                        "alibi+alibi-clip:" + std::to_string(change.clip) + ".");
        scheme.clip = change.clip;
    }
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
        add(specOfBias(p));
    }
    for (const auto& [name, scaling] : kScalings)
        if (p.scaling == scaling)
            add(std::string(name) + ":" + shortest(p.factor));
    if (p.bias != BiasChange::Own && !p.keepsEmbedding && p.keepsRotary && p.scaling == RotaryScaling::None)
        add("rotary");
    if (p.clip > 0)
        add("alibi-clip:" + std::to_string(p.clip));
    if (!p.temperature.empty())
        add("temperature:" + listOf(p.temperature));
    if (!p.logLength.empty())
        add("ssmax:" + listOf(p.logLength));
    if (p.window > 0)
        add("window:" + std::to_string(p.window));
    if (p.sinks > 0)
        add("sinks:" + std::to_string(p.sinks));
    return spec.empty() ? "own" : spec;
}

} // namespace slopescope
