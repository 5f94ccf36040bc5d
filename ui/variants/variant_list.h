// The list of variants: it shows rows and says what a hand wants done with one of them. Part of VariantsPanel; window's
// thread.
//
// A click selects, on the eye hides, on a chip sets A or B; dragging a row moves it. Keys, once the list has them: A,
// B, F2, Delete, Ctrl+Up, Ctrl+Down; all others go on to the window.
#pragma once

#include "ui/variants/variant_delegate.h"

#include <QListView>
#include <QPointer>

namespace slopescope::ui {

class VariantList : public QListView {
    Q_OBJECT
public:
    explicit VariantList(QWidget* parent = nullptr);

    void setRows(const std::vector<VariantRow>& rows);
    const std::vector<VariantRow>& rows() const { return m_rows->rows(); }
    VariantId selected() const;                       // 0: none
    QRect partRect(VariantId id, RowPart part) const; // in the viewport

    void rename(VariantId id); // opens the field for its name

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

signals:
    void chosen(slopescope::VariantId id);
    void eyeClicked(slopescope::VariantId id);
    void aClicked(slopescope::VariantId id);
    void bClicked(slopescope::VariantId id);
    void renamed(slopescope::VariantId id, const QString& name);
    void moved(slopescope::VariantId id, int place);
    void removed(slopescope::VariantId id);
    void menuRequested(slopescope::VariantId id, const QPoint& globalPosition);

protected:
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void currentChanged(const QModelIndex& current, const QModelIndex& previous) override;
    bool viewportEvent(QEvent* event) override;
    void closeEditor(QWidget* editor, QAbstractItemDelegate::EndEditHint hint) override;

private:
    const VariantRow* rowAt(const QPoint& at) const;
    RowPart partAt(const QPoint& at) const;
    void hover(const QPoint& at);
    int gapAt(int y) const; // between rows: 0 is above the first
    void endDrag();

    VariantRows* m_rows;
    VariantDelegate* m_delegate;
    bool m_settling = false; // the list itself moves what is current
    VariantId m_pressed = 0; // on its text; 0: none
    QPoint m_pressedAt;
    int m_gap = -1;                  // where the dragged row would go; -1: none is dragged
    QPointer<QWidget> m_focusBefore; // has the keyboard back when a name has been typed
};

} // namespace slopescope::ui
