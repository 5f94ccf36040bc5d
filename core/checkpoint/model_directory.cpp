#include "core/checkpoint/model_directory.h"

#include "core/checkpoint/config_fields.h"
#include "core/checkpoint/families/slopescope.h"
#include "core/checkpoint/safetensors.h"
#include "core/checkpoint/tensor_source.h"
#include "core/error.h"
#include "core/text/atomic_file.h"
#include "core/text/json.h"
#include "core/text/utf8.h"

#include <set>

namespace slopescope {
namespace {

namespace fs = std::filesystem;

nlohmann::json readJson(const fs::path& file) {
    return parseJson(readTextFile(file), file.string());
}

DecoderConfig readConfig(const fs::path& file) {
    const nlohmann::json json = readJson(file);
    const ConfigFields fields(json, file.string());
    const std::string type = fields.text("model_type");
    try {
        if (type == "slopescope")
            return families::readSlopescopeConfig(json, file.string());
    } catch (const nlohmann::json::exception& fault) {
        throw Error(file.string() + ": " + fault.what() + ".");
    }
    throw Error(file.string() + ": models of type \"" + type + "\" cannot be opened; \"slopescope\" can.");
}

std::string precisionName(const std::set<std::string>& types) {
    if (types.size() != 1)
        return "mixed";
    const std::string& type = *types.begin();
    return type == "F16" ? "float16" : type == "BF16" ? "bfloat16" : type == "F32" ? "float32" : type;
}

void readWeights(const TensorSource& tensors, OpenedModel& model, const Job& job) {
    const double count = double(std::max<std::size_t>(tensors.tensors().size(), 1));
    double done = 0;
    std::set<std::string> types;
    forEachTensor(model.config, model.weights,
                  [&](const std::string& name, const std::vector<std::int64_t>& shape, at::Tensor& tensor) {
                      job.check();
                      job.report(done++ / count, "Reading " + name);
                      tensor = tensors.load(name, shape);
                      types.insert(tensors.at(name).type);
                      model.parameters += tensor.numel();
                  });
    model.precision = precisionName(types);
}

TrainingFacts readTrainingFacts(const fs::path& file) {
    TrainingFacts facts;
    std::error_code ignored;
    if (!fs::exists(file, ignored))
        return facts;
    const nlohmann::json json = readJson(file);
    const ConfigFields fields(json, file.string());
    if (fields.has("tokens_seen"))
        facts.tokensSeen = fields.integer("tokens_seen");
    facts.corpus = fields.text("corpus_summary", "");
    return facts;
}

} // namespace

OpenedModel openModelDirectory(const fs::path& directory, const Job& job) {
    std::error_code ignored;
    if (!fs::exists(directory, ignored))
        throw Error("There is no folder " + directory.string() + ".");
    if (!fs::is_directory(directory, ignored))
        throw Error(directory.string() + " is a file; a model is a folder with config.json, model.safetensors and tokenizer.json.");
    for (const char* name : {"config.json", "tokenizer.json"})
        if (!fs::exists(directory / name, ignored))
            throw Error(directory.string() + " has no " + name + ".");

    job.report(0, "Reading config.json");
    const DecoderConfig config = readConfig(directory / "config.json");
    OpenedModel model{.directory = directory,
                      .config = config,
                      .weights = {},
                      .tokenizer = Tokenizer::load(directory / "tokenizer.json"),
                      .precision = {},
                      .parameters = 0,
                      .training = readTrainingFacts(directory / "training.json")};
    if (model.tokenizer.vocabularySize() > config.vocabulary)
        throw Error((directory / "tokenizer.json").string() + " has " +
                    std::to_string(model.tokenizer.vocabularySize()) + " tokens, but the model knows " +
                    std::to_string(config.vocabulary) + ".");
    readWeights(openTensorSource(directory, job), model, job);
    return model;
}

void writeModelDirectory(const fs::path& directory, const DecoderConfig& config, DecoderWeights& weights,
                         const Tokenizer& tokenizer, at::ScalarType type) {
    std::error_code fault;
    fs::create_directories(directory, fault);
    if (fault)
        throw Error("Cannot create the folder " + directory.string() + ": " + fault.message() + ".");
    std::map<std::string, at::Tensor> tensors;
    forEachTensor(config, weights, [&](const std::string& name, const std::vector<std::int64_t>&, at::Tensor& tensor) {
        tensors[name] = tensor.detach().to(type).contiguous();
    });
    writeTensorFile(directory / "model.safetensors", tensors, {{"format", "pt"}});
    tokenizer.save(directory / "tokenizer.json");
    writeTextFileAtomically(directory / "config.json", families::writeSlopescopeConfig(config).dump(2) + "\n");
}

void writeTextFileAtomically(const fs::path& file, const std::string& text) {
    AtomicFile out(file);
    out.write(text);
    out.commit();
}

} // namespace slopescope
