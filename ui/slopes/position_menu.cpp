#include "ui/slopes/position_menu.h"

#include "ui/lab/names.h"
#include "ui/slopes/position_spec_dialog.h"
#include "ui/widgets/format.h"

#include <QActionGroup>

namespace slopescope::ui {
namespace {

constexpr std::int64_t kWindows[]{64, 128, 256, 512, 1024, 2048};
constexpr std::int64_t kSinks[]{1, 4, 16};
constexpr int kFactors[]{2, 4, 8};

// The method alone: window and sinks are chosen beside it.
PositionOverride methodOfOverride(PositionOverride positions) {
    positions.window = positions.sinks = 0;
    return positions;
}

PositionOverride scaledBy(RotaryScaling scaling, double factor) {
    PositionOverride positions;
    positions.scaling = scaling;
    positions.factor = factor;
    return positions;
}

} // namespace

PositionMenu::PositionMenu(QWidget* parent) : QMenu(parent) {
    setToolTipsVisible(true);
}

void PositionMenu::clearVariant() {
    clear();
    for (QObject* const child : findChildren<QObject*>(Qt::FindDirectChildrenOnly))
        if (qobject_cast<QActionGroup*>(child) || qobject_cast<QMenu*>(child))
            child->deleteLater(); // it may be on the screen
    m_variant = {};
    m_model = {};
}

void PositionMenu::setVariant(const Variant& variant, const ModelFacts& model) {
    if (!isEmpty() && variant == m_variant && model.key == m_model.key)
        return;
    clearVariant();
    m_variant = variant;
    m_model = model;
    addMethods();
    addSeparator();
    addWindows();
    addSinks();
    addSeparator();
    addAction(tr("Other…"), this, &PositionMenu::askForSpec)
        ->setToolTip(
            tr("Any combination, written as the command line takes it: rotary-ntk:4+alibi+window:512+sinks:4"));
}

Variant PositionMenu::with(const PositionOverride& positions) const {
    Variant variant{m_variant.model, positions, {}};
    if (positions.bias == m_variant.positions.bias)
        variant.slopes = m_variant.slopes;
    else if (positions.bias == BiasChange::Linear)
        variant.slopes = SlopeTable(std::size_t(m_model.layers), paperSlopes(m_model.heads));
    return variant;
}

QAction* PositionMenu::addChoice(QMenu* menu, QActionGroup* group, const QString& name,
                                 const PositionOverride& positions) {
    const Variant variant = with(positions);
    QAction* const action = menu->addAction(name);
    action->setCheckable(true);
    action->setChecked(positions == m_variant.positions);
    action->setData(QString::fromStdString(specOf(positions)));
    group->addAction(action);
    connect(action, &QAction::triggered, this, [this, variant, name] { choose(variant, name); });
    return action;
}

void PositionMenu::addMethod(QMenu* menu, QActionGroup* group, const QString& name, const PositionOverride& method,
                             const QString& told) {
    PositionOverride positions = method;
    positions.window = m_variant.positions.window;
    positions.sinks = m_variant.positions.sinks;
    addChoice(menu, group, name, positions)->setToolTip(told);
}

void PositionMenu::addMethods() {
    addSection(tr("Method"));
    auto* const group = new QActionGroup(this);
    const PositionMethod own = methodOf(m_model.positions);
    addMethod(this, group, tr("as trained"), {}, positionsText(m_model.positions));
    if (!m_model.hasSlopes()) {
        addMethod(this, group, tr("ALiBi"), {false, false, BiasChange::Linear, RotaryScaling::None, 1, 0, 0},
                  tr("A penalty by distance, the paper's slopes first, in place of all that the model has"));
        if (own != PositionMethod::None && own != PositionMethod::T5Bias)
            addMethod(this, group, tr("ALiBi beside its own"),
                      {true, true, BiasChange::Linear, RotaryScaling::None, 1, 0, 0},
                      tr("A penalty by distance, the paper's slopes first, and all that the model has"));
    }
    if (own != PositionMethod::None)
        addMethod(this, group, tr("no positions"), {false, false, BiasChange::None, RotaryScaling::None, 1, 0, 0},
                  tr("Nothing in place of all that the model has"));
    if (m_model.positions.rotary) {
        QMenu* const scaled = addMenu(tr("Rotary, scaled"));
        scaled->setToolTipsVisible(true);
        for (const int factor : kFactors)
            addMethod(scaled, group, tr("linear × %1").arg(factor), scaledBy(RotaryScaling::Linear, factor),
                      tr("Positions divided by the factor"));
        for (const int factor : kFactors)
            addMethod(scaled, group, tr("NTK × %1").arg(factor), scaledBy(RotaryScaling::Ntk, factor),
                      tr("A larger base: slow rotations are slowed, fast ones kept"));
        if (m_model.trainedLength > 0)
            for (const int factor : kFactors)
                addMethod(scaled, group, tr("YaRN × %1").arg(factor), scaledBy(RotaryScaling::Yarn, factor),
                          tr("Slow rotations divided, fast ones kept, a ramp between, attention sharpened"));
    }
    if (group->checkedAction() == nullptr) // chosen by spec, or read from a file
        addMethod(this, group, QString::fromStdString(specOf(methodOfOverride(m_variant.positions))),
                  methodOfOverride(m_variant.positions), tr("What it is run with now"));
}

void PositionMenu::addWindows() {
    QMenu* const menu = addMenu(tr("Window"));
    auto* const group = new QActionGroup(this);
    const auto add = [&](const QString& name, std::int64_t window) {
        PositionOverride positions = m_variant.positions;
        positions.window = window;
        if (window == 0 && m_model.window == 0)
            positions.sinks = 0; // there is nothing to see them in spite of
        addChoice(menu, group, name, positions);
    };
    add(m_model.window > 0 ? tr("its own: %1").arg(grouped(m_model.window)) : tr("no window"), 0);
    for (const std::int64_t window : kWindows)
        add(tr("window %1").arg(grouped(window)), window);
    if (group->checkedAction() == nullptr)
        add(tr("window %1").arg(grouped(m_variant.positions.window)), m_variant.positions.window);
    menu->menuAction()->setToolTip(tr("No token sees further back than this"));
}

void PositionMenu::addSinks() {
    QMenu* const menu = addMenu(tr("Sinks"));
    auto* const group = new QActionGroup(this);
    const auto add = [&](const QString& name, std::int64_t sinks) {
        PositionOverride positions = m_variant.positions;
        positions.sinks = sinks;
        addChoice(menu, group, name, positions);
    };
    add(m_model.sinks > 0 ? tr("its own: %1").arg(m_model.sinks) : tr("no sinks"), 0);
    for (const std::int64_t sinks : kSinks)
        add(sinks == 1 ? tr("the first key") : tr("the first %1 keys").arg(sinks), sinks);
    if (group->checkedAction() == nullptr)
        add(tr("the first %1 keys").arg(grouped(m_variant.positions.sinks)), m_variant.positions.sinks);
    const bool windowed = m_model.window > 0 || m_variant.positions.window > 0;
    menu->menuAction()->setEnabled(windowed);
    menu->menuAction()->setToolTip(windowed ? tr("Keys that every token sees in spite of the window")
                                            : tr("Keys seen in spite of a window: choose a window first"));
}

void PositionMenu::askForSpec() {
    auto* const dialog = new PositionSpecDialog(m_variant, m_model, parentWidget());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &PositionSpecDialog::chosen, this,
            [this](const Variant& variant) { choose(variant, QString::fromStdString(specOf(variant.positions))); });
    dialog->open();
}

void PositionMenu::choose(const Variant& variant, const QString& what) {
    if (variant != m_variant)
        emit chosen(variant, what);
}

} // namespace slopescope::ui
