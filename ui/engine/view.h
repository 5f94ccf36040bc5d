// What the pictures are of, as one immutable value: the newest one wins. Made by the Lab, read by the engine's workers.
#pragma once

#include "core/device.h"
#include "core/workspace.h"

#include <optional>
#include <string>
#include <vector>

namespace slopescope::ui {

// One of the two that are compared.
struct Side {
    Variant variant;
    std::vector<HeadAddress> heads; // of several, the mean
    bool operator==(const Side&) const = default;
};

// Queries, from `begin` up to `end`, which is left out.
struct QueryRange {
    std::int64_t begin = 0, end = 0;
    bool operator==(const QueryRange&) const = default;
};

struct View {
    Side a;
    std::optional<Side> b; // none: nothing is compared
    std::int64_t length = 0;
    Stage stage = Stage::Probability;
    Pooling pooling = Pooling::Mean;
    Viewport viewport;
    int thumbnailPixels = 32;
    std::optional<Cell> cell;          // what the cell card tells about
    std::optional<std::int64_t> token; // whose links are lit
    std::optional<QueryRange> rows;    // whose numbers are shown, of the first head
    std::optional<Cell> pair;          // whose attention is shown in every head
    bool losses = false;               // the loss of every token is shown
    bool headTable = false;            // what every head does is shown
    bool editing = false;              // a slope of A is in hand: its forward waits until it rests

    const Side& side(int which) const { return which == 0 ? a : *b; }
    bool has(int which) const { return which == 0 || b.has_value(); }
};

enum class Task {
    OpenModel,
    OpenText,
    UseDevice,
    Forward,
    Map,
    Cell,
    Links,
    Rows,
    Pair,
    Thumbnails,
    Profile,
    Losses,
    HeadTable,
    Sweep,
    Slopes,
    Count
};

// Replaces or moves what is open: wanted whatever is on view.
constexpr bool isOpening(Task task) {
    return task == Task::OpenModel || task == Task::OpenText || task == Task::UseDevice;
}

} // namespace slopescope::ui
