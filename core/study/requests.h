// Every request to a Session and every result of one: plain values, no Torch and no Qt. A result carries the variant and
// whatever else of its request says what it is of.
#pragma once

#include "core/kernels/problems.h"
#include "core/study/variant.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace slopescope {

using kernels::Pooling;
using kernels::Stage;

struct TextToken {
    std::int32_t id = 0;
    std::int64_t begin = 0, end = 0; // bytes of TextFacts::text
};

// A text as one model's tokenizer cuts it.
struct TextFacts {
    std::string name; // file name, or what it was called when it was pasted
    std::string text; // UTF-8; empty: token ids were opened
    std::vector<TextToken> tokens;
    std::string changes;      // of the file's bytes, as they were read: "12 line ends read as LF"; empty: none
    std::uint64_t digest = 0; // of the token ids: variants whose texts have one digest are compared token by token
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
    auto operator<=>(const HeadAddress&) const = default;
};

struct MapRequest {
    Variant variant;
    std::int64_t length = 0; // tokens of the text on view, from its start
    std::vector<HeadAddress> heads; // at least one; of several, the mean of their pictures
    Viewport viewport;
    Stage stage = Stage::Probability;
    Pooling pooling = Pooling::Mean;
};

struct MapResult {
    Variant variant;
    std::int64_t length = 0;
    std::vector<HeadAddress> heads;
    Stage stage = Stage::Probability;
    Pooling pooling = Pooling::Mean;
    Picture picture;
    Freshness freshness = Freshness::Exact;
    double visited = 1; // fraction of the dense blocks computed
    double seconds = 0;
    std::string kernel; // "avx3"
};

struct ThumbnailsRequest {
    Variant variant;
    std::int64_t length = 0;
    int pixels = 32; // each thumbnail is pixels x pixels at most
    Stage stage = Stage::Probability;
};

struct ThumbnailsResult {
    Variant variant;
    std::int64_t length = 0;
    Stage stage = Stage::Probability;
    int layers = 0, heads = 0;
    std::vector<Picture> pictures; // [layers * heads], layer-major
    Freshness freshness = Freshness::Exact; // of the one that was computed from the oldest q and k
    double seconds = 0;
};

struct ProfileRequest {
    Variant variant;
    std::int64_t length = 0;
    std::vector<HeadAddress> heads; // of several, the mean of their profiles
};

struct ProfileResult {
    Variant variant;
    std::vector<HeadAddress> heads;
    std::int64_t length = 0;
    struct Bin {
        std::int64_t begin = 0, end = 0; // distances [begin, end), log-spaced
        double mass = 0;                 // share of the attention, mean over queries
        double biasOnly = 0;             // the same for q = 0: what the bias alone would do
    };
    std::vector<Bin> bins;
    double meanDistance = 0, medianDistance = 0, entropyBits = 0, firstKeyMass = 0, diagonalMass = 0;
    Freshness freshness = Freshness::Exact;
};

struct CellRequest {
    Variant variant;
    std::int64_t length = 0;
    HeadAddress head;
    std::int64_t query = 0, key = 0;
};

struct CellResult {
    Variant variant;
    std::int64_t length = 0;
    HeadAddress head;
    std::int64_t query = 0, key = 0;
    bool masked = false; // key after query, or outside the window; the rest is then 0
    double score = 0, bias = 0;
    double probability = 0; // of this cell, computed for itself: no block is skipped
    std::int64_t rank = 0;  // 1: the largest probability of its row
    Freshness freshness = Freshness::Exact;
};

// What one token reads and who reads it, for one head.
struct LinksRequest {
    Variant variant;
    std::int64_t length = 0;
    HeadAddress head;
    std::int64_t token = 0;
};

struct LinksResult {
    Variant variant;
    std::int64_t length = 0;
    HeadAddress head;
    std::int64_t token = 0;
    std::vector<float> reads;  // [length]: probability that `token` gives each key; 0 past it
    std::vector<float> readBy; // [length]: probability that each query gives `token`; 0 before it
    Freshness freshness = Freshness::Exact;
};

// The loss of every token of the text on view.
struct TokenLossRequest {
    Variant variant;
    std::int64_t length = 0;
};

struct TokenLossResult {
    Variant variant;
    std::int64_t length = 0;
    std::vector<float> nll; // [length]: of token i from the i tokens before it, in nats; NaN for the first
};

enum class Protocol {
    OnePass,        // one pass over windows of the longest length; every shorter length is the beginning of a window
    NonOverlapping, // windows of each length side by side (the paper's Figure 1)
    Sliding,        // windows of each length moved by `stride`, only the new tokens scored (the paper's Appendix B)
    HuggingFace,    // transformers' documented sliding loop, with its off-by-one weights
    LlamaCpp,       // llama-perplexity: disjoint windows, second half scored
};

// How curves are measured: what is compared is measured by one plan. See curve_plan.h for what is left out.
struct CurvePlan {
    std::vector<std::int64_t> lengths; // ascending
    Protocol protocol = Protocol::OnePass;
    std::int64_t stride = 0;    // Sliding and HuggingFace: tokens scored a window
    std::int64_t windows = 0;   // OnePass: windows of the first pass; 0: all that the text has
    std::int64_t maxTokens = 0; // of the text, from its start; 0: the whole text
    double error = 0;    // OnePass: after the first pass, lengths are filled up until each standard error of nll is below this
    std::uint64_t seed = 1; // order of the windows, the same for all that is compared

    bool operator==(const CurvePlan&) const = default;
};

struct CurvePoint {
    std::int64_t length = 0;
    double perplexity = std::numeric_limits<double>::quiet_NaN(); // exp(nll)
    double nll = std::numeric_limits<double>::quiet_NaN();        // nats per predicted token
    double standardError = std::numeric_limits<double>::quiet_NaN(); // of nll, from the spread between windows; NaN: one window
    double bitsPerByte = std::numeric_limits<double>::quiet_NaN(); // NaN: the text has no letters
    std::int64_t windows = 0; // that it rests on
    std::int64_t tokens = 0;  // predictions scored
    double seconds = std::numeric_limits<double>::quiet_NaN(); // computing windows of this length; NaN: they were the beginnings of longer ones
    std::string unavailable; // why this length has no value: "learned positions end at 256"; empty: it has one
};

// Loss with exactly `context` tokens of context (OnePass only), averaged over a log-spaced bin [context, contextEnd).
struct ContextPoint {
    std::int64_t context = 0, contextEnd = 0;
    double nll = 0, standardError = 0;
    double bitsPerByte = std::numeric_limits<double>::quiet_NaN();
    std::int64_t tokens = 0; // predictions scored
};

struct CurveResult {
    Variant variant;
    Protocol protocol = Protocol::OnePass;
    std::int64_t stride = 0;
    std::uint64_t textDigest = 0; // curves of one digest share their windows
    std::int64_t textTokens = 0;
    std::vector<CurvePoint> points;
    std::vector<ContextPoint> context;
    std::int64_t windowsDone = 0, windowsTotal = 0; // of the first pass
    std::int64_t windowLength = 0;                  // of those
    std::int64_t tokens = 0;  // run through the model so far, those of overlapping windows each time
    std::int64_t leftOver = 0; // tokens at the end of the text that the protocol leaves unscored
    bool complete = false; // the first pass is done
    bool filled = false;   // and so is what follows it
    bool stored = false;   // as it was measured before: its model or its text is not open, and nothing is added to it
    std::string fault;     // one sentence: why this variant has no curve; empty: it has one
};

// What one variant's loss is above another's, window by window: much surer than the difference of two curves.
struct DifferencePoint {
    std::int64_t length = 0; // or context
    double nll = std::numeric_limits<double>::quiet_NaN(); // mean of A minus B, nats per predicted token
    double standardError = std::numeric_limits<double>::quiet_NaN(); // from the spread of the windows' differences
    double unpairedError = std::numeric_limits<double>::quiet_NaN(); // what it would be from the two curves' errors
    std::int64_t windows = 0;
};

struct CurveDifference {
    std::vector<DifferencePoint> points;  // by length
    std::vector<DifferencePoint> context; // OnePass only
};

struct CurvesRequest {
    std::vector<Variant> variants; // one window for each before the next window
    std::optional<Variant> against; // B: the differences are from it; must be one of the variants
    CurvePlan plan;
};

// One state of all curves asked for, of the windows that all of them have.
struct CurvesResult {
    std::vector<CurveResult> curves;           // as `variants` of the request
    std::optional<Variant> against;
    std::vector<CurveDifference> differences;  // as `curves`; empty where there is none: no B, another tokenization, B itself
    CurvePlan plan;
    bool complete = false; // every first pass is done
    bool filled = false;   // nothing is left to measure
};

} // namespace slopescope
