#include "ui/figures/colour_map.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

namespace slopescope::ui {
namespace {

struct OkLab {
    double l = 0, a = 0, b = 0;
};

double linearFromByte(int byte) {
    const double c = byte / 255.0;
    return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
}

int byteFromLinear(double linear) {
    const double c = std::clamp(linear, 0.0, 1.0);
    return int(std::lround(255 * (c <= 0.0031308 ? 12.92 * c : 1.055 * std::pow(c, 1 / 2.4) - 0.055)));
}

// Bjoern Ottosson's Oklab: steps of equal size in it look equal, so colours are mixed there.
OkLab oklab(QRgb colour) {
    const double r = linearFromByte(qRed(colour)), g = linearFromByte(qGreen(colour)),
                 b = linearFromByte(qBlue(colour));
    const double l = std::cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
    const double m = std::cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
    const double s = std::cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
    return {0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
            1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
            0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s};
}

QRgb fromOklab(const OkLab& c) {
    const double l = std::pow(c.l + 0.3963377774 * c.a + 0.2158037573 * c.b, 3);
    const double m = std::pow(c.l - 0.1055613458 * c.a - 0.0638541728 * c.b, 3);
    const double s = std::pow(c.l - 0.0894841775 * c.a - 1.2914855480 * c.b, 3);
    return qRgb(byteFromLinear(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
                byteFromLinear(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
                byteFromLinear(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s));
}

// The anchors joined so that lightness runs evenly from the first to the last.
void fillRamp(std::span<QRgb> ramp, std::span<const QRgb> anchors) {
    std::vector<OkLab> labs;
    for (const QRgb anchor : anchors)
        labs.push_back(oklab(anchor));
    std::size_t upper = 1;
    for (std::size_t i = 0; i < ramp.size(); ++i) {
        const double l = std::lerp(labs.front().l, labs.back().l, double(i) / double(ramp.size() - 1));
        const double sign = labs.back().l > labs.front().l ? 1 : -1;
        while (upper + 1 < labs.size() && sign * (l - labs[upper].l) > 0)
            ++upper;
        const OkLab &from = labs[upper - 1], &to = labs[upper];
        const double t = std::clamp((l - from.l) / (to.l - from.l), 0.0, 1.0);
        ramp[i] = fromOklab({l, std::lerp(from.a, to.a, t), std::lerp(from.b, to.b, t)});
    }
}

Ramp makeRamp(ColourMap map, bool dark) {
    static constexpr QRgb kBlues[] = {0xfffbfdff, 0xffc9def2, 0xff6baed6, 0xff2171b5, 0xff08306b};
    static constexpr QRgb kDarkBlues[] = {0xff11161f, 0xff123562, 0xff1f6cb4, 0xff5fb2ea, 0xffe2f3ff};
    static constexpr QRgb kViridis[] = {0xff440154, 0xff472d7b, 0xff3b528b, 0xff2c728e, 0xff21918c,
                                        0xff28ae80, 0xff5ec962, 0xffaddc30, 0xfffde725};
    static constexpr QRgb kReds[] = {0xff67001f, 0xffb2182b, 0xffd6604d, 0xfff4a582, 0xfffaf9f9};
    static constexpr QRgb kBluesAboveZero[] = {0xfff9fafb, 0xff92c5de, 0xff4393c3, 0xff2166ac, 0xff053061};
    static constexpr QRgb kDarkReds[] = {0xffffc2b4, 0xfff2705c, 0xffa93a35, 0xff5a2626, 0xff15181e};
    static constexpr QRgb kDarkBluesAboveZero[] = {0xff15181e, 0xff1c3f6b, 0xff2f74bd, 0xff62aef0, 0xffd0e8ff};
    Ramp ramp;
    const std::span whole(ramp);
    switch (map) {
    case ColourMap::Blues:
        fillRamp(whole, dark ? std::span<const QRgb>(kDarkBlues) : kBlues);
        break;
    case ColourMap::Viridis:
        fillRamp(whole, kViridis);
        break;
    case ColourMap::Signed:
        fillRamp(whole.first(kRampColours / 2), dark ? std::span<const QRgb>(kDarkReds) : kReds);
        fillRamp(whole.last(kRampColours / 2), dark ? std::span<const QRgb>(kDarkBluesAboveZero) : kBluesAboveZero);
        break;
    }
    return ramp;
}

} // namespace

const Ramp& colourRamp(ColourMap map, bool dark) {
    static const std::array<Ramp, 6> ramps = {makeRamp(ColourMap::Blues, false),   makeRamp(ColourMap::Blues, true),
                                              makeRamp(ColourMap::Viridis, false), makeRamp(ColourMap::Viridis, true),
                                              makeRamp(ColourMap::Signed, false),  makeRamp(ColourMap::Signed, true)};
    return ramps[std::size_t(map) * 2 + (dark ? 1 : 0)];
}

} // namespace slopescope::ui
