// slopescope-cli info: what a model is.
#include "app/slopescope-cli/input.h"
#include "app/slopescope-cli/output.h"
#include "app/slopescope-cli/verbs.h"
#include "core/base/bytes_text.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <memory>

namespace slopescope::cli {
namespace {

Json infoJson(const ModelFacts& m, const DeviceFacts& device) {
    return {{"model", m.name},
            {"directory", m.directory.string()},
            {"family", m.family},
            {"positions", describe(m.positions)},
            {"parameters", m.parameters},
            {"precision", m.precision},
            {"layers", m.layers},
            {"heads", m.heads},
            {"key_heads", m.keyHeads},
            {"head_size", m.headDim},
            {"width", m.width},
            {"vocabulary", m.vocabulary},
            {"trained_length", m.trainedLength > 0 ? Json(m.trainedLength) : Json()},
            {"longest_length", m.longestLength ? Json(*m.longestLength) : Json()},
            {"trained_tokens", m.trainedTokens ? Json(*m.trainedTokens) : Json()},
            {"trained_on", m.trainedOn},
            {"bytes_in_memory", m.bytesInMemory},
            {"device", device.device.name()},
            {"bytes_left", device.left()},
            {"slopes", slopesJson({m.key, {}, {}}, m)},
            {"remarks", m.remarks},
            {"version", SLOPESCOPE_VERSION}};
}

std::string slopeLines(const ModelFacts& m) {
    const auto line = [](const SlopeSet& set) {
        std::string text;
        for (const double slope : set)
            text += (text.empty() ? "" : " ") + significant(slope, 6);
        return text;
    };
    if (layersShare(m.slopes))
        return line(m.slopes[0]);
    std::string text;
    for (std::size_t layer = 0; layer < m.slopes.size(); ++layer)
        text += (layer ? "\n            " : "") + line(m.slopes[layer]);
    return text;
}

std::string infoText(const ModelFacts& m, const DeviceFacts& device) {
    const std::string layers = std::to_string(m.layers) + (m.layers == 1 ? " layer of " : " layers of ");
    const std::string heads = m.keyHeads == m.heads ? std::to_string(m.heads) + (m.heads == 1 ? " head" : " heads")
                                                    : std::to_string(m.heads) + " heads on " +
                                                          std::to_string(m.keyHeads) + " for keys and values";
    std::string trained = m.trainedLength > 0 ? "at length " + grouped(m.trainedLength) : "at an unknown length";
    if (m.trainedTokens)
        trained += ", on " + grouped(*m.trainedTokens) + " tokens";
    if (!m.trainedOn.empty())
        trained += " of " + m.trainedOn;
    std::vector<Row> rows{{"model", m.name},
                          {"folder", m.directory.string()},
                          {"family", m.family},
                          {"positions", describe(m.positions)},
                          {"shape", layers + heads + " of size " +
                                        std::to_string(m.headDim) + ", width " + grouped(m.width) + ", vocabulary " +
                                        grouped(m.vocabulary)},
                          {"parameters", grouped(m.parameters) + ", " + m.precision + " on disk"},
                          {"memory", bytesText(m.bytesInMemory) + " on " + device.device.name() + ", which has " +
                                         bytesText(device.left()) + " left"},
                          {"trained", trained},
                          {"lengths", m.longestLength ? "up to " + grouped(*m.longestLength) : std::string("any")}};
    if (m.hasSlopes())
        rows.push_back({"slopes", slopeLines(m)});
    for (std::size_t i = 0; i < m.remarks.size(); ++i)
        rows.push_back({i == 0 ? "remarks" : "", m.remarks[i]});
    return table(rows, 2);
}

} // namespace

void addInfo(CLI::App& app, Context& context) {
    CLI::App* verb = app.add_subcommand("info", "What a model is: positions, shape, training, slopes");
    const auto name = std::make_shared<std::string>();
    addModel(*verb, *name);
    verb->callback([name, &context] {
        Session session(context.resources);
        session.useDevice(deviceNamed(context.device), context.job);
        // Of the headers alone: one asks also whether a model would fit.
        const ModelFacts model = session.describeModel(modelDirectory(session, *name).string(), context.job);
        const DeviceFacts device = deviceFacts(session.device());
        if (context.json)
            printJson(context, infoJson(model, device));
        else
            print(context, infoText(model, device));
    });
}

} // namespace slopescope::cli
