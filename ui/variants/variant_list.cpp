#include "ui/variants/variant_list.h"

#include <QApplication>
#include <QContextMenuEvent>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QLineEdit>
#include <QPainter>
#include <QScrollBar>
#include <QToolTip>

#include <algorithm>

namespace slopescope::ui {

VariantList::VariantList(QWidget* parent)
    : QListView(parent), m_rows(new VariantRows(this)), m_delegate(new VariantDelegate(this)) {
    setModel(m_rows);
    setItemDelegate(m_delegate);
    setUniformItemSizes(true);
    setFrameShape(QFrame::NoFrame);
    setFocusPolicy(Qt::TabFocus);
    setEditTriggers(NoEditTriggers);
    setSelectionMode(NoSelection); // what is selected is a row's own affair
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollMode(ScrollPerPixel);
    setMouseTracking(true);
    viewport()->setAutoFillBackground(false);
    setAccessibleName(tr("Variants"));
    connect(m_delegate, &VariantDelegate::renamed, this, &VariantList::renamed);
}

void VariantList::setRows(const std::vector<VariantRow>& rows) {
    const VariantId before = selected();
    m_settling = true;
    m_rows->setRows(rows);
    const VariantId now = selected();
    const QModelIndex index = m_rows->indexOf(now);
    if (index.isValid() && index != currentIndex())
        setCurrentIndex(index);
    m_settling = false;
    if (m_pressed != 0 && !m_rows->indexOf(m_pressed).isValid())
        endDrag();
    if (now != before && index.isValid())
        scrollTo(index);
    updateGeometry();
}

VariantId VariantList::selected() const {
    for (const VariantRow& row : rows())
        if (row.selected)
            return row.id;
    return 0;
}

QRect VariantList::partRect(VariantId id, RowPart part) const {
    return VariantDelegate::partRect(visualRect(m_rows->indexOf(id)), part);
}

void VariantList::rename(VariantId id) {
    const QModelIndex index = m_rows->indexOf(id);
    if (!index.isValid())
        return;
    m_focusBefore = QApplication::focusWidget();
    scrollTo(index);
    edit(index);
}

// The keyboard goes back to whoever had it.
void VariantList::closeEditor(QWidget* editor, QAbstractItemDelegate::EndEditHint) {
    const QPointer<QWidget> before = m_focusBefore;
    const bool hadFocus = editor->hasFocus();
    QListView::closeEditor(editor, QAbstractItemDelegate::NoHint);
    if (hadFocus && before && before != editor)
        before->setFocus();
    else if (hadFocus && !before)
        clearFocus();
}

QSize VariantList::sizeHint() const {
    return {240, std::max(1, int(rows().size())) * VariantDelegate::rowHeight()};
}

QSize VariantList::minimumSizeHint() const {
    return {180, 2 * VariantDelegate::rowHeight()};
}

const VariantRow* VariantList::rowAt(const QPoint& at) const {
    return m_rows->row(indexAt(at));
}

RowPart VariantList::partAt(const QPoint& at) const {
    const QModelIndex index = indexAt(at);
    return index.isValid() ? VariantDelegate::partAt(visualRect(index), at) : RowPart::None;
}

void VariantList::mousePressEvent(QMouseEvent* event) {
    if (auto* const field = viewport()->findChild<QLineEdit*>(QStringLiteral("variantName")))
        field->clearFocus(); // which takes the name that is being typed
    const VariantRow* const row = rowAt(event->position().toPoint());
    if (row == nullptr || event->button() != Qt::LeftButton)
        return;
    const VariantId id = row->id; // the row may go while others are told
    switch (partAt(event->position().toPoint())) {
    case RowPart::Eye:
        emit eyeClicked(id);
        break;
    case RowPart::A:
        emit aClicked(id);
        break;
    case RowPart::B:
        emit bClicked(id);
        break;
    default:
        m_pressed = id;
        m_pressedAt = event->position().toPoint();
        if (!row->selected)
            emit chosen(id);
    }
}

void VariantList::mouseMoveEvent(QMouseEvent* event) {
    const QPoint at = event->position().toPoint();
    hover(at);
    if (m_pressed == 0 || !(event->buttons() & Qt::LeftButton))
        return;
    if (m_gap < 0 && (at - m_pressedAt).manhattanLength() < QApplication::startDragDistance())
        return;
    if (at.y() < 0 || at.y() > viewport()->height()) {
        QScrollBar* const bar = verticalScrollBar();
        bar->setValue(bar->value() + (at.y() < 0 ? -1 : 1) * VariantDelegate::rowHeight() / 2);
    }
    m_gap = gapAt(at.y());
    viewport()->update();
}

void VariantList::mouseReleaseEvent(QMouseEvent*) {
    const VariantId id = m_pressed;
    const int gap = m_gap;
    endDrag();
    const QModelIndex index = m_rows->indexOf(id);
    if (!index.isValid() || gap < 0)
        return;
    const int place = gap > index.row() ? gap - 1 : gap; // its own row is taken out first
    if (place != index.row())
        emit moved(id, place);
}

void VariantList::mouseDoubleClickEvent(QMouseEvent* event) {
    const QPoint at = event->position().toPoint();
    if (partAt(at) != RowPart::Text)
        mousePressEvent(event); // two clicks on the eye are two
    else if (event->button() == Qt::LeftButton)
        rename(rowAt(at)->id);
}

void VariantList::endDrag() {
    m_pressed = 0;
    m_gap = -1;
    viewport()->update();
}

int VariantList::gapAt(int y) const {
    const int height = VariantDelegate::rowHeight();
    return std::clamp((y + verticalScrollBar()->value() + height / 2) / height, 0, int(rows().size()));
}

void VariantList::hover(const QPoint& at) {
    const VariantRow* const row = rowAt(at);
    m_delegate->setHovered(row == nullptr ? 0 : row->id, partAt(at));
    viewport()->update();
}

void VariantList::leaveEvent(QEvent* event) {
    m_delegate->setHovered(0, RowPart::None);
    viewport()->update();
    QListView::leaveEvent(event);
}

bool VariantList::viewportEvent(QEvent* event) {
    if (event->type() != QEvent::ToolTip)
        return QListView::viewportEvent(event);
    const auto* const help = static_cast<QHelpEvent*>(event);
    const VariantRow* const row = rowAt(help->pos());
    QString text;
    switch (partAt(help->pos())) {
    case RowPart::Eye:
        text = row->visible ? tr("Hide its curve") : tr("Show its curve");
        break;
    case RowPart::A:
        text = row->pinned ? tr("A, pinned: click to let A follow the selection")
                           : tr("Pin A here: others can then be selected while this one stays A");
        break;
    case RowPart::B:
        text = row->isB ? tr("B: click to compare with nothing") : tr("Compare with this one (B)");
        break;
    case RowPart::Text:
        text = m_rows->indexOf(row->id).data(Qt::ToolTipRole).toString();
        break;
    case RowPart::None:
        break;
    }
    if (text.isEmpty())
        QToolTip::hideText();
    else
        QToolTip::showText(help->globalPos(), text, viewport());
    return true;
}

void VariantList::keyPressEvent(QKeyEvent* event) {
    const VariantId id = selected();
    const QModelIndex index = m_rows->indexOf(id);
    const bool plain = (event->modifiers() & ~Qt::KeypadModifier) == Qt::NoModifier;
    const bool control = (event->modifiers() & ~Qt::KeypadModifier) == Qt::ControlModifier;
    const int key = event->key();
    const bool up = key == Qt::Key_Up, down = key == Qt::Key_Down;
    if (!index.isValid())
        event->ignore();
    else if (control && (up || down))
        emit moved(id, std::clamp(index.row() + (up ? -1 : 1), 0, int(rows().size()) - 1));
    else if (!plain)
        event->ignore();
    else if (key == Qt::Key_F2)
        rename(id);
    else if (key == Qt::Key_Delete || key == Qt::Key_Backspace)
        emit removed(id);
    else if (key == Qt::Key_A)
        emit aClicked(id);
    else if (key == Qt::Key_B)
        emit bClicked(id);
    else if (up || down || key == Qt::Key_Home || key == Qt::Key_End || key == Qt::Key_PageUp ||
             key == Qt::Key_PageDown)
        QListView::keyPressEvent(event);
    else
        event->ignore(); // Space sweeps
}

void VariantList::currentChanged(const QModelIndex& current, const QModelIndex& previous) {
    QListView::currentChanged(current, previous);
    if (const VariantRow* const row = m_rows->row(current); row != nullptr && !m_settling && !row->selected)
        emit chosen(row->id);
}

void VariantList::contextMenuEvent(QContextMenuEvent* event) {
    const bool byKey = event->reason() == QContextMenuEvent::Keyboard;
    const VariantRow* const row = byKey ? m_rows->row(m_rows->indexOf(selected())) : rowAt(event->pos());
    if (row != nullptr)
        emit menuRequested(row->id,
                           byKey ? viewport()->mapToGlobal(visualRect(currentIndex()).center()) : event->globalPos());
}

void VariantList::paintEvent(QPaintEvent* event) {
    QListView::paintEvent(event);
    QPainter painter(viewport());
    const Theme theme = Theme::of(palette());
    if (m_gap >= 0) {
        const int y = m_gap * VariantDelegate::rowHeight() - verticalScrollBar()->value();
        painter.fillRect(0, std::max(y - 1, 0), viewport()->width(), 2, theme.accent);
    }
    if (hasFocus()) {
        painter.setPen(theme.accent);
        painter.drawRect(viewport()->rect().adjusted(0, 0, -1, -1));
    }
}

} // namespace slopescope::ui
