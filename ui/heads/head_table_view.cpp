#include "ui/heads/head_table_view.h"

#include "ui/heads/head_table_model.h"
#include "ui/figures/figure_numbers.h"
#include "ui/figures/table_figure.h"
#include "ui/lab/lab.h"
#include "ui/widgets/format.h"
#include "ui/widgets/panel_header.h"
#include "ui/widgets/theme.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHeaderView>
#include <QPushButton>
#include <QShortcut>
#include <QSortFilterProxyModel>
#include <QTableView>
#include <QVBoxLayout>

#include <algorithm>

namespace slopescope::ui {
namespace {

// By number; what has none stands last, whichever way it is sorted.
class ByNumber : public QSortFilterProxyModel {
public:
    using QSortFilterProxyModel::QSortFilterProxyModel;

protected:
    bool lessThan(const QModelIndex& left, const QModelIndex& right) const override {
        const QVariant a = left.data(HeadTableModel::kSortRole), b = right.data(HeadTableModel::kSortRole);
        if (a.isValid() != b.isValid())
            return a.isValid() == (sortOrder() == Qt::AscendingOrder);
        return a.toDouble() < b.toDouble();
    }
};

} // namespace

HeadTableView::HeadTableView(QWidget* parent) : QFrame(parent) {
    build();
    setLook(this, "panel");
    connect(m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this, &HeadTableView::choose);
    connect(m_copy, &QPushButton::clicked, this, &HeadTableView::copyCsv);
    auto* const copy = new QShortcut(QKeySequence::Copy, this, nullptr, nullptr, Qt::WidgetWithChildrenShortcut);
    connect(copy, &QShortcut::activated, this, &HeadTableView::copyCsv);
    describe();
}

void HeadTableView::build() {
    m_header = new PanelHeader(tr("Table of heads"), this);
    m_gradients = new QPushButton(tr("Gradients"), m_header);
    m_gradients->setCheckable(true);
    m_gradients->setFocusPolicy(Qt::TabFocus);
    m_gradients->setToolTip(
        tr("Measure which way the loss pulls the slope of each head; without slopes, what one would do"));
    m_copy = new QPushButton(tr("Copy CSV"), m_header);
    m_copy->setFocusPolicy(Qt::TabFocus);
    m_copy->setToolTip(tr("Copy all columns, in full precision (Ctrl+C)"));
    m_header->addWidget(m_gradients);
    m_header->addWidget(m_copy);

    m_model = new HeadTableModel(this);
    m_sorted = new ByNumber(this);
    m_sorted->setSourceModel(m_model);
    m_table = new QTableView(this);
    m_table->setModel(m_sorted);
    m_table->setAccessibleName(tr("What every head does"));
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_table->setSortingEnabled(true);
    m_table->sortByColumn(-1, Qt::DescendingOrder); // as the model has them, until a column is clicked
    m_table->setFrameShape(QFrame::NoFrame);
    m_table->setWordWrap(false);
    m_table->setShowGrid(false);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(22);
    m_table->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    m_table->horizontalHeader()->setHighlightSections(false);
    m_table->setColumnHidden(HeadTableModel::gradientColumn(), true);

    auto* const column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_header);
    column->addWidget(m_table, 1);
}

void HeadTableView::attach(Lab& lab) {
    m_lab = &lab;
    connect(this, &HeadTableView::chosenByUser, &lab,
            [&lab](const std::vector<HeadAddress>& heads) { lab.look([&](Workspace& w) { w.look.heads = heads; }); });
    connect(m_gradients, &QPushButton::toggled, &lab, [this, &lab](bool wanted) {
        m_table->setColumnHidden(HeadTableModel::gradientColumn(), !wanted);
        lab.wantGradients(this, wanted && isVisible());
    });
    connect(&lab, &Lab::changed, this, [this](Changes changes) { followLab(changes); });
    connect(&lab, &Lab::headTableReady, this,
            [this](int, const std::shared_ptr<const HeadTableResult>& table, bool current) {
                const HeadTableResult* const before = m_model->table();
                // A part of another state would take away what is shown of this one.
                if (!current && before != nullptr && before->rows.size() > table->rows.size())
                    return;
                m_model->setTable(table);
                setHeads(m_heads);
                describe();
            });
    connect(&lab, &Lab::gradientsChanged, this, [this] {
        m_model->setGradients(m_lab->gradients());
        describe();
    });
    lab.showHeadTable(isVisible());
    followLab(kEverything);
}

void HeadTableView::followLab(unsigned changes) {
    if (!m_lab)
        return;
    const HeadTableResult* const table = m_model->table();
    if ((changes & (kText | kSelection | kVariants)) && table != nullptr &&
        (!m_lab->text() || !sameBesidesSlopes(table->variant, m_lab->variantOnView()))) {
        m_model->setTable(nullptr);
        describe();
    }
    if (changes & (kHeads | kSelection | kVariants))
        if (const auto side = m_lab->sideOnView(0))
            setHeads(side->heads);
}

void HeadTableView::setHeads(const std::vector<HeadAddress>& heads) {
    m_heads = heads;
    QItemSelection rows;
    QModelIndex first;
    for (const HeadAddress head : heads) {
        const int row = m_model->rowOf(head);
        if (row < 0)
            continue;
        const QModelIndex index = m_sorted->mapFromSource(m_model->index(row, 0));
        rows.select(index, index);
        if (!first.isValid())
            first = index;
    }
    m_choosing = true;
    QItemSelectionModel* const selection = m_table->selectionModel();
    selection->select(rows, QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
    if (first.isValid()) {
        selection->setCurrentIndex(first, QItemSelectionModel::NoUpdate);
        m_table->scrollTo(first);
    }
    m_choosing = false;
}

// The current row is the selected head, other chosen ones are averaged with it.
void HeadTableView::choose() {
    if (m_choosing)
        return;
    std::vector<HeadAddress> heads;
    const auto add = [&](const QModelIndex& index) {
        const auto head = m_model->headOf(m_sorted->mapToSource(index).row());
        if (head && std::find(heads.begin(), heads.end(), *head) == heads.end())
            heads.push_back(*head);
    };
    const QItemSelectionModel* const selection = m_table->selectionModel();
    if (selection->isRowSelected(selection->currentIndex().row()))
        add(selection->currentIndex());
    for (const QModelIndex& index : selection->selectedRows())
        add(index);
    if (heads.empty() || heads == m_heads)
        return;
    m_heads = heads;
    emit chosenByUser(heads);
}

void HeadTableView::describe() {
    const HeadTableResult* const table = m_model->table();
    if (table == nullptr || table->rows.empty()) {
        m_header->setFacts({});
        return;
    }
    QString facts = tr("the first %1 tokens").arg(grouped(table->length));
    if (!table->complete)
        facts += tr(" · layer %1 of %2").arg(table->rows.back().head.layer + 1).arg(table->layers);
    if (m_gradients->isChecked() && m_lab)
        if (const auto gradients = m_lab->gradients())
            facts += tr(" · gradients of %1 of %2 windows").arg(gradients->windows).arg(gradients->windowsTotal);
    m_header->setFacts(facts);
}

void HeadTableView::copyCsv() {
    QGuiApplication::clipboard()->setText(QString::fromUtf8(tableText(m_model->numbers(), ',')));
}

std::unique_ptr<Figure> HeadTableView::figure() const {
    ShownTable shown;
    shown.title = tr("What every head does");
    shown.empty = tr("The table of heads is not there yet; it is measured while it is open.");
    shown.numbers = m_model->numbers();
    std::vector<int> columns;
    for (int column = 0; column < m_sorted->columnCount(); ++column)
        if (!m_table->isColumnHidden(column)) {
            columns.push_back(column);
            shown.headings += m_sorted->headerData(column, Qt::Horizontal).toString();
        }
    for (int row = 0; row < m_sorted->rowCount(); ++row) {
        QStringList cells;
        for (const int column : columns)
            cells += m_sorted->index(row, column).data().toString();
        shown.rows.push_back(std::move(cells));
        if (m_table->selectionModel()->isRowSelected(row))
            shown.marked.push_back(row);
    }
    return std::make_unique<TableFigure>(std::move(shown));
}

void HeadTableView::showEvent(QShowEvent* event) {
    QFrame::showEvent(event);
    if (!m_lab)
        return;
    m_lab->showHeadTable(true);
    m_lab->wantGradients(this, m_gradients->isChecked());
}

void HeadTableView::hideEvent(QHideEvent* event) {
    QFrame::hideEvent(event);
    if (!m_lab)
        return;
    m_lab->showHeadTable(false);
    m_lab->wantGradients(this, false);
}

} // namespace slopescope::ui
