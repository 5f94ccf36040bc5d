// What the view lane does next: the order of work behind every picture, as plain logic without threads or Qt.
//
// The window says what it wants to show (a View); the queue works out which results that makes due, which come first, and
// which running one is no longer worth finishing. The Engine owns the only one and calls it under its mutex, from any thread.
#pragma once

#include "core/session.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace slopescope::ui {

struct CellOnView {
    std::int64_t query = 0, key = 0;
    bool operator==(const CellOnView&) const = default;
};

// Everything the pictures depend on, as one immutable value. The newest one wins.
struct View {
    PositionOverride positions; // in place of the model's own
    SlopeTable slopes;          // empty: as trained, or as `positions` has them
    std::int64_t length = 0;
    HeadAddress head;
    Stage stage = Stage::Probability;
    Pooling pooling = Pooling::Mean;
    Viewport viewport;
    int thumbnailPixels = 32;
    std::optional<CellOnView> cell;    // what the cell card tells about
    std::optional<std::int64_t> token; // whose links are lit
    bool editing = false;              // a slope is in hand: the forward waits until it rests
};

// Which pictures a view asks for anew.
struct ViewChange {
    bool inputs = false; // of the model: everything follows
    bool map = false, thumbnails = false, profile = false, cell = false, links = false;
};
ViewChange changeBetween(const std::optional<View>& before, const View& now);

enum class Task { OpenModel, OpenText, Preview, Cell, Links, Forward, Map, Thumbnails, Profile, Sweep, UseDevice };

// Replaces or moves what is open: wanted whatever is on view.
constexpr bool isOpening(Task task) {
    return task == Task::OpenModel || task == Task::OpenText || task == Task::UseDevice;
}

// One thing to do, with all it needs.
struct Work {
    Task task = Task::Map;
    View view;
    std::string model;
    std::filesystem::path text;
    Device device;
    std::uint64_t epoch = 0; // of the model and text it belongs to
};

enum class Outcome { Done, Cancelled, Failed };

class ViewQueue {
public:
    using Clock = std::chrono::steady_clock;
    // How long a slope in hand must rest before the forward starts.
    static constexpr std::chrono::milliseconds kRest{70};

    void openModel(std::string model);
    void openText(std::filesystem::path text); // waits for the first model
    void useDevice(const Device& device); // before everything else; the view is then computed anew
    void cancelOpening(); // those that wait; the Engine stops the running one
    // Ignored while an opening's result has not been acknowledged: the view would belong to the model before.
    void show(View view, Clock::time_point now);
    // The window has taken over an opened model or text; its views count again.
    void acknowledge();

    // The most urgent work, which is then the running one; nothing if none is ready. One piece runs at a time.
    std::optional<Work> take(Clock::time_point now);
    // When to call take() again although nothing else happens.
    std::optional<Clock::time_point> wakeAt() const;
    // What has become of the running work. `exact`: of a Preview, that it needs no second look.
    void finish(Outcome outcome, bool exact = false);

    bool runningIsStale() const;           // something newer makes the running work worthless
    bool stillWanted(const Work&) const;   // its result still belongs on the screen
    bool isCurrent(const Work&) const;     // nothing newer has been asked for since
    bool busy() const;                     // work is running or due
    bool opening() const;                  // a model or a text is being opened right now
    std::uint64_t epoch() const { return m_epoch; }

private:
    struct Due {
        bool preview = false, cell = false, links = false, forward = false, map = false, thumbnails = false,
             profile = false;
    };

    // Of a causal model a prefix will do.
    bool hasKeys() const {
        return m_view && m_forwardLength >= m_view->length && m_forwardPositions == m_view->positions;
    }
    bool resting(Clock::time_point now) const { return !m_view->editing || now >= m_lastEdit + kRest; }
    std::optional<Task> nextPicture(Clock::time_point now) const;
    bool& due(Task task);
    void opened();
    void moved();
    void ask(const ViewChange& change);
    void finishForward(Outcome outcome);

    std::optional<std::string> m_model;
    std::optional<std::filesystem::path> m_text;
    std::optional<Device> m_device;
    bool m_hasModel = false;
    std::optional<View> m_view;
    Due m_due;
    std::optional<Work> m_running;
    std::int64_t m_forwardLength = -1; // the length for which q and k are at hand,
    PositionOverride m_forwardPositions; // and what they were run with
    Clock::time_point m_lastEdit{};
    int m_unacknowledged = 0;
    std::uint64_t m_epoch = 0; // openings that succeeded
};

} // namespace slopescope::ui
