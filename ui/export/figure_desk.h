// All figures of a window by name, and what stands below each of them: what was computed of what, how, and by which
// version. Made by the window, which fills in its panels; window's thread.
#pragma once

#include "ui/figures/figure.h"

#include <QString>

#include <memory>
#include <optional>
#include <vector>

class QWidget;

namespace slopescope::ui {

class CurveView;
class HeadGrid;
class HeadTableView;
class Lab;
class MapPanel;
class ProfileView;
class SlopeEditor;

enum class FigureKind { Map, Heads, Table, Profile, Decay, Curves, Contexts, Differences, Tokens, Window };

struct FigureDesk {
    Lab* lab = nullptr;
    QWidget* window = nullptr;
    MapPanel* map = nullptr;
    HeadGrid* heads = nullptr;
    ProfileView* profile = nullptr;
    SlopeEditor* slopes = nullptr;
    CurveView* curves = nullptr;
    HeadTableView* table = nullptr;

    std::unique_ptr<Figure> figure(FigureKind kind) const;
    QString caption(FigureKind kind) const; // one paragraph
    QWidget* panel(FigureKind kind) const;  // that shows it
};

const std::vector<FigureKind>& figureKinds();
QString figureName(FigureKind kind); // "curves", as the command line calls it
QString figureText(FigureKind kind); // "Curves, as shown"
std::optional<FigureKind> figureNamed(const QString& name);

} // namespace slopescope::ui
