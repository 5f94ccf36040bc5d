// The table of heads as Qt wants it: a row a head, a column a number, sorted by value. Filled by HeadTableView.
// Window's thread.
#pragma once

#include "core/study/head_requests.h"
#include "ui/figures/figure.h"

#include <QAbstractTableModel>

#include <memory>
#include <optional>

namespace slopescope::ui {

class HeadTableModel : public QAbstractTableModel {
    Q_OBJECT
public:
    static constexpr int kSortRole = Qt::UserRole; // the number itself; invalid: there is none

    using QAbstractTableModel::QAbstractTableModel;

    void setTable(std::shared_ptr<const HeadTableResult> table);             // null: none
    void setGradients(std::shared_ptr<const SlopeGradientResult> gradients); // of the same variant; null: none

    const HeadTableResult* table() const { return m_table.get(); }
    std::optional<HeadAddress> headOf(int row) const;
    int rowOf(HeadAddress head) const; // -1: it is not there (yet)
    static int gradientColumn();       // the last one
    FigureNumbers numbers() const;     // all columns in full precision, in the order of the heads

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    const SlopeGradient* gradientOf(int row) const;
    std::optional<double> valueAt(int row, int column) const;
    QString gradientTip(const SlopeGradient& gradient) const;

    std::shared_ptr<const HeadTableResult> m_table;
    std::shared_ptr<const SlopeGradientResult> m_gradients;
};

} // namespace slopescope::ui
