// What the list of variants shows, as values, and the model that gives them to a view: rows that stay keep their place
// in the view, so that one can be renamed while others come and go. Window's thread.
#pragma once

#include "core/workspace.h"

#include <QAbstractListModel>
#include <QString>

#include <vector>

namespace slopescope::ui {

struct VariantRow {
    enum class State { Ready, Opening, Failed };

    VariantId id = 0;
    QString name;
    QString what;   // what it is: "ALiBi · as trained at 256"
    QString remark; // behind it, always whole: "not as trained"
    QString fault;  // Failed: one sentence
    std::uint32_t colour = 0;
    bool visible = true, selected = false, isA = false, isB = false, pinned = false;
    State state = State::Ready;
    double progress = -1; // Opening: 0..1, below 0: unknown or waiting

    bool operator==(const VariantRow&) const = default;
};

class VariantRows : public QAbstractListModel {
    Q_OBJECT
public:
    using QAbstractListModel::QAbstractListModel;

    void setRows(const std::vector<VariantRow>& rows);
    const std::vector<VariantRow>& rows() const { return m_rows; }
    const VariantRow* row(const QModelIndex& index) const; // null: there is none
    QModelIndex indexOf(VariantId id) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;

private:
    std::vector<VariantRow> m_rows;
};

} // namespace slopescope::ui
