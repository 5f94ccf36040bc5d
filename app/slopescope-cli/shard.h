// Which part of a sweep's jobs a process takes: as it is told, or as the program that started it says. Main thread.
#pragma once

#include <functional>
#include <optional>
#include <string>

namespace slopescope::cli {

struct Shard {
    int index = 0, count = 1; // 0 is the first

    std::string words() const; // "shard 3 of 8"
};

// "3/8" is the third of eight. Throws Error where it is no such thing.
Shard parseShard(const std::string& text);

// Of a Slurm array (SLURM_ARRAY_TASK_ID, _COUNT, _MIN, _STEP), of Open MPI (OMPI_COMM_WORLD_RANK, _SIZE) or of GNU
// parallel (PARALLEL_SEQ, with the number of `shards` that the person gives). The whole where there is none of these.
// `variable` gives an environment variable, or nothing. Throws Error where the numbers do not fit together.
using Variable = std::function<std::optional<std::string>(const char* name)>;
Shard shardFrom(const Variable& variable, std::optional<int> shards);

std::optional<std::string> environmentVariable(const char* name);

} // namespace slopescope::cli
