// How TokenArea takes the mouse: a click locks, Shift and a click pick a pair, a drag selects; and what is copied, by
// which keys.
#include "ui/text/token_area.h"

#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QKeyEvent>
#include <QMenu>
#include <QMouseEvent>
#include <QStringList>

#include <algorithm>
#include <utility>

namespace slopescope::ui {

void TokenArea::press(const QMouseEvent& event) {
    m_pressing = true;
    m_dragging = false;
    m_pressedAt = event.position().toPoint();
    m_pressed = tokenAt(m_pressedAt);
}

void TokenArea::dragTo(QPoint position) {
    const std::int64_t token = tokenAt(position);
    if (!m_pressing || m_pressed < 0)
        return hover(token);
    if (!m_dragging && (position - m_pressedAt).manhattanLength() < QApplication::startDragDistance())
        return;
    m_dragging = true;
    if (token >= 0)
        select(std::min(token, m_pressed), std::max(token, m_pressed) + 1);
}

void TokenArea::release(const QMouseEvent& event) {
    if (event.button() != Qt::LeftButton || !m_pressing)
        return;
    m_pressing = false;
    if (std::exchange(m_dragging, false))
        return;
    select(0, 0);
    pick(m_pressed, event.modifiers() & Qt::ShiftModifier);
}

void TokenArea::pick(std::int64_t token, bool pair) {
    if (pair && token >= 0 && m_locked >= 0)
        emit pairPicked(std::max(token, m_locked), std::min(token, m_locked));
    else if (token >= 0 || m_locked >= 0)
        lock(token == m_locked ? -1 : token);
}

void TokenArea::select(std::int64_t begin, std::int64_t end) {
    m_selectionBegin = std::clamp<std::int64_t>(begin, 0, m_layout.tokens());
    m_selectionEnd = std::clamp<std::int64_t>(end, m_selectionBegin, m_layout.tokens());
    viewport()->update();
}

bool TokenArea::event(QEvent* event) {
    // Esc unlocks here when the focus is here; else it is the window's. So are the keys of a selection.
    if (event->type() == QEvent::ShortcutOverride) {
        auto* const key = static_cast<QKeyEvent*>(event);
        if ((key->key() == Qt::Key_Escape && m_locked >= 0) || key->matches(QKeySequence::SelectAll) ||
            (key->matches(QKeySequence::Copy) && m_selectionEnd > m_selectionBegin)) {
            event->accept();
            return true;
        }
    }
    return QAbstractScrollArea::event(event);
}

QString TokenArea::selectedText() const {
    const TextFacts& facts = m_layout.facts();
    if (m_selectionEnd <= m_selectionBegin)
        return {};
    if (facts.text.empty())
        return selectedIds();
    const auto begin = std::size_t(facts.tokens[std::size_t(m_selectionBegin)].begin);
    const auto end = std::size_t(facts.tokens[std::size_t(m_selectionEnd - 1)].end);
    return QString::fromStdString(facts.text.substr(begin, end - begin));
}

QString TokenArea::selectedIds() const {
    QStringList ids;
    for (std::int64_t token = m_selectionBegin; token < m_selectionEnd; ++token)
        ids << QString::number(m_layout.facts().tokens[std::size_t(token)].id);
    return u'[' + ids.join(QStringLiteral(", ")) + u']';
}

void TokenArea::contextMenuEvent(QContextMenuEvent* event) {
    const bool any = m_selectionEnd > m_selectionBegin;
    QMenu menu(this);
    menu.addAction(tr("Copy"), this, [this] { QApplication::clipboard()->setText(selectedText()); })->setEnabled(any);
    menu.addAction(tr("Copy token ids"), this, [this] { QApplication::clipboard()->setText(selectedIds()); })
        ->setEnabled(any);
    menu.addAction(tr("Select all"), this, [this] { select(0, m_layout.tokens()); });
    menu.exec(event->globalPos());
}

} // namespace slopescope::ui
