// The part of the lab about slopes and the loss: gradients, and fits.
#include "ui/lab/lab.h"
#include "ui/lab/names.h"
#include "ui/widgets/format.h"

namespace slopescope::ui {

void Lab::connectSlopes() {
    SlopeLane& lane = m_engine.slopes();
    connect(&lane, &SlopeLane::gradientsReady, this,
            [this](const std::shared_ptr<const SlopeGradientResult>& gradients) {
                m_gradients = gradients;
                emit recovered(Task::Slopes);
                emit gradientsChanged();
            });
    connect(&lane, &SlopeLane::gradientsFailed, this,
            [this](const QString& sentence) { emit failed(Task::Slopes, sentence); });
    connect(&lane, &SlopeLane::fitMoved, this, &Lab::fitMoved);
    connect(&lane, &SlopeLane::fitFailed, this,
            [this](const QString& sentence) { emit failed(Task::Slopes, sentence); });
    connect(&lane, &SlopeLane::fitEnded, this, [this](const std::shared_ptr<const SlopeFitResult>& fit) {
        if (fit && fit->step > 0) {
            emit recovered(Task::Slopes);
            keepFit(*fit);
        }
        emit fitEnded(fit);
        m_gradientRequest.reset(); // a fit puts it off
        askForGradients();
    });
}

void Lab::showHeadTable(bool shown) {
    if (shown == m_headTable)
        return;
    m_headTable = shown;
    pushView();
}

void Lab::wantGradients(const void* who, bool wanted) {
    const bool before = gradientsWanted();
    wanted ? void(m_wantGradients.insert(who)) : void(m_wantGradients.erase(who));
    if (before == gradientsWanted())
        return;
    askForGradients();
    emit gradientsChanged();
}

std::shared_ptr<const SlopeGradientResult> Lab::gradients() const {
    const bool fits = m_gradients && gradientsWanted() && m_gradientRequest &&
                      m_gradients->variant == variantOnView() && m_gradients->length == m_gradientRequest->length;
    return fits ? m_gradients : nullptr;
}

// Once for every state of the slopes, and none while they are in a hand.
void Lab::askForGradients() {
    const bool had = m_gradientRequest.has_value();
    const std::int64_t tokens = text() ? std::ssize(text()->tokens) : 0;
    const std::int64_t length = std::min(this->length(), tokens - 1); // a window predicts one token more
    if (!gradientsWanted() || m_hand || !factsOnView() || length < 2) {
        m_gradientRequest.reset();
        m_engine.slopes().stopMeasuring();
    } else {
        SlopeGradientRequest request{.variant = variantOnView(), .length = length};
        if (!m_gradientRequest || m_gradientRequest->variant != request.variant ||
            m_gradientRequest->length != length) {
            m_gradientRequest = request;
            m_engine.slopes().measure(request);
        }
    }
    if (had && !gradients())
        emit gradientsChanged();
}

void Lab::fitSlopes(std::int64_t length, std::int64_t steps, bool shared) {
    const WorkspaceVariant* const a = m_workspace.a();
    if (a == nullptr || !factsOnView())
        return;
    dropHand();
    m_engine.slopes().fit({.variant = a->variant, .length = length, .steps = steps, .shared = shared});
}

void Lab::stopFit() {
    m_engine.slopes().stopFit();
}

// Into the row that the fit began with, whichever is on view by now; a row that is gone takes it along.
void Lab::keepFit(const SlopeFitResult& fit) {
    const WorkspaceVariant* const row = m_workspace.find(fit.variant);
    const ModelFacts* const model = row == nullptr ? nullptr : m_library.model(fit.variant.model);
    if (model == nullptr)
        return;
    const Variant fitted = withSlopes(fit.variant, fit.slopes, *model);
    const auto facts = factsAsRun(fitted, *model);
    const PositionMethod method = methodOf((facts ? *facts : *model).positions);
    edit(tr("fit slopes at %1 tokens").arg(grouped(fit.length)),
         [&, id = row->id](Workspace& w) { slopescope::edit(w, id, fitted, freeColour(method, coloursOf(w))); });
}

} // namespace slopescope::ui
