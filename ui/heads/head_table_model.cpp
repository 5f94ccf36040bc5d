#include "ui/heads/head_table_model.h"

#include "ui/widgets/format.h"

#include <array>
#include <cmath>
#include <utility>

namespace slopescope::ui {
namespace {

enum class Written { Count, Slope, Number, Share };

struct Column {
    const char *key, *title, *meaning; // the key is that of the command line's --json
    Written written;
    double (*value)(const HeadRow&);
};

constexpr std::array kColumns{
    Column{"layer", QT_TRANSLATE_NOOP("slopescope::ui::HeadTableModel", "Layer"),
           QT_TRANSLATE_NOOP("slopescope::ui::HeadTableModel", "From 0"), Written::Count,
           [](const HeadRow& r) { return double(r.head.layer); }},
    Column{"head", QT_TRANSLATE_NOOP("slopescope::ui::HeadTableModel", "Head"),
           QT_TRANSLATE_NOOP("slopescope::ui::HeadTableModel", "From 0"), Written::Count,
           [](const HeadRow& r) { return double(r.head.head); }},
    Column{"slope", QT_TRANSLATE_NOOP("slopescope::ui::HeadTableModel", "Slope"),
           QT_TRANSLATE_NOOP("slopescope::ui::HeadTableModel", "In force"), Written::Slope,
           [](const HeadRow& r) { return r.slope; }},
    Column{
        "entropy", QT_TRANSLATE_NOOP("slopescope::ui::HeadTableModel", "Entropy"),
        QT_TRANSLATE_NOOP("slopescope::ui::HeadTableModel", "Of a query's attention, in bits, mean over the queries"),
        Written::Number, [](const HeadRow& r) { return r.entropyBits; }},
    Column{"mean_distance", QT_TRANSLATE_NOOP("slopescope::ui::HeadTableModel", "Distance"),
           QT_TRANSLATE_NOOP("slopescope::ui::HeadTableModel", "Mean distance of the attention, in tokens"),
           Written::Number, [](const HeadRow& r) { return r.meanDistance; }},
    Column{"median_distance", QT_TRANSLATE_NOOP("slopescope::ui::HeadTableModel", "Median"),
           QT_TRANSLATE_NOOP("slopescope::ui::HeadTableModel", "Half of the attention lies within this distance"),
           Written::Number, [](const HeadRow& r) { return r.medianDistance; }},
    Column{"within_1", QT_TRANSLATE_NOOP("slopescope::ui::HeadTableModel", "≤ 1"),
           QT_TRANSLATE_NOOP("slopescope::ui::HeadTableModel", "Share of the attention at distances up to 1"),
           Written::Share, [](const HeadRow& r) { return r.within[0]; }},
    Column{"within_8", QT_TRANSLATE_NOOP("slopescope::ui::HeadTableModel", "≤ 8"),
           QT_TRANSLATE_NOOP("slopescope::ui::HeadTableModel", "Share of the attention at distances up to 8"),
           Written::Share, [](const HeadRow& r) { return r.within[1]; }},
    Column{"within_64", QT_TRANSLATE_NOOP("slopescope::ui::HeadTableModel", "≤ 64"),
           QT_TRANSLATE_NOOP("slopescope::ui::HeadTableModel", "Share of the attention at distances up to 64"),
           Written::Share, [](const HeadRow& r) { return r.within[2]; }},
    Column{"within_512", QT_TRANSLATE_NOOP("slopescope::ui::HeadTableModel", "≤ 512"),
           QT_TRANSLATE_NOOP("slopescope::ui::HeadTableModel", "Share of the attention at distances up to 512"),
           Written::Share, [](const HeadRow& r) { return r.within[3]; }},
    Column{"self", QT_TRANSLATE_NOOP("slopescope::ui::HeadTableModel", "Itself"),
           QT_TRANSLATE_NOOP("slopescope::ui::HeadTableModel", "Attention of a token to itself"), Written::Share,
           [](const HeadRow& r) { return r.self; }},
    Column{"previous_token", QT_TRANSLATE_NOOP("slopescope::ui::HeadTableModel", "Previous"),
           QT_TRANSLATE_NOOP("slopescope::ui::HeadTableModel", "Attention to the previous token"), Written::Share,
           [](const HeadRow& r) { return r.previousToken; }},
    Column{"first_key", QT_TRANSLATE_NOOP("slopescope::ui::HeadTableModel", "First key"),
           QT_TRANSLATE_NOOP("slopescope::ui::HeadTableModel", "Attention to the first token: a sink"), Written::Share,
           [](const HeadRow& r) { return r.firstKey; }},
    Column{"duplicate", QT_TRANSLATE_NOOP("slopescope::ui::HeadTableModel", "Copies"),
           QT_TRANSLATE_NOOP("slopescope::ui::HeadTableModel",
                             "Attention to earlier copies of the token, where there are any"),
           Written::Share, [](const HeadRow& r) { return r.duplicate; }},
    Column{"induction", QT_TRANSLATE_NOOP("slopescope::ui::HeadTableModel", "Induction"),
           QT_TRANSLATE_NOOP("slopescope::ui::HeadTableModel", "Attention to the tokens right behind earlier copies"),
           Written::Share, [](const HeadRow& r) { return r.induction; }},
    Column{"probe_duplicate", QT_TRANSLATE_NOOP("slopescope::ui::HeadTableModel", "Copies, probe"),
           QT_TRANSLATE_NOOP("slopescope::ui::HeadTableModel", "The same on random tokens that are said twice"),
           Written::Share, [](const HeadRow& r) { return r.probeDuplicate; }},
    Column{"probe_induction", QT_TRANSLATE_NOOP("slopescope::ui::HeadTableModel", "Induction, probe"),
           QT_TRANSLATE_NOOP(
               "slopescope::ui::HeadTableModel",
               "Induction on random tokens that are said twice: all that a head can know there is the repetition"),
           Written::Share, [](const HeadRow& r) { return r.probeInduction; }},
    Column{"skipped", QT_TRANSLATE_NOOP("slopescope::ui::HeadTableModel", "Skipped"),
           QT_TRANSLATE_NOOP("slopescope::ui::HeadTableModel", "Share of the blocks of keys that need not be computed"),
           Written::Share, [](const HeadRow& r) { return r.skipped; }},
};

QString written(double value, Written how) {
    switch (how) {
    case Written::Count:
        return QString::number(int(value));
    case Written::Slope:
        return slopeText(value);
    case Written::Number:
        return significant(value);
    case Written::Share:
        break;
    }
    return QString::number(value, 'f', 3);
}

// Where there is a slope, the change of the loss when it doubles; else what a slope of 1 would do, to first order.
std::pair<double, double> gradientAndError(const SlopeGradient& gradient) {
    if (gradient.slope > 0)
        return {gradient.perDoubling(), gradient.perDoublingError()};
    return {gradient.perSlope, gradient.error};
}

} // namespace

int HeadTableModel::gradientColumn() {
    return int(kColumns.size());
}

void HeadTableModel::setTable(std::shared_ptr<const HeadTableResult> table) {
    beginResetModel();
    m_table = std::move(table);
    endResetModel();
}

void HeadTableModel::setGradients(std::shared_ptr<const SlopeGradientResult> gradients) {
    m_gradients = std::move(gradients);
    if (rowCount() > 0)
        emit dataChanged(index(0, gradientColumn()), index(rowCount() - 1, gradientColumn()));
}

std::optional<HeadAddress> HeadTableModel::headOf(int row) const {
    if (row < 0 || row >= rowCount())
        return {};
    return m_table->rows[std::size_t(row)].head;
}

int HeadTableModel::rowOf(HeadAddress head) const {
    for (int row = 0; row < rowCount(); ++row)
        if (m_table->rows[std::size_t(row)].head == head)
            return row;
    return -1;
}

int HeadTableModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() || !m_table ? 0 : int(m_table->rows.size());
}

int HeadTableModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : gradientColumn() + 1;
}

const SlopeGradient* HeadTableModel::gradientOf(int row) const {
    if (!m_gradients || !m_table || m_gradients->variant != m_table->variant)
        return nullptr;
    for (const SlopeGradient& gradient : m_gradients->heads)
        if (gradient.head == m_table->rows[std::size_t(row)].head)
            return &gradient;
    return nullptr;
}

std::optional<double> HeadTableModel::valueAt(int row, int column) const {
    double value = HeadRow::kNone;
    if (column < gradientColumn())
        value = kColumns[std::size_t(column)].value(m_table->rows[std::size_t(row)]);
    else if (const SlopeGradient* const gradient = gradientOf(row))
        value = gradientAndError(*gradient).first;
    return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

QString HeadTableModel::gradientTip(const SlopeGradient& gradient) const {
    const auto [value, error] = gradientAndError(gradient);
    const QString what = gradient.slope > 0
                             ? tr("Twice the slope would change the loss by %1 ± %2 nats per token, to first order")
                             : tr("A slope m would change the loss by m × %1 ± %2 nats per token, to first order");
    return what.arg(significant(value), std::isfinite(error) ? significant(error, 2) : tr("unknown")) + u'\n' +
           tr("measured on %1 × %2 tokens").arg(grouped(m_gradients->windows), grouped(m_gradients->length));
}

QVariant HeadTableModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || index.row() >= rowCount())
        return {};
    const std::optional<double> value = valueAt(index.row(), index.column());
    const bool isGradient = index.column() == gradientColumn();
    switch (role) {
    case Qt::DisplayRole:
        if (!value)
            return QStringLiteral("–");
        return isGradient ? significant(*value, 2) : written(*value, kColumns[std::size_t(index.column())].written);
    case Qt::ToolTipRole:
        if (const SlopeGradient* const gradient = isGradient ? gradientOf(index.row()) : nullptr)
            return gradientTip(*gradient);
        return value && !isGradient ? QVariant(headerData(index.column(), Qt::Horizontal, Qt::ToolTipRole).toString() +
                                               QStringLiteral(": ") + significant(*value, 6))
                                    : QVariant();
    case Qt::TextAlignmentRole:
        return int(Qt::AlignRight | Qt::AlignVCenter);
    case kSortRole:
        return value ? QVariant(*value) : QVariant();
    default:
        return {};
    }
}

QVariant HeadTableModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section > gradientColumn())
        return {};
    const bool isGradient = section == gradientColumn();
    if (role == Qt::DisplayRole)
        return isGradient ? tr("Gradient") : tr(kColumns[std::size_t(section)].title);
    if (role == Qt::ToolTipRole)
        return isGradient
                   ? tr("Change of the loss when the slope doubles, to first order; without slopes, per unit of slope")
                   : tr(kColumns[std::size_t(section)].meaning);
    return {};
}

FigureNumbers HeadTableModel::numbers() const {
    FigureNumbers numbers;
    for (const Column& column : kColumns)
        numbers.columns += QLatin1String(column.key);
    numbers.columns += {"gradient", "gradient_error"};
    for (int row = 0; row < rowCount(); ++row) {
        QStringList cells;
        for (const Column& column : kColumns)
            cells += plainNumber(column.value(m_table->rows[std::size_t(row)]));
        const SlopeGradient* const gradient = gradientOf(row);
        const double per = gradient != nullptr && gradient->slope > 0 ? gradient->slope : 1; // by log(slope), as the command line
        cells += gradient == nullptr ? QString() : plainNumber(gradient->perSlope * per);
        cells += gradient == nullptr ? QString() : plainNumber(gradient->error * per);
        numbers.rows.push_back(std::move(cells));
    }
    return numbers;
}

} // namespace slopescope::ui
