#include "core/record/json_fields.h"

namespace slopescope {

std::vector<JsonNode> list(const JsonNode& node, std::size_t most) {
    if (node.value().is_array() && node.value().size() > most)
        node.refuse("has " + std::to_string(node.value().size()) + " entries; at most " + std::to_string(most) +
                    " make sense");
    return node.elements();
}

double number(const JsonNode& node, double least, double most, const char* shouldBe) {
    const double value = node.number();
    if (!(value >= least && value <= most)) // NaN is neither
        node.refuse(std::string("should be ") + shouldBe);
    return value;
}

std::string words(const JsonNode& node, std::size_t most) {
    std::string text = node.text();
    if (text.size() > most)
        node.refuse("is longer than " + std::to_string(most) + " bytes");
    if (text.find('\0') != std::string::npos)
        node.refuse("has a zero byte in it");
    return text;
}

} // namespace slopescope
