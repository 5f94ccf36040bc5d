// The part of the lab that opens models and texts, and keeps what they are of the workspace.
#include "ui/lab/lab.h"

#include "ui/lab/names.h"

#include <algorithm>
#include <utility>

namespace slopescope::ui {

WorkspaceRecord Lab::record() const {
    WorkspaceRecord record;
    record.workspace = m_workspace;
    if (m_openedText == m_workspace.text)
        record.textDigest = m_textDigest;
    for (const auto& [key, model] : m_library.models)
        record.models[key] = model.digest;
    return record;
}

void Lab::remember(std::vector<MeasuredCurve> measured) {
    for (const MeasuredCurve& curve : measured) {
        m_stored.push_back(curve.variant);
        m_storedTokens = std::max(m_storedTokens, curve.textTokens);
    }
    m_engine.remember(std::move(measured));
    m_request = {}; // ask anew
    pushCurves();
}

// Tallies are found again by what their variant is, its model's key included.
void Lab::renameMeasured(const std::string& from, const std::string& to) {
    std::vector<Variant> variants;
    for (const WorkspaceVariant& row : m_workspace.variants)
        if (row.variant.model == from)
            variants.push_back(row.variant);
    std::vector<MeasuredCurve> measured = m_engine.measured(variants);
    for (MeasuredCurve& curve : measured) {
        curve.variant.model = to;
        m_stored.push_back(curve.variant);
    }
    m_engine.remember(std::move(measured));
}

void Lab::replaceModel(const std::string& from, const std::string& to) {
    renameMeasured(from, to);
    m_library.faults.erase(from);
    m_library.faults.erase(to);
    edit(tr("another place of a model"), [&](Workspace& w) {
        for (WorkspaceVariant& row : w.variants)
            if (row.variant.model == from)
                row.variant.model = to;
    });
}

void Lab::openText(const TextSource& text) {
    m_textInsisted = false;
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

// The wanted text does not come, and what is kept of the workspace is of that one: none is shown instead.
void Lab::closeText() {
    m_engine.closeText();
    m_openedText.reset();
    m_library.texts.clear();
    m_library.textFaults.clear();
    announce(kText | kLength | kPointer);
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
    if (asked.toStdString() != model.key)
        renameMeasured(asked.toStdString(), model.key);
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
            look([id = known->id](Workspace& w) { select(w, id); });
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
    if (m_openedText)
        m_curves.reset(); // of the text before
    m_gradients.reset();
    m_gradientRequest.reset();
    m_openedText = text.source;
    m_textDigest = text.digest;
    m_library.texts = text.byModel;
    m_library.textFaults = text.faults;
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
            select(m_workspace, row.id);
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
        m_textInsisted ? closeText() : keepOpenedText();
    emit failed(task, sentence);
    checkSettled();
}

} // namespace slopescope::ui
