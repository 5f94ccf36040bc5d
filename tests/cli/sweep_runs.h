// Small sweeps for the tests of plan, run and merge.
#pragma once

#include "tests/cli/program.h"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace slopescope::test {

// A plan of so many slope sets of models/alibi: scale:1, scale:0.99, ... Of much work: the bundled model in longer
// windows, so that a process can be ended before it is done.
class SweepFiles {
public:
    SweepFiles(const std::string& name, int sets, std::vector<std::string> texts = {}, bool isMuchWork = false);

    const nlohmann::json& spec() const { return m_spec; }
    std::string jobs() const; // the plan
    std::string part() const; // of one process
    void runWhole() const;    // all jobs, in one process, into part()

private:
    std::string m_name;
    nlohmann::json m_spec;
};

std::vector<nlohmann::json> linesOf(const std::string& file); // the whole ones
std::vector<std::string> idsOf(const std::string& jobs);
std::string merged(const std::vector<std::string>& parts); // what merge --csv prints

} // namespace slopescope::test
