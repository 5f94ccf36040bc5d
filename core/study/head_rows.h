// The numbers of attention, cell by cell, from the q and k that a TextForward keeps; see head_pictures.h.
#pragma once

#include "core/study/row_requests.h"
#include "core/study/text_forward.h"

namespace slopescope {

// Throws Error when a token lies outside the length.
RowsResult readRows(const TextForward& forward, const RowsRequest& request, const Job& job);
PairResult readPair(const TextForward& forward, const PairRequest& request, const Job& job);

} // namespace slopescope
