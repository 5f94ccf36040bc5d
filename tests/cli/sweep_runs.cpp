#include "tests/cli/sweep_runs.h"

#include <gtest/gtest.h>

#include <sstream>

namespace slopescope::test {

using nlohmann::json;

SweepFiles::SweepFiles(const std::string& name, int sets, std::vector<std::string> texts, bool isMuchWork)
    : m_name(name) {
    if (texts.empty())
        texts.push_back(isMuchWork ? std::string(SLOPESCOPE_RESOURCES "/text/the-tide-clock.txt") : textFile());
    json slopes = json::array();
    for (int i = 0; i < sets; ++i)
        slopes.push_back("scale:" + std::to_string(1 - 0.01 * (i + 1)));
    m_spec = {{"models", {isMuchWork ? std::string("alibi") : modelOf("alibi")}}, {"texts", texts}, {"slopes", slopes}};
    m_spec["lengths"] = isMuchWork ? json{64, 256} : json{8, 16, 32};
    m_spec["windows"] = 3;
    const Outcome outcome = run({"plan", write(name + ".json", m_spec.dump()), "--threads", "1", "--out", jobs()});
    EXPECT_EQ(outcome.status, 0) << outcome.err;
}

std::string SweepFiles::jobs() const {
    return (folder() / (m_name + "-jobs.jsonl")).string();
}

std::string SweepFiles::part() const {
    return (folder() / (m_name + "-whole.jsonl")).string();
}

void SweepFiles::runWhole() const {
    std::filesystem::remove(part());
    const Outcome outcome = run({"run", jobs(), "--threads", "1", "--out", part()});
    EXPECT_EQ(outcome.status, 0) << outcome.err;
}

std::vector<json> linesOf(const std::string& file) {
    std::vector<json> lines;
    const std::string bytes = read(file);
    std::istringstream stream(bytes.substr(0, bytes.rfind('\n') + 1));
    for (std::string line; std::getline(stream, line);)
        lines.push_back(json::parse(line));
    return lines;
}

std::vector<std::string> idsOf(const std::string& jobs) {
    std::vector<std::string> ids;
    for (const json& job : linesOf(jobs))
        ids.push_back(job.at("id"));
    return ids;
}

std::string merged(const std::vector<std::string>& parts) {
    Arguments arguments{"merge"};
    arguments.insert(arguments.end(), parts.begin(), parts.end());
    arguments.push_back("--csv");
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    return outcome.out;
}

} // namespace slopescope::test
