// Looking at what a widget painted.
#pragma once

#include <QColor>
#include <QImage>

#include <cstdlib>

namespace slopescope::ui::tests {

// Pixels whose colour is `color` to within what antialiasing at full cover leaves.
inline int count(const QImage& image, const QColor& color) {
    int found = 0;
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x) {
            const QColor pixel = image.pixelColor(x, y);
            found += std::abs(pixel.red() - color.red()) < 6 && std::abs(pixel.green() - color.green()) < 6 &&
                     std::abs(pixel.blue() - color.blue()) < 6;
        }
    return found;
}

} // namespace slopescope::ui::tests
