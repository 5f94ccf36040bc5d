// The list of variants of a workspace: edits that fork, removal, order, and which are A and B.
#include "core/workspace.h"

#include <gtest/gtest.h>

#include <vector>

namespace slopescope {
namespace {

constexpr std::uint32_t kColour = 0x123456, kFree = 0x00AA00;

Variant trained(const std::string& model) {
    return {model, {}, {}};
}

Variant edited(const std::string& model, double slope) {
    return {model, {}, {{slope}}};
}

// Three models as trained, the second selected.
Workspace threeModels() {
    Workspace workspace;
    for (const char* model : {"one", "two", "three"})
        workspace.add(trained(model), "", kColour);
    workspace.selected = 2;
    return workspace;
}

std::vector<VariantId> ids(const Workspace& workspace) {
    std::vector<VariantId> all;
    for (const WorkspaceVariant& variant : workspace.variants)
        all.push_back(variant.id);
    return all;
}

using Ids = std::vector<VariantId>;

TEST(WorkspaceList, AddsAtTheEnd) {
    Workspace workspace = threeModels();
    EXPECT_EQ(ids(workspace), (Ids{1, 2, 3}));
    EXPECT_EQ(workspace.add(trained("four"), "Fourth", 7), 4);
    const WorkspaceVariant& last = workspace.variants.back();
    EXPECT_EQ(last, (WorkspaceVariant{4, trained("four"), "Fourth", 7, true}));
    EXPECT_EQ(workspace.find(4), &last);
    EXPECT_EQ(workspace.find(5), nullptr);
    EXPECT_EQ(workspace.selected, 2);
}

TEST(WorkspaceList, TheFirstEditOfAsTrainedForksIt) {
    Workspace workspace = threeModels();
    workspace.find(2)->name = "Mine";
    workspace.find(2)->visible = false;
    const VariantId fork = edit(workspace, 2, edited("two", 0.5), kFree);
    EXPECT_EQ(fork, 4);
    EXPECT_EQ(ids(workspace), (Ids{1, 2, 4, 3})); // beside what it comes from
    EXPECT_EQ(workspace.find(2)->variant, trained("two"));
    EXPECT_EQ(workspace.find(2)->name, "Mine");
    EXPECT_FALSE(workspace.find(2)->visible);
    EXPECT_EQ(*workspace.find(4), (WorkspaceVariant{4, edited("two", 0.5), "", kFree, true}));
    EXPECT_EQ(workspace.selected, 4);
    // Later edits change the fork itself.
    EXPECT_EQ(edit(workspace, 4, edited("two", 0.7), kFree), 4);
    EXPECT_EQ(ids(workspace), (Ids{1, 2, 4, 3}));
    EXPECT_EQ(workspace.find(4)->variant, edited("two", 0.7));
}

TEST(WorkspaceList, AnEditThatChangesNothingChangesNothing) {
    const Workspace before = threeModels();
    Workspace workspace = before;
    EXPECT_EQ(edit(workspace, 2, trained("two"), kFree), 2);
    EXPECT_EQ(workspace, before);
    edit(workspace, 9, edited("two", 1), kFree);
    EXPECT_EQ(workspace, before);
    remove(workspace, 9);
    move(workspace, 9, 0);
    EXPECT_EQ(workspace, before);
}

TEST(WorkspaceList, AForkedPinMovesToTheFork) {
    Workspace workspace = threeModels();
    workspace.pinnedA = 1;
    edit(workspace, 1, edited("one", 1), kFree);
    EXPECT_EQ(workspace.pinnedA, 4);
    workspace.pinnedA = 3;
    edit(workspace, 2, edited("two", 1), kFree);
    EXPECT_EQ(workspace.pinnedA, 3);
}

TEST(WorkspaceList, AIsThePinnedOneOrTheSelectedOne) {
    Workspace workspace = threeModels();
    EXPECT_EQ(workspace.a()->id, 2);
    EXPECT_EQ(workspace.b(), nullptr);
    workspace.pinnedA = 3;
    workspace.against = 1;
    EXPECT_EQ(workspace.a()->id, 3);
    EXPECT_EQ(workspace.b()->id, 1);
    workspace.pinnedA = 77; // is not there
    EXPECT_EQ(workspace.a()->id, 2);
    workspace.against = 77;
    EXPECT_EQ(workspace.b(), nullptr);
    EXPECT_EQ(Workspace().a(), nullptr);
}

TEST(WorkspaceList, RemovingSelectsTheNeighbour) {
    Workspace workspace = threeModels();
    workspace.pinnedA = 2;
    remove(workspace, 2);
    EXPECT_EQ(ids(workspace), (Ids{1, 3}));
    EXPECT_EQ(workspace.selected, 3);
    EXPECT_EQ(workspace.pinnedA, std::nullopt);
    remove(workspace, 3); // the last of the list
    EXPECT_EQ(workspace.selected, 1);
    remove(workspace, 1);
    EXPECT_TRUE(workspace.variants.empty());
    EXPECT_EQ(workspace.a(), nullptr);
    EXPECT_EQ(workspace.add(trained("four"), "", kColour), 4) << "an id is never used again";
}

TEST(WorkspaceList, SelectingBMakesTheOneOnViewB) {
    Workspace workspace = threeModels();
    workspace.selected = 1;
    workspace.against = 2;
    select(workspace, 2);
    EXPECT_EQ(workspace.a()->id, 2);
    EXPECT_EQ(workspace.against, 1) << "what is compared stays compared";
    select(workspace, 3);
    EXPECT_EQ(workspace.a()->id, 3);
    EXPECT_EQ(workspace.against, 1);
    select(workspace, 99); // not there
    EXPECT_EQ(workspace.selected, 3);

    Workspace pinned = threeModels();
    pinned.selected = 1;
    pinned.pinnedA = 1;
    pinned.against = 2;
    select(pinned, 2); // A stays where it is pinned
    EXPECT_EQ(pinned.a()->id, 1);
    EXPECT_EQ(pinned.against, 2);
}

TEST(WorkspaceList, RemovingLeavesNothingComparedWithItself) {
    Workspace workspace = threeModels();
    workspace.against = 1;
    remove(workspace, 3); // neither A nor B
    EXPECT_EQ(workspace.against, 1);
    remove(workspace, 2); // A becomes what B is
    EXPECT_EQ(workspace.selected, 1);
    EXPECT_EQ(workspace.against, std::nullopt);

    Workspace middle = threeModels();
    middle.against = 3;
    ASSERT_EQ(middle.selected, 2);
    remove(middle, 2); // B stays B where another row can be A
    EXPECT_EQ(middle.selected, 1);
    EXPECT_EQ(middle.against, 3);

    Workspace other = threeModels();
    other.against = 3;
    remove(other, 3);
    EXPECT_EQ(other.against, std::nullopt);

    // The pin goes with its variant; what is then A must not be B.
    Workspace pinned = threeModels();
    pinned.pinnedA = 3;
    pinned.against = 2;
    remove(pinned, 3);
    EXPECT_EQ(pinned.a()->id, 2);
    EXPECT_EQ(pinned.b(), nullptr);
}

TEST(WorkspaceList, MovesToAPlace) {
    Workspace workspace = threeModels();
    move(workspace, 1, 2);
    EXPECT_EQ(ids(workspace), (Ids{2, 3, 1}));
    move(workspace, 1, 0);
    EXPECT_EQ(ids(workspace), (Ids{1, 2, 3}));
    move(workspace, 2, 99);
    EXPECT_EQ(ids(workspace), (Ids{1, 3, 2}));
    move(workspace, 2, -5);
    EXPECT_EQ(ids(workspace), (Ids{2, 1, 3}));
    EXPECT_EQ(workspace.selected, 2);
}

} // namespace
} // namespace slopescope
