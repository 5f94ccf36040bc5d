#include "ui/slopes/slope_editor.h"

#include "core/base/error.h"
#include "ui/lab/lab.h"
#include "ui/lab/names.h"
#include "ui/slopes/decay_view.h"
#include "ui/widgets/format.h"
#include "ui/widgets/panel_header.h"
#include "ui/widgets/segmented_buttons.h"
#include "ui/slopes/slope_canvas.h"
#include "ui/slopes/slope_loss_row.h"
#include "ui/slopes/slope_presets.h"
#include "ui/widgets/theme.h"

#include <QFileDialog>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QScrollBar>
#include <QVBoxLayout>

#include <algorithm>

namespace slopescope::ui {

namespace {

// Scrolls by wheel and by itself alone: the arrows are the handles' or the window's.
class SidewaysArea : public QScrollArea {
public:
    using QScrollArea::QScrollArea;

protected:
    void keyPressEvent(QKeyEvent* event) override { event->ignore(); }
};

QString whyNoSlopes(const ModelFacts& model) {
    if (methodOf(model.positions) == PositionMethod::None)
        return SlopeEditor::tr("This variant has no positions: there are no slopes to drag. “Positions” above can give it ALiBi's.");
    return SlopeEditor::tr("This variant's positions are %1: there are no slopes to drag. “Positions” above can give it ALiBi's.")
        .arg(positionsText(model.positions));
}

} // namespace

SlopeEditor::SlopeEditor(QWidget* parent) : QFrame(parent) {
    build();
    setLook(this, "panel");
    connect(m_canvas, &SlopeCanvas::gestureBegan, this, [this] {
        m_beforeGesture = m_slopes;
        m_inGesture = true;
    });
    connect(m_canvas, &SlopeCanvas::slopeMoved, this, [this](int head, double slope) {
        setError({});
        m_slopes = withHead(head, slope);
        refresh();
        emit slopesMoved(m_slopes);
    });
    connect(m_canvas, &SlopeCanvas::gestureEnded, this, &SlopeEditor::endGesture);
    connect(m_canvas, &SlopeCanvas::slopeTyped, this,
            [this](int head, double slope) { push(withHead(head, slope), tr("type slope of H%1").arg(head)); });
    connect(m_canvas, &SlopeCanvas::valueRefused, this, &SlopeEditor::setError);
    connect(m_canvas, &SlopeCanvas::headSelected, this, &SlopeEditor::selectHead);
    connect(m_decay, &DecayView::headSelected, this, &SlopeEditor::selectHead);
    connect(m_scope, &SegmentedButtons::chosenByUser, this, &SlopeEditor::refresh);
    connect(m_presets, &SlopePresets::chosen, this, &SlopeEditor::applyPreset);
    connect(m_presets, &SlopePresets::loadRequested, this, &SlopeEditor::chooseFileToLoad);
    connect(m_presets, &SlopePresets::saveRequested, this, &SlopeEditor::chooseFileToSave);
    connect(m_loss, &SlopeLossRow::pullsChanged, this, &SlopeEditor::showPulls);
    connect(m_loss, &SlopeLossRow::slopesFitted, this, [this](const SlopeTable& slopes) {
        if (!m_inGesture && slopes.size() == m_slopes.size())
            setSlopes(slopes);
    });
    connect(m_reset, &QPushButton::clicked, this, &SlopeEditor::reset);
    setNone(tr("Open a model to see its slopes."));
}

SlopeEditor::~SlopeEditor() {
    m_canvas->disconnect(this); // destroying children emits signals: a field loses the focus
}

void SlopeEditor::attach(Lab& lab) {
    setUndoStack(&lab.undoStack());
    m_loss->attach(lab);
    connect(this, &SlopeEditor::slopesMoved, &lab, &Lab::dragSlopes);
    connect(this, &SlopeEditor::handLeft, &lab, &Lab::dropHand);
    connect(this, &SlopeEditor::slopesChanged, &lab, &Lab::setSlopes);
    connect(this, &SlopeEditor::headSelected, &lab, [&lab](HeadAddress head) {
        lab.look([&](Workspace& w) { w.look.heads = {head}; });
    });
    connect(&lab, &Lab::changed, this, [this, &lab](Changes changes) {
        if (lab.inHand() && !(changes & (kVariants | kSelection)))
            return; // this editor's own hand
        if (changes & (kVariants | kSelection | kSlopes)) {
            const Variant variant = lab.variantOnView();
            const ModelFacts* const model = lab.library().model(variant.model);
            if (model == nullptr)
                setNone(lab.workspace().variants.empty() ? tr("Open a model to see its slopes.") : tr("The model is being opened."));
            else if (const SlopeTable& slopes = slopesInForce(variant, *model); slopes.empty())
                setNone(whyNoSlopes(factsOf(variant, *model)));
            else
                setModel(*model, slopes);
            const WorkspaceVariant* const b = lab.workspace().b();
            const ModelFacts* const other = b == nullptr ? nullptr : lab.library().model(b->variant.model);
            setOther(other == nullptr ? SlopeTable() : slopesInForce(b->variant, *other), b == nullptr ? QColor() : QColor(b->colour | 0xff000000U));
        }
        if (changes & (kText | kLength | kVariants))
            m_decay->setLongestDistance(std::max<std::int64_t>(4096, lab.length()));
        if (changes & (kHeads | kVariants))
            setSelectedHead(lab.workspace().look.heads.front());
    });
}

void SlopeEditor::setUndoStack(QUndoStack* stack) {
    m_undoStack = stack;
    connect(m_undo, &QPushButton::clicked, stack, &QUndoStack::undo);
    connect(m_redo, &QPushButton::clicked, stack, &QUndoStack::redo);
    connect(stack, &QUndoStack::indexChanged, this, &SlopeEditor::updateUndo);
    updateUndo();
}

void SlopeEditor::build() {
    m_header = new PanelHeader(tr("Slopes"), this);
    m_scope = new SegmentedButtons({tr("All layers"), tr("Layer %1").arg(0)}, m_header);
    m_scope->setSegmentToolTip(0, tr("A change to a head is made in every layer"));
    m_scope->setSegmentToolTip(1, tr("A change to a head is made in the layer on view alone"));
    m_header->addWidget(m_scope);

    m_controls = new QWidget(this);
    auto* row = new QHBoxLayout(m_controls);
    row->setContentsMargins(12, kGrid, 12, 0);
    row->setSpacing(kGrid);
    m_presets = new SlopePresets(m_controls);
    m_undo = new QPushButton(tr("Undo"), m_controls);
    m_redo = new QPushButton(tr("Redo"), m_controls);
    m_reset = new QPushButton(tr("Reset"), m_controls);
    m_reset->setToolTip(tr("Back to the slopes as trained"));
    for (QWidget* widget : {static_cast<QWidget*>(m_presets), static_cast<QWidget*>(m_undo),
                            static_cast<QWidget*>(m_redo), static_cast<QWidget*>(m_reset)})
        row->addWidget(widget);
    for (QPushButton* button : m_controls->findChildren<QPushButton*>())
        button->setFocusPolicy(Qt::TabFocus); // a click leaves the keyboard where it was
    row->addStretch();

    m_canvas = new SlopeCanvas(this);
    auto* scroll = new SidewaysArea(this);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setWidget(m_canvas);
    scroll->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setFocusPolicy(Qt::NoFocus);
    scroll->setMinimumHeight(m_canvas->minimumSizeHint().height());
    scroll->viewport()->setAutoFillBackground(false);
    m_canvas->setAutoFillBackground(false);
    m_drawing = scroll;
    m_undo->setEnabled(false);
    m_redo->setEnabled(false);

    m_loss = new SlopeLossRow(this);
    m_error = new QLabel(this);
    setLook(m_error, "error");
    m_error->setObjectName(QStringLiteral("slopeError"));
    m_error->setWordWrap(true);
    m_error->setTextFormat(Qt::PlainText);
    m_error->setContentsMargins(12, 0, 12, 4);

    m_sentence = new QLabel(this);
    m_sentence->setObjectName(QStringLiteral("slopeSentence"));
    setLook(m_sentence, "soft");
    m_sentence->setAlignment(Qt::AlignCenter);
    m_sentence->setWordWrap(true);
    m_sentence->setContentsMargins(24, 24, 24, 24);

    m_decay = new DecayView(this);

    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_header);
    column->addWidget(m_controls);
    column->addWidget(m_loss);
    column->addWidget(m_presets->inputRow());
    column->addWidget(m_error);
    column->addWidget(m_drawing, 5);
    column->addWidget(m_decay, 2);
    column->addWidget(m_sentence, 7);
}

void SlopeEditor::setModel(const ModelFacts& trained, const SlopeTable& slopes) {
    const SlopeTable own = trained.slopes.empty() ? SlopeTable(slopes.size(), paperSlopes(trained.heads)) : trained.slopes;
    if (own != m_trained) {
        m_canvas->closeField();
        m_scope->choose(layersShare(slopes) ? 0 : 1);
        setError({});
    }
    m_trained = own;
    m_selected = {std::clamp(m_selected.layer, 0, std::max(0, trained.layers - 1)),
                  std::clamp(m_selected.head, 0, std::max(0, trained.heads - 1))};
    m_decay->setTrainedLength(trained.trainedLength);
    setSlopes(slopes);
}

void SlopeEditor::setNone(const QString& sentence) {
    abandonGesture();
    m_canvas->closeField();
    m_trained.clear();
    m_slopes.clear();
    m_sentence->setText(sentence);
    setError({});
    refresh();
}

void SlopeEditor::setSlopes(const SlopeTable& slopes) {
    if (slopes == m_slopes && m_drawing->isVisibleTo(this))
        return;
    abandonGesture();
    m_slopes = slopes;
    refresh();
}

void SlopeEditor::setOther(const SlopeTable& slopes, const QColor& colour) {
    if (slopes == m_other && colour == m_otherColour)
        return;
    m_other = slopes;
    m_otherColour = colour;
    refresh();
}

void SlopeEditor::abandonGesture() {
    if (!m_inGesture)
        return;
    m_inGesture = false;
    m_canvas->abandonDrag();
}

bool SlopeEditor::tied() const { return m_scope->chosen() == 0; }

// Every lasting change goes through here and becomes one undo step.
void SlopeEditor::push(const SlopeTable& slopes, const QString& what, int merge) {
    setError({});
    if (slopes == m_slopes && !m_inGesture)
        return;
    if (merge == 0)
        ++m_gestures; // a run of nudges ends here
    m_inGesture = false;
    m_slopes = slopes;
    refresh();
    emit slopesChanged(slopes, what, merge);
}

void SlopeEditor::endGesture(bool kept, bool nudged) {
    if (!m_inGesture)
        return;
    const SlopeTable reached = m_slopes;
    if (!kept || reached == m_beforeGesture) {
        m_inGesture = false;
        m_slopes = m_beforeGesture;
        refresh();
        emit handLeft();
        return;
    }
    if (!nudged || m_nudgedHead != m_selected)
        ++m_gestures;
    m_nudgedHead = m_selected;
    push(reached, nudged ? tr("nudge H%1").arg(m_selected.head) : tr("drag H%1").arg(m_selected.head), nudged ? m_gestures : 0);
}

SlopeTable SlopeEditor::withHead(int head, double slope) const {
    SlopeTable table = m_slopes;
    for (std::size_t layer = 0; layer < table.size(); ++layer)
        if (tied() || static_cast<int>(layer) == m_selected.layer)
            table[layer][static_cast<std::size_t>(head)] = slope;
    return table;
}

void SlopeEditor::applyPreset(const QString& spec, const QString& what) {
    if (!available())
        return;
    try {
        SlopeTable wanted = parseSlopes(spec.toStdString(), m_slopes);
        checkSlopes(wanted, static_cast<int>(m_slopes.size()), static_cast<int>(m_slopes[0].size()));
        if (!tied()) {
            SlopeTable table = m_slopes;
            const auto layer = static_cast<std::size_t>(m_selected.layer);
            table[layer] = wanted[layer];
            wanted = std::move(table);
        }
        m_presets->closeInput();
        push(wanted, what);
    } catch (const Error& error) {
        setError(QString::fromStdString(error.what()));
    }
}

void SlopeEditor::reset() {
    if (available())
        push(m_trained, tr("reset slopes"));
}

void SlopeEditor::selectHead(int head) {
    if (head == m_selected.head)
        return;
    m_selected.head = head;
    refresh();
    emit headSelected(m_selected);
}

void SlopeEditor::setSelectedHead(HeadAddress head) {
    if (head == m_selected)
        return;
    m_canvas->closeField();
    m_selected = head;
    refresh();
}

void SlopeEditor::refresh() {
    const bool shown = available();
    m_controls->setVisible(shown);
    m_loss->setVisible(shown);
    m_drawing->setVisible(shown);
    m_decay->setVisible(shown);
    m_sentence->setVisible(!shown);
    m_scope->setVisible(shown);
    if (!shown) {
        m_presets->closeInput();
        m_header->setFacts({});
        m_canvas->setSlopes({}, {}, {});
        m_canvas->setOther({}, {});
        return;
    }
    const auto layer = static_cast<std::size_t>(std::clamp(m_selected.layer, 0, static_cast<int>(m_slopes.size()) - 1));
    std::vector<SlopeSet> others;
    if (tied())
        for (std::size_t other = 0; other < m_slopes.size(); ++other)
            if (m_slopes[other] != m_slopes[layer])
                others.push_back(m_slopes[other]);
    m_canvas->setSlopes(m_slopes[layer], m_trained[layer], others);
    const bool fits = layer < m_other.size() && m_other[layer].size() == m_slopes[layer].size();
    m_canvas->setOther(fits ? m_other[layer] : SlopeSet(), m_otherColour);
    showPulls();
    m_canvas->setSelected(m_selected.head);
    if (m_canvas->width() > m_drawing->width())
        m_drawing->ensureVisible(static_cast<int>(m_canvas->handlePosition(m_canvas->selected()).x()), 0, 40, 0);
    m_decay->setSlopes(m_slopes[layer]);
    m_decay->setSelectedHead(m_selected.head);
    m_scope->setLabel(1, tr("Layer %1").arg(m_selected.layer));
    m_scope->setSegmentEnabled(1, m_slopes.size() > 1 || !tied());
    m_reset->setEnabled(edited());
    describe();
}

void SlopeEditor::showPulls() {
    m_canvas->setPulls(available() ? m_loss->pulls(m_selected.layer, tied()) : std::vector<std::optional<SlopePull>>());
}

void SlopeEditor::updateUndo() {
    m_undo->setEnabled(m_undoStack->canUndo());
    m_undo->setToolTip(m_undoStack->canUndo() ? tr("Undo: %1").arg(m_undoStack->undoText()) : QString());
    m_redo->setEnabled(m_undoStack->canRedo());
    m_redo->setToolTip(m_undoStack->canRedo() ? tr("Redo: %1").arg(m_undoStack->redoText()) : QString());
}

void SlopeEditor::describe() {
    const std::size_t heads = m_slopes[0].size();
    const SlopeSet rule = paperSlopes(static_cast<int>(heads));
    const bool paper = std::all_of(m_slopes.begin(), m_slopes.end(), [&](const SlopeSet& row) { return row == rule; });
    int changed = 0; // heads when the layers are tied, else heads of layers
    for (std::size_t head = 0; head < heads; ++head) {
        int layers = 0;
        for (std::size_t layer = 0; layer < m_slopes.size(); ++layer)
            layers += m_slopes[layer][head] != m_trained[layer][head];
        changed += layersShare(m_slopes) ? layers > 0 : layers;
    }
    m_presets->setCurrent(paper ? tr("Paper") : changed ? tr("Edited") : tr("As trained"));
    m_header->setFacts(changed ? tr("%1 edited").arg(grouped(changed)) : QString());
}

void SlopeEditor::setError(const QString& sentence) {
    m_error->setText(sentence);
    m_error->setVisible(!sentence.isEmpty());
}

bool SlopeEditor::loadFromFile(const QString& file) {
    if (!available())
        return false;
    try {
        const SlopeTable table = parseSlopes(file.toStdString(), m_slopes);
        checkSlopes(table, static_cast<int>(m_slopes.size()), static_cast<int>(m_slopes[0].size()));
        if (!layersShare(table))
            m_scope->choose(1);
        push(table, tr("load slopes"));
        return true;
    } catch (const Error& error) {
        setError(QString::fromStdString(error.what()));
        return false;
    }
}

bool SlopeEditor::saveToFile(const QString& file) {
    if (!available())
        return false;
    try {
        writeSlopes(file.toStdString(), m_slopes);
    } catch (const Error& error) {
        setError(QString::fromStdString(error.what()));
        return false;
    }
    setError({});
    return true;
}

void SlopeEditor::chooseFileToLoad() {
    const QString file = QFileDialog::getOpenFileName(this, tr("Load slopes"), {}, tr("Slopes (*.json)"));
    if (!file.isEmpty())
        loadFromFile(file);
}

void SlopeEditor::chooseFileToSave() {
    QString file = QFileDialog::getSaveFileName(this, tr("Save slopes"), QStringLiteral("slopes.json"), tr("Slopes (*.json)"));
    if (!file.isEmpty() && !file.endsWith(QLatin1String(".json"), Qt::CaseInsensitive))
        file += QStringLiteral(".json");
    if (!file.isEmpty())
        saveToFile(file);
}

} // namespace slopescope::ui
