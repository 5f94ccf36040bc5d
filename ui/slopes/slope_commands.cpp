#include "ui/slopes/slope_commands.h"

#include <utility>

namespace slopescope::ui {

namespace {
constexpr int kSlopeCommandId = 1;
}

SlopeCommand::SlopeCommand(const QString& text, SlopeTable before, SlopeTable after, Apply apply, int gesture)
    : QUndoCommand(text), m_before(std::move(before)), m_after(std::move(after)), m_apply(std::move(apply)),
      m_gesture(gesture) {}

void SlopeCommand::undo() { m_apply(m_before); }

void SlopeCommand::redo() { m_apply(m_after); }

int SlopeCommand::id() const { return m_gesture ? kSlopeCommandId : -1; }

bool SlopeCommand::mergeWith(const QUndoCommand* other) {
    const auto* next = dynamic_cast<const SlopeCommand*>(other);
    if (!next || next->m_gesture != m_gesture)
        return false;
    m_after = next->m_after;
    setObsolete(m_before == m_after);
    return true;
}

} // namespace slopescope::ui
