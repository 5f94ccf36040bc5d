#include "core/session.h"

#include "core/base/error.h"
#include "core/base/utf8.h"
#include "core/shelf.h"
#include "core/study/generation.h"
#include "core/study/head_pictures.h"
#include "core/study/head_rows.h"
#include "core/study/head_table.h"
#include "core/study/kept_runs.h"
#include "core/study/paired_curves.h"
#include "core/study/slope_fit.h"
#include "core/study/slope_gradient.h"
#include "core/study/text_logits.h"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <utility>

namespace slopescope {
namespace {

namespace fs = std::filesystem;

void requireSlopesFit(const DecoderConfig& config, const Variant& variant) {
    if (config.positions.bias == BiasKind::Linear) {
        if (!variant.slopes.empty())
            checkSlopes(variant.slopes, int(config.layers), int(config.heads));
        else if (variant.positions.bias == BiasChange::Linear)
            throw Error("ALiBi in place of a model's own positions needs slopes, and none are given.");
    } else if (!variant.slopes.empty()) {
        throw Error("This model's positions are " + describe(config.positions) + "; it has no slopes to change.");
    }
}

// The letters of the ids behind the first `known`, as they stand behind those: a decoder may drop the space before a text's
// first word. Empty where there is no tokenizer, or none that knows these ids.
std::string lettersBehind(const text::Tokenizer* tokenizer, std::span<const std::int32_t> ids, std::size_t known) {
    constexpr std::size_t kBefore = 16; // ids, of which one at least is a whole character
    if (tokenizer == nullptr)
        return {};
    try {
        const std::span<const std::int32_t> near = ids.subspan(known - std::min(known, kBefore));
        const std::string before = tokenizer->decode(near.first(std::min(known, kBefore))), whole = tokenizer->decode(near);
        if (whole.starts_with(before))
            return whole.substr(before.size());
        return tokenizer->decode(ids.subspan(known)); // a character that the new ids have completed
    } catch (const Error&) {
        return {};
    }
}

} // namespace

struct Session::State {
    explicit State(fs::path folder) : resources(std::move(folder)) {}

    const fs::path resources;
    Shelf shelf;

    mutable std::mutex mutex; // guards the device
    Device device;

    KeptRuns runs;        // the view's thread only
    MapCache maps;        // drawn from them, or from what was there before
    PairedCurves measured; // the sweep's thread only

    std::shared_ptr<const Decoder> decoder(const Variant& variant) {
        auto decoder = shelf.decoder(variant, [this](const std::string& key) { return biasOf(key); });
        requireSlopesFit(decoder->config(), variant);
        return decoder;
    }

    RelativeBias biasOf(const std::string& key) const {
        if (const auto bundled = resources / "models" / key; fs::exists(bundled / "config.json"))
            return readRelativeBias(key, bundled, Job());
        return readRelativeBias(key, key, Job());
    }

    // The run that a picture of these heads is drawn from, or an Error that says what is missing.
    const TextForward& readyFor(const Variant& variant, std::int64_t length, std::span<const HeadAddress> heads) {
        const DecoderConfig& config = decoder(variant)->config();
        if (!shelf.hasText())
            throw Error("No text is open.");
        int highest = heads.empty() ? int(config.layers) - 1 : 0;
        for (const HeadAddress head : heads) {
            if (head.layer < 0 || head.layer >= config.layers || head.head < 0 || head.head >= config.heads)
                throw Error("The model has no layer " + std::to_string(head.layer) + ", head " + std::to_string(head.head) + ".");
            highest = std::max(highest, head.layer);
        }
        const TextForward* const run = runs.find(variant, length, highest);
        if (run == nullptr)
            throw Error("The first " + std::to_string(length) + " tokens have not been run through the model yet.");
        return *run;
    }

    // The run of the whole model with the slopes asked for.
    const TextForward& exactlyReadyFor(const Variant& variant, std::int64_t length) {
        const TextForward& run = readyFor(variant, length, {});
        if (!runs.isExact(variant, length))
            throw Error("The first " + std::to_string(length) + " tokens have not been run through the model yet.");
        return run;
    }

    // One source for each variant; what cannot be measured says why.
    std::vector<CurveSource> sourcesOf(const CurvesRequest& request, const Job& job) {
        std::vector<CurveSource> sources;
        const Device on = [this] {
            const std::lock_guard lock(mutex);
            return device;
        }();
        for (const Variant& variant : request.variants) {
            CurveSource source;
            source.variant = variant;
            source.closed = !shelf.find(variant.model) || !shelf.hasText();
            try {
                const auto model = shelf.model(variant.model);
                source.decoder = decoder(variant);
                source.modelDigest = model->facts.digest;
                source.device = on.name();
                // llama-perplexity reads a text's "</s>" as letters, and puts the first token that its vocabulary adds to a
                // text in the place of every window's first.
                const bool llamaCpp = request.plan.protocol == Protocol::LlamaCpp;
                const EncodedText text = shelf.text(*model, job, llamaCpp ? text::Specials::Letters : text::Specials::Tokens);
                if (llamaCpp && model->tokenizer && !text.ends->empty())
                    source.firstToken = beginToken(*model->tokenizer).value_or(-1);
                source.ids = text.ids;
                source.ends = text.ends;
                source.textDigest = text.facts->digest;
            } catch (const Error& fault) {
                source.fault = fault.what();
            }
            source.closed = source.closed && !source.fault.empty();
            sources.push_back(std::move(source));
        }
        return sources;
    }
};

Session::Session(fs::path resources) : m_state(std::make_unique<State>(std::move(resources))) {}
Session::~Session() = default;

std::vector<BundledModel> Session::bundledModels() const {
    std::vector<BundledModel> models;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(m_state->resources / "models", ignored))
        if (fs::exists(entry.path() / "config.json", ignored))
            models.push_back({entry.path().filename().string(), entry.path()});
    std::sort(models.begin(), models.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    return models;
}

fs::path Session::bundledText() const { return m_state->resources / "text" / "the-tide-clock.txt"; }

fs::path Session::directoryOf(const std::string& model) const {
    fs::path directory = model;
    for (const BundledModel& bundled : bundledModels())
        if (bundled.name == model)
            directory = bundled.directory;
    return directory.has_filename() ? directory : directory.parent_path(); // "models/alibi/"
}

// A bundled model is called by its name, whichever way it was asked for; others by where they are.
std::string Session::keyOf(const std::string& model) const {
    const fs::path directory = directoryOf(model);
    std::error_code ignored;
    for (const BundledModel& bundled : bundledModels())
        if (fs::equivalent(bundled.directory, directory, ignored))
            return bundled.name;
    const fs::path whole = fs::absolute(directory, ignored).lexically_normal();
    return whole.empty() ? model : whole.string();
}

ModelFacts Session::describeModel(const std::string& model, const Job& job) const {
    return slopescope::describeModel(keyOf(model), directoryOf(model), device(), job);
}

ModelFacts Session::openModel(const std::string& model, const Job& job) {
    const std::string key = keyOf(model);
    if (const auto known = m_state->shelf.find(key))
        return known->facts;
    const auto loaded = loadModel(key, directoryOf(model), device(), m_state->shelf.models(), job);
    m_state->shelf.put(loaded);
    return loaded->facts;
}

void Session::closeModel(const std::string& key) {
    m_state->shelf.remove(key);
    m_state->runs.forget(key);
}

std::vector<ModelFacts> Session::models() const { return m_state->shelf.models(); }

ModelFacts Session::model(const std::string& key) const { return m_state->shelf.model(key)->facts; }

void Session::openText(const fs::path& file, const Job& job, const TextFileOptions& options) {
    job.check();
    TextFile read = readTextFile(file, options);
    if (read.text.empty())
        throw Error(file.string() + " is empty.");
    m_state->shelf.setText(file.filename().string(), std::move(read.text), read.changes());
    m_state->runs.forget();
}

void Session::openText(std::string name, std::string text) {
    if (text.empty())
        throw Error(name + " is empty.");
    if (firstInvalidUtf8(text))
        throw Error(name + " is not UTF-8.");
    m_state->shelf.setText(std::move(name), std::move(text), {});
    m_state->runs.forget();
}

void Session::openIds(std::string name, std::vector<std::int32_t> ids) {
    m_state->shelf.setIds(std::move(name), std::move(ids));
    m_state->runs.forget();
}

void Session::closeText() {
    m_state->shelf.closeText();
    m_state->runs.forget();
}

std::uint64_t Session::textDigest() const { return m_state->shelf.textDigest(); }

bool Session::hasText() const { return m_state->shelf.hasText(); }

std::shared_ptr<const TextFacts> Session::text(const std::string& model, const Job& job) {
    return m_state->shelf.text(*m_state->shelf.model(model), job).facts;
}

void Session::useDevice(const Device& device, const Job& job) {
    const Device before = this->device();
    if (device == before)
        return;
    std::vector<std::shared_ptr<const ShelvedModel>> moved;
    for (const ModelFacts& model : models())
        moved.push_back(loadModel(model.key, model.directory, device, {}, job));
    for (auto& model : moved)
        m_state->shelf.put(std::move(model));
    m_state->runs.forget();
    {
        const std::lock_guard lock(m_state->mutex);
        m_state->device = device;
    }
    giveBackUnused(before); // other programs may want it
}

Device Session::device() const {
    const std::lock_guard lock(m_state->mutex);
    return m_state->device;
}

MemoryNeeds Session::memoryOn(const Device& device, std::int64_t length) const {
    MemoryNeeds needs;
    for (const auto& model : m_state->shelf.all()) {
        const MemoryNeeds own = memoryNeeds(shapeOf(*model, device), length);
        needs.weights += own.weights;
        needs.text = std::max(needs.text, own.text);
    }
    return needs;
}

void Session::forward(const Variant& variant, std::int64_t length, const Job& job) {
    const auto model = m_state->shelf.model(variant.model);
    const KeptRuns::Source source{m_state->decoder(variant), m_state->shelf.text(*model, job).ids};
    const Device on = device();
    // The system grants memory that it has not, and ends the program that then uses it. A device refuses by itself.
    const auto room = [&](std::int64_t layers) {
        if (!on.isCpu() || layers == 0)
            return;
        ModelShape shape = shapeOf(*model, on);
        shape.weights = 0;
        shape.layers = layers;
        requireMemory(deviceFacts(on), {0, memoryNeeds(shape, length).text});
    };
    constexpr int kShare = 4; // of the memory that is left, for runs that are not on view
    m_state->runs.setBudget((deviceFacts(on).left() + m_state->runs.bytes()) / kShare);
    m_state->runs.run(variant, length, source, room, job);
}

std::optional<Freshness> Session::atHand(const Variant& variant, std::int64_t length) const {
    if (m_state->runs.isExact(variant, length))
        return Freshness::Exact;
    return m_state->runs.find(variant, length, 0) == nullptr ? std::nullopt : std::optional(Freshness::Preview);
}

MapResult Session::map(const MapRequest& r, const Job& job, const std::function<void(const MapResult&)>& draft) {
    if (r.heads.empty())
        throw Error("A map needs a head.");
    return drawMap(m_state->readyFor(r.variant, r.length, r.heads), m_state->maps, r, job, draft);
}

ThumbnailsResult Session::thumbnails(const ThumbnailsRequest& r, const Job& job,
                                     const std::function<void(const ThumbnailsResult&)>& draft) {
    return drawThumbnails(m_state->readyFor(r.variant, r.length, {}), r, job, draft);
}

ProfileResult Session::profile(const ProfileRequest& r, const Job& job) {
    if (r.heads.empty())
        throw Error("A profile needs a head.");
    return measureProfile(m_state->readyFor(r.variant, r.length, r.heads), r, job);
}

CellResult Session::cell(const CellRequest& r, const Job& job) {
    return readCell(m_state->readyFor(r.variant, r.length, {&r.head, 1}), r, job);
}

LinksResult Session::links(const LinksRequest& r, const Job& job) {
    return readLinks(m_state->readyFor(r.variant, r.length, {&r.head, 1}), r, job);
}

HeadTableResult Session::heads(const HeadTableRequest& r, const Job& job,
                               const std::function<void(const HeadTableResult&)>& update) {
    const TextForward& run = m_state->exactlyReadyFor(r.variant, r.length);
    return measureHeads(run, *m_state->shelf.text(*m_state->shelf.model(r.variant.model), job).ids, r, job, update);
}

RowsResult Session::rows(const RowsRequest& r, const Job& job) {
    return readRows(m_state->readyFor(r.variant, r.length, {&r.head, 1}), r, job);
}

PairResult Session::pair(const PairRequest& r, const Job& job) {
    return readPair(m_state->readyFor(r.variant, r.length, {}), r, job);
}

TokenLossResult Session::losses(const TokenLossRequest& r, const Job& job) {
    return readLosses(m_state->exactlyReadyFor(r.variant, r.length), r, job);
}

void Session::logits(const Variant& variant, std::span<const std::int32_t> ids, const Job& job,
                     const std::function<void(std::span<const float>)>& rows) {
    const auto decoder = m_state->decoder(variant);
    AttentionOverride change;
    change.slopes = variant.slopes;
    streamLogits(*decoder, ids, change, job, rows);
}

GenerationResult Session::generate(const GenerationRequest& r, const Job& job,
                                   const std::function<void(const GeneratedToken&, const std::string& text)>& each) const {
    using Clock = std::chrono::steady_clock;
    const auto model = m_state->shelf.model(r.variant.model);
    const auto decoder = m_state->decoder(r.variant);
    AttentionOverride change;
    change.slopes = r.variant.slopes;
    TokenChooser chooser(r.temperature, r.topP, r.seed);
    GenerationResult result;
    result.variant = r.variant;
    std::vector<std::int32_t> all = r.ids;
    const auto begin = Clock::now();
    const auto seconds = [&] { return std::chrono::duration<double>(Clock::now() - begin).count(); };
    std::vector<std::int64_t> ends;
    const auto take = [&](GeneratedToken token) {
        if (ends.empty())
            result.firstSeconds = seconds();
        all.push_back(token.id);
        result.text = lettersBehind(model->tokenizer.get(), all, r.ids.size());
        ends.push_back(token.end = std::ssize(result.text));
        if (each)
            each(token, result.text);
    };
    result.tokens = continueText(*decoder, r.ids, r.tokens, chooser, change, job, take);
    for (std::size_t i = 0; i < ends.size(); ++i)
        result.tokens[i].end = ends[i];
    result.seconds = seconds();
    result.full = std::ssize(result.tokens) < r.tokens;
    return result;
}

CurvesResult Session::curves(const CurvesRequest& request, const Job& job) {
    return m_state->measured.state(request, m_state->sourcesOf(request, job));
}

SlopeGradientResult Session::slopeGradients(const SlopeGradientRequest& r, const Job& job,
                                            const std::function<void(const SlopeGradientResult&)>& update) {
    const auto decoder = m_state->decoder(r.variant);
    const auto ids = m_state->shelf.text(*m_state->shelf.model(r.variant.model), job).ids;
    return measureSlopeGradients(*decoder, *ids, r, job, update);
}

SlopeFitResult Session::fitSlopes(const SlopeFitRequest& r, const Job& job,
                                  const std::function<void(const SlopeFitResult&)>& update) {
    const auto decoder = m_state->decoder(r.variant);
    const auto ids = m_state->shelf.text(*m_state->shelf.model(r.variant.model), job).ids;
    return slopescope::fitSlopes(*decoder, *ids, r, job, update);
}

CurvesResult Session::sweep(const CurvesRequest& request, const Job& job,
                            const std::function<void(const CurvesResult&)>& update) {
    return m_state->measured.measure(request, m_state->sourcesOf(request, job), job, update);
}

std::vector<MeasuredCurve> Session::measured(std::span<const Variant> variants) const {
    return m_state->measured.measured(variants);
}

void Session::remember(std::vector<MeasuredCurve> curves) { m_state->measured.remember(std::move(curves)); }

std::uint64_t Session::measuredChanges() const { return m_state->measured.changes(); }

} // namespace slopescope
