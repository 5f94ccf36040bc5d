// What the view lane does next: the order of work behind every picture, as plain logic without threads or Qt.
//
// The window says what it wants to show (a View). A kind of picture is a row of a table: what question of the view it answers,
// and whether it can be answered from keys of another state. What is due, stale, wanted and current follows from the questions.
// The Engine owns the only queue and calls it under its mutex, from any thread.
#pragma once

#include "ui/engine/view.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>

namespace slopescope::ui {

// One thing to do, with all it needs.
struct Work {
    Task task = Task::Map;
    int side = 0; // of the view: 0 is A, 1 is B
    View view;
    std::string model;
    TextSource text;
    Device device;
    std::uint64_t epoch = 0; // of the text it belongs to
};

enum class Outcome { Done, Cancelled, Failed };

class PictureQueue {
public:
    using Clock = std::chrono::steady_clock;
    // What pictures of a variant could be drawn from: nothing, keys of another state of it, its own.
    using AtHand = std::function<std::optional<Freshness>(const Variant&, std::int64_t length)>;
    // How long a slope in hand must rest before the forward starts.
    static constexpr std::chrono::milliseconds kRest{70};

    void openModel(std::string model);
    void openText(TextSource text);
    void useDevice(const Device& device); // before everything else; the view is then computed anew
    void cancelOpening(); // those that wait; the Engine stops the running one
    // Ignored while a text's opening has not been acknowledged: the view would belong to the text before.
    void show(View view, Clock::time_point now);
    void hide(); // nothing is on view
    // The window has taken over an opened text; its views count again.
    void acknowledge();

    // The most urgent work, which is then the running one; nothing if none is ready. One piece runs at a time.
    std::optional<Work> take(Clock::time_point now, const AtHand& atHand);
    // When to call take() again although nothing else happens.
    std::optional<Clock::time_point> wakeAt() const;
    // What has become of the running work. `exact`: of a picture, that it needs no second look.
    void finish(Outcome outcome, bool exact = false);

    bool runningIsStale() const;         // something newer makes the running work worthless
    bool stillWanted(const Work&) const; // its result still belongs on the screen
    bool isCurrent(const Work&) const;   // nothing newer has been asked for since
    bool busy() const;                   // work is running or due
    bool isAnswered(Task task, int side) const; // the newest question of a picture has an answer, or is not asked
    bool isComing(Task task, int side) const;   // it has none, and nothing failed on the way to it
    bool opening() const;                // a model or a text is being opened right now

    static constexpr int kKinds = 9, kSides = 2;

private:
    struct Answer {
        std::optional<View> view; // the question, as it was answered last
        bool exact = false;
    };

    bool asked(int kind, int side) const; // the view asks for it
    bool answered(int kind, int side) const; // its newest question, though perhaps from keys of another state
    bool due(int kind, int side) const;
    bool failed(int side) const; // its forward cannot be run
    bool resting(Clock::time_point now) const { return !m_view->editing || now >= m_lastEdit + kRest; }
    std::optional<Work> nextPicture(Clock::time_point now, const AtHand& atHand) const;
    Work workOn(Task task, int side) const;
    Answer& answerOf(const Work& work);

    std::deque<std::string> m_models;
    std::optional<TextSource> m_text;
    std::optional<Device> m_device;
    std::optional<View> m_view;
    std::array<std::array<Answer, kSides>, kKinds> m_answers;
    struct Inputs {
        Variant variant;
        std::int64_t length = 0;
    };
    std::array<std::optional<Inputs>, kSides> m_failed; // whose forward failed
    std::optional<Work> m_running;
    Clock::time_point m_lastEdit{};
    int m_unacknowledged = 0;
    std::uint64_t m_epoch = 0; // texts that were opened
};

} // namespace slopescope::ui
