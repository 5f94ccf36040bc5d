// slopescope-cli tokenize: text to token ids, and back.
#include "app/slopescope-cli/input.h"
#include "app/slopescope-cli/output.h"
#include "app/slopescope-cli/verbs.h"

#include "core/base/error.h"
#include "core/base/id_list.h"
#include "core/base/utf8.h"
#include "core/checkpoint/model_directory.h"
#include "core/text/tokenizer.h"

#include <CLI/CLI.hpp>

#include <memory>

namespace slopescope::cli {
namespace {

struct Options {
    Input input;
    bool specialsAsLetters = false;
};

void encode(const text::Tokenizer& tokenizer, const Options& options, Context& context) {
    const TextFile file = readTextFile(options.input.text, options.input.textFile);
    const auto specials = options.specialsAsLetters ? text::Specials::Letters : text::Specials::Tokens;
    const std::vector<text::Token> tokens = tokenizer.encode(file.text, context.job, specials);
    Json ids = Json::array(), pieces = Json::array();
    for (const text::Token& token : tokens) {
        ids.push_back(token.id);
        if (context.json)
            pieces.push_back({{"id", token.id},
                              {"begin", token.begin},
                              {"end", token.end},
                              {"text", tokenizer.tokenText(token.id)}});
    }
    // Either output is an id file for --ids.
    if (context.json)
        printJson(context, {{"text", options.input.text.filename().string()},
                            {"text_path", options.input.text.string()},
                            {"model", options.input.model},
                            {"version", SLOPESCOPE_VERSION},
                            {"changes", file.changes()},
                            {"count", tokens.size()},
                            {"ids", std::move(ids)},
                            {"tokens", std::move(pieces)}});
    else
        printJson(context, ids);
}

void decode(const text::Tokenizer& tokenizer, const std::filesystem::path& file, Context& context) {
    const std::vector<std::int32_t> ids = readIds(file);
    std::string text;
    try {
        text = tokenizer.decode(ids);
    } catch (const Error& fault) {
        throw Error(file.string() + ": " + fault.what());
    }
    if (context.json)
        printJson(context, {{"count", ids.size()}, {"text", text}});
    else
        print(context, text);
}

} // namespace

void addTokenize(CLI::App& app, Context& context) {
    CLI::App* verb = app.add_subcommand("tokenize", "Token ids of a text; with --ids, the text of token ids");
    const auto options = std::make_shared<Options>();
    addInput(*verb, options->input);
    verb->add_flag("--special-as-letters", options->specialsAsLetters,
                   "A special token that the text spells is read as letters, as\n"
                   "llama-perplexity reads it");
    verb->footer(
        "Prints a JSON list of ids, which --ids takes wherever a text stands; with --json also each token's bytes in\n"
        "the text. With --ids, prints the text and nothing else.");
    verb->callback([options, &context] {
        const Session session(context.resources);
        const Input& input = options->input;
        const text::Tokenizer tokenizer = openTokenizer(modelDirectory(session, input.model)); // the weights are not needed
        if (input.ids.empty())
            encode(tokenizer, *options, context);
        else
            decode(tokenizer, input.ids, context);
    });
}

} // namespace slopescope::cli
