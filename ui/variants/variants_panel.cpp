#include "ui/variants/variants_panel.h"

#include "core/base/error.h"
#include "ui/lab/lab.h"
#include "ui/lab/names.h"
#include "ui/variants/facts_view.h"
#include "ui/variants/variant_edits.h"
#include "ui/variants/variant_list.h"
#include "ui/widgets/panel_header.h"
#include "ui/widgets/theme.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QProgressBar>
#include <QPushButton>
#include <QVBoxLayout>

#include <cmath>
#include <utility>

namespace slopescope::ui {

VariantsPanel::VariantsPanel(QWidget* parent) : QFrame(parent) {
    build();
    setLook(this, "panel");
    showFacts();
}

void VariantsPanel::build() {
    m_header = new PanelHeader(tr("Variants"), this);
    m_add = new QPushButton(tr("+ Add") + QStringLiteral(" ▾"), m_header);
    m_add->setObjectName(QStringLiteral("addVariant"));
    m_add->setAccessibleName(tr("Add a variant"));
    m_add->setFocusPolicy(Qt::TabFocus);
    m_add->setToolTip(tr("Another model, or a copy with other positions or slopes"));
    m_addMenu = new QMenu(m_add);
    m_addMenu->setToolTipsVisible(true);
    connect(m_addMenu, &QMenu::aboutToShow, this, &VariantsPanel::fillAddMenu);
    connect(m_add, &QPushButton::clicked, m_addMenu,
            [this] { m_addMenu->popup(m_add->mapToGlobal(QPoint(0, m_add->height() + 2))); });
    m_header->addWidget(m_add);

    m_busy = new QWidget(this);
    m_busyText = new QLabel(m_busy);
    setLook(m_busyText, "soft");
    m_busyText->setTextFormat(Qt::PlainText);
    m_busyText->setWordWrap(true);
    m_busyBar = new QProgressBar(m_busy);
    m_busyBar->setTextVisible(false);
    auto* const cancel = new QPushButton(tr("Cancel"), m_busy);
    cancel->setObjectName(QStringLiteral("cancelOpening"));
    cancel->setFocusPolicy(Qt::TabFocus);
    connect(cancel, &QPushButton::clicked, this, [this] {
        if (m_lab != nullptr)
            m_lab->cancelOpening();
    });
    auto* const words = new QVBoxLayout;
    words->setSpacing(4);
    words->addWidget(m_busyText);
    words->addWidget(m_busyBar);
    auto* const busyRow = new QHBoxLayout(m_busy);
    busyRow->setContentsMargins(12, 6, kGrid, 6);
    busyRow->addLayout(words, 1);
    busyRow->addWidget(cancel, 0, Qt::AlignTop);
    m_busy->hide();

    m_hint = new QLabel(tr("Add a model, or drop a model's folder on the window."), this);
    setLook(m_hint, "soft");
    m_hint->setWordWrap(true);
    m_hint->setContentsMargins(14, kGrid, 14, kGrid);
    m_list = new VariantList(this);
    m_facts = new FactsView(this);

    auto* const column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_header);
    column->addWidget(m_busy);
    column->addWidget(m_hint);
    column->addWidget(m_list, 3);
    column->addWidget(m_facts, 2);
    connectList();
}

QSize VariantsPanel::minimumSizeHint() const {
    return {190, 160};
}

void VariantsPanel::connectList() {
    const auto onLab = [this](auto signal, auto act) {
        connect(m_list, signal, this, [this, act](VariantId id) {
            if (m_lab != nullptr)
                act(id);
        });
    };
    onLab(&VariantList::chosen, [this](VariantId id) { m_lab->look([id](Workspace& w) { select(w, id); }); });
    onLab(&VariantList::eyeClicked, [this](VariantId id) {
        const WorkspaceVariant* const row = m_lab->workspace().find(id);
        if (row == nullptr)
            return;
        m_lab->edit((row->visible ? tr("hide %1") : tr("show %1")).arg(m_lab->nameOf(id)),
                    [id](Workspace& w) { w.find(id)->visible = !w.find(id)->visible; });
    });
    onLab(&VariantList::aClicked, [this](VariantId id) { togglePinOf(id); });
    onLab(&VariantList::bClicked, [this](VariantId id) { toggleBOf(id); });
    onLab(&VariantList::removed, [this](VariantId id) { remove(id); });
    connect(m_list, &VariantList::renamed, this, &VariantsPanel::rename);
    connect(m_list, &VariantList::moved, this, [this](VariantId id, int place) {
        if (m_lab != nullptr)
            m_lab->edit(tr("move %1").arg(m_lab->nameOf(id)), [=](Workspace& w) { slopescope::move(w, id, place); });
    });
    connect(m_list, &VariantList::menuRequested, this, [this](VariantId id, const QPoint& at) {
        if (m_lab != nullptr)
            menuFor(id)->popup(at);
    });
    connect(m_facts, &FactsView::removeRequested, this, &VariantsPanel::removeSelected);
    connect(m_facts, &FactsView::retryRequested, this, [this] {
        const WorkspaceVariant* const row = m_lab == nullptr ? nullptr : m_lab->workspace().find(m_selected);
        if (row != nullptr)
            m_lab->openAgain(std::string(row->variant.model));
    });
}

void VariantsPanel::attach(Lab& lab) {
    m_lab = &lab;
    connect(&lab, &QObject::destroyed, this, [this] { m_lab = nullptr; });
    connect(&lab, &Lab::changed, this, [this](Changes what) { refresh(what); });
    connect(&lab, &Lab::progress, this, &VariantsPanel::showProgress);
    connect(&lab, &Lab::taskEnded, this, &VariantsPanel::endProgress);
    connect(&lab, &Lab::failed, this, [this](Task task, const QString&) { endProgress(task); });
    refresh(kEverything);
}

// A drag of a slope changes kSlopes alone, many times a second, and nothing here.
void VariantsPanel::refresh(unsigned changes) {
    if (m_lab == nullptr || !(changes & (kVariants | kSelection | kText)))
        return;
    const Workspace& workspace = m_lab->workspace();
    if (workspace.selected != m_selected) {
        m_previous = m_selected;
        m_selected = workspace.selected;
    }
    std::vector<VariantRow> rows;
    for (const WorkspaceVariant& variant : workspace.variants)
        rows.push_back(rowOf(variant));
    m_hint->setVisible(rows.empty());
    m_list->setVisible(!rows.empty());
    m_list->setRows(rows);
    showFacts();
}

VariantRow VariantsPanel::rowOf(const WorkspaceVariant& variant) const {
    const Workspace& workspace = m_lab->workspace();
    VariantRow row;
    row.id = variant.id;
    row.name = m_lab->nameOf(variant.id);
    row.colour = variant.colour;
    row.visible = variant.visible;
    row.selected = workspace.selected == variant.id;
    row.isA = workspace.a() == &variant;
    row.isB = workspace.b() == &variant;
    row.pinned = workspace.pinnedA == variant.id;
    row.fault = m_lab->whyNot(variant.id);
    if (const ModelFacts* const model = m_lab->library().model(variant.variant.model)) {
        row.what = whatItIs(variant.variant, *model);
        if (!variant.variant.isAsTrained()) {
            row.remark = notAsTrained();
            row.what.chop(row.remark.size() + 3); // " · " before it
        }
    } else if (row.fault.isEmpty()) {
        row.state = VariantRow::State::Opening;
        row.progress = m_progress;
        row.what = tr("is being opened");
    }
    if (!row.fault.isEmpty())
        row.state = VariantRow::State::Failed;
    return row;
}

void VariantsPanel::showFacts() {
    const WorkspaceVariant* const row = m_lab == nullptr ? nullptr : m_lab->workspace().find(m_selected);
    if (row == nullptr) {
        m_facts->setFault({}, false);
        m_facts->setFacts({}, {});
        return;
    }
    const ModelFacts* const model = m_lab->library().model(row->variant.model);
    m_facts->setFault(m_lab->whyNot(row->id), model == nullptr);
    if (model == nullptr) {
        m_facts->setFacts({}, {});
        return;
    }
    try {
        m_facts->setFacts(QString::fromStdString(model->name), factsOfModel(factsOf(row->variant, *model)));
    } catch (const Error& error) { // a file may ask of a model what it cannot do
        m_facts->setFault(QString::fromUtf8(error.what()), false);
        m_facts->setFacts(QString::fromStdString(model->name), factsOfModel(*model));
    }
}

void VariantsPanel::showProgress(Task task, double fraction, const QString& what) {
    if (task != Task::OpenModel)
        return;
    m_busyText->setText(what);
    m_busyBar->setRange(0, fraction < 0 ? 0 : 1000);
    if (fraction >= 0)
        m_busyBar->setValue(int(std::lround(fraction * 1000)));
    m_busy->show();
    m_progress = fraction;
    bool opening = false;
    std::vector<VariantRow> rows = m_list->rows();
    for (VariantRow& row : rows)
        if (row.state == VariantRow::State::Opening) { // one after the other: the first of them
            row.progress = std::exchange(opening, true) ? -1 : fraction;
        }
    if (opening)
        m_list->setRows(rows);
}

void VariantsPanel::endProgress(Task task) {
    if (task != Task::OpenModel)
        return;
    m_progress = -1;
    m_busy->hide();
}

} // namespace slopescope::ui
