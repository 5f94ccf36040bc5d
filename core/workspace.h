// Everything on the screen, as one plain value: what is open, which variants there are, what is looked at, how curves are
// measured. The window shows a workspace (ui/lab); undo, the state of the last run and lessons are workspaces. No Qt, no Torch.
#pragma once

#include "core/study/requests.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace slopescope {

using VariantId = int; // of a row; never used again for another

struct WorkspaceVariant {
    VariantId id = 0;
    Variant variant;
    std::string name;         // given by a person; empty: said from what it is
    std::uint32_t colour = 0; // 0xRRGGBB: its identity wherever it appears
    bool visible = true;      // its curve is drawn and measured
    bool operator==(const WorkspaceVariant&) const = default;
};

struct TextSource {
    std::string file; // empty: the bundled text, unless there are letters
    std::string name, letters; // pasted or typed
    bool rawLineEnds = false;  // the file's bytes as they are: CRLF stays, and so does a byte order mark
    bool operator==(const TextSource&) const = default;
};

// What the map shows of A and B.
enum class MapMode { A, B, SideBySide, Difference };

struct Cell {
    std::int64_t query = 0, key = 0;
    bool operator==(const Cell&) const = default;
};

// What is looked at.
struct Look {
    std::int64_t length = 2048; // tokens of the text on view, as a person wants them; the text and the model may allow fewer
    std::vector<HeadAddress> heads{{}}; // at least one; the first is the selected one, the others are averaged with it
    Stage stage = Stage::Probability;
    Pooling pooling = Pooling::Mean;
    MapMode mode = MapMode::A;
    bool lossOnText = false; // the tokens' background is their loss, and a strip beside the map's rows
    bool operator==(const Look&) const = default;
};

enum class CurveUnit { Perplexity, BitsPerByte, Difference }; // the last: nll, from B's
enum class CurveAxis { Length, Context, Token };              // the last: loss by token of the text on view

struct CurveLook {
    CurveUnit unit = CurveUnit::Perplexity;
    CurveAxis axis = CurveAxis::Length;
    std::optional<bool> logarithmic; // none: by the span
    bool operator==(const CurveLook&) const = default;
};

// How curves are measured, as far as a person has chosen: the rest is usualPlan's (study/curve_plan.h).
struct Measurement {
    Protocol protocol = Protocol::OnePass;
    std::int64_t longest = 4096; // length; the text may allow less
    std::int64_t windows = 0;    // of the first pass; 0: the usual
    std::int64_t stride = 0;     // 0: half of the shortest length measured
    bool operator==(const Measurement&) const = default;
};

struct Workspace {
    TextSource text;
    std::vector<WorkspaceVariant> variants;
    VariantId selected = 0;                // on view: A, unless A is pinned
    std::optional<VariantId> pinnedA;      // A stays while others are selected
    std::optional<VariantId> against;      // B
    std::optional<HeadAddress> againstHead; // B is this head of A instead
    VariantId lastId = 0;                  // the highest id given so far
    Look look;
    CurveLook curves;
    Measurement measurement;

    bool operator==(const Workspace&) const = default;

    const WorkspaceVariant* find(VariantId id) const;
    WorkspaceVariant* find(VariantId id);
    WorkspaceVariant* find(const Variant& variant); // the first that runs so; null: none does
    const WorkspaceVariant* a() const; // on view; null: there is no variant
    const WorkspaceVariant* b() const; // null: nothing is compared, or a head is
    VariantId add(Variant variant, std::string name, std::uint32_t colour); // at the end of the list
};

// Selects a variant. The one that was on view takes the place of B if B itself is chosen: what is compared stays compared.
void select(Workspace& workspace, VariantId id);

// Edits of the list, each one step for undo. A variant that is not there changes nothing.
//
// Changes how `id` runs. "As trained" stays as it is: the first edit of it adds a copy that has the edit, which is then selected.
// Returns the one that has the edit.
VariantId edit(Workspace& workspace, VariantId id, const Variant& variant, std::uint32_t freeColour);
void remove(Workspace& workspace, VariantId id); // a neighbour of the selected one is selected, one that is not B if there is one
void move(Workspace& workspace, VariantId id, int place);

// Makes what it holds fit together: what is selected is there, nothing is compared with itself, a head is looked at.
void putInOrder(Workspace& workspace);

} // namespace slopescope
