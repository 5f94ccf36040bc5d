// The one door to core for ui and app: requests in, results out, all plain values, no Torch and no Qt in sight.
//
// A Session holds the open model, the text on view, and what has been computed about them. Its calls are long: they take a
// Job and throw Cancelled when it is stopped, Error with one sentence when the request cannot be served; after either, the
// session is as it was before. Two threads may call at once, one of them only curve(): that works on a snapshot.
#pragma once

#include "core/device.h"
#include "core/base/job.h"
#include "core/base/utf8.h"
#include "core/kernels/problems.h"
#include "core/positions/position_override.h"
#include "core/positions/slopes.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace slopescope {

using kernels::Pooling;
using kernels::Stage;

struct BundledModel {
    std::string name; // "alibi"
    std::filesystem::path directory;
};

struct ModelFacts {
    std::string name; // the directory's
    std::filesystem::path directory;
    std::string family;    // config.json's model_type
    std::string positions; // "ALiBi", "rotary", "T5 bias", "sinusoidal", "learned", "none"
    bool linearBias = false; // its slopes can be edited
    bool rotary = false;     // its frequencies can be scaled
    std::int64_t parameters = 0;
    std::string precision; // on disk: "float16"
    int layers = 0, heads = 0, keyHeads = 0, headDim = 0, width = 0, vocabulary = 0;
    std::int64_t trainedLength = 0;            // 0: unknown
    std::optional<std::int64_t> longestLength; // none: any length
    std::optional<std::int64_t> trainedTokens; // from training.json
    std::string trainedOn;                     // from training.json: "20 books, 6.1 M tokens"; may be empty
    std::int64_t bytesInMemory = 0;
    SlopeTable slopes; // [layers][heads] as trained; empty unless linearBias
};

// `model` as it is when it is run with `positions`: whose slopes are in force, and how far it reaches.
ModelFacts withPositions(ModelFacts model, const PositionOverride& positions);

// parsePositions for this model: its own slopes, or for one without them the paper's, are what SPEC starts from.
PositionOverride parsePositions(std::string_view spec, const ModelFacts& model);

struct TextToken {
    std::int32_t id = 0;
    std::int64_t begin = 0, end = 0; // bytes of TextFacts::text
};

struct TextFacts {
    std::string name; // file name or "bundled"
    std::string text; // UTF-8
    std::vector<TextToken> tokens;
    std::string changes; // of the file's bytes: "12 line ends read as LF"; empty: none
};

// A rectangle of the L x L attention of one head, drawn at rows x columns pixels (see kernels::Map).
struct Viewport {
    std::int64_t queryBegin = 0, queryEnd = 0, keyBegin = 0, keyEnd = 0;
    int rows = 0, columns = 0;
    bool operator==(const Viewport&) const = default;
};

struct Picture {
    Viewport viewport;
    std::vector<float> values; // [rows][columns]; NaN: every cell of the pixel is masked
};

// What was computed from what: a picture from q and k that an edit below has made stale is a preview until the forward lands;
// a draft is an unbiased estimate from a sample of its queries, and the exact picture follows at once.
enum class Freshness { Exact, Preview, Draft };

struct HeadAddress {
    int layer = 0, head = 0;
    bool operator==(const HeadAddress&) const = default;
};

struct MapRequest {
    SlopeTable slopes;        // empty: as trained
    std::int64_t length = 0;  // tokens of the text on view, from its start
    HeadAddress head;
    Viewport viewport;
    Stage stage = Stage::Probability;
    Pooling pooling = Pooling::Mean;
    PositionOverride positions = {}; // here and below: in place of the model's own, off its training distribution
};

struct MapResult {
    HeadAddress head;
    std::int64_t length = 0;
    Stage stage = Stage::Probability;
    Pooling pooling = Pooling::Mean;
    Picture picture;
    Freshness freshness = Freshness::Exact;
    double visited = 1;  // fraction of the dense blocks computed
    double seconds = 0;
    std::string kernel;  // "avx3"
};

struct ThumbnailsRequest {
    SlopeTable slopes;
    std::int64_t length = 0;
    int pixels = 32; // each thumbnail is pixels x pixels at most
    Stage stage = Stage::Probability;
    PositionOverride positions = {};
};

struct ThumbnailsResult {
    std::int64_t length = 0;
    int layers = 0, heads = 0;
    std::vector<Picture> pictures; // [layers * heads], layer-major
    Freshness freshness = Freshness::Exact; // of the one that was computed from the oldest q and k
    double seconds = 0;
};

struct ProfileRequest {
    SlopeTable slopes;
    std::int64_t length = 0;
    HeadAddress head;
    PositionOverride positions = {};
};

struct ProfileResult {
    HeadAddress head;
    std::int64_t length = 0;
    struct Bin {
        std::int64_t begin = 0, end = 0; // distances [begin, end), log-spaced
        double mass = 0;                 // share of the attention, mean over queries
        double slopeAlone = 0;           // the same for q = 0: what the bias alone would do
    };
    std::vector<Bin> bins;
    double meanDistance = 0, medianDistance = 0, entropyBits = 0, firstKeyMass = 0, diagonalMass = 0;
    Freshness freshness = Freshness::Exact;
};

struct CellRequest {
    SlopeTable slopes;
    std::int64_t length = 0;
    HeadAddress head;
    std::int64_t query = 0, key = 0;
    PositionOverride positions = {};
};

struct CellResult {
    HeadAddress head;
    std::int64_t query = 0, key = 0;
    bool masked = false;  // key after query, or outside the window; the rest is then 0
    double score = 0, bias = 0, probability = 0;
    std::int64_t rank = 0; // 1: the largest probability of its row
    Freshness freshness = Freshness::Exact;
};

// What one token reads and who reads it, for one head.
struct LinksRequest {
    SlopeTable slopes;
    std::int64_t length = 0;
    HeadAddress head;
    std::int64_t token = 0;
    PositionOverride positions = {};
};

struct LinksResult {
    HeadAddress head;
    std::int64_t token = 0;
    std::vector<float> reads;  // [length]: probability that `token` gives each key; 0 past it
    std::vector<float> readBy; // [length]: probability that each query gives `token`; 0 before it
    Freshness freshness = Freshness::Exact;
};

enum class Protocol {
    OnePass,        // one pass over windows of the longest length; every shorter length is its running mean
    NonOverlapping, // windows of each length side by side (the paper's Figure 1)
    Sliding,        // windows of each length moved by `stride`, only the new tokens scored (the paper's Appendix B)
    HuggingFace,    // transformers' documented sliding loop, with its off-by-one weights
    LlamaCpp,       // llama-perplexity: disjoint windows, second half scored
};

struct CurveRequest {
    SlopeTable slopes; // empty: as trained
    std::vector<std::int64_t> lengths; // ascending
    Protocol protocol = Protocol::OnePass;
    std::int64_t stride = 0;    // Sliding and HuggingFace: tokens scored a window
    std::int64_t window = 0;    // attention window, 0: none
    std::int64_t maxTokens = 0; // 0: the whole text
    std::uint64_t seed = 1;     // order of the windows, the same for all that is compared
    PositionOverride positions = {};
};

struct CurvePoint {
    std::int64_t length = 0;
    double perplexity = std::numeric_limits<double>::quiet_NaN(); // exp(nll)
    double nll = std::numeric_limits<double>::quiet_NaN();        // nats per predicted token
    double standardError = std::numeric_limits<double>::quiet_NaN(); // of nll, from the spread between windows; NaN: one window
    std::int64_t tokens = 0; // predictions scored
    double seconds = 0;
    std::string unavailable; // why this length has no value: "learned positions end at 256"; empty: it has one
};

// Loss with exactly `context` tokens of context (OnePass only), averaged over a log-spaced bin [context, contextEnd).
struct ContextPoint {
    std::int64_t context = 0, contextEnd = 0;
    double nll = 0, standardError = 0;
};

struct CurveResult {
    Protocol protocol = Protocol::OnePass;
    std::int64_t stride = 0;
    std::vector<CurvePoint> points;
    std::vector<ContextPoint> context;
    std::int64_t windowsDone = 0, windowsTotal = 0, tokens = 0;
    bool complete = false;
};

class Session {
public:
    // `resources` holds models/ and text/.
    explicit Session(std::filesystem::path resources);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    std::vector<BundledModel> bundledModels() const;
    std::filesystem::path bundledText() const;

    // `model` is a directory, a GGUF file or the name of a bundled model: what it is, and what it will take in memory, from
    // the headers of its files alone. Throws Error as openModel does.
    ModelFacts describeModel(const std::string& model, const Job& job) const;

    // The text on view is encoded anew. Throws Error, among others when the model would take more memory than is left, before
    // reading it; the progress says both amounts.
    ModelFacts openModel(const std::string& model, const Job& job);
    TextFacts openText(const std::filesystem::path& file, const Job& job, const TextFileOptions& options = {});

    // Where models compute; at first the processor. A model that is open is read again and moves, with its text; where that
    // fails everything stays as it was. Throws Error, among others when the device's memory is too small.
    void useDevice(const Device& device, const Job& job);
    Device device() const;
    // What a model that is open would take on a device for a text of `length` tokens, before it is moved there.
    MemoryNeeds memoryOn(const Device& device, std::int64_t length) const;

    // Token ids in place of a text: its facts have no letters, and opening another model closes it, to which they mean nothing.
    TextFacts openIds(std::string name, std::vector<std::int32_t> ids);
    std::optional<ModelFacts> model() const;
    std::optional<TextFacts> text() const; // after openModel the tokens are those of the new model

    // The first `length` tokens through every layer, from the lowest layer whose input has changed since the last call, so
    // that the pictures below are exact. Cheap when nothing changed. One set of positions is kept at a time.
    void forward(const SlopeTable& slopes, std::int64_t length, const Job& job, const PositionOverride& positions = {});

    // Pictures never run the forward: they are drawn from the q and k at hand, and say whether those are exact. Throws Error if
    // there are none for this length and these positions yet. Requests may come in any order.
    // Where an exact map, or all thumbnails, take long, `draft` is called on this thread with an estimate first.
    MapResult map(const MapRequest& request, const Job& job, const std::function<void(const MapResult&)>& draft = {});
    ThumbnailsResult thumbnails(const ThumbnailsRequest& request, const Job& job,
                                const std::function<void(const ThumbnailsResult&)>& draft = {});
    ProfileResult profile(const ProfileRequest& request, const Job& job);
    CellResult cell(const CellRequest& request, const Job& job);
    LinksResult links(const LinksRequest& request, const Job& job);

    // The scores of the token after each of `ids`, whatever text is on view: `rows` gets them a block of [count, vocabulary] at a
    // time, first to last.
    void logits(std::span<const std::int32_t> ids, const SlopeTable& slopes, const Job& job,
                const std::function<void(std::span<const float>)>& rows, const PositionOverride& positions = {});

    // `update` is called on this thread with every new state of the curve, the last one complete.
    CurveResult curve(const CurveRequest& request, const Job& job,
                      const std::function<void(const CurveResult&)>& update = {});

private:
    std::filesystem::path directoryOf(const std::string& model) const;

    struct State;
    std::unique_ptr<State> m_state;
};

} // namespace slopescope
