// The undo steps of the slope editor: one for each drag, typed value, run of nudges, preset and reset.
//
// Made by SlopeEditor and kept in its QUndoStack, on the window's thread.
#pragma once

#include "core/positions/slopes.h"

#include <QUndoCommand>

#include <functional>

namespace slopescope::ui {

class SlopeCommand : public QUndoCommand {
public:
    using Apply = std::function<void(const SlopeTable&)>;

    // `apply` puts a table on screen; it must stay callable as long as the stack lives. Steps of the same `gesture` merge
    // into one, which vanishes when it ends where it began; 0 never merges.
    SlopeCommand(const QString& text, SlopeTable before, SlopeTable after, Apply apply, int gesture = 0);

    void undo() override;
    void redo() override;
    int id() const override;
    bool mergeWith(const QUndoCommand* other) override;

private:
    SlopeTable m_before, m_after;
    Apply m_apply;
    int m_gesture = 0;
};

} // namespace slopescope::ui
