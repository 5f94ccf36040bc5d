#include "ui/widgets/theme.h"

#include <QApplication>
#include <QEvent>
#include <QPointer>
#include <QStyle>
#include <QStyleFactory>
#include <QWidget>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <utility>

namespace slopescope::ui {
namespace {

Theme makeDay() {
    Theme t;
    t.dark = false;
    t.window = QColor(0xf4, 0xf5, 0xf7);
    t.panel = QColor(0xff, 0xff, 0xff);
    t.line = QColor(0xd5, 0xda, 0xe1);
    t.faintLine = QColor(0xeb, 0xee, 0xf2);
    t.text = QColor(0x1b, 0x22, 0x30);
    t.softText = QColor(0x5b, 0x66, 0x78);
    t.faintText = QColor(0x8c, 0x96, 0xa6);
    t.accent = QColor(0x2f, 0x6f, 0xdb);
    t.accentFill = QColor(0xe6, 0xee, 0xfc);
    t.accentText = QColor(0x1d, 0x4f, 0xae);
    t.masked = QColor(0xe2, 0xe5, 0xea);
    t.crosshair = QColor(0xe8, 0x77, 0x0e);
    t.reads = QColor(0x2f, 0x6f, 0xdb);
    t.good = QColor(0x06, 0x76, 0x47);
    t.goodFill = QColor(0xe3, 0xf8, 0xec);
    t.warn = QColor(0xa3, 0x46, 0x0a);
    t.warnFill = QColor(0xfe, 0xf0, 0xdc);
    t.bad = QColor(0xb4, 0x23, 0x18);
    t.badFill = QColor(0xfe, 0xe9, 0xe7);
    return t;
}

Theme makeNight() {
    Theme t;
    t.dark = true;
    t.window = QColor(0x12, 0x15, 0x1a);
    t.panel = QColor(0x1b, 0x1f, 0x27);
    t.line = QColor(0x38, 0x3f, 0x4b);
    t.faintLine = QColor(0x2a, 0x30, 0x3a);
    t.text = QColor(0xe7, 0xea, 0xef);
    t.softText = QColor(0xa4, 0xad, 0xbb);
    t.faintText = QColor(0x76, 0x80, 0x90);
    t.accent = QColor(0x5b, 0x94, 0xf2);
    t.accentFill = QColor(0x25, 0x38, 0x5c);
    t.accentText = QColor(0xb3, 0xcf, 0xff);
    t.masked = QColor(0x30, 0x35, 0x3e);
    t.crosshair = QColor(0xff, 0xa0, 0x40);
    t.reads = QColor(0x5b, 0x94, 0xf2);
    t.good = QColor(0x6c, 0xd6, 0xa0);
    t.goodFill = QColor(0x16, 0x38, 0x2a);
    t.warn = QColor(0xff, 0xbf, 0x7a);
    t.warnFill = QColor(0x42, 0x2c, 0x14);
    t.bad = QColor(0xff, 0x9a, 0x91);
    t.badFill = QColor(0x48, 0x20, 0x1e);
    return t;
}

QPalette paletteFor(const Theme& t) {
    QPalette p;
    p.setColor(QPalette::Window, t.window);
    p.setColor(QPalette::WindowText, t.text);
    p.setColor(QPalette::Base, t.panel);
    p.setColor(QPalette::AlternateBase, t.window);
    p.setColor(QPalette::Text, t.text);
    p.setColor(QPalette::PlaceholderText, t.faintText);
    p.setColor(QPalette::Button, t.panel);
    p.setColor(QPalette::ButtonText, t.text);
    p.setColor(QPalette::BrightText, t.dark ? QColor(Qt::white) : QColor(Qt::black));
    p.setColor(QPalette::Highlight, t.accent);
    p.setColor(QPalette::HighlightedText, Qt::white);
    p.setColor(QPalette::Link, t.accent);
    p.setColor(QPalette::LinkVisited, t.accent);
    p.setColor(QPalette::ToolTipBase, t.panel);
    p.setColor(QPalette::ToolTipText, t.text);
    p.setColor(QPalette::Light, t.dark ? t.line : QColor(Qt::white));
    p.setColor(QPalette::Midlight, t.faintLine);
    p.setColor(QPalette::Mid, t.line);
    p.setColor(QPalette::Dark, t.dark ? t.faintLine : t.faintText);
    p.setColor(QPalette::Shadow, t.dark ? QColor(Qt::black) : t.faintText);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        p.setColor(QPalette::Disabled, role, t.faintText);
    p.setColor(QPalette::Disabled, QPalette::Highlight, t.line);
    return p;
}

QString styleSheetFor(const Theme& t) {
    QString sheet = QStringLiteral(R"(
QFrame[look="panel"] { background: @panel; border: 1px solid @line; border-radius: 8px; }
QFrame[look="card"] { background: @panel; border: 1px solid @line; border-radius: 6px; }
QWidget[look="header"] { border: none; border-bottom: 1px solid @faintLine; }
QLabel[look="title"] { font-weight: 600; }
QLabel[look="soft"] { color: @softText; font-size: $label; }
QLabel[look="error"] { color: @bad; font-size: $label; }
QLabel[look="name"] { font-size: $name; font-weight: 600; }
QLabel[look="chip"], QLabel[look="chip-good"], QLabel[look="chip-warn"], QLabel[look="chip-bad"] {
    border: none; border-radius: 8px; padding: 2px 8px; font-size: $tick; color: @softText; background: @faintLine; }
QLabel[look="chip-good"] { color: @good; background: @goodFill; }
QLabel[look="chip-warn"] { color: @warn; background: @warnFill; }
QLabel[look="chip-bad"] { color: @bad; background: @badFill; }

QPushButton { background: @panel; color: @text; border: 1px solid @line; border-radius: 6px; padding: 4px 11px; }
QPushButton:hover { background: @window; border-color: @faintText; }
QPushButton:pressed { background: @faintLine; }
QPushButton:checked { background: @accentFill; color: @accentText; }
QPushButton:focus { border-color: @accent; }
QPushButton:disabled { color: @faintText; border-color: @faintLine; }
QPushButton[look="primary"] { background: @accent; color: white; border-color: @accent; font-weight: 600; }
QPushButton[look="primary"]:hover { background: @accentText; border-color: @accentText; color: @panel; }
QPushButton[look="primary"]:disabled { background: @faintLine; border-color: @faintLine; color: @faintText; }
QPushButton::menu-indicator { subcontrol-position: right center; right: 6px; }

QAbstractButton[segment] { background: @panel; color: @softText; border: 1px solid @line; border-radius: 0;
    padding: 3px 10px; font-size: $label; font-weight: 400; margin: 0; }
QAbstractButton[segment="middle"], QAbstractButton[segment="last"] { border-left: none; }
QAbstractButton[segment="first"], QAbstractButton[segment="only"] {
    border-top-left-radius: 6px; border-bottom-left-radius: 6px; }
QAbstractButton[segment="last"], QAbstractButton[segment="only"] {
    border-top-right-radius: 6px; border-bottom-right-radius: 6px; }
QAbstractButton[segment]:hover { background: @window; color: @text; }
QAbstractButton[segment]:checked { background: @accentFill; color: @accentText; font-weight: 600; }
QAbstractButton[segment][byKey="true"]:focus { text-decoration: underline; }
QAbstractButton[segment]:disabled { color: @faintText; }

QToolButton[look="link"] { background: transparent; color: @softText; border: 1px solid transparent;
    border-radius: 4px; padding: 2px 6px; }
QToolButton[look="link"]:hover, QToolButton[look="link"]:pressed { background: @faintLine; color: @text; }
QToolButton[look="link"]:focus { border-color: @accent; }
QToolButton[look="link"]::menu-indicator { image: none; }

QLineEdit { background: @panel; color: @text; border: 1px solid @line; border-radius: 6px; padding: 3px 7px;
    selection-background-color: @accent; selection-color: white; }
QLineEdit:focus { border-color: @accent; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: @line; border-radius: 3px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 28px; }
QScrollBar::handle:horizontal { min-width: 28px; }
QScrollBar::handle:hover { background: @faintText; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QToolTip { background: @panel; color: @text; border: 1px solid @line; padding: 4px 6px; }
QDockWidget { color: @text; font-weight: 600; }
QMainWindow::separator { background: @window; width: 8px; height: 8px; }
QMainWindow::separator:hover { background: @faintLine; }
QToolBar { background: @panel; border: none; border-bottom: 1px solid @line; spacing: 8px; padding: 6px 8px; }
QMenuBar { background: @panel; border-bottom: 1px solid @line; padding: 2px 4px; }
QMenuBar::item { background: transparent; padding: 4px 9px; border-radius: 4px; }
QMenuBar::item:selected { background: @accentFill; color: @accentText; }
QStatusBar { background: @panel; border-top: 1px solid @line; color: @softText; }
QStatusBar::item { border: none; }
QStatusBar QLabel { font-size: $label; }
QMenu { background: @panel; color: @text; border: 1px solid @line; padding: 4px; }
QMenu::item { padding: 5px 24px 5px 26px; border-radius: 4px; }
QMenu::item:selected { background: @accentFill; color: @accentText; }
QMenu::item:disabled { color: @faintText; }
QMenu::separator { height: 1px; background: @faintLine; margin: 4px 6px; }
QMenu::indicator { left: 8px; }
QProgressBar { background: @faintLine; border: none; border-radius: 3px; max-height: 6px; min-height: 6px; }
QProgressBar::chunk { background: @accent; border-radius: 3px; }
)");
    const std::pair<const char*, QColor> colours[] = {{"@accentFill", t.accentFill},
                                                      {"@accentText", t.accentText},
                                                      {"@accent", t.accent},
                                                      {"@faintLine", t.faintLine},
                                                      {"@faintText", t.faintText},
                                                      {"@softText", t.softText},
                                                      {"@goodFill", t.goodFill},
                                                      {"@warnFill", t.warnFill},
                                                      {"@badFill", t.badFill},
                                                      {"@good", t.good},
                                                      {"@warn", t.warn},
                                                      {"@bad", t.bad},
                                                      {"@panel", t.panel},
                                                      {"@window", t.window},
                                                      {"@line", t.line},
                                                      {"@text", t.text}};
    for (const auto& [name, colour] : colours)
        sheet.replace(QLatin1String(name), colour.name());
    const std::pair<const char*, int> type[] = {{"$label", sizes().label}, {"$tick", sizes().tick}, {"$name", sizes().name}};
    for (const auto& [name, pixels] : type)
        sheet.replace(QLatin1String(name), QStringLiteral("%1px").arg(pixels));
    return sheet;
}

// Remembers the mode, and applies System again when the desktop changes its theme.
class ThemeKeeper : public QObject {
public:
    explicit ThemeKeeper(QApplication& application) : QObject(&application), m_application(application) {
        application.installEventFilter(this);
    }

    ThemeMode mode = ThemeMode::System;

    void apply() {
        m_applying = true;
        m_application.setPalette(QPalette()); // the desktop's own again
        const bool dark =
            mode == ThemeMode::Dark || (mode == ThemeMode::System && Theme::of(QApplication::palette()).dark);
        const Theme& usual = dark ? Theme::forNight() : Theme::forDay();
        const Theme theme = sizes().strong ? Theme::strong(usual) : usual;
        m_application.setPalette(paletteFor(theme));
        m_application.setStyleSheet(styleSheetFor(theme));
        m_applying = false;
    }

protected:
    bool eventFilter(QObject* object, QEvent* event) override {
        if (event->type() == QEvent::ThemeChange && mode == ThemeMode::System && !m_applying)
            apply();
        return QObject::eventFilter(object, event);
    }

private:
    QApplication& m_application;
    bool m_applying = false;
};

constexpr const char* kTypeProperty = "type of letters";

QPointer<ThemeKeeper> g_keeper; // a child of the application, gone with it

QFont systemFont(int pixels) {
    QFont font = QApplication::font();
    font.setPixelSize(pixels);
    font.setWeight(QFont::Normal);
    return font;
}

} // namespace

// A projector washes out what is grey.
Theme Theme::strong(Theme theme) {
    theme.text = theme.dark ? Qt::white : Qt::black;
    theme.softText = theme.text;
    theme.faintText = theme.dark ? QColor(0xc8, 0xce, 0xd8) : QColor(0x3c, 0x44, 0x50);
    theme.line = theme.faintText;
    theme.wordsStandOut = true;
    return theme;
}

const Theme& Theme::forDay() {
    static const Theme theme = makeDay();
    return theme;
}

const Theme& Theme::forNight() {
    static const Theme theme = makeNight();
    return theme;
}

Theme Theme::of(const QPalette& palette) {
    const Theme& theme = palette.color(QPalette::Window).lightnessF() < 0.5F ? forNight() : forDay();
    return sizes().strong ? strong(theme) : theme;
}

Theme Theme::current() {
    return of(QApplication::palette());
}

void applyTheme(QApplication& application, ThemeMode mode) {
    if (!g_keeper) {
        QApplication::setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
        QFont font = QApplication::font();
        font.setPixelSize(sizes().body);
        QApplication::setFont(font);
        g_keeper = new ThemeKeeper(application);
    }
    g_keeper->mode = mode;
    g_keeper->apply();
}

void applySizes(const Sizes& wanted) {
    if (wanted == screenSizes())
        return;
    setScreenSizes(wanted);
    if (!g_keeper)
        return;
    QApplication::setFont(bodyFont());
    g_keeper->apply();
    const QWidgetList widgets = QApplication::allWidgets();
    for (QWidget* const widget : widgets)
        if (const QVariant type = widget->property(kTypeProperty); type.isValid())
            setType(widget, Type(type.toInt()));
    for (QWidget* const widget : widgets) { // those that paint their own words measure them again
        QEvent changed(QEvent::FontChange);
        QApplication::sendEvent(widget, &changed);
        widget->updateGeometry();
        widget->update();
    }
}

void setType(QWidget* widget, Type type) {
    widget->setProperty(kTypeProperty, int(type));
    widget->setFont(type == Type::Body ? bodyFont() : type == Type::Bold ? boldFont() : type == Type::Label ? labelFont() : tickFont());
}

QColor readable(const QColor& colour, const Theme& theme) {
    constexpr double kContrast = 4.5; // WCAG 2, of text
    QColor words = colour;
    for (int step = 0; step < 40 && contrast(words, theme.panel) < kContrast; ++step)
        words = theme.dark ? words.lighter(106) : words.darker(106);
    return words;
}

double contrast(const QColor& a, const QColor& b) {
    const auto linear = [](double c) { return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4); };
    const auto luminance = [&](const QColor& c) {
        return 0.2126 * linear(c.redF()) + 0.7152 * linear(c.greenF()) + 0.0722 * linear(c.blueF());
    };
    const double x = luminance(a) + 0.05, y = luminance(b) + 0.05;
    return std::max(x, y) / std::min(x, y);
}

ThemeMode themeMode() {
    return g_keeper ? g_keeper->mode : ThemeMode::System;
}

QColor headColour(int head) {
    // Chosen so that any two differ by at least 18 in CIELAB, also for protan, deutan and tritan eyes, and each stands
    // out from a white and from a dark panel.
    static constexpr std::array<QRgb, 8> kHues = {0xff2067dd, 0xffd58d03, 0xff287d53, 0xffa94c00,
                                                  0xff4fa0e3, 0xff9a4f9a, 0xffab9d57, 0xff949ba5};
    const int index = std::max(head, 0);
    const QColor hue(kHues[std::size_t(index) % kHues.size()]);
    switch (index / int(kHues.size()) % 3) {
    case 1:
        return hue.darker(140);
    case 2:
        return hue.lighter(130);
    default:
        return hue;
    }
}

QFont bodyFont() {
    return systemFont(sizes().body);
}

QFont boldFont() {
    QFont font = systemFont(sizes().body);
    font.setWeight(QFont::DemiBold);
    return font;
}

QFont tickFont() {
    return systemFont(sizes().tick);
}

QFont labelFont() {
    return systemFont(sizes().label);
}

void setLook(QWidget* widget, const char* look) {
    if (widget->property("look").toString() == QLatin1String(look))
        return;
    widget->setProperty("look", QString::fromLatin1(look));
    widget->style()->unpolish(widget);
    widget->style()->polish(widget);
    QEvent changed(QEvent::StyleChange); // frames take their padding from the sheet only then
    QApplication::sendEvent(widget, &changed);
    widget->updateGeometry();
    widget->update();
}

} // namespace slopescope::ui
