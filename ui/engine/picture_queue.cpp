#include "ui/engine/picture_queue.h"

#include <algorithm>
#include <utility>

namespace slopescope::ui {
namespace {

// A kind of picture. `question`: both views ask for the same picture of that side. `subject`: a picture of one may still be
// shown under the other until its own comes: other slopes, or another part of the same.
struct PictureKind {
    Task task;
    bool fromStale; // worth drawing from keys of another state of the variant, while the hand still moves
    bool ofBoth;    // also of B
    bool slow;      // gives way to a map that is due
    bool (*asked)(const View&);
    bool (*question)(const View&, const View&, int side);
    bool (*subject)(const View&, const View&, int side);
};

bool sameInputs(const View& a, const View& b, int side) {
    return a.length == b.length && a.side(side).variant == b.side(side).variant;
}

// The same model with the same positions, though perhaps other slopes.
bool sameWeights(const View& a, const View& b, int side) {
    return a.length == b.length && sameBesidesSlopes(a.side(side).variant, b.side(side).variant);
}

bool sameHeads(const View& a, const View& b, int side) {
    return a.side(side).heads == b.side(side).heads;
}

bool always(const View&) {
    return true;
}

constexpr std::array<PictureKind, PictureQueue::kKinds> kTable{{
    {Task::Map, true, true, false, always,
     [](const View& a, const View& b, int side) {
         return sameInputs(a, b, side) && sameHeads(a, b, side) && a.stage == b.stage && a.pooling == b.pooling &&
                a.viewport == b.viewport;
     },
     [](const View& a, const View& b, int side) {
         return sameWeights(a, b, side) && sameHeads(a, b, side) && a.stage == b.stage && a.pooling == b.pooling;
     }},
    {Task::Cell, true, true, false, [](const View& view) { return view.cell.has_value(); },
     [](const View& a, const View& b, int side) {
         return sameInputs(a, b, side) && sameHeads(a, b, side) && a.cell == b.cell;
     },
     [](const View& a, const View& b, int side) {
         return sameWeights(a, b, side) && sameHeads(a, b, side) && a.cell == b.cell;
     }},
    {Task::Links, true, false, false, [](const View& view) { return view.token.has_value(); },
     [](const View& a, const View& b, int side) {
         return sameInputs(a, b, side) && sameHeads(a, b, side) && a.token == b.token;
     },
     [](const View& a, const View& b, int side) {
         return sameWeights(a, b, side) && sameHeads(a, b, side) && a.token == b.token;
     }},
    {Task::Rows, true, true, false, [](const View& view) { return view.rows.has_value(); },
     [](const View& a, const View& b, int side) {
         return sameInputs(a, b, side) && sameHeads(a, b, side) && a.rows == b.rows;
     },
     [](const View& a, const View& b, int side) {
         return sameWeights(a, b, side) && sameHeads(a, b, side) && a.rows == b.rows;
     }},
    {Task::Pair, false, false, true, [](const View& view) { return view.pair.has_value(); },
     [](const View& a, const View& b, int side) { return sameInputs(a, b, side) && a.pair == b.pair; },
     [](const View& a, const View& b, int side) { return sameWeights(a, b, side) && a.pair == b.pair; }},
    {Task::Losses, false, true, true, [](const View& view) { return view.losses; },
     [](const View& a, const View& b, int side) { return sameInputs(a, b, side); }, sameWeights},
    {Task::Thumbnails, false, true, true, always,
     [](const View& a, const View& b, int side) {
         return sameInputs(a, b, side) && a.stage == b.stage && a.thumbnailPixels == b.thumbnailPixels;
     },
     [](const View& a, const View& b, int side) { return sameWeights(a, b, side) && a.stage == b.stage; }},
    {Task::Profile, false, true, true, always,
     [](const View& a, const View& b, int side) { return sameInputs(a, b, side) && sameHeads(a, b, side); },
     [](const View& a, const View& b, int side) { return sameWeights(a, b, side) && sameHeads(a, b, side); }},
    {Task::HeadTable, false, false, true, [](const View& view) { return view.headTable; },
     [](const View& a, const View& b, int side) { return sameInputs(a, b, side); }, sameWeights},
}};

int kindOf(Task task) {
    const auto row = std::find_if(kTable.begin(), kTable.end(), [&](const PictureKind& kind) { return kind.task == task; });
    return row == kTable.end() ? -1 : int(row - kTable.begin());
}

} // namespace

void PictureQueue::openModel(std::string model) {
    if (std::find(m_models.begin(), m_models.end(), model) == m_models.end())
        m_models.push_back(std::move(model));
}

void PictureQueue::openText(TextSource text) {
    m_text = std::move(text);
}

void PictureQueue::useDevice(const Device& device) {
    m_device = device;
}

void PictureQueue::cancelOpening() {
    m_models.clear();
    m_text.reset();
}

void PictureQueue::show(View view, Clock::time_point now) {
    if (m_unacknowledged > 0)
        return;
    if (!m_view || !sameInputs(*m_view, view, 0))
        m_lastEdit = now;
    m_view = std::move(view);
    // What has failed is tried again by whoever goes elsewhere and comes back.
    for (int side = 0; side < kSides; ++side)
        if (m_view->has(side) && !failed(side))
            m_failed[std::size_t(side)].reset();
}

void PictureQueue::hide() {
    m_view.reset();
}

void PictureQueue::acknowledge() {
    --m_unacknowledged;
}

bool PictureQueue::asked(int kind, int side) const {
    const PictureKind& row = kTable[std::size_t(kind)];
    return m_view && m_view->has(side) && (side == 0 || row.ofBoth) && row.asked(*m_view);
}

bool PictureQueue::answered(int kind, int side) const {
    const Answer& answer = m_answers[std::size_t(kind)][std::size_t(side)];
    return answer.view && answer.view->has(side) && kTable[std::size_t(kind)].question(*answer.view, *m_view, side);
}

bool PictureQueue::due(int kind, int side) const {
    return asked(kind, side) && !failed(side) &&
           !(answered(kind, side) && m_answers[std::size_t(kind)][std::size_t(side)].exact);
}

bool PictureQueue::failed(int side) const {
    const auto& inputs = m_failed[std::size_t(side)];
    return inputs && inputs->length == m_view->length && inputs->variant == m_view->side(side).variant;
}

Work PictureQueue::workOn(Task task, int side) const {
    Work work;
    work.task = task;
    work.side = side;
    work.view = *m_view;
    work.epoch = m_epoch;
    return work;
}

std::optional<Work> PictureQueue::nextPicture(Clock::time_point now, const AtHand& atHand) const {
    if (!m_view)
        return {};
    std::array<std::optional<Freshness>, kSides> hand;
    for (int side = 0; side < kSides; ++side)
        if (m_view->has(side) && !failed(side))
            hand[std::size_t(side)] = atHand(m_view->side(side).variant, m_view->length);
    // Drawn from whatever is at hand: the answer that can be had while the hand still moves.
    for (int side = 0; side < kSides; ++side)
        for (int kind = 0; kind < kKinds; ++kind)
            if (kTable[std::size_t(kind)].fromStale && hand[std::size_t(side)] && asked(kind, side) && !answered(kind, side))
                return workOn(kTable[std::size_t(kind)].task, side);
    for (int side = 0; side < kSides; ++side) {
        if (!m_view->has(side) || failed(side))
            continue;
        if (hand[std::size_t(side)] != Freshness::Exact) {
            if (side == 0 && !resting(now))
                return {};
            return workOn(Task::Forward, side);
        }
        for (int kind = 0; kind < kKinds; ++kind)
            if (kTable[std::size_t(kind)].fromStale && due(kind, side))
                return workOn(kTable[std::size_t(kind)].task, side);
    }
    for (int kind = 0; kind < kKinds; ++kind)
        for (int side = 0; side < kSides; ++side)
            if (due(kind, side))
                return workOn(kTable[std::size_t(kind)].task, side);
    return {};
}

std::optional<Work> PictureQueue::take(Clock::time_point now, const AtHand& atHand) {
    std::optional<Work> work;
    if (m_device) {
        work = Work{.task = Task::UseDevice, .view = {}, .model = {}, .text = {}, .device = *std::exchange(m_device, {})};
    } else if (m_text) {
        work = Work{.task = Task::OpenText, .view = {}, .model = {}, .text = *std::exchange(m_text, {}), .device = {}};
    } else if (!m_models.empty()) {
        work = Work{.task = Task::OpenModel, .view = {}, .model = m_models.front(), .text = {}, .device = {}};
        m_models.pop_front();
    } else {
        work = nextPicture(now, atHand);
    }
    m_running = work;
    return work;
}

std::optional<PictureQueue::Clock::time_point> PictureQueue::wakeAt() const {
    if (m_view && m_view->editing)
        return m_lastEdit + kRest;
    return {};
}

PictureQueue::Answer& PictureQueue::answerOf(const Work& work) {
    return m_answers[std::size_t(kindOf(work.task))][std::size_t(work.side)];
}

void PictureQueue::finish(Outcome outcome, bool exact) {
    if (!m_running)
        return;
    const Work work = std::move(*m_running);
    m_running.reset();
    if (work.task == Task::OpenText && outcome == Outcome::Done) {
        m_view.reset();
        m_answers = {};
        m_failed = {};
        ++m_unacknowledged;
        ++m_epoch;
    } else if (work.task == Task::UseDevice && outcome == Outcome::Done) {
        m_answers = {}; // what is on view has moved to where nothing is at hand yet
        m_failed = {};
    } else if (work.task == Task::Forward) {
        if (outcome == Outcome::Failed)
            m_failed[std::size_t(work.side)] = {work.view.side(work.side).variant, work.view.length};
    } else if (kindOf(work.task) >= 0 && work.epoch == m_epoch && outcome != Outcome::Cancelled) {
        // One that failed is not tried again until another question is asked.
        answerOf(work) = {work.view, exact || outcome == Outcome::Failed};
    }
}

bool PictureQueue::runningIsStale() const {
    if (!m_running)
        return false;
    switch (m_running->task) {
    case Task::OpenModel:
        return false; // others wait for it
    case Task::OpenText:
        return m_text.has_value();
    case Task::UseDevice:
        return m_device.has_value();
    default:
        break;
    }
    if (m_text || m_device || !m_models.empty())
        return true;
    const int side = m_running->side;
    if (!m_view || !m_view->has(side))
        return true;
    const int map = kindOf(Task::Map);
    const bool mapWaits = due(map, 0) && !answered(map, 0); // A's, which goes before all that takes long
    if (m_running->task == Task::Forward)
        return !sameInputs(m_running->view, *m_view, side) || (side == 1 && mapWaits);
    const PictureKind& row = kTable[std::size_t(kindOf(m_running->task))];
    if (row.slow)
        return !sameInputs(m_running->view, *m_view, side) || mapWaits;
    // Other slopes or another part of the same head: stopping these for every step of the hand would show nothing until it
    // rests. They are finished and shown, and the newest follows.
    return !row.subject(m_running->view, *m_view, side);
}

bool PictureQueue::stillWanted(const Work& work) const {
    if (isOpening(work.task))
        return true;
    if (work.epoch != m_epoch || !m_view || !m_view->has(work.side))
        return false;
    const int kind = kindOf(work.task);
    return kind < 0 ? sameWeights(work.view, *m_view, work.side) : kTable[std::size_t(kind)].subject(work.view, *m_view, work.side);
}

bool PictureQueue::isCurrent(const Work& work) const {
    const int kind = kindOf(work.task);
    if (work.epoch != m_epoch || !m_view || !m_view->has(work.side))
        return false;
    return kind < 0 ? sameInputs(work.view, *m_view, work.side) : kTable[std::size_t(kind)].question(work.view, *m_view, work.side);
}

bool PictureQueue::isAnswered(Task task, int side) const {
    const int kind = kindOf(task);
    return kind < 0 || !asked(kind, side) || answered(kind, side);
}

bool PictureQueue::isComing(Task task, int side) const {
    return !isAnswered(task, side) && !failed(side);
}

bool PictureQueue::opening() const {
    return m_running && (m_running->task == Task::OpenModel || m_running->task == Task::OpenText);
}

bool PictureQueue::busy() const {
    if (m_running || m_device || m_text || !m_models.empty())
        return true;
    for (int kind = 0; kind < kKinds; ++kind)
        for (int side = 0; side < kSides; ++side)
            if (due(kind, side))
                return true;
    return false;
}

} // namespace slopescope::ui
