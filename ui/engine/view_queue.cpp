#include "ui/engine/view_queue.h"

#include <utility>

namespace slopescope::ui {
namespace {

bool sameInputs(const View& a, const View& b) {
    return a.length == b.length && a.slopes == b.slopes && a.positions == b.positions;
}

// Pictures of one model at one length, though perhaps of other slopes.
bool sameKeys(const View& a, const View& b) {
    return a.length == b.length && a.positions == b.positions;
}

// Pictures of the same thing, though perhaps of other slopes or of another part of it.
bool sameSubject(const View& a, const View& b) {
    return sameKeys(a, b) && a.head == b.head && a.stage == b.stage && a.pooling == b.pooling;
}

} // namespace

ViewChange changeBetween(const std::optional<View>& before, const View& now) {
    const bool inputs = !before || !sameInputs(*before, now);
    const bool head = inputs || before->head != now.head;
    const bool stage = inputs || before->stage != now.stage;
    return {.inputs = inputs,
            .map = head || stage || before->pooling != now.pooling || before->viewport != now.viewport,
            .thumbnails = stage || before->thumbnailPixels != now.thumbnailPixels,
            .profile = head,
            .cell = head || before->cell != now.cell,
            .links = head || before->token != now.token};
}

void ViewQueue::openModel(std::string model) {
    m_model = std::move(model);
}

void ViewQueue::openText(std::filesystem::path text) {
    m_text = std::move(text);
}

void ViewQueue::useDevice(const Device& device) {
    m_device = device;
}

void ViewQueue::cancelOpening() {
    m_model.reset();
    m_text.reset();
}

void ViewQueue::show(View view, Clock::time_point now) {
    if (m_unacknowledged > 0)
        return;
    const ViewChange change = changeBetween(m_view, view);
    if (change.inputs)
        m_lastEdit = now;
    m_view = std::move(view);
    ask(change);
}

void ViewQueue::ask(const ViewChange& change) {
    m_due.forward |= change.inputs;
    m_due.map |= change.map;
    m_due.preview |= change.map;
    m_due.thumbnails |= change.thumbnails;
    m_due.profile |= change.profile;
    m_due.cell = m_view->cell && (m_due.cell || change.cell);
    m_due.links = m_view->token && (m_due.links || change.links);
}

void ViewQueue::acknowledge() {
    --m_unacknowledged;
}

std::optional<Task> ViewQueue::nextPicture(Clock::time_point now) const {
    if (!m_view)
        return {};
    // Drawn from the q and k at hand: the answer that can be had while the hand still moves.
    if (hasKeys()) {
        if (m_due.forward && m_due.preview)
            return Task::Preview;
        if (m_due.cell)
            return Task::Cell;
        if (m_due.links)
            return Task::Links;
    }
    if (m_due.forward)
        return resting(now) ? std::optional(Task::Forward) : std::nullopt;
    if (!hasKeys())
        return {};
    if (m_due.map)
        return Task::Map;
    if (m_due.thumbnails)
        return Task::Thumbnails;
    if (m_due.profile)
        return Task::Profile;
    return {};
}

std::optional<Work> ViewQueue::take(Clock::time_point now) {
    Work work;
    work.epoch = m_epoch;
    if (m_device) {
        work.task = Task::UseDevice;
        work.device = *std::exchange(m_device, {});
    } else if (m_model) {
        work.task = Task::OpenModel;
        work.model = *std::exchange(m_model, {});
    } else if (m_text && m_hasModel) { // its tokens are the model's
        work.task = Task::OpenText;
        work.text = *std::exchange(m_text, {});
    } else if (const auto task = nextPicture(now)) {
        work.task = *task;
        work.view = *m_view;
        due(*task) = false;
    } else {
        return {};
    }
    m_running = work;
    return work;
}

std::optional<ViewQueue::Clock::time_point> ViewQueue::wakeAt() const {
    if (m_view && m_due.forward && m_view->editing)
        return m_lastEdit + kRest;
    return {};
}

bool& ViewQueue::due(Task task) {
    switch (task) {
    case Task::Preview:
        return m_due.preview;
    case Task::Cell:
        return m_due.cell;
    case Task::Links:
        return m_due.links;
    case Task::Forward:
        return m_due.forward;
    case Task::Thumbnails:
        return m_due.thumbnails;
    case Task::Profile:
        return m_due.profile;
    default:
        return m_due.map;
    }
}

void ViewQueue::opened() {
    m_hasModel = true;
    m_view.reset();
    m_due = {};
    m_forwardLength = -1;
    ++m_unacknowledged;
    ++m_epoch;
}

// What is on view has moved to another device, where nothing is at hand yet.
void ViewQueue::moved() {
    m_forwardLength = -1;
    if (m_view)
        ask(changeBetween({}, *m_view));
}

void ViewQueue::finishForward(Outcome outcome) {
    const View& ran = m_running->view;
    if (outcome == Outcome::Done) {
        m_forwardLength = ran.length;
        m_forwardPositions = ran.positions;
        m_due.cell = m_view->cell.has_value(); // theirs were previews
        m_due.links = m_view->token.has_value();
        if (!m_due.forward)
            m_due.preview = false;
    } else if (outcome == Outcome::Failed && sameInputs(ran, *m_view)) {
        m_due = {}; // there is nothing to draw them from
    }
}

void ViewQueue::finish(Outcome outcome, bool exact) {
    if (!m_running)
        return;
    if (opening()) {
        if (outcome == Outcome::Done)
            opened();
    } else if (m_running->task == Task::UseDevice) {
        if (outcome == Outcome::Done)
            moved();
    } else if (m_view) {
        if (m_running->task == Task::Forward)
            finishForward(outcome);
        if (m_running->task == Task::Preview && outcome == Outcome::Done && exact && !m_due.preview)
            m_due.map = false;
        if (outcome == Outcome::Cancelled) {
            due(m_running->task) = true;
            m_due.cell = m_due.cell && m_view->cell;
            m_due.links = m_due.links && m_view->token;
        }
    }
    m_running.reset();
}

bool ViewQueue::runningIsStale() const {
    if (!m_running)
        return false;
    switch (m_running->task) {
    case Task::OpenModel:
        return m_model.has_value();
    case Task::OpenText:
        return m_text.has_value();
    case Task::UseDevice:
        return m_device.has_value();
    default:
        break;
    }
    if (m_model || m_text || m_device)
        return true;
    if (!m_view)
        return false;
    const View& ran = m_running->view;
    switch (m_running->task) {
    case Task::Forward:
        return !sameInputs(ran, *m_view);
    case Task::Thumbnails:
    case Task::Profile: // slow, and less looked at than the map
        return !sameInputs(ran, *m_view) || m_due.map;
    case Task::Map:
    case Task::Preview:
        // Other slopes or another part of the same head: stopping these for every step of the hand would show nothing
        // until it rests. They are finished and shown, and the newest follows.
        return !sameSubject(ran, *m_view);
    default:
        return false;
    }
}

bool ViewQueue::stillWanted(const Work& work) const {
    if (isOpening(work.task))
        return true;
    if (work.epoch != m_epoch)
        return false;
    if (!m_view)
        return false;
    switch (work.task) {
    case Task::Preview:
    case Task::Map:
        return sameSubject(work.view, *m_view);
    case Task::Thumbnails:
        return sameKeys(work.view, *m_view) && work.view.stage == m_view->stage;
    case Task::Cell:
        return sameKeys(work.view, *m_view) && work.view.head == m_view->head && work.view.cell == m_view->cell;
    case Task::Links:
        return sameKeys(work.view, *m_view) && work.view.head == m_view->head && work.view.token == m_view->token;
    default:
        return sameKeys(work.view, *m_view) && work.view.head == m_view->head;
    }
}

bool ViewQueue::isCurrent(const Work& work) const {
    if (work.epoch != m_epoch || !m_view || !sameInputs(work.view, *m_view))
        return false;
    if (work.task == Task::Thumbnails)
        return work.view.stage == m_view->stage && work.view.thumbnailPixels == m_view->thumbnailPixels;
    if (work.task == Task::Profile)
        return work.view.head == m_view->head;
    return sameSubject(work.view, *m_view) && work.view.viewport == m_view->viewport;
}

bool ViewQueue::opening() const {
    return m_running && (m_running->task == Task::OpenModel || m_running->task == Task::OpenText);
}

bool ViewQueue::busy() const {
    if (m_running || m_device || m_model || (m_text && m_hasModel))
        return true;
    if (!m_view)
        return false;
    if (m_due.forward)
        return true;
    return hasKeys() && (m_due.map || m_due.thumbnails || m_due.profile || m_due.cell || m_due.links);
}

} // namespace slopescope::ui
