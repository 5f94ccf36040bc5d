// slopescope-cli generate: a text continued by a model.
#include "app/slopescope-cli/input.h"
#include "app/slopescope-cli/output.h"
#include "app/slopescope-cli/verbs.h"

#include "core/base/digest.h"
#include "core/base/error.h"
#include "core/base/id_list.h"
#include "core/base/utf8.h"
#include "core/checkpoint/model_directory.h"
#include "core/text/tokenizer.h"

#include <CLI/CLI.hpp>

#include <memory>
#include <string_view>
#include <utility>

namespace slopescope::cli {
namespace {

constexpr std::string_view kUnfinished = "\xEF\xBF\xBD"; // what a character shows as until all its bytes are there

struct Options {
    Input input;
    VariantSpec variant;
    GenerationRequest request;
};

// A single token can be continued, but is no text that a session could hold.
std::vector<std::int32_t> idsOf(const Session& session, const Input& input, Context& context) {
    if (!input.ids.empty())
        return readIds(input.ids);
    const text::Tokenizer tokenizer = openTokenizer(modelDirectory(session, input.model));
    std::vector<std::int32_t> ids;
    for (const text::Token& token : tokenizer.encode(readTextFile(input.text, input.textFile).text, context.job))
        ids.push_back(token.id);
    return ids;
}

// Letters as they come, so that what is there when a person stops is not lost.
class Stream {
public:
    explicit Stream(Context& context) : m_context(context) {}

    void show(std::string_view text, bool last) {
        while (!last && text.ends_with(kUnfinished))
            text.remove_suffix(kUnfinished.size());
        if (text.size() <= m_shown)
            return;
        print(m_context, std::string(text.substr(m_shown)));
        m_shown = text.size();
    }

private:
    Context& m_context;
    std::size_t m_shown = 0; // bytes
};

Json resultJson(const Options& options, const GenerationResult& result, const ModelFacts& model,
                const std::string& device) {
    Json ids = Json::array(), probabilities = Json::array();
    for (const GeneratedToken& token : result.tokens) {
        ids.push_back(token.id);
        probabilities.push_back(token.probability);
    }
    const GenerationRequest& r = options.request;
    Json json{{"model", model.name}, {"device", device}, {"slopes", slopesJson(r.variant, model)}};
    addPositionsJson(r.variant, json);
    addSourcesJson(options.input, digestOfIds(r.ids), model, json);
    json["text_tokens"] = r.ids.size();
    json["temperature"] = r.temperature;
    json["top_p"] = r.topP;
    json["seed"] = r.seed;
    json["ids"] = std::move(ids);
    json["probabilities"] = std::move(probabilities);
    json["text"] = result.text; // the new one; that which it continues is under text_path
    json["full"] = result.full;
    json["seconds"] = result.seconds;
    const double later = result.seconds - result.firstSeconds;
    json["tokens_per_second"] = result.tokens.size() > 1 ? double(result.tokens.size() - 1) / later : 0;
    return json;
}

void run(Options& options, Context& context) {
    if (options.request.tokens < 1)
        throw Error("--tokens must be at least 1.");
    Session session(context.resources);
    session.useDevice(deviceNamed(context.device), context.job);
    const ModelFacts model = session.openModel(modelDirectory(session, options.input.model).string(), context.job);
    options.request.variant = variantOf(options.variant, model);
    options.request.ids = idsOf(session, options.input, context);
    Stream stream(context);
    const auto each = [&](const GeneratedToken& token, const std::string& text) {
        if (!context.json)
            text.empty() ? print(context, std::to_string(token.id) + " ") : stream.show(text, false);
    };
    const GenerationResult result = session.generate(options.request, context.job, each);
    if (context.json) {
        printJson(context, resultJson(options, result, model, context.device));
        return;
    }
    stream.show(result.text, true);
    print(context, "\n");
    if (result.full)
        throw Error("This model's learned positions end at " + std::to_string(*model.longestLength) +
                    " tokens; the text was continued up to there.");
}

} // namespace

void addGenerate(CLI::App& app, Context& context) {
    CLI::App* verb = app.add_subcommand("generate", "Continues a text, token by token");
    const auto options = std::make_shared<Options>();
    GenerationRequest& request = options->request;
    addInput(*verb, options->input);
    addVariant(*verb, options->variant);
    verb->add_option("--tokens", request.tokens, "New tokens")
        ->required()
        ->check(CLI::Range(1, 1 << 24).description(""))
        ->type_name("N");
    verb->add_option("--temperature", request.temperature, "0: always the most probable token")
        ->capture_default_str()
        ->type_name("T");
    verb->add_option("--top-p", request.topP, "Draw from the most probable tokens that together reach P")
        ->capture_default_str()
        ->type_name("P");
    verb->add_option("--seed", request.seed, "The same seed draws the same tokens")
        ->capture_default_str()
        ->type_name("S");
    verb->footer(
        "Prints the new text as it comes; with --json all of it at the end, with each new token's probability (at\n"
        "temperature 1, among all tokens). Without a tokenizer, token ids.");
    verb->callback([options, &context] { run(*options, context); });
}

} // namespace slopescope::cli
