// From a float to a colour: map, scale, ends, masked cells.
//
// Called by the map, the bar beside it and the head thumbnails, on the window's thread. A ColourScale is a value: settings
// that a person chose, ends fitted to a picture, and a table of colours indexed by the upper bits of a float, so that any
// scale costs one look-up a pixel.
#pragma once

#include "core/session.h"

#include <QImage>
#include <QString>

#include <optional>
#include <utility>
#include <vector>

namespace slopescope::ui {

enum class ColourMap {
    Blues,   // white to dark blue; on dark panels dark to light blue
    Viridis,
    Signed,  // red, white (dark: near black) at 0, blue
};

enum class ScaleKind {
    Linear,
    Log,        // Signed: logarithmic away from 0 on both sides, linear near it
    Percentile, // the share of visible pixels with a smaller value
};

enum class ScaleRange {
    Row,    // every row of pixels by its own largest value
    Head,   // the picture at hand
    Global, // all heads, as setGlobal was told
};

struct ScaleSettings {
    ColourMap map = ColourMap::Blues;
    ScaleKind kind = ScaleKind::Log;
    ScaleRange range = ScaleRange::Head;
    std::optional<double> low, high; // typed by a person; else fitted
    bool operator==(const ScaleSettings&) const = default;
};

// What suits a stage until a person chooses: probabilities blue and logarithmic, everything else signed.
ScaleSettings defaultSettings(Stage stage);

// A colour of a map at t in [0, 1].
QRgb mapColour(ColourMap map, double t, bool dark);

class ColourScale {
public:
    ColourScale() : ColourScale(ScaleSettings{}, false) {}
    ColourScale(const ScaleSettings& settings, bool dark);

    const ScaleSettings& settings() const { return m_settings; }
    bool dark() const { return m_dark; }

    void fit(const Picture& picture);                       // ends and percentiles from these values
    void fit(const std::vector<Picture>& pictures);         // from all of them together
    void setGlobal(const std::vector<Picture>& pictures);   // what Global fits; fit() then leaves the ends alone

    double low() const { return m_low; }   // what the lower end of the bar stands for; Row: a share of the row's largest
    double high() const { return m_high; }

    double position(double value) const; // 0 at the low end, 1 at the high end, clamped
    double valueAt(double position) const;
    QRgb colour(float value) const;      // NaN: masked
    QImage image(const Picture& picture) const; // [rows][columns] pixels, RGB32

    // Where the bar beside the picture wants numbers: position and value, ascending.
    std::vector<std::pair<double, double>> ticks(int most) const;

private:
    void fitSample(std::vector<float> sample, float extreme);
    void buildTable();

    ScaleSettings m_settings;
    bool m_dark = false;
    bool m_global = false;
    double m_low = 0, m_high = 1;
    std::vector<double> m_quantiles; // of the sample, ascending, for Percentile
    std::vector<QRgb> m_table;
};

} // namespace slopescope::ui
