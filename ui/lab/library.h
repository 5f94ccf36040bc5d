// What the lab knows of the models and the text that are open, as plain values. Window's thread.
#pragma once

#include "core/study/requests.h"

#include <QString>

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

namespace slopescope::ui {

// A model as a variant runs it; nothing where it cannot be run so (YaRN for a model without rotary positions, from a file).
std::optional<ModelFacts> factsAsRun(const Variant& variant, const ModelFacts& model);

struct Library {
    std::map<std::string, ModelFacts> models;                      // on the shelf, by key
    std::map<std::string, std::shared_ptr<const TextFacts>> texts; // the text as each of them reads it
    std::map<std::string, QString> textFaults;                     // why one cannot read it
    std::set<std::string> opening;                                 // asked for, not there yet
    std::map<std::string, QString> faults;                         // what could not be opened, and why

    const ModelFacts* model(const std::string& key) const {
        const auto found = models.find(key);
        return found == models.end() ? nullptr : &found->second;
    }
    std::shared_ptr<const TextFacts> text(const std::string& key) const {
        const auto found = texts.find(key);
        return found == texts.end() ? nullptr : found->second;
    }
};

} // namespace slopescope::ui
