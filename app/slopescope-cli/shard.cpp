#include "app/slopescope-cli/shard.h"

#include "core/base/error.h"
#include "core/base/in_quotes.h"

#include <charconv>
#include <cstdlib>
#include <string_view>

namespace slopescope::cli {
namespace {

std::optional<int> wholeNumber(std::string_view text) {
    int value = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
    return fault == std::errc() && end == text.data() + text.size() && value >= 0 ? std::optional(value) : std::nullopt;
}

std::optional<int> numberIn(const Variable& variable, const char* name) {
    const auto text = variable(name);
    if (!text || text->empty())
        return {};
    const auto value = wholeNumber(*text);
    if (!value)
        throw Error("The environment variable " + std::string(name) + " is " + inQuotes(*text) +
                    ", which is no whole number.");
    return value;
}

Shard checked(Shard shard, const std::string& source) {
    if (shard.index < 0 || shard.index >= shard.count)
        throw Error(source + " asks for shard " + std::to_string(shard.index + 1) + " of " +
                    std::to_string(shard.count) + ", which there is not: give --shard i/N.");
    return shard;
}

} // namespace

std::string Shard::words() const {
    return "shard " + std::to_string(index + 1) + " of " + std::to_string(count);
}

Shard parseShard(const std::string& text) {
    const auto slash = text.find('/');
    const auto index = wholeNumber(std::string_view(text).substr(0, slash));
    const auto count = slash == text.npos ? std::nullopt : wholeNumber(std::string_view(text).substr(slash + 1));
    if (!index || !count || *index < 1 || *index > *count)
        throw Error("--shard " + inQuotes(text) + " makes no sense: 3/8 is the third of eight, 1/8 the first.");
    return {*index - 1, *count};
}

Shard shardFrom(const Variable& variable, std::optional<int> shards) {
    if (const auto task = numberIn(variable, "SLURM_ARRAY_TASK_ID")) {
        const auto count = shards ? shards : numberIn(variable, "SLURM_ARRAY_TASK_COUNT");
        if (!count)
            throw Error("SLURM_ARRAY_TASK_ID is there and SLURM_ARRAY_TASK_COUNT is not: give --shards N.");
        const int least = numberIn(variable, "SLURM_ARRAY_TASK_MIN").value_or(0);
        const int step = numberIn(variable, "SLURM_ARRAY_TASK_STEP").value_or(1);
        return checked({(*task - least) / (step > 0 ? step : 1), *count}, "The Slurm array");
    }
    if (const auto rank = numberIn(variable, "OMPI_COMM_WORLD_RANK")) {
        const auto count = shards ? shards : numberIn(variable, "OMPI_COMM_WORLD_SIZE");
        return checked({*rank, count.value_or(1)}, "Open MPI");
    }
    if (const auto sequence = numberIn(variable, "PARALLEL_SEQ")) {
        if (!shards)
            throw Error(
                "GNU parallel does not say of how many PARALLEL_SEQ is one: give --shards N, or --shard {#}/N.");
        return checked({*sequence - 1, *shards}, "GNU parallel");
    }
    if (shards)
        throw Error("--shards N needs somebody who says which of them this is: Slurm, Open MPI or GNU parallel. Else "
                    "give --shard i/N.");
    return {};
}

std::optional<std::string> environmentVariable(const char* name) {
    const char* const value = std::getenv(name);
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

} // namespace slopescope::cli
