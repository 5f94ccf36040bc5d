#include "core/shelf.h"

#include "core/base/bytes_text.h"
#include "core/base/digest.h"
#include "core/base/error.h"
#include "core/base/in_quotes.h"
#include "core/checkpoint/model_digest.h"
#include "core/checkpoint/model_directory.h"

#include <algorithm>
#include <utility>

namespace slopescope {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostPositioned = 32;

// Of queries, keys and values, and on a device of all weights: there the precision of the files is kept.
std::int64_t bytesOfNumber(const Device& device, const std::string& precision) {
    return !device.isCpu() && (precision == "float16" || precision == "bfloat16") ? 2 : 4;
}

ModelFacts factsOf(const std::string& key, const ModelDescription& opened, const Device& device) {
    const DecoderConfig& config = opened.config;
    ModelFacts facts;
    facts.key = key;
    facts.name = opened.directory.filename().string();
    facts.directory = opened.directory;
    facts.family = config.modelType;
    facts.positions = config.positions;
    facts.parameters = opened.parameters;
    facts.precision = opened.precision;
    facts.layers = int(config.layers);
    facts.heads = int(config.heads);
    facts.keyHeads = int(config.keyHeads);
    facts.headDim = int(config.headDim);
    facts.width = int(config.width);
    facts.hidden = int(config.hidden);
    facts.vocabulary = int(config.vocabulary);
    if (!config.windows.empty() && std::find(config.windows.begin(), config.windows.end(), 0) == config.windows.end())
        facts.window = *std::max_element(config.windows.begin(), config.windows.end());
    facts.sinks = config.sinks;
    facts.trainedLength = config.trainingLength;
    facts.longestLength = config.longestLength();
    facts.trainedTokens = opened.training.tokensSeen;
    facts.trainedOn = opened.training.corpus;
    facts.bytesInMemory = device.isCpu() ? opened.packedBytes : opened.parameters * bytesOfNumber(device, opened.precision);
    if (config.positions.bias == BiasKind::Linear)
        facts.slopes = config.slopes;
    facts.remarks = opened.remarks;
    return facts;
}

// Which of the open models could go, the largest first.
std::string couldGo(std::vector<ModelFacts> others) {
    if (others.empty())
        return {};
    std::sort(others.begin(), others.end(), [](const auto& a, const auto& b) { return a.bytesInMemory > b.bytesInMemory; });
    std::string names;
    for (const ModelFacts& model : others)
        names += (names.empty() ? "" : ", ") + model.name + " (" + bytesText(model.bytesInMemory) + ")";
    return " Closing a model would give memory back: " + names + ".";
}

void requireTwoTokens(const std::vector<std::int32_t>& ids, const std::string& name) {
    if (ids.size() < 2)
        throw Error(name + " is too short: it has fewer than two tokens.");
}

} // namespace

ModelFacts describeModel(const std::string& key, const fs::path& directory, const Device& device, const Job& job) {
    ModelFacts facts = factsOf(key, UnreadModel(directory, job).description(), device);
    facts.digest = digestOfModel(directory);
    return facts;
}

ModelShape shapeOf(const ShelvedModel& model, const Device& device) {
    const DecoderConfig& c = model.decoder->config();
    const std::int64_t number = bytesOfNumber(device, model.facts.precision);
    return {device.isCpu() ? model.packedBytes : model.facts.parameters * number, number, c.layers, c.heads, c.keyHeads, c.headDim, c.width,
            c.hidden};
}

std::optional<std::int32_t> beginToken(const text::Tokenizer& tokenizer) {
    const std::vector<text::Token> tokens = tokenizer.encode("a");
    const bool added = !tokens.empty() && tokens.front().begin == tokens.front().end;
    return added ? std::optional(tokens.front().id) : std::nullopt;
}

std::shared_ptr<const ShelvedModel> loadModel(const std::string& key, const fs::path& directory, const Device& device,
                                              const std::vector<ModelFacts>& others, const Job& job) {
    giveBackUnused(device);
    const DeviceFacts here = deviceFacts({}), there = deviceFacts(device);
    const std::uint64_t digest = digestOfModel(directory); // of what is then read
    UnreadModel unread(directory, job);
    ModelFacts facts = factsOf(key, unread.description(), device);
    facts.digest = digest;
    try {
        // For a GPU the processor reads the files in float32. A tensor is there twice while it is packed or moved.
        const ModelDescription& model = unread.description();
        requireMemory(here, {device.isCpu() ? model.packedBytes + model.bytesAside
                                            : (model.parameters + model.largestTensor) * std::int64_t(sizeof(float)),
                             0});
        requireMemory(there, {facts.bytesInMemory, 0});
    } catch (const Error& fault) {
        throw Error(fault.what() + couldGo(others));
    }
    const std::string aside = device.isCpu() ? "; " + bytesText(here.left()) + " are free"
                                             : ", for " + device.name() + ": " + bytesText(facts.bytesInMemory) + " of the " +
                                                   bytesText(there.left()) + " that are free there";
    OpenedModel opened = device.isCpu() ? std::move(unread).readPacked(job, aside) : std::move(unread).read(job, aside);
    auto loaded = std::make_shared<ShelvedModel>();
    loaded->facts = std::move(facts);
    loaded->tokenizerFault = opened.tokenizerFault;
    loaded->packedBytes = opened.packedBytes;
    if (opened.tokenizer)
        loaded->tokenizer = std::make_shared<const text::Tokenizer>(std::move(*opened.tokenizer));
    loaded->decoder = std::make_shared<const Decoder>(std::move(opened.config), std::move(opened.weights),
                                                      placementOn(device, opened.precision));
    return loaded;
}

void Shelf::put(std::shared_ptr<const ShelvedModel> model) {
    const std::lock_guard lock(m_mutex);
    forgetEncoded(model->facts.key);
    const auto known = std::find_if(m_models.begin(), m_models.end(),
                                    [&](const auto& one) { return one->facts.key == model->facts.key; });
    if (known == m_models.end()) {
        m_models.push_back(std::move(model));
        return;
    }
    std::erase_if(m_positioned, [&](const Positioned& one) { return one.own == (*known)->decoder; });
    *known = std::move(model);
}

void Shelf::remove(const std::string& key) {
    const std::lock_guard lock(m_mutex);
    forgetEncoded(key);
    for (const auto& model : m_models)
        if (model->facts.key == key)
            std::erase_if(m_positioned, [&](const Positioned& one) { return one.own == model->decoder; });
    std::erase_if(m_models, [&](const auto& one) { return one->facts.key == key; });
}

void Shelf::forgetEncoded(const std::string& key) {
    std::erase_if(m_encoded, [&](const auto& one) { return one.first.first == key; });
}

std::vector<std::shared_ptr<const ShelvedModel>> Shelf::all() const {
    const std::lock_guard lock(m_mutex);
    return m_models;
}

std::vector<ModelFacts> Shelf::models() const {
    std::vector<ModelFacts> facts;
    for (const auto& model : all())
        facts.push_back(model->facts);
    return facts;
}

std::shared_ptr<const ShelvedModel> Shelf::find(const std::string& key) const {
    const std::lock_guard lock(m_mutex);
    const auto known = std::find_if(m_models.begin(), m_models.end(), [&](const auto& one) { return one->facts.key == key; });
    return known == m_models.end() ? nullptr : *known;
}

std::shared_ptr<const ShelvedModel> Shelf::model(const std::string& key) const {
    auto model = find(key);
    if (!model)
        throw Error(key.empty() ? std::string("No model is open.") : "The model " + key + " is not open.");
    return model;
}

RelativeBias readRelativeBias(const std::string& key, const fs::path& directory, const Job& job) {
    std::error_code ignored;
    if (!fs::exists(directory, ignored))
        throw Error("There is no model " + inQuotes(key) + " to take a T5 bias from.");
    UnreadModel unread(directory, job);
    const PositionScheme positions = unread.description().config.positions;
    if (positions.bias != BiasKind::T5Buckets)
        throw Error("The positions of " + inQuotes(key) + " are " + describe(positions) + "; it has no T5 bias to take.");
    return {std::move(unread).read(job).weights.relativeBias, positions.buckets, positions.maxDistance};
}

std::shared_ptr<const Decoder> Shelf::decoder(const Variant& variant,
                                              const std::function<RelativeBias(const std::string& key)>& biasOf) {
    const auto own = model(variant.model)->decoder;
    if (variant.positions.isOwn())
        return own;
    const auto kept = [&]() -> std::shared_ptr<const Decoder> { // with the mutex held
        const auto known = std::find_if(m_positioned.begin(), m_positioned.end(), [&](const Positioned& one) {
            return one.own == own && one.positions == variant.positions;
        });
        if (known == m_positioned.end())
            return nullptr;
        std::rotate(known, known + 1, m_positioned.end());
        return m_positioned.back().with;
    };
    {
        const std::lock_guard lock(m_mutex);
        if (auto known = kept())
            return known;
    }
    RelativeBias bias; // whose model may be large: nobody waits for it who does not want it
    if (variant.positions.bias == BiasChange::T5)
        bias = biasOf(variant.positions.biasModel);
    auto with = std::make_shared<const Decoder>(own->withPositions(variant.positions, bias));
    const std::lock_guard lock(m_mutex);
    if (auto known = kept()) // another thread was first
        return known;
    if (m_positioned.size() == kMostPositioned)
        m_positioned.erase(m_positioned.begin());
    m_positioned.push_back({own, with, variant.positions});
    return with;
}

void Shelf::setText(std::string name, std::string letters, std::string changes) {
    const std::uint64_t digest = fnv1a(letters);
    auto text = std::make_shared<const Text>(Text{std::move(name), std::move(letters), std::move(changes), {}, digest});
    const std::lock_guard lock(m_mutex);
    m_text = std::move(text);
    m_encoded.clear();
}

void Shelf::setIds(std::string name, std::vector<std::int32_t> ids) {
    requireTwoTokens(ids, name);
    const std::uint64_t digest = digestOfIds(ids);
    auto text = std::make_shared<const Text>(Text{std::move(name), {}, {}, std::move(ids), digest});
    const std::lock_guard lock(m_mutex);
    m_text = std::move(text);
    m_encoded.clear();
}

void Shelf::closeText() {
    const std::lock_guard lock(m_mutex);
    m_text.reset();
    m_encoded.clear();
}

std::uint64_t Shelf::textDigest() const {
    const std::lock_guard lock(m_mutex);
    return m_text ? m_text->digest : 0;
}

bool Shelf::hasText() const {
    const std::lock_guard lock(m_mutex);
    return m_text != nullptr;
}

EncodedText Shelf::text(const ShelvedModel& model, const Job& job, text::Specials specials) {
    std::shared_ptr<const Text> text;
    {
        const std::lock_guard lock(m_mutex);
        if (!m_text)
            throw Error("No text is open.");
        if (const auto known = m_encoded.find({model.facts.key, specials}); known != m_encoded.end())
            return known->second;
        text = m_text;
    }
    EncodedText encoded = encode(*text, model, specials, job);
    const std::lock_guard lock(m_mutex);
    for (const auto& [key, other] : m_encoded) // one copy for all models that read the same tokens
        if (other.facts->digest == encoded.facts->digest && other.facts->name == encoded.facts->name)
            encoded = other;
    if (m_text == text)
        m_encoded[{model.facts.key, specials}] = encoded;
    return encoded;
}

EncodedText Shelf::encode(const Text& text, const ShelvedModel& model, text::Specials specials, const Job& job) const {
    auto facts = std::make_shared<TextFacts>();
    auto ids = std::make_shared<std::vector<std::int32_t>>();
    auto ends = std::make_shared<std::vector<std::int64_t>>();
    facts->name = text.name;
    if (text.letters.empty()) {
        for (const std::int32_t id : text.ids) {
            if (id < 0 || id >= model.facts.vocabulary)
                throw Error(text.name + ": token id " + std::to_string(id) + " lies outside the vocabulary of " +
                            std::to_string(model.facts.vocabulary) + ".");
            facts->tokens.push_back({id, 0, 0});
        }
        *ids = text.ids;
    } else {
        if (!model.tokenizerFault.empty())
            throw Error("The model " + model.facts.name + " reads token ids, but no text, because its tokenizer cannot be used: " +
                        model.tokenizerFault);
        if (!model.tokenizer)
            throw Error(model.facts.directory.string() +
                        " has no tokenizer.json; without one a model reads token ids, but no text.");
        job.report(0, "Tokenizing " + text.name);
        std::int64_t end = 0;
        for (const text::Token& token : model.tokenizer->encode(text.letters, job, specials)) {
            facts->tokens.push_back({token.id, token.begin, token.end});
            ids->push_back(token.id);
            ends->push_back(end = std::max(end, token.end));
        }
        facts->text = text.letters;
        facts->changes = text.changes;
    }
    requireTwoTokens(*ids, text.name);
    facts->digest = digestOfIds(*ids);
    return {facts, ids, ends};
}

} // namespace slopescope
