// Names out of strangers' files, made fit to stand in a sentence: in quotes, shortened, control characters and broken
// UTF-8 shown as '?'. Any thread.
#pragma once

#include <string>
#include <string_view>

namespace slopescope {

std::string inQuotes(std::string_view name);

} // namespace slopescope
