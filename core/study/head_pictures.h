// What one looks at of a head, from the q and k that a TextForward keeps: map, thumbnails, profile, a cell, a token's links.
//
// None of these runs the model. The results say whether q and k were those of the slopes asked for (Exact) or of older ones
// (Preview). Called through Session, which has checked the address, the slopes and that the length has been run.
#pragma once

#include "core/session.h"
#include "core/study/text_forward.h"

namespace slopescope {

MapResult drawMap(const TextForward& forward, const MapRequest& request, const Job& job);
ThumbnailsResult drawThumbnails(const TextForward& forward, const ThumbnailsRequest& request, const Job& job);
ProfileResult measureProfile(const TextForward& forward, const ProfileRequest& request, const Job& job);
CellResult readCell(const TextForward& forward, const CellRequest& request, const Job& job);
LinksResult readLinks(const TextForward& forward, const LinksRequest& request, const Job& job);

} // namespace slopescope
