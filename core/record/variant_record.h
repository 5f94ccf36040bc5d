// A variant as JSON, both ways: {"model": "alibi", "positions": {...}, "slopes": [[...]]}. What it leaves as trained is
// left out. Any thread.
#pragma once

#include "core/base/json.h"
#include "core/study/variant.h"

#include <nlohmann/json.hpp>

namespace slopescope {

nlohmann::ordered_json variantJson(const Variant& variant);

// Keys that are not a variant's are passed over. Throws Error with the path of what makes no sense.
Variant readVariant(const JsonNode& node);

} // namespace slopescope
