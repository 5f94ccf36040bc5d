// slopescope-cli bench: the speed of our kernels and models on this machine.
#include "app/slopescope-cli/bench.h"
#include "app/slopescope-cli/input.h"
#include "app/slopescope-cli/output.h"

#include "core/attention/attention.h"
#include "core/base/bytes_text.h"
#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/session.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <functional>
#include <memory>

namespace slopescope::cli {
namespace {

// What a row's speed counts.
enum class Unit { Tokens, Maps };

double speed(const BenchRow& row, Unit unit) {
    return (unit == Unit::Tokens ? double(row.length) : 1.0) / row.seconds;
}

Json rowsJson(const std::vector<BenchRow>& rows, Unit unit) {
    Json json = Json::array();
    for (const BenchRow& row : rows) {
        json.push_back({{"what", row.what}, {"length", row.length}});
        Json& entry = json.back();
        if (!row.unavailable.empty()) {
            entry["unavailable"] = row.unavailable;
            continue;
        }
        entry["seconds"] = row.seconds;
        entry[unit == Unit::Tokens ? "tokens_per_second" : "maps_per_second"] = speed(row, unit);
        entry["visited"] = row.visited ? Json(*row.visited) : Json();
        entry["peak_bytes"] = row.bytes ? Json(*row.bytes) : Json();
    }
    return json;
}

std::string rowsText(const std::vector<BenchRow>& rows, Unit unit) {
    std::vector<Row> lines;
    lines.push_back({"", "length", "ms", unit == Unit::Tokens ? "tokens/s" : "maps/s", "speed", "blocks", "memory"});
    const BenchRow* first = nullptr;
    for (const BenchRow& row : rows) {
        if (!row.unavailable.empty()) {
            lines.push_back({row.what + ": " + row.unavailable, grouped(row.length), "-", "-", "-", "-", "-"});
            continue;
        }
        if (!first || first->length != row.length)
            first = &row;
        lines.push_back({row.what, grouped(row.length), fixed(1000 * row.seconds, 2),
                         unit == Unit::Tokens ? grouped(std::int64_t(speed(row, unit))) : fixed(speed(row, unit), 1),
                         fixed(first->seconds / row.seconds, 2) + "x",
                         row.visited ? fixed(100 * *row.visited, 1) + " %" : "",
                         row.bytes ? bytesText(*row.bytes) : "-"});
    }
    return table(lines, 1);
}

struct Part {
    std::string name; // key in JSON
    Unit unit;
    std::vector<BenchRow> rows;
};

void report(const std::vector<Part>& parts, const BenchOptions& o, Context& context) {
    const std::string kernel = kernelName(o.headDim);
    if (context.json) {
        Json json{{"device", context.device}, {"threads", threadCount()}, {"kernel", kernel}, {"rounds", o.rounds}};
        for (const Part& part : parts)
            json[part.name] = rowsJson(part.rows, part.unit);
        return printJson(context, json);
    }
    std::string text = "kernel " + kernel + " on " + std::to_string(threadCount()) +
                       (threadCount() == 1 ? " thread" : " threads") + ", the fastest of " + std::to_string(o.rounds) +
                       (o.rounds == 1 ? " round\n" : " rounds\n");
    for (const Part& part : parts)
        text += "\n" + rowsText(part.rows, part.unit);
    text += "\nspeed: against the first row of that length. memory: the most held beyond what was there before.\n";
    print(context, text);
}

void checkOptions(BenchOptions& o) {
    if (o.lengths.empty() || o.lengths.front() < 1 || !std::is_sorted(o.lengths.begin(), o.lengths.end()))
        throw Error("--lengths must be ascending and at least 1.");
    constexpr std::int64_t kLongest = 1 << 22;
    if (o.lengths.back() > kLongest)
        throw Error("--lengths may go up to " + grouped(kLongest) + ".");
}

std::vector<std::string> bundledNames(const Context& context) {
    std::vector<std::string> names;
    for (const BundledModel& model : Session(context.resources).bundledModels())
        names.push_back(model.name);
    if (names.empty())
        throw Error("There are no models in " + context.resources + "/models.");
    return names;
}

using Measure = std::function<std::vector<Part>(const BenchOptions&)>;

CLI::App* addPart(CLI::App& verb, Context& context, const char* name, const char* help,
                  const std::shared_ptr<BenchOptions>& o, std::vector<std::int64_t> lengths, Measure measure) {
    CLI::App* part = verb.add_subcommand(name, help);
    std::string shown;
    for (const std::int64_t length : lengths)
        shown += (shown.empty() ? "" : ",") + std::to_string(length);
    addLengths(*part, o->lengths, "Tokens, ascending; default: " + shown);
    part->add_option("--rounds", o->rounds, "Rounds in which all take turns; the fastest counts")
        ->capture_default_str()
        ->check(CLI::Range(1, 1000).description(""))
        ->type_name("N");
    part->callback([o, lengths = std::move(lengths), measure = std::move(measure), &context] {
        if (o->lengths.empty())
            o->lengths = lengths;
        checkOptions(*o);
        report(measure(*o), *o, context);
    });
    return part;
}

void addHeads(CLI::App& part, BenchOptions& o, bool several) {
    if (several)
        part.add_option("--heads", o.heads, "Heads")
            ->capture_default_str()
            ->check(CLI::Range(1, 1024).description(""))
            ->type_name("N");
    part.add_option("--head-size", o.headDim, "Numbers a head")
        ->capture_default_str()
        ->check(CLI::Range(1, 256).description(""))
        ->type_name("N");
}

void addWindow(CLI::App& part, BenchOptions& o) {
    part.add_option("--window", o.window, "Of windowed attention")
        ->capture_default_str()
        ->check(CLI::Validator(CLI::PositiveNumber).description(""))
        ->type_name("W");
}

} // namespace

void addBench(CLI::App& app, Context& context) {
    CLI::App* verb = app.add_subcommand("bench", "How fast our kernels and models are on this machine");
    verb->require_subcommand(1);
    const auto o = std::make_shared<BenchOptions>();
    CLI::App* attention = addPart(*verb, context, "attention", "The attention kernel, by kind of bias", o, {1024, 4096},
                                  [&](const BenchOptions& asked) -> std::vector<Part> {
                                      return {{"attention", Unit::Tokens, benchAttention(asked, context.job)}};
                                  });
    addHeads(*attention, *o, true);
    addWindow(*attention, *o);
    CLI::App* map = addPart(*verb, context, "map", "Pictures of one head, by stage", o, {2048, 8192},
                            [&](const BenchOptions& asked) -> std::vector<Part> {
                                return {{"map", Unit::Maps, benchMap(asked, context.job)}};
                            });
    addHeads(*map, *o, false);
    map->add_option("--pixels", o->pixels, "Rows and columns")
        ->capture_default_str()
        ->check(CLI::Range(1, 4096).description(""))
        ->type_name("N");
    CLI::App* forward = addPart(*verb, context, "forward", "A whole model, losses included", o, {256, 1024, 4096},
                                [&](const BenchOptions& asked) -> std::vector<Part> {
                                    return {{"forward", Unit::Tokens, benchModels(asked, {asked.model}, context)}};
                                });
    forward->add_option("--model", o->model, "A folder, or the name of a bundled model")
        ->capture_default_str()
        ->type_name("MODEL");
    CLI::App* methods =
        addPart(*verb, context, "methods",
                "The bundled models, one a position method; full attention against a window and shared keys", o,
                {256, 1024, 4096}, [&](const BenchOptions& asked) -> std::vector<Part> {
                    return {{"models", Unit::Tokens, benchModels(asked, bundledNames(context), context)},
                            {"attention", Unit::Tokens, benchSharing(asked, context.job)}};
                });
    addHeads(*methods, *o, true);
    addWindow(*methods, *o);
}

} // namespace slopescope::cli
