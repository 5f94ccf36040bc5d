// Whole models on the bundled text.
#include "app/slopescope-cli/bench.h"
#include "app/slopescope-cli/input.h"
#include "app/slopescope-cli/output.h"
#include "app/slopescope-cli/stopwatch.h"

#include "core/checkpoint/model_directory.h"
#include "core/base/error.h"
#include "core/model/decoder.h"
#include "core/study/window_losses.h"
#include "core/base/utf8.h"

#include <algorithm>
#include <memory>

namespace slopescope::cli {
namespace {

struct Model {
    std::string name;
    std::unique_ptr<const Decoder> decoder;
    std::vector<std::int32_t> ids;

    void run(std::int64_t length, const Job& job) const {
        const std::int64_t start = 0;
        windowLosses(*decoder, ids, {&start, 1}, length, {}, job);
    }
};

Model load(const Session& session, const std::string& name, std::int64_t tokens, const Job& job) {
    OpenedModel opened = openModelDirectory(modelDirectory(session, name), job);
    Model model{opened.directory.filename().string() + " (" + describe(opened.config.positions) + ")", nullptr, {}};
    if (!opened.tokenizer)
        throw Error(opened.directory.string() + " has no tokenizer.json to read the bundled text with.");
    const std::vector<text::Token> text = opened.tokenizer->encode(readTextFile(session.bundledText()), job);
    for (std::int64_t i = 0; i < tokens; ++i) // the text again and again, where it is too short
        model.ids.push_back(text[std::size_t(i % std::ssize(text))].id);
    model.decoder = std::make_unique<const Decoder>(std::move(opened.config), std::move(opened.weights));
    return model;
}

} // namespace

std::vector<BenchRow> benchModels(const BenchOptions& o, const std::vector<std::string>& names, Context& context) {
    const Session session(context.resources);
    std::vector<Model> models;
    for (const std::string& name : names)
        models.push_back(load(session, name, o.lengths.back() + 1, context.job));
    std::vector<BenchRow> rows;
    for (const std::int64_t length : o.lengths) {
        std::vector<Contender> contenders;
        for (const Model& model : models) {
            const auto longest = model.decoder->config().longestLength();
            if (longest && length > *longest) {
                rows.push_back({model.name, length, 0, {}, {}, "learned positions end at " + grouped(*longest)});
                continue;
            }
            contenders.push_back({model.name, [&model, length, &context] { model.run(length, context.job); }});
        }
        race(contenders, int(o.rounds), context.job);
        for (const Contender& contender : contenders)
            rows.push_back({contender.name, length, contender.seconds, {}, peakBytes(contender.work), {}});
    }
    if (std::none_of(rows.begin(), rows.end(), [](const BenchRow& row) { return row.unavailable.empty(); }))
        throw Error("No length of this bench can be measured: " + rows.front().unavailable + ".");
    return rows;
}

} // namespace slopescope::cli
