#include "ui/lab/lab.h"

#include "core/study/curve_plan.h"
#include "ui/lab/edit_command.h"
#include "ui/lab/names.h"

#include <algorithm>
#include <utility>

namespace slopescope::ui {
namespace {

constexpr std::chrono::milliseconds kPatience{150}; // an unanswered picture is dimmed after this

Changes changesBetween(const Workspace& a, const Workspace& b) {
    const auto slopesOnView = [](const Workspace& w) { return w.a() == nullptr ? Variant() : w.a()->variant; };
    Changes changes = 0;
    const auto note = [&](bool same, Changes change) { changes |= same ? 0 : change; };
    note(a.text == b.text, kText);
    note(a.variants == b.variants, kVariants);
    note(a.selected == b.selected && a.pinnedA == b.pinnedA && a.against == b.against && a.againstHead == b.againstHead, kSelection);
    note(slopesOnView(a) == slopesOnView(b), kSlopes);
    note(a.look.length == b.look.length, kLength);
    note(a.look.heads == b.look.heads, kHeads);
    note(a.look.stage == b.look.stage && a.look.pooling == b.look.pooling && a.look.mode == b.look.mode &&
             a.look.lossOnText == b.look.lossOnText,
         kLook);
    note(a.curves == b.curves, kCurveLook);
    note(a.measurement == b.measurement, kMeasurement);
    return changes;
}

// What a workspace holds fits together: what is selected is there, and nothing is compared with itself.
void putInOrder(Workspace& w) {
    if (w.find(w.selected) == nullptr)
        w.selected = w.variants.empty() ? 0 : w.variants.front().id;
    if (w.pinnedA && w.find(*w.pinnedA) == nullptr)
        w.pinnedA.reset();
    if (w.against && (w.find(*w.against) == nullptr || w.b() == w.a()))
        w.against.reset();
    if (w.look.heads.empty())
        w.look.heads = {HeadAddress{}};
    for (const WorkspaceVariant& row : w.variants)
        w.lastId = std::max(w.lastId, row.id);
}

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
    forward(&Engine::lossesReady, &Lab::lossesReady);
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
}

void Lab::apply(Workspace workspace) {
    m_undo.clear();
    m_anyHead = workspace.look == Look() || workspace.look.heads == Look().heads;
    set(std::move(workspace));
    if (!m_textAsked)
        askForText(); // the bundled text is wanted from the start
}

void Lab::openText(const TextSource& text) {
    if (text == m_workspace.text)
        askForText();
    else
        look([&](Workspace& w) { w.text = text; });
}

void Lab::askForText() {
    m_textAsked = true;
    m_engine.openText(m_workspace.text);
}

// The wanted text does not come: the one on view stays, or the bundled one is opened where there is none. Who asks for the
// other again is heard, and the next run does not begin with it.
void Lab::keepOpenedText() {
    const TextSource kept = m_openedText.value_or(TextSource());
    if (m_workspace.text == kept)
        return;
    m_workspace.text = kept;
    if (!m_openedText)
        askForText();
    emit changed(kText);
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
    if (changes & kText)
        askForText();
    if (changes & kVariants)
        openWhatIsMissing();
    if (changes & (kText | kLength | kHeads | kSelection)) {
        m_cell.reset();
        m_token.reset();
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
}

void Lab::openWhatIsMissing() {
    std::set<std::string> wanted;
    for (const WorkspaceVariant& row : m_workspace.variants)
        wanted.insert(row.variant.model);
    for (const std::string& model : wanted)
        if (!m_library.models.contains(model) && !m_library.faults.contains(model) && m_library.opening.insert(model).second)
            m_engine.openModel(model);
    for (auto model = m_library.models.begin(); model != m_library.models.end();) {
        if (wanted.contains(model->first)) {
            ++model;
            continue;
        }
        m_engine.closeModel(model->first);
        m_library.texts.erase(model->first);
        m_library.textFaults.erase(model->first);
        model = m_library.models.erase(model);
    }
}

void Lab::addModel(const std::string& model) {
    m_library.faults.erase(model);
    m_adding.insert(model);
    m_engine.openModel(model);
}

void Lab::openAgain(const std::string& key) {
    m_library.faults.erase(key);
    openWhatIsMissing();
    announce(kVariants);
}

void Lab::cancelOpening() {
    m_engine.cancelOpening();
    m_adding.clear();
    for (const std::string& key : std::exchange(m_library.opening, {}))
        m_library.faults[key] = tr("Its opening was cancelled.");
    if (m_openedText)
        keepOpenedText();
    announce(kVariants);
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

// The key by which a model is asked for becomes the one that it is known by.
void Lab::takeModel(const QString& asked, const ModelFacts& model, std::shared_ptr<const TextFacts> text, const QString& whyNoText) {
    m_library.opening.erase(asked.toStdString());
    m_library.faults.erase(asked.toStdString());
    m_library.models[model.key] = model;
    if (text)
        m_library.texts[model.key] = std::move(text);
    if (!whyNoText.isEmpty())
        m_library.textFaults[model.key] = whyNoText;
    emit recovered(Task::OpenModel);
    for (WorkspaceVariant& row : m_workspace.variants)
        if (row.variant.model == asked.toStdString()) {
            row.variant.model = model.key;
            if (const PositionMethod method = methodOf(model.positions);
                method != PositionMethod::None && row.colour == colourOf(PositionMethod::None))
                row.colour = ui::freeColour(method, coloursOf(m_workspace)); // the files have said which method it is
        }
    if (m_adding.erase(asked.toStdString()) > 0) {
        const Variant variant{model.key, {}, {}};
        if (const WorkspaceVariant* const known = m_workspace.find(variant))
            look([id = known->id](Workspace& w) { w.selected = id; });
        else
            edit(tr("add %1").arg(QString::fromStdString(model.name)), [&](Workspace& w) {
                w.selected = w.add(variant, {}, ui::freeColour(methodOf(model.positions), coloursOf(w)));
            });
    }
    const bool onView = m_workspace.a() != nullptr && m_workspace.a()->variant.model == model.key;
    if (onView && std::exchange(m_anyHead, false)) // one of the middle says more at first sight than the first
        m_workspace.look.heads = {{model.layers / 2, model.heads * 5 / 8}};
    openWhatIsMissing(); // nobody may want it any more
    announce(kVariants | kSlopes | (onView ? kText | kLength | kSelection | kHeads : 0U));
}

void Lab::takeText(const OpenedText& text) {
    if (m_openedText && m_workspace.text == *m_openedText)
        m_workspace.text = text.source; // it came in spite of its being cancelled
    m_openedText = text.source;
    m_library.texts = text.byModel;
    m_library.textFaults = text.faults;
    m_curves.reset();
    emit recovered(Task::OpenText);
    announce(kText | kLength | kPointer);
}

// Where the variant to begin with cannot be opened another one is shown: a window should not look empty.
void Lab::leaveFaulty() {
    const WorkspaceVariant* const a = m_workspace.a();
    if (!m_anyHead || a == nullptr || !m_library.faults.contains(a->variant.model))
        return;
    for (const WorkspaceVariant& row : m_workspace.variants)
        if (!m_library.faults.contains(row.variant.model)) {
            m_workspace.pinnedA.reset();
            m_workspace.selected = row.id;
            announce(kSelection | kText | kSlopes | kLength);
            return;
        }
}

void Lab::takeFailure(Task task, const QString& subject, const QString& sentence) {
    if (task == Task::OpenModel) {
        m_library.opening.erase(subject.toStdString());
        const auto isOfIt = [model = subject.toStdString()](const WorkspaceVariant& row) { return row.variant.model == model; };
        const auto& rows = m_workspace.variants;
        m_adding.erase(subject.toStdString());
        if (std::any_of(rows.begin(), rows.end(), isOfIt)) {
            m_library.faults[subject.toStdString()] = sentence;
            leaveFaulty();
            announce(kVariants);
        }
    }
    const TextSource& wanted = m_workspace.text;
    if (task == Task::OpenText && subject.toStdString() == (wanted.letters.empty() ? wanted.file : wanted.name))
        keepOpenedText();
    emit failed(task, sentence);
    checkSettled();
}

void Lab::dragSlopes(const SlopeTable& slopes) {
    const WorkspaceVariant* const a = m_workspace.a();
    const ModelFacts* const model = a == nullptr ? nullptr : m_library.model(a->variant.model);
    if (model == nullptr)
        return;
    m_hand = withSlopes(a->variant, slopes, *model);
    emit changed(kSlopes);
    pushView();
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
