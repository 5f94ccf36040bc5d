// The arrows between folders (DESIGN: what may include what), as a table, and what breaks them in a tree of sources.
// Knows nothing of the build: it reads the lines that say #include.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace slopescope::structure {

// Sources by their path from the root: "core/study/variant.h".
using Sources = std::map<std::string, std::string>;

// All of app/, core/ and ui/.
Sources readSources(const std::filesystem::path& root);

// One sentence a fault: an include against the arrows, of Qt in core, of tests/ in what is shipped; two headers of one
// name; a folder of core that no row of the table names. Empty: all is well.
std::vector<std::string> faultsOf(const Sources& sources);

} // namespace slopescope::structure
