// slopescope-cli logits: the scores of every next token, as a NumPy file.
#include "app/slopescope-cli/input.h"
#include "app/slopescope-cli/npy.h"
#include "app/slopescope-cli/output.h"
#include "app/slopescope-cli/verbs.h"

#include "core/base/digest.h"
#include "core/base/id_list.h"

#include <CLI/CLI.hpp>

#include <memory>

namespace slopescope::cli {
namespace {

struct Request {
    Input input;
    VariantSpec variant;
    std::filesystem::path out;
};

// A single id has logits, but is no text that a session could hold.
std::vector<std::int32_t> idsOf(Session& session, const Input& input, const ModelFacts& model, Context& context) {
    if (!input.ids.empty())
        return readIds(input.ids);
    session.openText(input.text, context.job, input.textFile);
    std::vector<std::int32_t> ids;
    for (const TextToken& token : session.text(model.key, context.job)->tokens)
        ids.push_back(token.id);
    return ids;
}

void run(const Request& r, Context& context) {
    requireWritable(r.out);
    Session session(context.resources);
    session.useDevice(deviceNamed(context.device), context.job);
    const ModelFacts model = session.openModel(modelDirectory(session, r.input.model).string(), context.job);
    const Variant variant = variantOf(r.variant, model);
    const std::vector<std::int32_t> ids = idsOf(session, r.input, model, context);
    NpyWriter file(r.out, {std::ssize(ids), model.vocabulary});
    session.logits(variant, ids, context.job, [&](std::span<const float> rows) { file.write(rows); });
    file.commit();
    if (context.json) {
        Json json{{"model", model.name}, {"device", context.device}, {"slopes", slopesJson(variant, model)}};
        addPositionsJson(variant, json);
        json["shape"] = {ids.size(), model.vocabulary};
        json["out"] = r.out.string();
        addSourcesJson(r.input, digestOfIds(ids), model, json);
        printJson(context, json);
    } else {
        print(context, "Wrote " + r.out.string() + ": float32 [" + std::to_string(ids.size()) + ", " +
                           std::to_string(model.vocabulary) + "]" + positionsText(r.variant, variant) + "\n");
    }
}

} // namespace

void addLogits(CLI::App& app, Context& context) {
    CLI::App* verb = app.add_subcommand("logits", "The scores of every next token, [tokens, vocabulary] float32");
    const auto request = std::make_shared<Request>();
    addInput(*verb, request->input);
    addVariant(*verb, request->variant);
    verb->add_option("--out", request->out, "NumPy file to write")->required()->type_name("FILE.npy");
    verb->callback([request, &context] { run(*request, context); });
}

} // namespace slopescope::cli
