#include "ui/lab/lab.h"

#include "core/study/curve_plan.h"
#include "ui/lab/edit_command.h"
#include "ui/lab/names.h"

#include <algorithm>
#include <utility>

namespace slopescope::ui {
namespace {

constexpr std::chrono::milliseconds kPatience{150}; // an unanswered picture is dimmed after this

} // namespace

Lab::Lab(const std::filesystem::path& resources, QObject* parent) : QObject(parent), m_engine(resources) {
    m_patience.setSingleShot(true);
    m_patience.setInterval(kPatience);
    connect(&m_patience, &QTimer::timeout, this, [this] {
        emit waiting(!m_engine.answered(Task::Map, 0) || !m_engine.answered(Task::Map, 1),
                     !m_engine.answered(Task::Thumbnails, 0) || !m_engine.answered(Task::Profile, 0));
    });
    connectEngine();
}

Lab::~Lab() {
    m_undo.disconnect(); // its end is no news to panels that may be gone
}

void Lab::connectEngine() {
    const auto forward = [this](auto from, auto to) { connect(&m_engine, from, this, to); };
    forward(&Engine::mapReady, &Lab::mapReady);
    forward(&Engine::thumbnailsReady, &Lab::thumbnailsReady);
    forward(&Engine::profileReady, &Lab::profileReady);
    forward(&Engine::cellReady, &Lab::cellReady);
    forward(&Engine::linksReady, &Lab::linksReady);
    forward(&Engine::rowsReady, &Lab::rowsReady);
    forward(&Engine::pairReady, &Lab::pairReady);
    forward(&Engine::lossesReady, &Lab::lossesReady);
    forward(&Engine::headTableReady, &Lab::headTableReady);
    forward(&Engine::progress, &Lab::progress);
    forward(&Engine::taskEnded, &Lab::taskEnded);
    forward(&Engine::devicesFound, &Lab::devicesFound);
    forward(&Engine::modelOpened, [this](const QString& asked, const std::shared_ptr<const ModelFacts>& model,
                                         const std::shared_ptr<const TextFacts>& text, const QString& whyNoText) {
        takeModel(asked, *model, text, whyNoText);
    });
    forward(&Engine::textOpened, [this](const std::shared_ptr<const OpenedText>& text) { takeText(*text); });
    forward(&Engine::deviceChanged, [this](const Device& device, const std::vector<ModelFacts>& models) {
        for (const ModelFacts& model : models)
            m_library.models[model.key] = model; // each may take another amount of memory there
        emit recovered(Task::UseDevice);
        emit deviceChanged(device);
        announce(kVariants);
    });
    forward(&Engine::curvesReady, [this](const std::shared_ptr<const CurvesResult>& curves) {
        m_curves = curves;
        emit recovered(Task::Sweep);
        emit curvesChanged();
        checkSettled();
    });
    forward(&Engine::sweepEnded, [this](bool filled) {
        emit sweepEnded(filled);
        checkSettled();
    });
    forward(&Engine::failed, [this](Task task, const QString& subject, const QString& sentence) { takeFailure(task, subject, sentence); });
    connect(&m_engine.writer(), &Writer::grown, this, &Lab::continued);
    connect(&m_engine.writer(), &Writer::ended, this, [this](const QString& fault) {
        m_continuing = false;
        emit continuingEnded(fault);
    });
    // After the panels have heard it.
    forward(&Engine::mapReady, [this](int, const std::shared_ptr<const MapResult>&, bool current) {
        if (current)
            emit recovered(Task::Map);
        checkSettled();
    });
    connect(&m_engine, &Engine::taskEnded, this, [this] { checkSettled(); });
    connect(&m_engine, &Engine::thumbnailsReady, this, [this] { checkSettled(); });
    connect(&m_engine, &Engine::profileReady, this, [this] { checkSettled(); });
    connect(&m_engine, &Engine::lossesReady, this, [this] { checkSettled(); });
    connect(&m_engine, &Engine::headTableReady, this, [this] { checkSettled(); });
    connectSlopes();
}

void Lab::apply(Workspace workspace) {
    const bool sameText = workspace.text == m_workspace.text;
    m_textInsisted = false;
    m_undo.clear();
    m_library.faults.clear(); // what could not be opened may be there now
    m_anyHead = workspace.look == Look() || workspace.look.heads == Look().heads;
    set(std::move(workspace));
    openWhatIsMissing();
    if (!m_textAsked || (sameText && !m_openedText))
        askForText(); // the bundled text is wanted from the start
}

void Lab::apply(Workspace workspace, std::vector<MeasuredCurve> measured) {
    m_stored.clear();
    m_storedTokens = 0;
    remember(std::move(measured));
    apply(std::move(workspace));
    m_textInsisted = true;
    m_anyHead = false; // one was on view
}

void Lab::typeText(const QString& letters, int session) {
    constexpr int kTyping = 1 << 20; // above the merge numbers of other edits
    TextSource typed;
    typed.name = tr("typed text").toStdString();
    typed.letters = letters.toStdString();
    m_textInsisted = false;
    edit(tr("typing"), [&](Workspace& w) { w.text = typed; }, kTyping + session);
}

void Lab::edit(const QString& what, const std::function<void(Workspace&)>& change, int merge) {
    Workspace after = m_workspace;
    change(after);
    putInOrder(after);
    if (EditCommand::edited(after) != EditCommand::edited(m_workspace)) {
        m_undo.push(new EditCommand(*this, std::move(after), what, merge)); // which sets it
        return;
    }
    set(std::move(after));
    dropHand(); // it came back to where it began
}

void Lab::look(const std::function<void(Workspace&)>& change) {
    Workspace after = m_workspace;
    change(after);
    set(std::move(after));
}

void Lab::set(Workspace workspace) {
    putInOrder(workspace);
    const bool wasInHand = m_hand.has_value();
    Changes changes = changesBetween(m_workspace, workspace);
    if (changes & (kSelection | kVariants))
        m_hand.reset();
    if (wasInHand && !m_hand)
        changes |= kSlopes;
    m_workspace = std::move(workspace);
    follow(changes);
}

// Everything that a change asks for: what must be opened, what the panels show, which pictures and curves are computed.
void Lab::follow(Changes changes) {
    if (changes == 0)
        return;
    if (changes & kText) {
        stopContinuing();
        askForText();
    }
    if (changes & kVariants)
        openWhatIsMissing();
    if (changes & (kText | kLength | kHeads | kSelection)) {
        m_cell.reset();
        m_token.reset();
        if (changes & (kText | kLength))
            m_pair.reset();
        changes |= kPointer;
    }
    announce(changes);
}

void Lab::announce(Changes changes) {
    emit changed(changes);
    if (changes & ~kMeasurement)
        pushView();
    if (changes & (kText | kVariants | kSelection | kMeasurement))
        pushCurves();
    if (changes & (kText | kVariants | kSelection | kSlopes | kLength))
        askForGradients();
}

void Lab::addPaperMethods() {
    edit(tr("the paper's four methods"), [this](Workspace& w) {
        for (const char* const name : {"alibi", "sinusoidal", "rotary", "t5-bias"}) {
            const Variant variant{name, {}, {}};
            const auto& bundled = bundledModels();
            if (WorkspaceVariant* const known = w.find(variant))
                known->visible = true;
            else if (std::any_of(bundled.begin(), bundled.end(), [&](const BundledModel& one) { return one.name == name; }))
                w.add(variant, {}, ui::freeColour(methodNamed(name), coloursOf(w)));
        }
    });
    sweep();
}

void Lab::dragSlopes(const SlopeTable& slopes) {
    const WorkspaceVariant* const a = m_workspace.a();
    const ModelFacts* const model = a == nullptr ? nullptr : m_library.model(a->variant.model);
    if (model == nullptr)
        return;
    m_hand = withSlopes(a->variant, slopes, *model);
    emit changed(kSlopes);
    pushView();
    askForGradients();
}

void Lab::dropHand() {
    if (!m_hand)
        return;
    m_hand.reset();
    announce(kSlopes);
}

void Lab::setSlopes(const SlopeTable& slopes, const QString& what, int merge) {
    if (const WorkspaceVariant* const a = m_workspace.a())
        if (const ModelFacts* const model = m_library.model(a->variant.model))
            changeA(withSlopes(a->variant, slopes, *model), *model, what, merge);
}

void Lab::setPositions(const PositionOverride& positions, SlopeTable slopes, const QString& what) {
    if (const WorkspaceVariant* const a = m_workspace.a())
        if (const ModelFacts* const model = m_library.model(a->variant.model))
            changeA(withSlopes({a->variant.model, positions, {}}, std::move(slopes), *model), *model, what, 0);
}

void Lab::changeA(const Variant& variant, const ModelFacts& model, const QString& what, int merge) {
    const auto facts = factsAsRun(variant, model);
    const PositionMethod method = methodOf((facts ? *facts : model).positions);
    edit(what, [&](Workspace& w) { slopescope::edit(w, w.a()->id, variant, freeColour(method, coloursOf(w))); }, merge);
}

void Lab::pointAt(std::optional<Cell> cell) {
    m_cell = cell;
    emit changed(kPointer);
    pushView();
}

void Lab::goTo(std::optional<Cell> cell) {
    const auto within = [this](std::int64_t token) { return token >= 0 && token < length(); };
    if (cell && !(within(cell->query) && within(cell->key)))
        return;
    m_pair = cell;
    pointAt(cell);
    if (cell)
        emit cellChosen(cell->query, cell->key);
}

void Lab::showRows(bool shown) {
    if (shown == std::exchange(m_rowsShown, shown))
        return;
    pushView();
}

void Lab::lightToken(std::optional<std::int64_t> token) {
    m_token = token && *token >= 0 && *token < length() ? token : std::nullopt;
    emit changed(kPointer);
    pushView();
}

void Lab::setMapPixels(const Viewport& viewport) {
    m_viewport = viewport;
    pushView();
}

void Lab::setThumbnailPixels(int pixels) {
    m_thumbnailPixels = pixels;
    pushView();
}

void Lab::sweep() {
    m_measuring = true;
    pushCurves();
}

void Lab::stopSweep() {
    m_measuring = false;
    m_engine.stopSweep();
}

} // namespace slopescope::ui
