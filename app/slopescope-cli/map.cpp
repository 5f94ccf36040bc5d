// slopescope-cli map: the attention of one head as an array.
#include "app/slopescope-cli/input.h"
#include "app/slopescope-cli/npy.h"
#include "app/slopescope-cli/output.h"
#include "app/slopescope-cli/verbs.h"

#include "core/base/error.h"
#include "core/base/in_quotes.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <memory>
#include <tuple>

namespace slopescope::cli {
namespace {

const std::vector<std::string> kStages{"score", "bias", "sum", "probability"}, kPoolings{"mean", "max"};
constexpr int kDefaultPixels = 1024;
constexpr std::int64_t kMostPixels = 1 << 26; // 256 MiB

struct Options {
    Input input;
    VariantSpec variant;
    MapRequest map;
    HeadAddress head;
    std::string query, key, stage = "probability", pooling = "mean";
    std::filesystem::path out;
};

std::size_t indexIn(const std::vector<std::string>& names, const std::string& name) {
    return std::size_t(std::find(names.begin(), names.end(), name) - names.begin());
}

// "A:B", "A:", ":B" or "" within [0, length).
std::pair<std::int64_t, std::int64_t> rangeOf(const char* option, const std::string& text, std::int64_t length) {
    std::int64_t begin = 0, end = length;
    const auto number = [](std::string_view digits, std::int64_t& value) {
        const char* const last = digits.data() + digits.size();
        const auto [stop, fault] = std::from_chars(digits.data(), last, value);
        return digits.empty() || (fault == std::errc() && stop == last);
    };
    const std::size_t colon = text.find(':');
    const bool read = text.empty() || (colon != text.npos && number(std::string_view(text).substr(0, colon), begin) &&
                                       number(std::string_view(text).substr(colon + 1), end));
    if (!read || begin < 0 || begin >= end || end > length)
        throw Error(std::string(option) + " " + inQuotes(text) +
                    " is no range A:B of tokens with 0 <= A < B <= " + std::to_string(length) + ".");
    return {begin, end};
}

int pixelsOf(const char* option, int asked, std::int64_t cells) {
    if (asked == 0)
        return int(std::min<std::int64_t>(kDefaultPixels, cells));
    if (asked < 0 || asked > cells)
        throw Error(std::string(option) + " must lie between 1 and the " + std::to_string(cells) +
                    " tokens of the range.");
    return asked;
}

Viewport viewportOf(const Options& options) {
    if (options.map.length < 1)
        throw Error("--length must be at least 1.");
    Viewport v = options.map.viewport;
    std::tie(v.queryBegin, v.queryEnd) = rangeOf("--query", options.query, options.map.length);
    std::tie(v.keyBegin, v.keyEnd) = rangeOf("--key", options.key, options.map.length);
    v.rows = pixelsOf("--rows", v.rows, v.queryEnd - v.queryBegin);
    v.columns = pixelsOf("--columns", v.columns, v.keyEnd - v.keyBegin);
    if (std::int64_t(v.rows) * v.columns > kMostPixels)
        throw Error("A map of " + std::to_string(v.rows) + " x " + std::to_string(v.columns) +
                    " is larger than the most, " + grouped(kMostPixels) + " pixels.");
    return v;
}

void writeCsv(const std::filesystem::path& file, const Picture& picture) {
    AtomicFile out(file);
    std::string line;
    const auto columns = std::size_t(picture.viewport.columns);
    for (std::size_t i = 0; i < picture.values.size(); ++i) {
        char digits[32];
        if (std::isnan(picture.values[i])) // to_chars would keep a sign
            line += "nan";
        else
            line.append(digits, std::to_chars(digits, digits + sizeof digits, picture.values[i]).ptr);
        line += (i + 1) % columns ? ',' : '\n';
        if ((i + 1) % columns == 0) {
            out.write(line);
            line.clear();
        }
    }
    out.commit();
}

void writePicture(const std::filesystem::path& file, const Picture& picture) {
    if (file.extension() == ".csv")
        return writeCsv(file, picture);
    NpyWriter out(file, {picture.viewport.rows, picture.viewport.columns});
    out.write(picture.values);
    out.commit();
}

Json mapJson(const MapResult& map, const MapRequest& r, const ModelFacts& model, const Options& options,
             std::uint64_t digest, const Context& context) {
    const Viewport& v = r.viewport;
    Json json{{"model", model.name}, {"device", context.device}, {"slopes", slopesJson(r.variant, model)}};
    addPositionsJson(r.variant, json);
    json.update({{"length", r.length},
                 {"layer", options.head.layer},
                 {"head", options.head.head},
                 {"query", {v.queryBegin, v.queryEnd}},
                 {"key", {v.keyBegin, v.keyEnd}},
                 {"shape", {v.rows, v.columns}},
                 {"stage", options.stage},
                 {"pool", options.pooling},
                 {"kernel", map.kernel},
                 {"visited", map.visited},
                 {"seconds", map.seconds},
                 {"out", options.out.string()}});
    addSourcesJson(options.input, digest, model, json);
    return json;
}

void run(const Options& options, Context& context) {
    if (options.out.extension() != ".npy" && options.out.extension() != ".csv")
        throw Error("--out must end in .npy or .csv.");
    requireWritable(options.out);
    MapRequest r = options.map;
    r.viewport = viewportOf(options);
    r.stage = Stage(indexIn(kStages, options.stage));
    r.pooling = Pooling(indexIn(kPoolings, options.pooling));

    Session session(context.resources);
    const ModelFacts model = open(session, options.input, context);
    r.variant = variantOf(options.variant, model);
    r.heads = {options.head};
    requireHead(model, options.head);
    session.forward(r.variant, r.length, context.job);
    context.job.report(0, "Drawing the map");
    const MapResult map = session.map(r, context.job);
    writePicture(options.out, map.picture);
    const Viewport& v = r.viewport;
    if (context.json)
        printJson(context, mapJson(map, r, model, options, session.text(model.key, context.job)->digest, context));
    else
        print(context, "Wrote " + options.out.string() + ": " + options.pooling + " " + options.stage + " of layer " +
                           std::to_string(options.head.layer) + ", head " + std::to_string(options.head.head) + ", [" +
                           std::to_string(v.rows) + ", " + std::to_string(v.columns) + "] over queries " +
                           std::to_string(v.queryBegin) + ":" + std::to_string(v.queryEnd) + " and keys " +
                           std::to_string(v.keyBegin) + ":" + std::to_string(v.keyEnd) + "; " +
                           slopesText(options.variant, r.variant, model) + positionsText(options.variant, r.variant) +
                           "\n");
}

} // namespace

void addMap(CLI::App& app, Context& context) {
    CLI::App* verb = app.add_subcommand("map", "The attention of one head, pooled to an array of pixels");
    const auto options = std::make_shared<Options>();
    Viewport& view = options->map.viewport;
    addInput(*verb, options->input);
    verb->add_option("--length", options->map.length, "Tokens of the text, from its start")->required()->type_name("L");
    verb->add_option("--layer", options->head.layer, "From 0")->required()->type_name("l");
    verb->add_option("--head", options->head.head, "From 0")->required()->type_name("h");
    verb->add_option("--query", options->query, "Queries to draw, B left out; default: all")->type_name("A:B");
    verb->add_option("--key", options->key, "Keys to draw, B left out; default: all")->type_name("A:B");
    verb->add_option("--rows", view.rows, "Default: a row a query, at most 1024")->type_name("R");
    verb->add_option("--columns", view.columns, "Default: a column a key, at most 1024")->type_name("C");
    verb->add_option("--pool", options->pooling, "mean or max over the cells of a pixel")
        ->check(CLI::IsMember(kPoolings).description(""))
        ->type_name("NAME")
        ->capture_default_str();
    verb->add_option("--stage", options->stage, "score (scale q.k), bias, sum of the two, or probability")
        ->check(CLI::IsMember(kStages).description(""))
        ->type_name("NAME")
        ->capture_default_str();
    addVariant(*verb, options->variant);
    verb->add_option("--out", options->out, "File to write")->required()->type_name("FILE.npy|.csv");
    verb->footer("Queries go down, keys across. A pixel whose every cell is masked (keys after the query) is nan.");
    verb->callback([options, &context] { run(*options, context); });
}

} // namespace slopescope::cli
