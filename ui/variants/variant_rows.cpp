#include "ui/variants/variant_rows.h"

#include <algorithm>

namespace slopescope::ui {
namespace {

auto withId(const std::vector<VariantRow>& rows, VariantId id) {
    return std::find_if(rows.begin(), rows.end(), [&](const VariantRow& row) { return row.id == id; });
}

} // namespace

// Views are told row by row: a reset would take the editor from a hand that types.
void VariantRows::setRows(const std::vector<VariantRow>& rows) {
    for (int i = int(m_rows.size()) - 1; i >= 0; --i)
        if (withId(rows, m_rows[std::size_t(i)].id) == rows.end()) {
            beginRemoveRows({}, i, i);
            m_rows.erase(m_rows.begin() + i);
            endRemoveRows();
        }
    for (int i = 0; i < int(rows.size()); ++i) {
        const VariantRow& wanted = rows[std::size_t(i)];
        const int from = int(withId(m_rows, wanted.id) - m_rows.begin());
        if (from == int(m_rows.size())) {
            beginInsertRows({}, i, i);
            m_rows.insert(m_rows.begin() + i, wanted);
            endInsertRows();
        } else if (from != i) { // behind i, since all before it are in place
            beginMoveRows({}, from, from, {}, i);
            std::rotate(m_rows.begin() + i, m_rows.begin() + from, m_rows.begin() + from + 1);
            endMoveRows();
        }
        VariantRow& here = m_rows[std::size_t(i)];
        if (here != wanted) {
            here = wanted;
            emit dataChanged(index(i), index(i));
        }
    }
}

const VariantRow* VariantRows::row(const QModelIndex& index) const {
    return index.isValid() && index.row() < int(m_rows.size()) ? &m_rows[std::size_t(index.row())] : nullptr;
}

QModelIndex VariantRows::indexOf(VariantId id) const {
    const auto found = withId(m_rows, id);
    return found == m_rows.end() ? QModelIndex() : index(int(found - m_rows.begin()));
}

int VariantRows::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : int(m_rows.size());
}

QVariant VariantRows::data(const QModelIndex& index, int role) const {
    const VariantRow* const row = this->row(index);
    if (row == nullptr)
        return {};
    QString what = row->remark.isEmpty() ? row->what : row->what + QStringLiteral(" · ") + row->remark;
    if (row->state == VariantRow::State::Failed)
        what = row->fault;
    switch (role) {
    case Qt::DisplayRole:
    case Qt::EditRole:
        return row->name;
    case Qt::ToolTipRole:
        return QString(row->name + u'\n' + what);
    case Qt::AccessibleTextRole: {
        QString text = row->name + QStringLiteral(", ") + what;
        if (row->isA)
            text += tr(", A");
        if (row->isB)
            text += tr(", B");
        return row->visible ? text : QString(text + tr(", hidden"));
    }
    default:
        return {};
    }
}

Qt::ItemFlags VariantRows::flags(const QModelIndex& index) const {
    return index.isValid() ? Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsEditable : Qt::NoItemFlags;
}

} // namespace slopescope::ui
