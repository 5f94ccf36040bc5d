// Their tensors become ours: names, and the order of rows.
#include "core/checkpoint/families/family.h"

#include "core/base/error.h"
#include "core/base/in_quotes.h"
#include "core/model/decoder_weights.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/linalg_vector_norm.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string_view>

namespace slopescope::families {
namespace {

using Shape = std::vector<std::int64_t>;

// "layers.12.attention.qkv.weight" -> "layers.#.attention.qkv", "12", ".weight"
struct OurName {
    std::string rule, layer, suffix;
};

OurName take(const std::string& name) {
    const std::size_t dot = name.rfind('.');
    OurName ours{name.substr(0, dot), {}, name.substr(dot)};
    if (ours.rule.starts_with("layers.")) {
        const std::size_t begin = std::string("layers.").size(), end = ours.rule.find('.', begin);
        ours.layer = ours.rule.substr(begin, end - begin);
        ours.rule.replace(begin, end - begin, "#");
    }
    return ours;
}

// The name that the files use, with the prefix that they use.
std::string theirName(const TensorSource& theirs, const Blueprint& blueprint, const OurName& ours,
                      std::string pattern) {
    if (const std::size_t layer = pattern.find('#'); layer != pattern.npos)
        pattern.replace(layer, 1, ours.layer);
    pattern += ours.suffix;
    for (const std::string& prefix : blueprint.prefixes)
        if (theirs.has(prefix + pattern))
            return prefix + pattern;
    // An output projection stands outside of what the prefix names.
    if (theirs.has(pattern) || blueprint.prefixes.empty() || ours.rule == "head")
        return pattern;
    return blueprint.prefixes.front() + pattern; // that it is missing is said by whoever looks for it
}

std::vector<std::string> theirNames(const TensorSource& theirs, const Blueprint& blueprint, const OurName& ours,
                                    const TensorRule& rule) {
    const OurName wanted{ours.rule, ours.layer, rule.layout == Layout::Unsuffixed ? "" : ours.suffix};
    std::vector<std::string> names;
    for (const std::string& pattern : rule.theirs)
        names.push_back(theirName(theirs, blueprint, wanted, pattern));
    return names;
}

// Rows of a key head at a time -> all queries, all keys, all values.
at::Tensor ungrouped(const at::Tensor& rows, const DecoderConfig& c) {
    const std::int64_t group = c.heads / c.keyHeads;
    const at::Tensor byHead = rows.view({c.keyHeads, group + 2, c.headDim, -1});
    const auto part = [&](std::int64_t first, std::int64_t count) {
        return byHead.narrow(1, first, count).flatten(0, 2);
    };
    return at::cat({part(0, group), part(group, 1), part(group + 1, 1)}).view(rows.sizes());
}

at::Tensor arranged(at::Tensor tensor, Layout layout, const DecoderConfig& config) {
    switch (layout) {
    case Layout::Plain:
        break;
    case Layout::Transposed:
        if (tensor.dim() == 2)
            return tensor.t().contiguous();
        break;
    case Layout::Grouped:
        return ungrouped(tensor, config);
    case Layout::UnitRows:
        return tensor / at::linalg_vector_norm(tensor, 2, {-1}, true).clamp_min(1e-12);
    case Layout::OneMore:
        return tensor.to(at::kFloat) + 1;
    case Layout::FirstHalf:
        return tensor.narrow(0, 0, tensor.size(0) / 2);
    case Layout::SecondHalf:
        return tensor.narrow(0, tensor.size(0) / 2, tensor.size(0) / 2);
    case Layout::Unsuffixed:
        break;
    }
    return tensor;
}

SourceTensor fromOne(std::shared_ptr<const TensorSource> theirs, const std::string& name, const Shape& shape,
                     Layout layout, const DecoderConfig& config) {
    Shape stored = shape;
    if (layout == Layout::Transposed && shape.size() == 2)
        std::swap(stored[0], stored[1]);
    if (layout == Layout::FirstHalf || layout == Layout::SecondHalf)
        stored.at(0) *= 2;
    const SourceTensor& source = theirs->at(name, stored);
    SourceTensor ours{source.type, shape, source.file,
                      [theirs, name, stored, layout, config] { return arranged(theirs->load(name, stored), layout, config); }};
    const bool isBlocks = !source.forms.empty() && !kernels::factsOf(source.forms.front().form).isFloat();
    const bool isComputed = layout == Layout::UnitRows || layout == Layout::OneMore;
    if (source.forms.size() != 1 || isComputed || (layout == Layout::Transposed && isBlocks))
        return ours;
    ours.forms = {{source.forms.front().form, shape[0]}};
    ours.readRows = [theirs, name, stored, layout, config] {
        std::vector<StoredRows> rows = theirs->loadRows(name, stored);
        rows.front().rows = arranged(rows.front().rows, layout, config);
        return rows;
    };
    return ours;
}

SourceTensor fromSeveral(std::shared_ptr<const TensorSource> theirs, const std::vector<std::string>& names,
                         const Shape& shape, const DecoderConfig& c) {
    const SourceTensor& source = theirs->at(names.at(0));
    std::vector<Shape> stored;
    const std::vector<std::int64_t> parts =
        names.size() == 2 ? std::vector{c.heads, 2 * c.keyHeads} : std::vector{c.heads, c.keyHeads, c.keyHeads};
    for (const std::int64_t heads : parts) {
        stored.push_back(shape);
        stored.back()[0] = heads * c.headDim;
    }
    for (std::size_t i = 0; i < names.size(); ++i)
        theirs->at(names[i], stored.at(i));
    SourceTensor ours{source.type, shape, source.file, [theirs, names, stored] {
                          std::vector<at::Tensor> parts;
                          for (std::size_t i = 0; i < names.size(); ++i)
                              parts.push_back(theirs->load(names[i], stored.at(i)));
                          return at::cat(parts);
                      }};
    for (std::size_t i = 0; i < names.size() && shape.size() == 2; ++i) {
        const std::vector<FormOfRows>& forms = theirs->at(names[i]).forms;
        ours.forms.insert(ours.forms.end(), forms.begin(), forms.end());
        if (forms.empty()) // one that must be widened is a part in float32
            ours.forms.push_back({kernels::WeightForm::F32, stored[i][0]});
    }
    if (shape.size() == 2)
        ours.readRows = [theirs, names, stored] {
            std::vector<StoredRows> parts;
            for (std::size_t i = 0; i < names.size(); ++i)
                for (StoredRows& part : theirs->loadRows(names[i], stored[i]))
                    parts.push_back(std::move(part));
            return parts;
        };
    return ours;
}

// The name of a tensor of one rule without layers; empty: the files do not hold it.
std::string heldName(const TensorSource& theirs, const Blueprint& blueprint, const std::string& ours) {
    for (const TensorRule& rule : blueprint.tensors)
        if (rule.ours == ours)
            if (const std::string name = theirName(theirs, blueprint, {ours, {}, ".weight"}, rule.theirs.front());
                theirs.has(name))
                return name;
    return {};
}

// By the names of ours: the tensor of theirs that is taken in place of the one which the rules name.
using Substitutes = std::map<std::string, std::string>;

// What the files hold settles whether the output projection is the embedding: a head that is stored counts, whatever
// the config says (so transformers and llama.cpp read it), and without one a family that ties by default is tied. Of a
// tied model of which only the head was stored, that is the embedding. A head with a bias of its own is kept apart even
// where it is tied.
Substitutes settleHead(const TensorSource& theirs, Blueprint& blueprint) {
    DecoderConfig& config = blueprint.config;
    const std::string head = heldName(theirs, blueprint, "head"), embedding = heldName(theirs, blueprint, "embedding");
    const std::string file = theirs.path().string();
    if (head.empty()) {
        if (!config.tiedHead && blueprint.tiedByDefault)
            blueprint.remarks.push_back(
                file + ": there is no output projection, which the config says is a matrix of its own: "
                       "the embedding is taken for it.");
        config.tiedHead = config.tiedHead || blueprint.tiedByDefault;
        if (!config.tiedHead || !config.headBias)
            return {};
        config.tiedHead = false;
        return embedding.empty() ? Substitutes() : Substitutes{{"head.weight", embedding}};
    }
    Substitutes held{{"head.weight", head}}; // under whichever of its names
    if (!config.tiedHead)
        return held;
    if (embedding.empty()) {
        config.tiedHead = !config.headBias;
        held["embedding.weight"] = head;
        return held;
    }
    const bool isCopy = theirs.same(head, embedding);
    config.tiedHead = isCopy && !config.headBias;
    if (!isCopy)
        blueprint.remarks.push_back(file +
                                    ": the config says that the output projection is the embedding, but another is stored: "
                                    "the stored one counts.");
    return held;
}

// What files hold beside the weights, and is made anew here: masks, tables of sine and cosine, slopes.
bool isTable(const std::string& name) {
    static constexpr std::string_view kEndings[] = {".attn.bias", ".attention.bias", "masked_bias", "rotary_emb.inv_freq",
                                                    ".rope.freqs", ".cos_cached", ".sin_cached", "relative_pe.slopes",
                                                    "position_ids", "future_mask"};
    return std::any_of(std::begin(kEndings), std::end(kEndings),
                       [&](std::string_view ending) { return name.ends_with(ending); });
}

void remarkOnTheUnused(const TensorSource& theirs, const std::set<std::string>& used, Blueprint& blueprint) {
    std::string first;
    std::size_t count = 0;
    for (const auto& [name, tensor] : theirs.tensors())
        if (!used.contains(name) && !isTable(name) && ++count == 1)
            first = name;
    if (count > 0)
        blueprint.remarks.push_back(theirs.path().string() +
                                    (count == 1 ? ": a tensor is not used, "
                                                : ": " + std::to_string(count) + " tensors are not used, the first ") +
                                    inQuotes(first) + ".");
}

} // namespace

TensorSource ourTensors(const TensorSource& theirs, Blueprint& blueprint) {
    if (blueprint.tensors.empty())
        return theirs;
    const Substitutes substitutes = settleHead(theirs, blueprint);
    std::set<std::string> used;
    const auto source = std::make_shared<const TensorSource>(theirs);
    TensorSource ours(theirs.path());
    DecoderWeights none;
    forEachTensor(blueprint.config, none, [&](const std::string& name, const Shape& shape, at::Tensor&) {
        const OurName parts = take(name);
        const auto substitute = substitutes.find(name);
        const TensorRule* rule = nullptr;
        std::vector<std::string> names;
        for (const TensorRule& candidate : blueprint.tensors) {
            if (candidate.ours != parts.rule)
                continue;
            std::vector<std::string> found = theirNames(theirs, blueprint, parts, candidate);
            const bool isHeld =
                std::all_of(found.begin(), found.end(), [&](const std::string& each) { return theirs.has(each); });
            if (rule == nullptr || isHeld) { // of names that are all missing the first are said
                rule = &candidate;
                names = std::move(found);
            }
            if (isHeld)
                break;
        }
        if (rule != nullptr) {
            if (substitute != substitutes.end())
                names.assign(names.size(), substitute->second);
            used.insert(names.begin(), names.end());
            ours.add(name, names.size() == 1 ? fromOne(source, names[0], shape, rule->layout, blueprint.config)
                                             : fromSeveral(source, names, shape, blueprint.config));
            return;
        }
        throw Error(theirs.path().string() + ": models of type \"" + blueprint.config.modelType +
                    "\" have no tensor \"" + name + "\", which config.json asks for.");
    });
    if (blueprint.config.tiedHead) // a copy of the embedding
        used.insert(heldName(theirs, blueprint, "head"));
    remarkOnTheUnused(theirs, used, blueprint);
    return ours;
}

} // namespace slopescope::families
