// What the variants panel does to a workspace: pure functions, each for one step of undo. Window's thread.
#pragma once

#include "core/workspace.h"

#include <string>

namespace slopescope::ui {

// Makes a variant B, or takes B away if it is. If it is A, what is B now, else `previous`, else a neighbour becomes A:
// nothing is compared with itself.
void toggleB(Workspace& workspace, VariantId id, VariantId previous);

void togglePin(Workspace& workspace, VariantId id); // A stays there, or follows the selection again

// A new variant below `id`, selected; returns its id.
VariantId addBelow(Workspace& workspace, VariantId id, const Variant& variant, const std::string& name,
                   std::uint32_t colour);

} // namespace slopescope::ui
