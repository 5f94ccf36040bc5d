#include "core/workspace.h"

#include <algorithm>
#include <utility>

namespace slopescope {
namespace {

auto place(const std::vector<WorkspaceVariant>& variants, VariantId id) {
    return std::find_if(variants.begin(), variants.end(), [&](const WorkspaceVariant& one) { return one.id == id; });
}

} // namespace

const WorkspaceVariant* Workspace::find(VariantId id) const {
    const auto found = place(variants, id);
    return found == variants.end() ? nullptr : &*found;
}

WorkspaceVariant* Workspace::find(VariantId id) {
    return const_cast<WorkspaceVariant*>(std::as_const(*this).find(id));
}

WorkspaceVariant* Workspace::find(const Variant& variant) {
    const auto found =
        std::find_if(variants.begin(), variants.end(), [&](const WorkspaceVariant& one) { return one.variant == variant; });
    return found == variants.end() ? nullptr : &*found;
}

const WorkspaceVariant* Workspace::a() const {
    if (pinnedA)
        if (const WorkspaceVariant* const pinned = find(*pinnedA))
            return pinned;
    return find(selected);
}

const WorkspaceVariant* Workspace::b() const {
    return against ? find(*against) : nullptr;
}

VariantId Workspace::add(Variant variant, std::string name, std::uint32_t colour) {
    variants.push_back({++lastId, std::move(variant), std::move(name), colour, true});
    return lastId;
}

void select(Workspace& workspace, VariantId id) {
    if (workspace.find(id) == nullptr)
        return;
    if (workspace.against == id && !workspace.pinnedA)
        workspace.against = workspace.selected;
    workspace.selected = id;
}

VariantId edit(Workspace& workspace, VariantId id, const Variant& variant, std::uint32_t freeColour) {
    WorkspaceVariant* const edited = workspace.find(id);
    if (edited == nullptr || edited->variant == variant)
        return id;
    if (!edited->variant.isAsTrained()) {
        edited->variant = variant;
        return id;
    }
    const auto source = place(workspace.variants, id);
    WorkspaceVariant fork = *source;
    fork.id = ++workspace.lastId;
    fork.variant = variant;
    fork.name.clear();
    fork.colour = freeColour;
    fork.visible = true;
    workspace.variants.insert(source + 1, fork);
    if (workspace.pinnedA == id)
        workspace.pinnedA = fork.id;
    workspace.selected = fork.id;
    return fork.id;
}

void remove(Workspace& workspace, VariantId id) {
    const auto removed = place(workspace.variants, id);
    if (removed == workspace.variants.end())
        return;
    const auto index = removed - workspace.variants.begin();
    workspace.variants.erase(removed);
    if (workspace.pinnedA == id)
        workspace.pinnedA.reset();
    if (workspace.against == id)
        workspace.against.reset();
    if (workspace.selected == id && !workspace.variants.empty()) {
        const auto last = std::ssize(workspace.variants) - 1;
        const VariantId below = workspace.variants[std::size_t(std::min(index, last))].id;
        const VariantId above = workspace.variants[std::size_t(std::clamp<std::ptrdiff_t>(index - 1, 0, last))].id;
        workspace.selected = below == workspace.against && !workspace.pinnedA ? above : below;
    }
    if (workspace.against == workspace.selected && !workspace.pinnedA)
        workspace.against.reset(); // nothing is compared with itself
}

void move(Workspace& workspace, VariantId id, int to) {
    const auto from = place(workspace.variants, id);
    if (from == workspace.variants.end())
        return;
    WorkspaceVariant moved = *from;
    workspace.variants.erase(from);
    const auto at = std::clamp<std::ptrdiff_t>(to, 0, std::ssize(workspace.variants));
    workspace.variants.insert(workspace.variants.begin() + at, std::move(moved));
}

void putInOrder(Workspace& w) {
    if (w.find(w.selected) == nullptr)
        w.selected = w.variants.empty() ? 0 : w.variants.front().id;
    if (w.pinnedA && w.find(*w.pinnedA) == nullptr)
        w.pinnedA.reset();
    if (w.against && (w.find(*w.against) == nullptr || w.b() == w.a()))
        w.against.reset();
    if (w.look.heads.empty())
        w.look.heads = {HeadAddress{}};
    for (const WorkspaceVariant& row : w.variants)
        w.lastId = std::max(w.lastId, row.id);
}

} // namespace slopescope
