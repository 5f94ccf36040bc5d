#include "app/slopescope-cli/output.h"

#include "core/base/error.h"
#include "core/record/csv.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <system_error>

namespace slopescope::cli {
namespace {

// Letters, not bytes.
std::size_t widthOf(const std::string& text) {
    return std::size_t(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string formatted(const char* format, int digits, double value) {
    if (!std::isfinite(value))
        return "-";
    char text[400]; // the largest double has 309 digits
    std::snprintf(text, sizeof text, format, digits, value);
    return text;
}

} // namespace

void print(Context& context, const std::string& text) {
    context.progress.clear();
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
        throw Error("Cannot write to the standard output: " + std::generic_category().message(errno) + ".");
}

void printJson(Context& context, const Json& json) {
    print(context, json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
}

void printCsv(Context& context, const std::vector<std::string>& names, const std::vector<std::vector<std::string>>& rows) {
    std::string text;
    const auto add = [&](const std::vector<std::string>& cells) {
        for (std::size_t i = 0; i < cells.size(); ++i)
            text += (i == 0 ? "" : ",") + csvCell(cells[i]);
        text += '\n';
    };
    add(names);
    for (const auto& cells : rows)
        add(cells);
    print(context, text);
}

std::string fixed(double value, int digits) {
    return formatted("%.*f", digits, value);
}
std::string significant(double value, int digits) {
    return formatted("%.*g", digits, value);
}

std::string table(const std::vector<Row>& rows, std::size_t left) {
    std::vector<std::size_t> widths;
    for (const Row& row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], widthOf(row[i]));
    }
    std::string text;
    for (const Row& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            const std::string space(widths[i] - widthOf(row[i]), ' ');
            line += (i == 0 ? "" : "  ") + (i < left ? row[i] + space : space + row[i]);
        }
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + "\n";
    }
    return text;
}

} // namespace slopescope::cli
