// What `bench` measures, apart from how it is asked for and printed. Main thread; long; Cancelled when stopped.
#pragma once

#include "app/slopescope-cli/verbs.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace slopescope::cli {

struct BenchOptions {
    std::vector<std::int64_t> lengths;
    std::int64_t rounds = 3, heads = 8, headDim = 64, window = 256;
    int pixels = 512;
    std::string model = "alibi";
};

struct BenchRow {
    std::string what;
    std::int64_t length = 0;
    double seconds = 0;                // the fastest round
    std::optional<double> visited;     // share of the dense blocks of attention that was computed
    std::optional<std::int64_t> bytes; // the most memory held beyond what was there before
    std::string unavailable;           // why nothing was measured; empty: it was
};

// Attention of random queries and keys: dense, ALiBi, ALiBi without the blocks that cannot matter, a table, a window.
std::vector<BenchRow> benchAttention(const BenchOptions& options, const Job& job);

// Pictures of one head of random queries and keys, by stage.
std::vector<BenchRow> benchMap(const BenchOptions& options, const Job& job);

// Full attention against a window, grouped-query and multi-query attention.
std::vector<BenchRow> benchSharing(const BenchOptions& options, const Job& job);

// A window of the bundled text through whole models: losses of every token. Models by name or folder.
std::vector<BenchRow> benchModels(const BenchOptions& options, const std::vector<std::string>& models,
                                  Context& context);

} // namespace slopescope::cli
