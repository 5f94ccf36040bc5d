// One step of undo: what of a workspace was edited, before and after. Used by the Lab alone.
#pragma once

#include "core/workspace.h"

#include <QUndoCommand>

#include <tuple>

namespace slopescope::ui {

class Lab;

class EditCommand : public QUndoCommand {
public:
    EditCommand(Lab& lab, Workspace after, const QString& what, int merge);

    void undo() override { put(m_before); }
    void redo() override { put(m_after); }
    int id() const override { return m_merge > 0 ? m_merge : -1; }
    bool mergeWith(const QUndoCommand* other) override;

    // The part of a workspace that undo brings back; what is looked at stays. The text only where the step changed it: one that was
    // opened since stays open.
    static auto edited(const Workspace& w) {
        return std::tie(w.variants, w.pinnedA, w.against, w.againstHead, w.text);
    }

private:
    void put(const Workspace& from);

    Lab& m_lab;
    Workspace m_before, m_after;
    int m_merge;
    bool m_first = true; // not done yet
};

} // namespace slopescope::ui
