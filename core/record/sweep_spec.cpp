#include "core/record/sweep_spec.h"

#include "core/record/json_fields.h"
#include "core/study/curve_plan.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace slopescope {
namespace {

constexpr std::size_t kMostEntries = 100'000;
constexpr std::int64_t kMostWindows = 1'000'000'000;
constexpr std::array kKeys{"models",   "texts",  "slopes",  "positions",    "lengths",
                           "protocol", "stride", "windows", "raw_line_ends"};

std::vector<std::string> wordsOf(const JsonNode& node) {
    std::vector<std::string> all;
    for (const JsonNode& entry : list(node, kMostEntries)) {
        std::string word = words(entry, 4096);
        if (word.empty())
            entry.refuse("is empty");
        all.push_back(std::move(word));
    }
    if (all.empty())
        node.refuse("should have at least one entry");
    return all;
}

std::optional<std::int64_t> wholeNumber(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool isOne = fault == std::errc() && end == text.data() + text.size() && value >= 0;
    return isOne ? std::optional(value) : std::nullopt;
}

// "random:1..3" is random:1, random:2 and random:3; other words stand for themselves.
std::vector<std::string> withRanges(const std::vector<std::string>& specs, const JsonNode& node) {
    constexpr std::string_view kRandom = "random:";
    std::vector<std::string> all;
    for (const std::string& spec : specs) {
        const auto dots = spec.find("..");
        if (!spec.starts_with(kRandom) || dots == spec.npos) {
            all.push_back(spec);
            continue;
        }
        const auto first = wholeNumber(std::string_view(spec).substr(kRandom.size(), dots - kRandom.size()));
        const auto last = wholeNumber(std::string_view(spec).substr(dots + 2));
        if (!first || !last || *last < *first || *last - *first >= std::int64_t(kMostEntries))
            node.refuse("has " + inQuotes(spec) + "; a range of seeds is random:FIRST..LAST, as random:1..100");
        for (std::int64_t seed = *first; seed <= *last; ++seed)
            all.push_back(std::string(kRandom) + std::to_string(seed));
    }
    return all;
}

void checkTogether(const SweepSpec& spec, const JsonNode& root) {
    const bool strides = spec.protocol == Protocol::Sliding || spec.protocol == Protocol::HuggingFace;
    if (strides != (spec.stride > 0))
        root.refuse(strides ? "needs a stride: the tokens that each window moves on"
                            : "has a stride; only sliding and hugging-face have one");
    if (spec.protocol != Protocol::OnePass && spec.windows >= 0)
        root.refuse("has windows; protocols other than one-pass always read the whole text");
    if (!spec.lengths.empty()) {
        CurvePlan plan;
        plan.lengths = spec.lengths;
        plan.protocol = spec.protocol;
        plan.stride = spec.stride;
        checkPlan(plan);
    }
}

} // namespace

SweepSpec readSweepSpec(std::string_view json, const std::string& source) {
    const nlohmann::json document = parseJson(json, source);
    const JsonNode root(document, source + ":");
    SweepSpec spec;
    spec.models = wordsOf(root.at("models"));
    spec.texts = wordsOf(root.at("texts"));
    for (const auto& [key, value] : document.items())
        if (std::find(kKeys.begin(), kKeys.end(), key) == kKeys.end())
            root.refuse("has the key " + inQuotes(key) + ", which a sweep does not know");
    if (const auto slopes = root.find("slopes"))
        spec.slopes = withRanges(wordsOf(*slopes), *slopes);
    if (const auto positions = root.find("positions"))
        spec.positions = wordsOf(*positions);
    if (const auto lengths = root.find("lengths"))
        for (const JsonNode& length : list(*lengths, kMostEntries))
            spec.lengths.push_back(length.integer(1, kMostTokens));
    take(root, "protocol", spec.protocol);
    take(root, "stride", spec.stride, 1, kMostTokens);
    take(root, "windows", spec.windows, 0, kMostWindows);
    take(root, "raw_line_ends", spec.rawLineEnds);
    checkTogether(spec, root);
    return spec;
}

} // namespace slopescope
