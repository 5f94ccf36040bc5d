#include "ui/variants/variant_edits.h"

#include <algorithm>

namespace slopescope::ui {
namespace {

int placeOf(const Workspace& workspace, VariantId id) {
    const auto& variants = workspace.variants;
    return int(
        std::find_if(variants.begin(), variants.end(), [&](const WorkspaceVariant& row) { return row.id == id; }) -
        variants.begin());
}

} // namespace

void toggleB(Workspace& workspace, VariantId id, VariantId previous) {
    if (workspace.find(id) == nullptr)
        return;
    if (workspace.against == id) {
        workspace.against.reset();
        return;
    }
    if (const WorkspaceVariant* const a = workspace.a(); a != nullptr && a->id == id) {
        if (workspace.variants.size() < 2)
            return;
        const int place = placeOf(workspace, id);
        const auto& neighbour = workspace.variants[std::size_t(place > 0 ? place - 1 : place + 1)];
        const bool goesBack = previous != id && workspace.find(previous) != nullptr;
        const VariantId other = workspace.against.value_or(goesBack ? previous : neighbour.id);
        workspace.selected = other;
        if (workspace.pinnedA)
            workspace.pinnedA = other;
    }
    workspace.against = id;
    workspace.againstHead.reset();
}

void togglePin(Workspace& workspace, VariantId id) {
    if (workspace.find(id) == nullptr)
        return;
    if (workspace.pinnedA == id) {
        workspace.pinnedA.reset();
        return;
    }
    if (workspace.against == id) // they change places
        workspace.against = workspace.a() == nullptr ? std::nullopt : std::optional(workspace.a()->id);
    workspace.pinnedA = id;
}

VariantId addBelow(Workspace& workspace, VariantId id, const Variant& variant, const std::string& name,
                   std::uint32_t colour) {
    const int place = placeOf(workspace, id);
    const VariantId added = workspace.add(variant, name, colour);
    move(workspace, added, place + 1);
    workspace.selected = added;
    return added;
}

} // namespace slopescope::ui
