#include "ui/map/colour_bar.h"

#include "ui/figures/scale_bar.h"
#include "ui/widgets/theme.h"
#include "ui/widgets/value_text.h"

#include <QActionGroup>
#include <QContextMenuEvent>
#include <QKeyEvent>
#include <QLineEdit>
#include <QMenu>
#include <QPainter>
#include <QToolButton>

#include <algorithm>
#include <cmath>
#include <utility>

namespace slopescope::ui {
namespace {

constexpr int kWidth = 88;

} // namespace

ColourBar::ColourBar(QWidget* parent)
    : QWidget(parent), m_menuButton(new QToolButton(this)), m_editor(new QLineEdit(this)) {
    setLook(m_menuButton, "link");
    setType(m_menuButton, Type::Tick);
    m_menuButton->setAccessibleName(tr("Colour scale"));
    connect(m_menuButton, &QToolButton::clicked, this, [this] {
        QMenu* menu = createMenu();
        menu->setAttribute(Qt::WA_DeleteOnClose);
        menu->popup(m_menuButton->mapToGlobal(QPoint(0, m_menuButton->height())));
    });
    setType(m_editor, Type::Tick);
    m_editor->setFixedSize(kWidth - kBarWidth - 4, 22);
    m_editor->setTextMargins(0, 0, 0, 0);
    m_editor->installEventFilter(this);
    m_editor->hide();
    connect(m_editor, &QLineEdit::returnPressed, this, &ColourBar::finishEditing);
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Expanding);
    setAccessibleName(tr("Colour scale"));
    updateTexts();
}

QSize ColourBar::sizeHint() const {
    return {atTextSize(kWidth), 240};
}

QSize ColourBar::minimumSizeHint() const {
    return {atTextSize(kWidth), 100};
}

void ColourBar::setScale(const ColourScale& scale) {
    m_scale = scale;
    updateTexts();
    update();
}

void ColourBar::setSpan(int top, int height) {
    m_top = top;
    m_height = height;
    placeChildren();
    update();
}

QRect ColourBar::barRect() const {
    const int height = m_height > 0 ? m_height : std::max(10, this->height() - 56);
    return {1, m_height > 0 ? m_top : 12, kBarWidth, height};
}

void ColourBar::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    paintScaleBar(painter, barRect(), rect(), m_scale, Theme::of(palette()));
}

// --- Typing an end --------------------------------------------------------------------------------------------------

void ColourBar::mouseDoubleClickEvent(QMouseEvent* event) {
    const QRect bar = barRect();
    const double share = double(event->position().y() - bar.top()) / bar.height();
    if (event->button() != Qt::LeftButton || (share > 0.3 && share < 0.7))
        return event->ignore();
    openEditor(share <= 0.3);
}

void ColourBar::openEditor(bool high) {
    m_editingHigh = high;
    m_editor->setText(roundValueText(high ? m_scale.high() : m_scale.low(), 4));
    m_editor->setToolTip(high ? tr("The value at the upper end; empty: fitted to the picture")
                              : tr("The value at the lower end; empty: fitted to the picture"));
    m_editor->setStyleSheet({});
    placeChildren();
    m_editing = true;
    m_editor->show();
    m_editor->selectAll();
    m_editor->setFocus(Qt::MouseFocusReason);
}

void ColourBar::finishEditing() {
    ScaleSettings settings = m_scale.settings();
    auto& end = m_editingHigh ? settings.high : settings.low;
    const auto& other = m_editingHigh ? settings.low : settings.high;
    if (m_editor->text().trimmed().isEmpty()) {
        end.reset();
    } else {
        end = typedValue(m_editor->text());
        const bool crossed = end && other && (m_editingHigh ? *end <= *other : *end >= *other);
        if (!end || crossed) {
            m_editor->setStyleSheet(QStringLiteral("border: 1px solid %1").arg(Theme::of(palette()).bad.name()));
            m_editor->setToolTip(crossed ? tr("The lower end must lie below the upper one.") : tr("Type a number."));
            return;
        }
    }
    closeEditor();
    if (settings != m_scale.settings())
        emit settingsChosen(settings);
}

// Hiding takes the focus away, which would end the typing once more.
void ColourBar::closeEditor() {
    m_editing = false;
    m_editor->hide();
}

bool ColourBar::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_editor) {
        if (event->type() == QEvent::FocusOut && m_editing) {
            finishEditing();
            closeEditor(); // what is no number is forgotten
        } else if (event->type() == QEvent::ShortcutOverride || event->type() == QEvent::KeyPress) {
            if (static_cast<QKeyEvent*>(event)->key() == Qt::Key_Escape) {
                if (event->type() == QEvent::KeyPress)
                    closeEditor();
                event->accept();
                return true;
            }
        }
    }
    return QWidget::eventFilter(watched, event);
}

// --- The menu -------------------------------------------------------------------------------------------------------

QMenu* ColourBar::createMenu() {
    auto* menu = new QMenu(this);
    const ScaleSettings settings = m_scale.settings();
    const auto group = [&](const QString& caption, auto ScaleSettings::*member, const auto& choices) {
        menu->addSection(caption);
        auto* actions = new QActionGroup(menu);
        for (const auto& [value, text] : choices) {
            QAction* action = menu->addAction(text);
            action->setCheckable(true);
            action->setActionGroup(actions);
            action->setChecked(settings.*member == value);
            connect(action, &QAction::triggered, this, [this, settings, member, value = value] {
                ScaleSettings chosen = settings;
                chosen.*member = value;
                if (chosen != m_scale.settings())
                    emit settingsChosen(chosen);
            });
        }
    };
    using Maps = std::pair<ColourMap, QString>[3];
    using Kinds = std::pair<ScaleKind, QString>[3];
    using Ranges = std::pair<ScaleRange, QString>[3];
    group(tr("Colours"), &ScaleSettings::map,
          Maps{{ColourMap::Blues, tr("Blues")},
               {ColourMap::Viridis, tr("Viridis")},
               {ColourMap::Signed, tr("Red, white, blue")}});
    group(tr("Scale"), &ScaleSettings::kind,
          Kinds{{ScaleKind::Linear, tr("Linear")},
                {ScaleKind::Log, tr("Logarithmic")},
                {ScaleKind::Percentile, tr("Percentile")}});
    group(tr("Range"), &ScaleSettings::range,
          Ranges{{ScaleRange::Row, tr("Each row by itself")},
                 {ScaleRange::Head, tr("This head")},
                 {ScaleRange::Global, tr("All heads alike")}});
    menu->addSeparator();
    connect(menu->addAction(tr("Type the upper end…")), &QAction::triggered, this, [this] { openEditor(true); });
    connect(menu->addAction(tr("Type the lower end…")), &QAction::triggered, this, [this] { openEditor(false); });
    QAction* fit = menu->addAction(tr("Fit both ends"));
    fit->setEnabled(settings.low || settings.high);
    connect(fit, &QAction::triggered, this, [this, settings] {
        ScaleSettings chosen = settings;
        chosen.low = chosen.high = std::nullopt;
        emit settingsChosen(chosen);
    });
    return menu;
}

void ColourBar::contextMenuEvent(QContextMenuEvent* event) {
    QMenu* menu = createMenu();
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->popup(event->globalPos());
}

void ColourBar::resizeEvent(QResizeEvent*) {
    placeChildren();
}

void ColourBar::placeChildren() {
    const QRect bar = barRect();
    const BarEnds ends = barEnds(m_scale);
    const QSize button = m_menuButton->sizeHint();
    m_menuButton->setGeometry(0, std::min(bar.bottom() + 13, height() - button.height()),
                              std::min(width(), button.width()), button.height());
    const int y = barLabelRect(bar, rect(), ends, m_editingHigh ? ends.last : ends.first).center().y() - m_editor->height() / 2;
    m_editor->move(bar.right() + 3, std::clamp(y, 0, std::max(0, height() - m_editor->height())));
}

void ColourBar::updateTexts() {
    const ScaleSettings& settings = m_scale.settings();
    const QString kind = settings.kind == ScaleKind::Linear ? tr("linear")
                         : settings.kind == ScaleKind::Log  ? tr("log")
                                                            : tr("percentile");
    const QString range = settings.range == ScaleRange::Row    ? tr("per row")
                          : settings.range == ScaleRange::Head ? tr("this head")
                                                               : tr("all heads");
    m_menuButton->setText(tr("%1 ▾\n%2").arg(kind, range));
    m_menuButton->setToolTip(tr("Colours, scale and range"));
    setToolTip((settings.range == ScaleRange::Row ? tr("Shares of the largest value of each row.")
                                                  : tr("Values beyond the ends have the colour of the end.")) +
               u' ' + tr("Double-click an end to type it."));
    placeChildren();
}

} // namespace slopescope::ui
