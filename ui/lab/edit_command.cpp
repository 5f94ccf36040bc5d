#include "ui/lab/edit_command.h"

#include "ui/lab/lab.h"

#include <algorithm>
#include <utility>

namespace slopescope::ui {

EditCommand::EditCommand(Lab& lab, Workspace after, const QString& what, int merge)
    : QUndoCommand(what), m_lab(lab), m_before(lab.workspace()), m_after(std::move(after)), m_merge(merge) {}

bool EditCommand::mergeWith(const QUndoCommand* other) {
    m_after = static_cast<const EditCommand*>(other)->m_after;
    if (edited(m_before) == edited(m_after))
        setObsolete(true);
    return true;
}

void EditCommand::put(const Workspace& from) {
    Workspace next = m_lab.workspace();
    next.variants = from.variants;
    next.selected = from.selected;
    next.pinnedA = from.pinnedA;
    next.against = from.against;
    next.againstHead = from.againstHead;
    if (m_before.text != m_after.text)
        next.text = from.text;
    next.lastId = std::max(next.lastId, from.lastId); // an id is never given twice
    if (m_first)
        next = from; // an edit may also change what is looked at
    m_first = false;
    m_lab.set(std::move(next));
}

} // namespace slopescope::ui
