// Runs the built slopescope-cli as a person would, and keeps small models for it to run on.
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace slopescope::test {

struct Outcome {
    int status = -1; // as a shell gives it: 128 + n when signal n ended the program
    std::string out, err;
};

using Arguments = std::vector<std::string>;

Outcome run(const Arguments& arguments);
nlohmann::json runJson(Arguments arguments); // with --json; a failed run is a failed test

Outcome runProgram(const std::string& program, const Arguments& arguments); // another program, by its path

// Sends the signal once `when` says so, asked every few milliseconds, unless the program has ended before.
Outcome runEnded(const Arguments& arguments, int signal, const std::function<bool()>& when, const std::string& program = {});

// Interrupts (Ctrl+C) the program once its stderr holds `line`.
Outcome runInterrupted(const Arguments& arguments, const std::string& line);

// A folder of this test program's own, gone at its end: models/alibi and models/learned (2 layers, 2 heads of 8,
// trained for two steps at length 16), and text/.
const std::filesystem::path& folder();
std::string modelOf(const std::string& positions);                    // path of one of them
std::string textFile();                                               // a few hundred tokens of English
std::string write(const std::string& name, const std::string& bytes); // into the folder; its path
std::string read(const std::filesystem::path& file);

// A NumPy file of two dimensions.
struct Array {
    std::int64_t rows = 0, columns = 0;
    std::vector<float> values;

    float at(std::int64_t row, std::int64_t column) const { return values.at(std::size_t(row * columns + column)); }
};
Array readNpy(const std::filesystem::path& file);

} // namespace slopescope::test
