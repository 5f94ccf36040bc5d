#include "ui/export/figure_desk.h"

#include "ui/curves/curve_view.h"
#include "ui/export/figure_caption.h"
#include "ui/export/window_figure.h"
#include "ui/figures/decay_figure.h"
#include "ui/heads/head_grid.h"
#include "ui/heads/head_table_view.h"
#include "ui/heads/profile_view.h"
#include "ui/lab/lab.h"
#include "ui/map/map_panel.h"
#include "ui/slopes/decay_view.h"
#include "ui/slopes/slope_editor.h"

#include <QCoreApplication>
#include <QStringList>

#include <algorithm>

namespace slopescope::ui {
namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("slopescope::ui", text);
}

CurveLook lookFor(const CurveView& curves, FigureKind kind) {
    CurveLook look = curves.curveLook();
    if (kind == FigureKind::Contexts)
        look.axis = CurveAxis::Context;
    else if (kind == FigureKind::Tokens)
        look.axis = CurveAxis::Token;
    else if (kind == FigureKind::Differences)
        look = {CurveUnit::Difference, look.axis == CurveAxis::Token ? CurveAxis::Length : look.axis, look.logarithmic};
    return look;
}

const QStringList& names() {
    static const QStringList names{"map",      "heads",       "table",  "profile", "decay", "curves",
                                   "contexts", "differences", "tokens", "window"};
    return names;
}

} // namespace

const std::vector<FigureKind>& figureKinds() {
    static const std::vector<FigureKind> kinds{FigureKind::Map,      FigureKind::Heads,       FigureKind::Table,
                                               FigureKind::Profile,  FigureKind::Decay,       FigureKind::Curves,
                                               FigureKind::Contexts, FigureKind::Differences, FigureKind::Tokens,
                                               FigureKind::Window};
    return kinds;
}

QString figureName(FigureKind kind) {
    return names()[int(kind)];
}

QString figureText(FigureKind kind) {
    switch (kind) {
    case FigureKind::Map:
        return tr("Map, as shown");
    case FigureKind::Heads:
        return tr("All heads");
    case FigureKind::Table:
        return tr("What every head does");
    case FigureKind::Profile:
        return tr("Attention by distance");
    case FigureKind::Decay:
        return tr("What each slope does");
    case FigureKind::Curves:
        return tr("Curves, as shown");
    case FigureKind::Contexts:
        return tr("Curves by context");
    case FigureKind::Differences:
        return tr("Differences from B");
    case FigureKind::Tokens:
        return tr("Loss by token");
    case FigureKind::Window:
        return tr("The whole window");
    }
    return {};
}

std::optional<FigureKind> figureNamed(const QString& name) {
    const qsizetype at = names().indexOf(name);
    return at < 0 ? std::nullopt : std::optional(FigureKind(at));
}

std::unique_ptr<Figure> FigureDesk::figure(FigureKind kind) const {
    switch (kind) {
    case FigureKind::Map:
        return map->figure();
    case FigureKind::Heads:
        return heads->figure();
    case FigureKind::Table:
        return table->figure();
    case FigureKind::Profile:
        return profile->figure();
    case FigureKind::Decay: {
        ShownDecay shown = slopes->decayView()->shown();
        if (slopes->slopes().empty())
            shown.slopes.clear();
        const bool shared = std::all_of(slopes->slopes().begin(), slopes->slopes().end(),
                                        [&](const SlopeSet& layer) { return layer == slopes->slopes().front(); });
        return std::make_unique<DecayFigure>(std::move(shown), shared ? -1 : lab->workspace().look.heads.front().layer);
    }
    case FigureKind::Window:
        return std::make_unique<WindowFigure>(*window);
    default:
        return curves->figure(lookFor(*curves, kind));
    }
}

QWidget* FigureDesk::panel(FigureKind kind) const {
    switch (kind) {
    case FigureKind::Map:
        return map;
    case FigureKind::Heads:
        return heads;
    case FigureKind::Table:
        return table;
    case FigureKind::Profile:
        return profile;
    case FigureKind::Decay:
        return slopes;
    case FigureKind::Window:
        return window;
    default:
        return curves;
    }
}

QString FigureDesk::caption(FigureKind kind) const {
    const bool curve = kind >= FigureKind::Curves && kind <= FigureKind::Tokens;
    return figureCaption(*lab, kind, curve ? curves->captionFor(lookFor(*curves, kind)) : QString());
}

} // namespace slopescope::ui
