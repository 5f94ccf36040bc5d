// The look of the app in one place: colours, spacing, fonts and the style sheet, light and dark.
//
// Called by every widget of ui, on the window's thread. A Theme is a value read off a palette: a widget that paints
// takes Theme::of(palette()) in its paintEvent, so it follows QEvent::PaletteChange without keeping anything.
#pragma once

#include "ui/widgets/sizes.h"

#include <QColor>
#include <QFont>
#include <QPalette>
#include <QString>

class QApplication;
class QWidget;

namespace slopescope::ui {

enum class ThemeMode { System, Light, Dark };

struct Theme {
    bool dark = false;
    bool wordsStandOut = false; // words in a colour of their own are made readable()
    QColor window;         // behind the panels
    QColor panel;          // panels, cards and plots
    QColor line;           // borders and axes
    QColor faintLine;      // grid lines, the rule under a header
    QColor text;           // what is read first
    QColor softText;       // captions, labels, ticks
    QColor faintText;      // units, dashed references
    QColor accent;         // primary button, selection, focus
    QColor accentFill;     // behind a chosen segment
    QColor accentText;     // on accentFill
    QColor masked;         // cells that cannot be seen
    QColor crosshair;      // the pair under the cursor, and who reads a token
    QColor reads;          // what a token reads
    QColor good, goodFill; // "exact"
    QColor warn, warnFill; // "preview", "draft"
    QColor bad, badFill;   // errors

    static Theme of(const QPalette& palette); // light or dark as the palette's window is
    static Theme current();                   // of the application's palette
    static const Theme& forDay();
    static const Theme& forNight();
    static Theme strong(Theme theme); // words and axes black on white or white on black
};

// Sets style, palette, font and style sheet of the application. System follows the desktop, also when it changes later.
void applyTheme(QApplication& application, ThemeMode mode);
// How large type and lines of every widget are from now on.
void applySizes(const Sizes& sizes);
ThemeMode themeMode(); // the mode last applied; System before

// The same hue for a head everywhere: handle, curve, profile, border. Never magnitude. Eight hues that stay apart for
// colour-blind eyes; heads beyond the eighth repeat them in other lightnesses.
QColor headColour(int head);

// Distances, in pixels, are multiples of kGrid.
inline constexpr int kGrid = 8;
inline constexpr int kRadius = 6;

QFont bodyFont();  // 13 px at the usual size, the system's family
QFont boldFont();  // as large, semi-bold: titles of panels
QFont tickFont();  // 11 px: axes
QFont labelFont(); // 12 px: captions and axis titles

// The font of a widget, which follows when the sizes change.
enum class Type { Body, Bold, Label, Tick };
void setType(QWidget* widget, Type type);

double contrast(const QColor& a, const QColor& b); // of WCAG 2: 1 to 21
QColor readable(const QColor& colour, const Theme& theme); // the hue at a contrast of 4.5 or more with the theme's panel

// Gives a widget one of the looks of the style sheet:
//   "panel"   QFrame: a panel with border and round corners       "header" QWidget: a panel's header, ruled below
//   "card"    QFrame: a bordered box inside a panel               "title"  QLabel: a panel's title
//   "soft"    QLabel: caption                                     "name"   QLabel: 16 px, what a panel is about
//   "error"   QLabel: a sentence about a fault, inline
//   "primary" QPushButton: the one action of a bar                "link"   QToolButton: text without a frame
//   "chip-good", "chip-warn", "chip-bad", "chip"  QLabel: a small filled badge
void setLook(QWidget* widget, const char* look);

} // namespace slopescope::ui
