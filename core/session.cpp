#include "core/session.h"

#include "core/base/bytes_text.h"
#include "core/checkpoint/model_directory.h"
#include "core/base/error.h"
#include "core/study/head_pictures.h"
#include "core/study/length_curve.h"
#include "core/study/text_forward.h"
#include "core/study/text_logits.h"
#include "core/base/utf8.h"

#include <algorithm>
#include <mutex>
#include <utility>

namespace slopescope {
namespace {

namespace fs = std::filesystem;

// What is open, replaced as a whole, so that a sweep can hold on to what it began with.
struct LoadedModel {
    ModelFacts facts;
    std::shared_ptr<const Decoder> decoder;
    std::shared_ptr<const text::Tokenizer> tokenizer; // null: the model has none that can be used
    std::string tokenizerFault;                       // why, where it has one

    std::shared_ptr<const Decoder> decoderWith(const PositionOverride& positions) const {
        if (positions.change == PositionChange::Own)
            return decoder;
        return std::make_shared<const Decoder>(decoder->withPositions(positions));
    }
};

struct LoadedText {
    TextFacts facts; // without letters when ids were opened
    std::vector<std::int32_t> ids;
};

// The precision of the files is kept on a device; on the processor everything is float32.
std::int64_t bytesOfNumber(const Device& device, const std::string& precision) {
    return !device.isCpu() && (precision == "float16" || precision == "bfloat16") ? 2 : 4;
}

ModelShape shapeOf(const DecoderConfig& config, std::int64_t parameters, std::int64_t bytes) {
    return {parameters, bytes, config.layers, config.heads, config.keyHeads, config.headDim, config.width, config.hidden};
}

ModelFacts factsOf(const ModelDescription& opened, const Device& device) {
    const DecoderConfig& config = opened.config;
    ModelFacts facts;
    facts.name = opened.directory.filename().string();
    facts.directory = opened.directory;
    facts.family = config.modelType;
    facts.positions = describe(config.positions);
    facts.linearBias = config.positions.bias == BiasKind::Linear;
    facts.rotary = config.positions.rotary.has_value();
    facts.parameters = opened.parameters;
    facts.precision = opened.precision;
    facts.layers = int(config.layers);
    facts.heads = int(config.heads);
    facts.keyHeads = int(config.keyHeads);
    facts.headDim = int(config.headDim);
    facts.width = int(config.width);
    facts.vocabulary = int(config.vocabulary);
    facts.trainedLength = config.trainingLength;
    facts.longestLength = config.longestLength();
    facts.trainedTokens = opened.training.tokensSeen;
    facts.trainedOn = opened.training.corpus;
    facts.bytesInMemory = opened.parameters * bytesOfNumber(device, opened.precision);
    if (facts.linearBias)
        facts.slopes.assign(std::size_t(config.layers), config.slopes);
    return facts;
}

std::shared_ptr<LoadedModel> load(const fs::path& directory, const Device& device, const Job& job) {
    giveBackUnused(device);
    const DeviceFacts here = deviceFacts({}), there = deviceFacts(device);
    UnreadModel unread(directory, job);
    ModelFacts facts = factsOf(unread.description(), device);
    // The processor reads the files, in float32, whatever computes then; a tensor is there twice while it is packed or moved.
    requireMemory(here, {(facts.parameters + unread.description().largestTensor) * bytesOfNumber({}, facts.precision), 0});
    requireMemory(there, {facts.bytesInMemory, 0});
    const std::string aside = device.isCpu() ? "; " + bytesText(here.left()) + " are free"
                                             : ", for " + device.name() + ": " + bytesText(facts.bytesInMemory) + " of the " +
                                                   bytesText(there.left()) + " that are free there";
    OpenedModel opened = std::move(unread).read(job, aside);
    auto loaded = std::make_shared<LoadedModel>();
    loaded->facts = std::move(facts);
    loaded->tokenizerFault = opened.tokenizerFault;
    if (opened.tokenizer)
        loaded->tokenizer = std::make_shared<const text::Tokenizer>(std::move(*opened.tokenizer));
    loaded->decoder = std::make_shared<const Decoder>(std::move(opened.config), std::move(opened.weights),
                                                      placementOn(device, opened.precision));
    return loaded;
}

void requireTwoTokens(const LoadedText& text, const std::string& name) {
    if (text.ids.size() < 2)
        throw Error(name + " is too short: it has fewer than two tokens.");
}

const text::Tokenizer& tokenizerOf(const LoadedModel& model) {
    if (!model.tokenizerFault.empty())
        throw Error("The model reads token ids, but no text, because its tokenizer cannot be used: " + model.tokenizerFault);
    if (!model.tokenizer)
        throw Error(model.facts.directory.string() + " has no tokenizer.json; without one a model reads token ids, but no text.");
    return *model.tokenizer;
}

// `facts` without tokens.
std::shared_ptr<const LoadedText> encodeText(TextFacts facts, const text::Tokenizer& tokenizer, const Job& job) {
    job.report(0, "Tokenizing " + facts.name);
    auto loaded = std::make_shared<LoadedText>();
    facts.tokens.clear();
    for (const text::Token& token : tokenizer.encode(facts.text, job)) {
        facts.tokens.push_back({token.id, token.begin, token.end});
        loaded->ids.push_back(token.id);
    }
    requireTwoTokens(*loaded, facts.name);
    loaded->facts = std::move(facts);
    return loaded;
}

// The slopes of a request whose positions bring slopes of their own.
const SlopeTable& inForce(const SlopeTable& slopes, const PositionOverride& positions) {
    return slopes.empty() ? positions.slopes : slopes;
}

template <class Request>
Request withSlopes(Request r) {
    r.slopes = inForce(r.slopes, r.positions);
    return r;
}

void requireSlopesFit(const DecoderConfig& config, const SlopeTable& slopes) {
    if (slopes.empty())
        return;
    if (config.positions.bias != BiasKind::Linear)
        throw Error("This model's positions are " + describe(config.positions) + "; it has no slopes to change.");
    checkSlopes(slopes, int(config.layers), int(config.heads));
}

} // namespace

ModelFacts withPositions(ModelFacts model, const PositionOverride& positions) {
    if (positions.change == PositionChange::Own || positions.change == PositionChange::Window)
        return model;
    const bool alibi = positions.change == PositionChange::Alibi;
    model.linearBias = alibi;
    model.slopes = positions.slopes;
    if (alibi || positions.change == PositionChange::None) {
        model.positions = alibi ? "ALiBi" : "none";
        model.longestLength.reset(); // neither has a table that ends
    }
    return model;
}

PositionOverride parsePositions(std::string_view spec, const ModelFacts& model) {
    if (!model.slopes.empty())
        return parsePositions(spec, model.slopes);
    return parsePositions(spec, SlopeTable(std::size_t(model.layers), paperSlopes(model.heads)));
}

struct Session::State {
    explicit State(fs::path folder) : resources(std::move(folder)) {}

    const fs::path resources;

    mutable std::mutex mutex; // guards the three below
    Device device;
    std::shared_ptr<const LoadedModel> model;
    std::shared_ptr<const LoadedText> text;

    std::unique_ptr<TextForward> forward; // of the model and text above; the view's thread only
    PositionOverride positions;           // that it runs with
    MapCache maps;                        // drawn from it, or from what was there before

    std::pair<std::shared_ptr<const LoadedModel>, std::shared_ptr<const LoadedText>> snapshot() const {
        const std::lock_guard lock(mutex);
        return {model, text};
    }

    void set(std::shared_ptr<const LoadedModel> newModel, std::shared_ptr<const LoadedText> newText) {
        {
            const std::lock_guard lock(mutex);
            model = std::move(newModel);
            text = std::move(newText);
        }
        forward = model && text ? std::make_unique<TextForward>(model->decoder, text->ids) : nullptr;
        positions = {};
    }

    // Everything a picture needs, or an Error that says what is missing.
    void requireModelAndText() const {
        if (!model)
            throw Error("No model is open.");
        if (!forward)
            throw Error("No text is open.");
    }

    // The system grants memory that it has not, and ends the program that then uses it. A device refuses by itself.
    void requireRoom(const TextForward& run, const SlopeTable& slopes, std::int64_t length) const {
        if (!device.isCpu() || length > run.tokens())
            return;
        ModelShape shape = shapeOf(run.decoder().config(), 0, sizeof(float));
        shape.layers = run.layersToRun(slopes, length);
        if (shape.layers > 0)
            requireMemory(deviceFacts(device), {0, memoryNeeds(shape, length).text});
    }

    void run(const SlopeTable& slopes, std::int64_t length, const PositionOverride& asked, const Job& job) {
        requireModelAndText();
        const SlopeTable& table = inForce(slopes, asked);
        if (asked == positions) {
            requireSlopesFit(forward->decoder().config(), table);
            requireRoom(*forward, table, length);
            return forward->run(table, length, job);
        }
        auto other = std::make_unique<TextForward>(model->decoderWith(asked), text->ids);
        requireSlopesFit(other->decoder().config(), table);
        requireRoom(*other, table, length);
        other->run(table, length, job);
        forward = std::move(other);
        positions = asked;
    }

    template <class Request>
    TextForward& readyFor(const Request& r, HeadAddress head) const {
        requireModelAndText();
        TextForward& view = *forward;
        requireSlopesFit(view.decoder().config(), r.slopes);
        if (head.layer < 0 || head.layer >= model->facts.layers || head.head < 0 || head.head >= model->facts.heads)
            throw Error("The model has no layer " + std::to_string(head.layer) + ", head " + std::to_string(head.head) + ".");
        if (!view.covers(r.length) || r.positions != positions)
            throw Error("The first " + std::to_string(r.length) + " tokens have not been run through the model yet.");
        return view;
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

ModelFacts Session::describeModel(const std::string& model, const Job& job) const {
    return factsOf(UnreadModel(directoryOf(model), job).description(), device());
}

ModelFacts Session::openModel(const std::string& model, const Job& job) {
    const auto loaded = load(directoryOf(model), device(), job);
    std::shared_ptr<const LoadedText> text = m_state->snapshot().second;
    if (text && text->facts.text.empty())
        text = nullptr;
    else if (text)
        text = encodeText(text->facts, tokenizerOf(*loaded), job);
    m_state->set(loaded, text);
    return loaded->facts;
}

TextFacts Session::openText(const fs::path& file, const Job& job, const TextFileOptions& options) {
    const auto model = m_state->snapshot().first;
    if (!model)
        throw Error("Open a model first: its tokenizer is needed to read a text.");
    TextFile read = readTextFile(file, options);
    const auto text = encodeText({file.filename().string(), std::move(read.text), {}, read.changes()}, tokenizerOf(*model), job);
    m_state->set(model, text);
    return text->facts;
}

TextFacts Session::openIds(std::string name, std::vector<std::int32_t> ids) {
    const auto model = m_state->snapshot().first;
    if (!model)
        throw Error("Open a model first: token ids mean something to it alone.");
    auto text = std::make_shared<LoadedText>();
    for (const std::int32_t id : ids) {
        if (id < 0 || id >= model->facts.vocabulary)
            throw Error(name + ": token id " + std::to_string(id) + " lies outside the vocabulary of " +
                        std::to_string(model->facts.vocabulary) + ".");
        text->facts.tokens.push_back({id, 0, 0});
    }
    text->ids = std::move(ids);
    requireTwoTokens(*text, name);
    text->facts.name = std::move(name);
    m_state->set(model, text);
    return text->facts;
}

void Session::useDevice(const Device& device, const Job& job) {
    if (device == this->device())
        return;
    const Device before = this->device();
    if (const auto [model, text] = m_state->snapshot(); model)
        m_state->set(load(model->facts.directory, device, job), text);
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
    const auto model = m_state->snapshot().first;
    if (!model)
        throw Error("No model is open.");
    const ModelFacts& facts = model->facts;
    return memoryNeeds(
        shapeOf(model->decoder->config(), facts.parameters, bytesOfNumber(device, facts.precision)), length);
}

std::optional<ModelFacts> Session::model() const {
    const auto model = m_state->snapshot().first;
    return model ? std::optional(model->facts) : std::nullopt;
}

std::optional<TextFacts> Session::text() const {
    const auto text = m_state->snapshot().second;
    return text ? std::optional(text->facts) : std::nullopt;
}

void Session::forward(const SlopeTable& slopes, std::int64_t length, const Job& job, const PositionOverride& positions) {
    m_state->run(slopes, length, positions, job);
}

MapResult Session::map(const MapRequest& r, const Job& job, const std::function<void(const MapResult&)>& draft) {
    return drawMap(m_state->readyFor(r, r.head), m_state->maps, withSlopes(r), job, draft);
}

ThumbnailsResult Session::thumbnails(const ThumbnailsRequest& r, const Job& job,
                                     const std::function<void(const ThumbnailsResult&)>& draft) {
    return drawThumbnails(m_state->readyFor(r, {}), withSlopes(r), job, draft);
}

ProfileResult Session::profile(const ProfileRequest& r, const Job& job) {
    return measureProfile(m_state->readyFor(r, r.head), withSlopes(r), job);
}

CellResult Session::cell(const CellRequest& r, const Job& job) {
    return readCell(m_state->readyFor(r, r.head), withSlopes(r), job);
}

LinksResult Session::links(const LinksRequest& r, const Job& job) {
    return readLinks(m_state->readyFor(r, r.head), withSlopes(r), job);
}

void Session::logits(std::span<const std::int32_t> ids, const SlopeTable& slopes, const Job& job,
                     const std::function<void(std::span<const float>)>& rows, const PositionOverride& positions) {
    const auto model = m_state->snapshot().first;
    if (!model)
        throw Error("No model is open.");
    const auto decoder = model->decoderWith(positions);
    AttentionOverride change;
    change.slopes = inForce(slopes, positions);
    requireSlopesFit(decoder->config(), change.slopes);
    streamLogits(*decoder, ids, change, job, rows);
}

CurveResult Session::curve(const CurveRequest& request, const Job& job,
                           const std::function<void(const CurveResult&)>& update) {
    const auto [model, text] = m_state->snapshot();
    if (!model)
        throw Error("No model is open.");
    if (!text)
        throw Error("No text is open.");
    return measureCurve(*model->decoderWith(request.positions), text->ids, withSlopes(request), job, update);
}

} // namespace slopescope
