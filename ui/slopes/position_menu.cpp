#include "ui/slopes/position_menu.h"

#include "ui/lab/names.h"
#include "ui/slopes/position_spec_dialog.h"
#include "ui/widgets/format.h"

#include <QActionGroup>

#include <string>
#include <utility>
#include <vector>

namespace slopescope::ui {
namespace {

constexpr std::int64_t kWindows[]{64, 128, 256, 512, 1024, 2048};
constexpr std::int64_t kSinks[]{1, 4, 16};
constexpr int kFactors[]{2, 4, 8};
constexpr int kBundledHeads = 8;
constexpr std::int64_t kClips[]{64, 128, 256, 512};
constexpr double kTemperatures[]{0.5, 0.8, 1.25, 2};
constexpr double kLogLengths[]{0.1, 0.2, 0.4};

// The method alone: window, sinks and factors of the scores are chosen beside it.
PositionOverride methodOfOverride(PositionOverride positions) {
    positions.window = positions.sinks = 0;
    positions.temperature = positions.logLength = {};
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
    addScores();
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
    positions.temperature = m_variant.positions.temperature;
    positions.logLength = m_variant.positions.logLength;
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
    addOtherBiases(group);
    if (group->checkedAction() == nullptr) // chosen by spec, or read from a file
        addMethod(this, group, QString::fromStdString(specOf(methodOfOverride(m_variant.positions))),
                  methodOfOverride(m_variant.positions), tr("What it is run with now"));
}

// Biases that are no straight line, each from its paper's range.
void PositionMenu::addOtherBiases(QActionGroup* group) {
    QMenu* const menu = addMenu(tr("Another bias"));
    menu->setToolTipsVisible(true);
    const auto add = [&](const QString& name, const char* spec, const QString& told) {
        addMethod(menu, group, name, parsePositions(spec, m_model.slopes).positions, told);
    };
    add(tr("KERPLE log 1, 1"), "kerple-log:1,1", tr("-r1 log(1 + r2 distance): falls fast at first, then ever more slowly (Chi et al. 2022)"));
    add(tr("KERPLE log 2, 0.1"), "kerple-log:2,0.1", tr("-r1 log(1 + r2 distance): falls fast at first, then ever more slowly (Chi et al. 2022)"));
    add(tr("KERPLE power 0.1, 1"), "kerple-power:0.1,1", tr("-r1 distance^r2: with r2 = 1 every head has ALiBi's line of slope r1 (Chi et al. 2022)"));
    add(tr("KERPLE power 0.5, 0.5"), "kerple-power:0.5,0.5", tr("-r1 distance^r2 (Chi et al. 2022)"));
    add(tr("Sandwich"), "sandwich", tr("What two sinusoidal embeddings have in common, by head (Chi et al. 2023)"));
    if (m_model.hasSlopes()) {
        menu->addSeparator();
        for (const std::int64_t clip : kClips)
            add(tr("ALiBi clipped at %1").arg(grouped(clip)), ("alibi-clip:" + std::to_string(clip)).c_str(),
                tr("The line ends there: what lies further back is penalised no more than that"));
    }
    if (m_model.heads == kBundledHeads && m_model.positions.bias != BiasKind::T5Buckets) {
        menu->addSeparator();
        add(tr("T5 buckets of the bundled model"), "t5:t5-bias",
            tr("The learned bias of the bundled model t5-bias, in place of all that the model has"));
    }
}

void PositionMenu::addScores() {
    QMenu* const menu = addMenu(tr("Scores"));
    menu->setToolTipsVisible(true);
    auto* const group = new QActionGroup(this);
    const auto add = [&](const QString& name, std::vector<double> temperature, std::vector<double> logLength, const QString& told) {
        PositionOverride positions = m_variant.positions;
        positions.temperature = std::move(temperature);
        positions.logLength = std::move(logLength);
        addChoice(menu, group, name, positions)->setToolTip(told);
    };
    add(tr("as they are"), {}, {}, tr("q·k / √d"));
    for (const double factor : kTemperatures)
        add(tr("scores × %1").arg(factor), {factor}, {}, tr("Above 1 attention is sharper, below 1 more even; the bias stays as it is"));
    for (const double scale : kLogLengths)
        add(tr("SSMax %1").arg(scale), {}, {scale},
            tr("Scores × %1 log(keys seen): attention stays as sharp however long the text is (Nakanishi 2025)").arg(scale));
    if (group->checkedAction() == nullptr)
        add(scoresTexts(m_variant.positions).join(QStringLiteral(", ")), m_variant.positions.temperature,
            m_variant.positions.logLength, tr("What it is run with now"));
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
