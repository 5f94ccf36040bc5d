// The one door to core for ui and app: requests in, results out, all plain values, no Torch and no Qt in sight.
//
// A Session holds a shelf of open models, the text on view, and what has been computed about them. Its calls are long: they
// take a Job and throw Cancelled when it is stopped, Error with one sentence when the request cannot be served; after either,
// the session is as it was before. Four threads may call at once, one of them only curves() and sweep(), one
// only slopeGradients() and fitSlopes(), one only generate(): those work on a snapshot of shelf and text.
#pragma once

#include "core/base/job.h"
#include "core/base/utf8.h"
#include "core/device.h"
#include "core/study/generation_request.h"
#include "core/study/head_requests.h"
#include "core/study/measured_curve.h"
#include "core/study/requests.h"
#include "core/study/row_requests.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace slopescope {

struct BundledModel {
    std::string name; // "alibi"
    std::filesystem::path directory;
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

    // Puts a model on the shelf; one that is there already is not read again. Throws Error, among others when the model would
    // take more memory than is left, before reading it; the progress says both amounts.
    ModelFacts openModel(const std::string& model, const Job& job);
    void closeModel(const std::string& key); // sweeps that use it go on with what they hold
    std::vector<ModelFacts> models() const;  // on the shelf, as trained, in the order of their opening
    ModelFacts model(const std::string& key) const; // throws Error if it is not on the shelf

    // The text on view, in place of the one before. Each model reads it with its own tokenizer, when it is first asked to.
    void openText(const std::filesystem::path& file, const Job& job, const TextFileOptions& options = {});
    void openText(std::string name, std::string text);                   // pasted; valid UTF-8
    void openIds(std::string name, std::vector<std::int32_t> ids); // token ids in place of letters; see base/id_list.h
    void closeText();
    bool hasText() const;
    std::uint64_t textDigest() const; // of its letters (FNV-1a), or of the ids that were opened; 0: no text is open

    // The text as a model on the shelf reads it. Throws Error: no text is open, the model has no tokenizer, an id lies outside
    // its vocabulary, fewer than two tokens. Cheap from the second time on.
    std::shared_ptr<const TextFacts> text(const std::string& model, const Job& job);

    // Where models compute; at first the processor. Those on the shelf are read again and move; where that fails everything
    // stays as it was. Throws Error, among others when the device's memory is too small.
    void useDevice(const Device& device, const Job& job);
    Device device() const;
    // What the models on the shelf would take on a device, and the largest of them for a text of `length` tokens.
    MemoryNeeds memoryOn(const Device& device, std::int64_t length) const;

    // The first `length` tokens through every layer, from the lowest layer that no run at hand has, so that the pictures below
    // are exact. Cheap when nothing changed. Several variants' runs are kept at hand as memory allows.
    void forward(const Variant& variant, std::int64_t length, const Job& job);

    // What pictures of this variant could be drawn from now: nothing, keys and queries of another state of it (Preview), or
    // its own.
    std::optional<Freshness> atHand(const Variant& variant, std::int64_t length) const;

    // Pictures never run the forward: they are drawn from the q and k at hand, and say whether those are exact. Throws Error if
    // there are none for this length and these positions yet. Requests may come in any order.
    // Where an exact map, or all thumbnails, take long, `draft` is called on this thread with an estimate first.
    MapResult map(const MapRequest& request, const Job& job, const std::function<void(const MapResult&)>& draft = {});
    ThumbnailsResult thumbnails(const ThumbnailsRequest& request, const Job& job,
                                const std::function<void(const ThumbnailsResult&)>& draft = {});
    ProfileResult profile(const ProfileRequest& request, const Job& job);
    CellResult cell(const CellRequest& request, const Job& job);
    LinksResult links(const LinksRequest& request, const Job& job);
    // What every head does on the text; the same threads and the same condition as losses(). `update` is called on this thread
    // with the layers that are done.
    HeadTableResult heads(const HeadTableRequest& request, const Job& job,
                          const std::function<void(const HeadTableResult&)>& update = {});
    RowsResult rows(const RowsRequest& request, const Job& job);
    PairResult pair(const PairRequest& request, const Job& job);
    TokenLossResult losses(const TokenLossRequest& request, const Job& job); // throws Error unless they would be exact

    // The scores of the token after each of `ids`, whatever text is on view: `rows` gets them a block of [count, vocabulary] at a
    // time, first to last.
    void logits(const Variant& variant, std::span<const std::int32_t> ids, const Job& job,
                const std::function<void(std::span<const float>)>& rows);

    // Continues a list of token ids, whatever text is on view. `each` gets every new token as it is chosen, and the letters of all
    // new ones so far. Throws Error when the request makes no sense, or learned positions end before the text does.
    GenerationResult generate(const GenerationRequest& request, const Job& job,
                              const std::function<void(const GeneratedToken&, const std::string& text)>& each = {}) const;

    // The curves from what has been measured so far.
    CurvesResult curves(const CurvesRequest& request, const Job& job);
    // Slopes and the loss: which way it pulls each of them, and slopes fitted to the text on view with the weights frozen. On a
    // thread of their own if need be. A stopped fit returns what it has. Throws Error on a device.
    SlopeGradientResult slopeGradients(const SlopeGradientRequest& request, const Job& job,
                                       const std::function<void(const SlopeGradientResult&)>& update = {});
    SlopeFitResult fitSlopes(const SlopeFitRequest& request, const Job& job,
                             const std::function<void(const SlopeFitResult&)>& update = {});
    // Measures what is missing. `update` is called on this thread with every new state of the curves, the last one filled. A
    // variant that cannot be measured has a fault in its curve and the others go on.
    CurvesResult sweep(const CurvesRequest& request, const Job& job, const std::function<void(const CurvesResult&)>& update = {});

    // What has been measured of these variants so far, by every plan and of every text; what was measured in an earlier run. A
    // variant whose model or text is not open has the curve that is remembered of it. Any thread, none of them waits long.
    std::vector<MeasuredCurve> measured(std::span<const Variant> variants) const;
    void remember(std::vector<MeasuredCurve> curves);
    std::uint64_t measuredChanges() const; // grows whenever measured() has something new

private:
    std::filesystem::path directoryOf(const std::string& model) const;
    std::string keyOf(const std::string& model) const;

    struct State;
    std::unique_ptr<State> m_state;
};

} // namespace slopescope
