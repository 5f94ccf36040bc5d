// From a float to a colour: map, scale, ends, masked cells.
//
// Called by the map, the bar beside it and the head thumbnails, on the window's thread. A ColourScale is a value:
// settings that a person chose, ends fitted to a picture, and a table of colours indexed by the upper bits of a float,
// so that any scale costs one look-up a pixel.
#pragma once

#include "core/study/requests.h"
#include "ui/figures/colour_map.h"

#include <QImage>
#include <QList>

#include <cstdint>
#include <optional>
#include <vector>

namespace slopescope::ui {

enum class ScaleKind {
    Linear,
    Log,        // Signed: logarithmic away from 0 on both sides, linear near it
    Percentile, // the share of visible pixels with a smaller value; what skipping may have left out is the lowest class
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
// What suits the difference of two pictures of it: red, white, blue around 0.
ScaleSettings differenceSettings(Stage stage);

class ColourScale {
public:
    ColourScale() : ColourScale(ScaleSettings{}, false) {}
    ColourScale(const ScaleSettings& settings, bool dark);

    const ScaleSettings& settings() const { return m_settings; }
    bool dark() const { return m_dark; }
    ColourScale inTheme(bool dark) const; // the same ends in the colours of the other theme

    void fit(const Picture& picture);                            // ends and percentiles from these values
    void fit(const std::vector<const Picture*>& pictures);       // from all of them together
    void setGlobal(const std::vector<const Picture*>& pictures); // what Global fits; fit() then leaves the ends alone
    // Two scales of one version colour every value alike: what they have coloured need not be coloured again.
    std::uint64_t version() const { return m_version; }

    double low() const { return m_low; } // what the lower end of the bar stands for; Row: a share of the row's largest
    double high() const { return m_high; }

    double position(double value) const; // 0 at the low end, 1 at the high end, clamped
    double valueAt(double position) const;
    QRgb colour(float value) const;             // NaN: masked. Row: of a share of the row's largest
    QImage image(const Picture& picture) const; // [rows][columns] pixels, RGB32

    struct Tick {
        double position = 0, value = 0;
    };
    // Where the bar wants numbers, ascending, both ends among them, at most about `most`.
    std::vector<Tick> ticks(int most) const;

private:
    void fitSample(std::vector<float> sample);
    void fitEnds(const std::vector<float>& sorted);
    void rank(const std::vector<float>& sorted); // the quantiles
    void buildTable();
    double stretched(double value) const; // what is linear along the bar
    double unstretched(double stretched) const;
    double share(double value) const; // of the quantiles below
    bool isSigned() const { return m_settings.map == ColourMap::Signed; }

    ScaleSettings m_settings;
    bool m_dark = false;
    bool m_global = false; // the ends come from all heads
    double m_low = 0, m_high = 1;
    double m_stretchedLow = 0, m_stretchedHigh = 1;
    double m_bend = 0;               // Log with an end at or below 0: linear within about this of 0; else 0
    std::vector<double> m_quantiles; // Percentile: of the values, Signed: of their sizes, ascending
    double m_lowest = -1;            // Percentile: sizes up to here have no rank
    QList<QRgb> m_table;             // by the upper bits of a float
    std::uint64_t m_version = 0;     // of the table
};

} // namespace slopescope::ui
