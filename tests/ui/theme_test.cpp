#include "ui/widgets/theme.h"

#include <QApplication>
#include <QEvent>
#include <QLabel>
#include <QWidget>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

using namespace slopescope::ui;

namespace {

using Vector = std::array<double, 3>;
using Matrix = std::array<Vector, 3>;

Vector linear(const QColor& colour) {
    const auto one = [](double c) { return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4); };
    return {one(colour.redF()), one(colour.greenF()), one(colour.blueF())};
}

Vector times(const Matrix& m, const Vector& v) {
    Vector out{};
    for (std::size_t i = 0; i < 3; ++i)
        out[i] = std::clamp(m[i][0] * v[0] + m[i][1] * v[1] + m[i][2] * v[2], 0.0, 1.0);
    return out;
}

// CIELAB of linear sRGB under D65.
Vector lab(const Vector& rgb) {
    const Matrix toXyz = {Vector{0.4124564, 0.3575761, 0.1804375}, Vector{0.2126729, 0.7151522, 0.0721750},
                          Vector{0.0193339, 0.1191920, 0.9503041}};
    const Vector white = {0.95047, 1, 1.08883};
    Vector f{};
    for (std::size_t i = 0; i < 3; ++i) {
        const double t = (toXyz[i][0] * rgb[0] + toXyz[i][1] * rgb[1] + toXyz[i][2] * rgb[2]) / white[i];
        f[i] = t > 0.008856 ? std::cbrt(t) : 7.787 * t + 16.0 / 116;
    }
    return {116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])};
}

double contrastByHand(const QColor& a, const QColor& b) {
    const auto luminance = [](const QColor& c) {
        const Vector v = linear(c);
        return 0.2126 * v[0] + 0.7152 * v[1] + 0.0722 * v[2];
    };
    const double x = luminance(a) + 0.05, y = luminance(b) + 0.05;
    return std::max(x, y) / std::min(x, y);
}

} // namespace

// Machado, Oliveira and Fernandes (2009): what the three kinds of complete dichromats see, in linear sRGB.
TEST(Theme, HeadHuesStayApartForEveryEye) {
    const Matrix eyes[] = {
        {Vector{1, 0, 0}, Vector{0, 1, 0}, Vector{0, 0, 1}},
        {Vector{0.152286, 1.052583, -0.204868}, Vector{0.114503, 0.786281, 0.099216},
         Vector{-0.003882, -0.048116, 1.051998}},
        {Vector{0.367322, 0.860646, -0.227968}, Vector{0.280085, 0.672501, 0.047413},
         Vector{-0.011820, 0.042940, 0.968881}},
        {Vector{1.255528, -0.076749, -0.178779}, Vector{-0.078411, 0.930809, 0.147602},
         Vector{0.004733, 0.691367, 0.303900}},
    };
    for (const Matrix& eye : eyes) {
        for (int a = 0; a < 8; ++a) {
            for (int b = 0; b < a; ++b) {
                const Vector x = lab(times(eye, linear(headColour(a)))), y = lab(times(eye, linear(headColour(b))));
                EXPECT_GT(std::hypot(x[0] - y[0], x[1] - y[1], x[2] - y[2]), 18)
                    << "heads " << a << " and " << b << ", eye " << &eye - eyes;
            }
        }
    }
}

TEST(Theme, HeadHuesShowOnBothPanels) {
    for (int head = 0; head < 8; ++head) {
        EXPECT_GT(contrastByHand(headColour(head), Theme::forDay().panel), 2.5) << head;
        EXPECT_GT(contrastByHand(headColour(head), Theme::forNight().panel), 2.5) << head;
    }
}

TEST(Theme, HeadsBeyondTheEighthHaveColoursToo) {
    for (int head = 0; head < 8; ++head) {
        EXPECT_NE(headColour(head), headColour(head + 8));
        EXPECT_NE(headColour(head), headColour(head + 16));
        EXPECT_NEAR(headColour(head).hslHueF(), headColour(head + 8).hslHueF(), 0.02);
    }
    EXPECT_TRUE(headColour(111).isValid());
    EXPECT_TRUE(headColour(-1).isValid());
}

TEST(Theme, TextCanBeRead) {
    for (const Theme& theme : {Theme::forDay(), Theme::forNight()}) {
        EXPECT_GT(contrastByHand(theme.text, theme.panel), 10);
        EXPECT_GT(contrastByHand(theme.softText, theme.panel), 4.5);
        EXPECT_GT(contrastByHand(theme.softText, theme.window), 4.5);
        EXPECT_GT(contrastByHand(theme.accentText, theme.accentFill), 4.5);
        EXPECT_GT(contrastByHand(theme.good, theme.goodFill), 4.5);
        EXPECT_GT(contrastByHand(theme.warn, theme.warnFill), 4.5);
        EXPECT_GT(contrastByHand(theme.bad, theme.badFill), 4.5);
    }
}

TEST(Theme, IsReadOffThePalette) {
    QPalette palette;
    palette.setColor(QPalette::Window, QColor(30, 30, 30));
    EXPECT_TRUE(Theme::of(palette).dark);
    palette.setColor(QPalette::Window, QColor(240, 240, 240));
    EXPECT_FALSE(Theme::of(palette).dark);
}

TEST(Theme, ModesAreForcedAndTold) {
    class Listener : public QWidget {
    public:
        int changes = 0;

    protected:
        void changeEvent(QEvent* event) override {
            changes += event->type() == QEvent::PaletteChange;
            QWidget::changeEvent(event);
        }
    };
    auto& application = *static_cast<QApplication*>(QCoreApplication::instance());
    applyTheme(application, ThemeMode::Light);
    Listener listener;
    listener.show();
    applyTheme(application, ThemeMode::Dark);
    EXPECT_EQ(themeMode(), ThemeMode::Dark);
    EXPECT_TRUE(Theme::current().dark);
    EXPECT_TRUE(Theme::of(listener.palette()).dark);
    EXPECT_GT(listener.changes, 0);
    applyTheme(application, ThemeMode::Light);
    EXPECT_FALSE(Theme::current().dark);
    EXPECT_FALSE(Theme::of(listener.palette()).dark);
    applyTheme(application, ThemeMode::System);
    EXPECT_EQ(themeMode(), ThemeMode::System);
}

TEST(Theme, AChangeOfLookReachesAShownWidget) {
    auto& application = *static_cast<QApplication*>(QCoreApplication::instance());
    applyTheme(application, ThemeMode::Light);
    QLabel label("exact");
    label.show();
    const int plain = label.sizeHint().width();
    setLook(&label, "chip-good");
    EXPECT_GE(label.sizeHint().width(), plain); // the padding of a chip; its font is smaller
    EXPECT_EQ(label.property("look").toString(), "chip-good");
    label.resize(label.sizeHint());
    const QImage image = label.grab().toImage();
    EXPECT_EQ(image.pixelColor(image.width() / 2, 1), Theme::forDay().goodFill);
    applyTheme(application, ThemeMode::System);
}
