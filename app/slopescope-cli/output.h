// How results are printed: numbers, tables, JSON. Called by the verbs, on the main thread.
#pragma once

#include "app/slopescope-cli/verbs.h"
#include "core/base/numbers.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace slopescope::cli {

using Json = nlohmann::ordered_json; // keys in the order that they are written down

// To stdout, after the progress line is gone. Throws Error when stdout does not take it.
void print(Context& context, const std::string& text);

// On one line. A number that is not finite becomes null, broken UTF-8 (part of a token) U+FFFD.
void printJson(Context& context, const Json& json);

// Lines of comma-separated values under a line of names.
void printCsv(Context& context, const std::vector<std::string>& names, const std::vector<std::vector<std::string>>& rows);

std::string fixed(double value, int digits);       // "3.142"; "-" when it is not finite
std::string significant(double value, int digits); // "0.00391"; "-" when it is not finite


using Row = std::vector<std::string>;

// Columns two spaces apart, the first `left` of them flush left and the others flush right.
std::string table(const std::vector<Row>& rows, std::size_t left = 0);

} // namespace slopescope::cli
