// The part of the lab that says what is on view, and asks the engine for it.
#include "core/base/error.h"
#include "core/study/curve_plan.h"
#include "ui/lab/lab.h"
#include "ui/lab/names.h"

#include <algorithm>

namespace slopescope::ui {

std::optional<ModelFacts> factsAsRun(const Variant& variant, const ModelFacts& model) {
    try {
        return factsOf(variant, model);
    } catch (const Error&) {
        return {};
    }
}

Variant Lab::variantOnView() const {
    if (m_hand)
        return *m_hand;
    return m_workspace.a() == nullptr ? Variant() : m_workspace.a()->variant;
}

std::optional<ModelFacts> Lab::facts(VariantId id) const {
    const WorkspaceVariant* const row = m_workspace.find(id);
    const ModelFacts* const model = row == nullptr ? nullptr : m_library.model(row->variant.model);
    return model == nullptr ? std::nullopt : factsAsRun(row->variant, *model);
}

std::optional<ModelFacts> Lab::factsOnView() const {
    const Variant variant = variantOnView();
    const ModelFacts* const model = m_library.model(variant.model);
    return model == nullptr ? std::nullopt : factsAsRun(variant, *model);
}

QString Lab::nameOf(VariantId id) const {
    const WorkspaceVariant* const row = m_workspace.find(id);
    if (row == nullptr)
        return {};
    if (!row->name.empty())
        return QString::fromStdString(row->name);
    const ModelFacts* const model = m_library.model(row->variant.model);
    return model == nullptr ? QString::fromStdString(std::filesystem::path(row->variant.model).filename().string())
                            : usualName(row->variant, *model);
}

QString Lab::whyNot(VariantId id) const {
    const WorkspaceVariant* const row = m_workspace.find(id);
    if (row == nullptr)
        return {};
    const auto find = [](const std::map<std::string, QString>& faults, const std::string& key) {
        const auto found = faults.find(key);
        return found == faults.end() ? QString() : found->second;
    };
    const QString closed = find(m_library.faults, row->variant.model);
    return closed.isEmpty() ? find(m_library.textFaults, row->variant.model) : closed;
}

std::shared_ptr<const TextFacts> Lab::text() const {
    return m_library.text(variantOnView().model);
}

std::int64_t Lab::longestLength() const {
    const auto text = this->text();
    const auto facts = factsOnView();
    if (!text || !facts)
        return 0;
    const std::int64_t tokens = std::ssize(text->tokens);
    return facts->longestLength ? std::min(tokens, *facts->longestLength) : tokens;
}

std::int64_t Lab::length() const {
    return std::min(m_workspace.look.length, longestLength());
}

CurvePlan Lab::plan() const {
    std::int64_t tokens = 0;
    for (const auto& [key, text] : m_library.texts)
        tokens = std::max(tokens, std::int64_t(std::ssize(text->tokens)));
    if (m_library.texts.empty())
        tokens = m_storedTokens;
    const Measurement& measurement = m_workspace.measurement;
    CurvePlan plan = usualPlan(lengthsTo(longestWithin(measurement.longest, tokens)));
    plan.protocol = measurement.protocol;
    if (measurement.windows > 0)
        plan.windows = measurement.windows;
    if (plan.protocol == Protocol::Sliding || plan.protocol == Protocol::HuggingFace)
        plan.stride = measurement.stride > 0 ? measurement.stride : kShortestLength / 2;
    return plan;
}

std::optional<Side> Lab::sideOnView(int side) const {
    const auto facts = factsOnView();
    if (!facts)
        return {};
    const auto within = [](const std::vector<HeadAddress>& heads, const ModelFacts& model) {
        std::vector<HeadAddress> kept;
        for (const HeadAddress head : heads)
            if (const HeadAddress there{std::min(head.layer, model.layers - 1), std::min(head.head, model.heads - 1)};
                std::find(kept.begin(), kept.end(), there) == kept.end())
                kept.push_back(there);
        return kept;
    };
    if (side == 0)
        return Side{variantOnView(), within(m_workspace.look.heads, *facts)};
    if (m_workspace.againstHead)
        return Side{variantOnView(), within({*m_workspace.againstHead}, *facts)};
    const WorkspaceVariant* const b = m_workspace.b();
    const ModelFacts* const model = b == nullptr ? nullptr : m_library.model(b->variant.model);
    if (model == nullptr)
        return {};
    // B is shown where it reads the same tokens, as far as it reaches.
    const auto mine = text(), theirs = m_library.text(b->variant.model);
    const std::int64_t length = this->length();
    const auto run = factsAsRun(b->variant, *model);
    if (!run || !theirs || !mine || theirs->digest != mine->digest || length > run->longestLength.value_or(length))
        return {};
    return Side{b->variant, within(m_workspace.look.heads, *model)};
}

void Lab::pushView() {
    const auto a = sideOnView(0);
    const std::int64_t length = this->length();
    if (!a || length < 1) {
        m_engine.hide();
        return;
    }
    if (m_viewport.rows <= 0 || m_viewport.columns <= 0)
        return; // not laid out yet; the map says when it is
    View view;
    view.a = *a;
    view.b = sideOnView(1);
    view.length = length;
    view.stage = m_workspace.look.stage;
    view.pooling = m_workspace.look.pooling;
    view.viewport = m_viewport;
    view.thumbnailPixels = m_thumbnailPixels;
    view.cell = m_cell;
    view.token = m_token;
    view.pair = m_pair;
    if (m_rowsShown && a->heads.size() == 1 && length <= kSmallText)
        view.rows = QueryRange{0, length};
    else if (m_rowsShown && a->heads.size() == 1 && m_cell)
        view.rows = QueryRange{m_cell->query, m_cell->query + 1};
    view.losses = m_workspace.look.lossOnText || m_workspace.curves.axis == CurveAxis::Token;
    view.headTable = m_headTable;
    view.editing = m_hand.has_value();
    if (view.viewport.queryEnd > length || view.viewport.keyEnd > length)
        return; // of the length before; the map asks for its cells anew
    m_engine.show(view);
    if (!m_patience.isActive())
        m_patience.start();
}

void Lab::continueText(GenerationRequest how) {
    const auto text = this->text();
    if (!text || length() < 1)
        return;
    how.ids.clear();
    for (std::int64_t token = 0; token < length(); ++token)
        how.ids.push_back(text->tokens[std::size_t(token)].id);
    std::vector<GenerationRequest> requests;
    for (int side = 0; side < 2; ++side)
        if (const auto shown = sideOnView(side); shown && (side == 0 || shown->variant != how.variant)) {
            how.variant = shown->variant;
            requests.push_back(how);
        }
    if (requests.empty())
        return;
    m_continuing = true;
    m_engine.writer().start(std::move(requests));
}

void Lab::pushCurves() {
    CurvesRequest request;
    std::vector<VariantId> ids;
    std::vector<bool> live;
    for (const WorkspaceVariant& row : m_workspace.variants) {
        const std::string& key = row.variant.model;
        const bool open = m_library.texts.contains(key) && m_library.models.contains(key);
        const bool closed = m_library.texts.empty() || !m_library.models.contains(key); // by the files, for now or for good
        const bool stored = closed && std::find(m_stored.begin(), m_stored.end(), row.variant) != m_stored.end();
        if ((row.visible || row.id == m_workspace.against) && (open || stored)) {
            request.variants.push_back(row.variant);
            ids.push_back(row.id);
            live.push_back(open);
        }
    }
    if (const WorkspaceVariant* const b = m_workspace.b(); b != nullptr && std::find(ids.begin(), ids.end(), b->id) != ids.end())
        request.against = b->variant;
    request.plan = plan();
    if (request.variants.empty()) {
        m_engine.stopSweep();
        m_curves.reset();
        m_curveIds.clear();
        m_request = {};
        m_live.clear();
        emit curvesChanged();
        return;
    }
    const bool same = request.variants == m_request.variants && live == m_live && request.against == m_request.against && request.plan == m_request.plan;
    m_curveIds = ids;
    m_request = request;
    m_live = live;
    if (same && m_curves && (m_engine.sweeping() || m_curves->filled || !m_measuring)) {
        emit curvesChanged(); // names or colours
        return;
    }
    if (!m_measuring || std::find(live.begin(), live.end(), true) == live.end()) {
        m_engine.showCurves(request);
        return;
    }
    m_engine.sweep(request);
    emit sweepStarted();
}

bool Lab::isSettled() const {
    return m_library.opening.empty() && factsOnView() && text() && m_engine.idle() && m_curves && m_curves->complete &&
           m_curves->curves.size() == m_curveIds.size();
}

void Lab::checkSettled() {
    if (isSettled())
        emit settled();
}

} // namespace slopescope::ui
