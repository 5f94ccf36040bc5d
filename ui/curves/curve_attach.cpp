// The part of the curve view that speaks with the lab.
#include "ui/curves/curve_view.h"

#include "core/study/curve_plan.h"
#include "ui/curves/measure_menu.h"
#include "ui/lab/lab.h"

#include <algorithm>

namespace slopescope::ui {
namespace {

CurveLine lineOf(const Lab& lab, const WorkspaceVariant& row) {
    const WorkspaceVariant *const a = lab.workspace().a(), *const b = lab.workspace().b();
    const auto facts = lab.facts(row.id);
    return {row.id,
            lab.nameOf(row.id),
            QColor::fromRgb(row.colour),
            a != nullptr && a->id == row.id,
            b != nullptr && b->id == row.id,
            row.visible,
            facts ? facts->trainedLength : 0};
}

// Whose curve `i` of the result is: results and the list follow each other, but not at once. Null: the row is gone.
const WorkspaceVariant* rowOf(const Lab& lab, const CurvesResult& result, std::size_t i) {
    const Workspace& workspace = lab.workspace();
    const std::vector<VariantId>& ids = lab.curveIds();
    const WorkspaceVariant* const own = i < ids.size() ? workspace.find(ids[i]) : nullptr;
    if (own != nullptr && own->variant == result.curves[i].variant)
        return own;
    for (const WorkspaceVariant& row : workspace.variants)
        if (row.variant == result.curves[i].variant)
            return &row;
    return ids.size() == result.curves.size() ? own : nullptr; // edited since: the old curve stands in for the new one
}

std::vector<CurveLine> linesOf(const Lab& lab, const CurvesResult* result) {
    std::vector<CurveLine> lines;
    const auto isThere = [&](VariantId id) {
        return std::any_of(lines.begin(), lines.end(), [&](const CurveLine& line) { return line.id == id; });
    };
    for (std::size_t i = 0; result != nullptr && i < result->curves.size(); ++i) {
        const WorkspaceVariant* const row = rowOf(lab, *result, i);
        if (row != nullptr && !isThere(row->id)) {
            lines.push_back(lineOf(lab, *row));
            if (result->curves[i].stored && !lab.whyNot(row->id).isEmpty()) // for good, not until its files are read
                lines.back().name = CurveView::tr("%1, as saved").arg(lines.back().name);
        } else {
            lines.emplace_back();
            lines.back().visible = false;
        }
    }
    // A and B are drawn by token though their curves may be hidden, or not be there yet.
    for (const WorkspaceVariant* const row : {lab.workspace().a(), lab.workspace().b()})
        if (row != nullptr && !isThere(row->id)) {
            lines.push_back(lineOf(lab, *row));
            lines.back().visible = false;
        }
    return lines;
}

bool onlySlopesDiffer(const Variant& a, const Variant& b) {
    return a.model == b.model && a.positions == b.positions;
}

} // namespace

void CurveView::attach(Lab& lab) {
    connect(this, &CurveView::lookChosen, &lab,
            [&lab](const CurveLook& look) { lab.look([&](Workspace& workspace) { workspace.curves = look; }); });
    connect(this, &CurveView::measurementChosen, &lab, [&lab](const Measurement& measurement) {
        lab.look([&](Workspace& workspace) { workspace.measurement = measurement; });
    });
    connect(&lab, &Lab::changed, this, [this, &lab](Changes what) {
        if (what & kCurveLook)
            setCurveLook(lab.workspace().curves);
        if (what & (kMeasurement | kText | kVariants | kSelection))
            takeMeasurement(lab);
        if (what & (kVariants | kSelection | kText)) {
            takeLosses(lab, m_shown.losses);
            takeCurves(lab);
        } else if (what & (kSlopes | kMeasurement)) {
            setStale(isOld(lab)); // at every step of a drag: nothing is drawn
        }
    });
    connect(&lab, &Lab::curvesChanged, this, [this, &lab] { takeCurves(lab); });
    connect(&lab, &Lab::sweepStarted, this, [this] { setSweeping(true); });
    connect(&lab, &Lab::sweepEnded, this, [this] { setSweeping(false); });
    connect(&lab, &Lab::lossesReady, this,
            [this, &lab](int side, const std::shared_ptr<const TokenLossResult>& losses, bool) {
                TokenLosses next = m_shown.losses;
                (side == 0 ? next.a : next.b) = losses;
                takeLosses(lab, next);
                setStale(isOld(lab));
            });
    setCurveLook(lab.workspace().curves);
    takeMeasurement(lab);
    takeCurves(lab);
}

void CurveView::takeCurves(Lab& lab) {
    // Of a text that is gone nothing is shown.
    setCurves(lab.curves(), linesOf(lab, lab.curves().get()));
    setStale(isOld(lab));
}

void CurveView::takeLosses(Lab& lab, const TokenLosses& losses) {
    TokenLosses next = losses;
    next.text = lab.text();
    const WorkspaceVariant* const b = lab.workspace().b();
    const auto fits = [&](const TokenLossResult& result) {
        return next.text && result.length <= std::ssize(next.text->tokens);
    };
    if (next.a && (!fits(*next.a) || !onlySlopesDiffer(next.a->variant, lab.variantOnView())))
        next.a.reset();
    if (next.b && (b == nullptr || !fits(*next.b) || next.b->variant != b->variant))
        next.b.reset();
    setLosses(next);
}

void CurveView::takeMeasurement(Lab& lab) {
    std::int64_t tokens = 0;
    for (const auto& [key, text] : lab.library().texts)
        tokens = std::max<std::int64_t>(tokens, std::ssize(text->tokens));
    measure()->setMeasurement(lab.workspace().measurement, usualPlan(lab.plan().lengths).windows, tokens);
}

// Whether what is drawn is not yet of the present variants.
bool CurveView::isOld(const Lab& lab) const {
    const WorkspaceVariant* const a = lab.workspace().a();
    if (m_shown.look.axis == CurveAxis::Token)
        return m_shown.losses.a && m_shown.losses.a->variant != lab.variantOnView();
    if (!m_shown.result)
        return false;
    if (m_shown.result->plan != lab.plan())
        return true;
    for (const WorkspaceVariant& row : lab.workspace().variants) {
        if (!row.visible)
            continue;
        const bool inHand = a != nullptr && a->id == row.id && lab.variantOnView() != row.variant;
        const bool measured = std::any_of(m_shown.result->curves.begin(), m_shown.result->curves.end(),
                                          [&](const CurveResult& curve) { return curve.variant == row.variant; });
        const bool wanted = std::find(lab.curveIds().begin(), lab.curveIds().end(), row.id) != lab.curveIds().end();
        if (inHand || (wanted && !measured))
            return true;
    }
    return false;
}

} // namespace slopescope::ui
