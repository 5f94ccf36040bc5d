#include "ui/lab/names.h"

#include "core/base/error.h"
#include "ui/widgets/format.h"
#include "ui/widgets/value_text.h"

#include <QColor>
#include <QCoreApplication>
#include <QStringList>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

namespace slopescope::ui {
namespace {

class Names {
    Q_DECLARE_TR_FUNCTIONS(Names)
};

// A factor the way a person says it: "÷ 4" for 0.25, "× 2" for 2, "× 0.7".
QString factorText(double factor) {
    const double divisor = 1 / factor;
    const bool divides = factor < 1 && divisor < 1e6 && std::abs(divisor - std::round(divisor)) < 1e-6 * divisor;
    return divides ? Names::tr("÷ %1").arg(roundValueText(std::round(divisor), 6))
                   : Names::tr("× %1").arg(roundValueText(factor, 3));
}

bool sameShape(const SlopeTable& a, const SlopeTable& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const SlopeSet& one, const SlopeSet& other) { return one.size() == other.size(); });
}

// The factor between all slopes of two tables of one shape, if there is one. Heads that have 0 in both fit any.
std::optional<double> commonFactor(const SlopeTable& slopes, const SlopeTable& from) {
    std::optional<double> factor;
    for (std::size_t layer = 0; layer < slopes.size(); ++layer)
        for (std::size_t head = 0; head < slopes[layer].size(); ++head) {
            const double one = slopes[layer][head], own = from[layer][head];
            if (one == 0 && own == 0)
                continue;
            if (one == 0 || own == 0 || (factor && std::abs(one / own / *factor - 1) > 1e-6))
                return std::nullopt;
            factor = factor ? factor : one / own;
        }
    return factor;
}

// "H5 ÷ 2", "H5–H7 ÷ 2", "H1 ÷ 2, H3 0", "5 heads".
QString headsText(const SlopeSet& slopes, const SlopeSet& from) {
    const auto change = [&](std::size_t head) {
        return slopes[head] == 0 || from[head] == 0 ? roundValueText(slopes[head], 3)
                                                    : factorText(slopes[head] / from[head]);
    };
    QStringList parts;
    int changed = 0;
    for (std::size_t head = 0; head < slopes.size();) {
        if (slopes[head] == from[head]) {
            ++head;
            continue;
        }
        std::size_t end = head + 1; // of a run of neighbours that are changed alike
        while (end < slopes.size() && slopes[end] != from[end] && change(end) == change(head))
            ++end;
        parts += (end == head + 1 ? Names::tr("H%1").arg(head) : Names::tr("H%1–H%2").arg(head).arg(end - 1)) +
                 QStringLiteral(" ") + change(head);
        changed += int(end - head);
        head = end;
    }
    constexpr qsizetype kMostNamed = 2;
    return parts.size() <= kMostNamed ? parts.join(QStringLiteral(", ")) : Names::tr("%1 heads").arg(changed);
}

bool allEqual(const SlopeTable& slopes, double value) {
    return std::all_of(slopes.begin(), slopes.end(), [&](const SlopeSet& set) {
        return std::all_of(set.begin(), set.end(), [&](double slope) { return slope == value; });
    });
}

bool isPaper(const SlopeTable& slopes) {
    return std::all_of(slopes.begin(), slopes.end(),
                       [](const SlopeSet& set) { return !set.empty() && set == paperSlopes(int(set.size())); });
}

QString rotaryText(const Rotary& rotary) {
    switch (rotary.scaling) {
    case RotaryScaling::None:
        return Names::tr("rotary");
    case RotaryScaling::Linear:
        return Names::tr("rotary, linear × %1").arg(roundValueText(rotary.factor, 3));
    case RotaryScaling::Ntk:
        return Names::tr("rotary, NTK × %1").arg(roundValueText(rotary.factor, 3));
    case RotaryScaling::Dynamic:
        return Names::tr("rotary, dynamic NTK × %1").arg(roundValueText(rotary.factor, 3));
    case RotaryScaling::Yarn:
        return Names::tr("rotary, YaRN × %1").arg(roundValueText(rotary.factor, 3));
    case RotaryScaling::Llama3:
        return Names::tr("rotary, Llama 3 × %1").arg(roundValueText(rotary.factor, 3));
    case RotaryScaling::LongRope:
        return Names::tr("rotary, LongRoPE × %1").arg(roundValueText(rotary.factor, 3));
    }
    return {};
}

QString biasText(const PositionScheme& scheme) {
    switch (scheme.bias) {
    case BiasKind::None:
        return {};
    case BiasKind::Linear:
        return scheme.clip > 0 ? Names::tr("ALiBi clipped at %1").arg(grouped(scheme.clip)) : Names::tr("ALiBi");
    case BiasKind::T5Buckets:
        return Names::tr("T5 bias");
    case BiasKind::Curve:
        break;
    }
    const QString first = roundValueText(scheme.curve.first, 3), second = roundValueText(scheme.curve.second, 3);
    switch (scheme.curve.family) {
    case CurveFamily::KerpleLog:
        return Names::tr("KERPLE log %1, %2").arg(first, second);
    case CurveFamily::KerplePower:
        return Names::tr("KERPLE power %1, %2").arg(first, second);
    case CurveFamily::Sandwich:
        return Names::tr("Sandwich");
    case CurveFamily::Drawn:
        break;
    }
    return Names::tr("drawn bias");
}

// A colour as eyes tell it apart from others: Björn Ottosson's Oklab (2020).
struct Oklab {
    double l = 0, a = 0, b = 0;
};

Oklab oklab(std::uint32_t colour) {
    const auto linear = [&](int shift) {
        const double c = double((colour >> shift) & 255) / 255;
        return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
    };
    const double r = linear(16), g = linear(8), b = linear(0);
    const double l = std::cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
    const double m = std::cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
    const double s = std::cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
    return {0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
            1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
            0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s};
}

double distance(const Oklab& x, const Oklab& y) {
    return std::hypot(x.l - y.l, x.a - y.a, x.b - y.b);
}

// Colours that stand out from a white and from a dark panel.
const std::vector<std::uint32_t>& wheel() {
    static const std::vector<std::uint32_t> colours = [] {
        std::vector<std::uint32_t> all;
        for (const auto& [saturation, lightness] :
             {std::pair(0.62F, 0.44F), {0.45F, 0.58F}, {0.8F, 0.36F}, {0.3F, 0.46F}})
            for (int step = 0; step < 36; ++step)
                all.push_back(QColor::fromHslF(float(step) / 36, saturation, lightness).rgb() & 0xffffff);
        return all;
    }();
    return colours;
}

} // namespace

QString positionsText(const PositionScheme& scheme) {
    QStringList parts;
    if (scheme.embedding != PositionEmbedding::None)
        parts += scheme.embedding == PositionEmbedding::Learned ? Names::tr("learned") : Names::tr("sinusoidal");
    if (scheme.rotary)
        parts += rotaryText(*scheme.rotary);
    if (scheme.bias != BiasKind::None)
        parts += biasText(scheme);
    return parts.isEmpty() ? Names::tr("no positions") : parts.join(QStringLiteral(" + "));
}

QStringList scoresTexts(const PositionOverride& positions) {
    const auto one = [](const std::vector<double>& factors) {
        return factors.size() == 1 ? roundValueText(factors[0], 3) : Names::tr("by head");
    };
    QStringList parts;
    if (!positions.temperature.empty())
        parts += Names::tr("scores × %1").arg(one(positions.temperature));
    if (!positions.logLength.empty())
        parts += Names::tr("SSMax %1").arg(one(positions.logLength));
    return parts;
}

QString slopesText(const SlopeTable& slopes, const SlopeTable& from) {
    if (slopes == from || slopes.empty() || slopes[0].empty())
        return {};
    if (allEqual(slopes, slopes[0][0]))
        return slopes[0][0] == 0 ? Names::tr("all slopes 0")
                                 : Names::tr("all slopes %1").arg(roundValueText(slopes[0][0], 3));
    if (isPaper(slopes))
        return Names::tr("the paper's slopes");
    if (!sameShape(slopes, from))
        return Names::tr("slopes of its own");
    if (const auto factor = commonFactor(slopes, from))
        return Names::tr("slopes %1").arg(factorText(*factor));
    std::vector<std::size_t> layers;
    std::size_t heads = 0, all = 0;
    for (std::size_t layer = 0; layer < slopes.size(); ++layer) {
        if (slopes[layer] != from[layer])
            layers.push_back(layer);
        for (std::size_t head = 0; head < slopes[layer].size(); ++head, ++all)
            heads += slopes[layer][head] != from[layer][head];
    }
    const auto asTheFirst = [&](std::size_t layer) { return slopes[layer] == slopes[0] && from[layer] == from[0]; };
    if (layers.size() == slopes.size() && std::all_of(layers.begin(), layers.end(), asTheFirst))
        return headsText(slopes[0], from[0]);
    if (layers.size() == 1)
        return Names::tr("layer %1: %2").arg(layers[0]).arg(headsText(slopes[layers[0]], from[layers[0]]));
    return Names::tr("%1 of %2 slopes").arg(heads).arg(all);
}

namespace {

bool changesMethod(const PositionOverride& p) {
    return p.bias != BiasChange::Own || p.scaling != RotaryScaling::None || !p.keepsEmbedding || !p.keepsRotary || p.clip > 0;
}

// What was changed, part by part.
QStringList changesOf(const Variant& variant, const ModelFacts& model) {
    QStringList parts;
    const PositionOverride& p = variant.positions;
    if (changesMethod(p)) {
        try {
            parts += positionsText(withOverride(model.positions, p, model.trainedLength));
        } catch (const Error&) {
            parts += QString::fromStdString(specOf(p)); // not for this model, as a file may have it
        }
    }
    const SlopeTable own =
        p.bias == BiasChange::Linear ? SlopeTable(std::size_t(model.layers), paperSlopes(model.heads)) : model.slopes;
    if (!variant.slopes.empty() && variant.slopes != own)
        parts += slopesText(variant.slopes, own);
    parts += scoresTexts(p);
    if (p.window > 0)
        parts += Names::tr("window %1").arg(grouped(p.window));
    if (p.sinks > 0)
        parts += p.sinks == 1 ? Names::tr("1 sink") : Names::tr("%1 sinks").arg(grouped(p.sinks));
    parts.removeAll(QString());
    return parts;
}

} // namespace

QString notAsTrained() {
    return Names::tr("not as trained");
}

QString whatItIs(const Variant& variant, const ModelFacts& model) {
    QStringList parts;
    if (!changesMethod(variant.positions))
        parts += positionsText(model.positions);
    if (variant.isAsTrained())
        parts += model.trainedLength > 0 ? Names::tr("as trained at %1").arg(grouped(model.trainedLength))
                                         : Names::tr("as trained");
    else
        parts += changesOf(variant, model) + QStringList(notAsTrained());
    return parts.join(QStringLiteral(" · "));
}

QString usualName(const Variant& variant, const ModelFacts& model) {
    const QString name = QString::fromStdString(model.name);
    const QStringList changes = changesOf(variant, model);
    // A model called after its method is not called twice: "rotary, YaRN × 4".
    const bool said = !changes.isEmpty() && changes.front().startsWith(name + QStringLiteral(", "));
    return ((said ? QStringList() : QStringList(name)) + changes).join(QStringLiteral(", "));
}

QString protocolText(Protocol protocol, std::int64_t stride) {
    switch (protocol) {
    case Protocol::OnePass:
        return Names::tr("one pass");
    case Protocol::NonOverlapping:
        return Names::tr("non-overlapping windows");
    case Protocol::Sliding:
        return Names::tr("sliding by %1").arg(grouped(stride));
    case Protocol::HuggingFace:
        return Names::tr("Hugging Face loop, stride %1").arg(grouped(stride));
    case Protocol::LlamaCpp:
        return Names::tr("llama.cpp, second halves scored");
    }
    return {};
}

std::uint32_t colourOf(PositionMethod method) {
    switch (method) {
    case PositionMethod::Alibi:
        return 0x2067dd;
    case PositionMethod::T5Bias:
        return 0x287d53;
    case PositionMethod::Curve:
        return 0x7a5bd0;
    case PositionMethod::Rotary:
        return 0xd58d03;
    case PositionMethod::Sinusoidal:
        return 0xc0392b;
    case PositionMethod::Learned:
        return 0x9a4f9a;
    case PositionMethod::None:
        return 0x8a7f4a;
    }
    return 0;
}

std::uint32_t freeColour(PositionMethod method, const std::vector<std::uint32_t>& taken) {
    const auto isFree = [&](std::uint32_t colour) {
        return std::find(taken.begin(), taken.end(), colour) == taken.end();
    };
    if (const std::uint32_t own = colourOf(method); isFree(own))
        return own;
    std::vector<Oklab> others;
    for (const std::uint32_t colour : taken)
        others.push_back(oklab(colour));
    std::uint32_t best = wheel().front();
    double farthest = -1;
    for (const std::uint32_t colour : wheel()) {
        const Oklab here = oklab(colour);
        double nearest = 1e9;
        for (const Oklab& other : others)
            nearest = std::min(nearest, distance(here, other));
        if (nearest > farthest + 1e-9 && isFree(colour)) {
            farthest = nearest;
            best = colour;
        }
    }
    while (!isFree(best)) // the whole wheel is taken
        best = (best + 0x0b1d35) & 0xffffff;
    return best;
}

std::vector<std::uint32_t> coloursOf(const Workspace& workspace) {
    std::vector<std::uint32_t> colours;
    for (const WorkspaceVariant& row : workspace.variants)
        colours.push_back(row.colour);
    return colours;
}

PositionMethod methodNamed(const std::string& bundledModel) {
    if (bundledModel == "alibi")
        return PositionMethod::Alibi;
    if (bundledModel == "t5-bias")
        return PositionMethod::T5Bias;
    if (bundledModel == "rotary")
        return PositionMethod::Rotary;
    return bundledModel == "sinusoidal" ? PositionMethod::Sinusoidal
           : bundledModel == "learned"  ? PositionMethod::Learned
                                        : PositionMethod::None;
}

} // namespace slopescope::ui
