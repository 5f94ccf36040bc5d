// What one looks at of a head, from the q and k that a TextForward keeps: map, thumbnails, profile, a cell, a token's links, the
// losses of its tokens.
//
// None of these runs the model. The results say whether q and k were those of the slopes asked for (Exact) or of older ones
// (Preview). Called through Session, which has checked the heads, the slopes and that the length has been run.
#pragma once

#include "core/study/requests.h"
#include "core/study/map_cache.h"
#include "core/study/text_forward.h"

#include <functional>

namespace slopescope {

// Where the exact picture takes long and a sample of its queries would not, `draft` gets the sample's picture first.
MapResult drawMap(const TextForward& forward, MapCache& cache, const MapRequest& request, const Job& job,
                  const std::function<void(const MapResult&)>& draft);

ThumbnailsResult drawThumbnails(const TextForward& forward, const ThumbnailsRequest& request, const Job& job,
                                const std::function<void(const ThumbnailsResult&)>& draft);
ProfileResult measureProfile(const TextForward& forward, const ProfileRequest& request, const Job& job);
CellResult readCell(const TextForward& forward, const CellRequest& request, const Job& job);
LinksResult readLinks(const TextForward& forward, const LinksRequest& request, const Job& job);
TokenLossResult readLosses(const TextForward& forward, const TokenLossRequest& request, const Job& job);

} // namespace slopescope
