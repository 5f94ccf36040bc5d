// Paints a row of the list of variants, says which part of it lies under the mouse, and opens the field for its name.
// Part of VariantList; window's thread.
#pragma once

#include "ui/variants/variant_rows.h"
#include "ui/widgets/theme.h"

#include <QStyledItemDelegate>

namespace slopescope::ui {

enum class RowPart { None, Text, Eye, A, B };

class VariantDelegate : public QStyledItemDelegate {
    Q_OBJECT
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    static int rowHeight();
    static RowPart partAt(const QRect& row, const QPoint& at);
    static QRect partRect(const QRect& row, RowPart part); // Text: the name

    // The row and the part under the mouse: chips that could be set are shown there.
    void setHovered(VariantId id, RowPart part);

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    QWidget* createEditor(QWidget* parent, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    void setEditorData(QWidget* editor, const QModelIndex& index) const override;
    void setModelData(QWidget* editor, QAbstractItemModel* model, const QModelIndex& index) const override;
    void updateEditorGeometry(QWidget* editor, const QStyleOptionViewItem& option,
                              const QModelIndex& index) const override;

signals:
    void renamed(slopescope::VariantId id, const QString& name);

protected:
    bool eventFilter(QObject* editor, QEvent* event) override;

private:
    void paintText(QPainter& painter, const QRect& rect, const VariantRow& row, const Theme& theme) const;
    void paintChips(QPainter& painter, const QRect& rect, const VariantRow& row, const Theme& theme) const;

    VariantId m_hovered = 0;
    RowPart m_part = RowPart::None;
};

} // namespace slopescope::ui
