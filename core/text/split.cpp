#include "core/text/split.h"

#include "core/base/in_quotes.h"

#include <algorithm>

namespace slopescope::text {
namespace {

constexpr std::size_t kPiecesBetweenChecks = 4096;

// Of a run of matches, only the one that touches a stretch joins it; the others stand alone.
void mergeBackwards(std::vector<Match>& matches) {
    std::size_t kept = 0;
    bool previousMatched = false;
    for (const Match match : matches) {
        if (match.matched && !previousMatched && kept > 0)
            matches[kept - 1].range.end = match.range.end;
        else
            matches[kept++] = match;
        previousMatched = match.matched;
    }
    matches.resize(kept);
}

void mergeForwards(std::vector<Match>& matches) {
    std::size_t kept = matches.size();
    bool nextMatched = false;
    for (std::size_t i = matches.size(); i-- > 0;) {
        const Match match = matches[i];
        if (match.matched && !nextMatched && kept < matches.size())
            matches[kept].range.begin = match.range.begin;
        else
            matches[--kept] = match;
        nextMatched = match.matched;
    }
    matches.erase(matches.begin(), matches.begin() + static_cast<std::ptrdiff_t>(kept));
}

void mergeEqual(std::vector<Match>& matches) {
    std::size_t kept = 0;
    for (const Match match : matches) {
        if (kept > 0 && matches[kept - 1].matched == match.matched)
            matches[kept - 1].range.end = match.range.end;
        else
            matches[kept++] = match;
    }
    matches.resize(kept);
}

} // namespace

SplitBehavior readBehavior(const JsonNode& node) {
    const std::string text = node.text();
    if (text == "Removed")
        return SplitBehavior::removed;
    if (text == "Isolated")
        return SplitBehavior::isolated;
    if (text == "Contiguous")
        return SplitBehavior::contiguous;
    if (text == "MergedWithPrevious")
        return SplitBehavior::mergedWithPrevious;
    if (text == "MergedWithNext")
        return SplitBehavior::mergedWithNext;
    node.refuse("is " + inQuotes(text) + ", which is not supported");
}

void splitPieces(Pieces& pieces, const Pattern& pattern, SplitBehavior behavior, bool invert, const Job& job) {
    const auto search = pattern.search();
    std::vector<Match> matches;
    std::vector<Piece> list;
    list.reserve(pieces.list.size());
    std::size_t untilCheck = 0;
    for (const Piece& piece : pieces.list) {
        if (untilCheck-- == 0) {
            job.check();
            untilCheck = kPiecesBetweenChecks;
        }
        if (piece.token != kNoToken) {
            list.push_back(piece);
            continue;
        }
        search(piece.range.of(pieces.text.text()), matches);
        for (Match& match : matches)
            match.matched = match.matched != invert;
        if (behavior == SplitBehavior::contiguous)
            mergeEqual(matches);
        else if (behavior == SplitBehavior::mergedWithPrevious)
            mergeBackwards(matches);
        else if (behavior == SplitBehavior::mergedWithNext)
            mergeForwards(matches);
        for (const Match& match : matches)
            if (match.range.size() > 0 && !(match.matched && behavior == SplitBehavior::removed))
                list.push_back(
                    {{piece.range.begin + match.range.begin, piece.range.begin + match.range.end}, kNoToken});
    }
    pieces.list = std::move(list);
}

} // namespace slopescope::text
