// Forward passes of the text on view, by variant: the only place that knows which keys and queries are at hand.
//
// Several are kept, so that A, B and the variants looked at lately answer at once; the least lately used go when the memory
// bound or the room that a new one needs asks for it. A new run begins from the kept one that shares most layers with it.
// Used by one thread at a time: the Session's view calls.
#pragma once

#include "core/study/text_forward.h"
#include "core/study/variant.h"

#include <cstdint>
#include <functional>
#include <list>
#include <memory>

namespace slopescope {

class KeptRuns {
public:
    // What a variant is run with.
    struct Source {
        std::shared_ptr<const Decoder> decoder; // with the variant's positions
        std::shared_ptr<const std::vector<std::int32_t>> ids;
    };
    // Throws Error when there is no room to run so many layers. Runs are given back until it does not throw, or none is left.
    using Room = std::function<void(std::int64_t layers)>;

    // Every layer of the first `length` tokens, from the lowest one whose input no kept run has. Throws Error when there is no
    // room, Cancelled when stopped; kept is then what was, but for runs that were given back.
    const TextForward& run(const Variant& variant, std::int64_t length, const Source& source, const Room& room, const Job& job);

    // The run to draw a layer's pictures from: of this variant, else of the same model with the same positions, one whose
    // layers below `layer` are exact for these slopes before others, newest first. Null: none covers the length.
    const TextForward* find(const Variant& variant, std::int64_t length, std::int64_t layer) const;

    bool isExact(const Variant& variant, std::int64_t length) const; // every layer is there as this variant has it

    void setBudget(std::int64_t bytes) { m_budget = bytes; } // of all runs but the newest two
    void forget() { m_runs.clear(); }                        // another text, or device
    void forget(const std::string& model);

    std::size_t count() const { return m_runs.size(); }
    std::int64_t bytes() const;

private:
    struct Run {
        Variant variant;
        TextForward forward;
    };
    using Runs = std::list<Run>; // newest use first

    Runs::const_iterator exact(const Variant& variant) const;
    void makeRoom(const TextForward& next, const Variant& variant, std::int64_t length, const Room& room);
    void trim();

    Runs m_runs;
    std::int64_t m_budget = std::int64_t(1) << 30;
};

} // namespace slopescope
