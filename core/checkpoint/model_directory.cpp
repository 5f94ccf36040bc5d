#include "core/checkpoint/model_directory.h"

#include "core/checkpoint/config_fields.h"
#include "core/checkpoint/families/family.h"
#include "core/checkpoint/families/slopescope.h"
#include "core/checkpoint/gguf_model.h"
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

void checkVocabulary(const Tokenizer& tokenizer, const std::string& file, std::int64_t vocabulary) {
    if (tokenizer.vocabularySize() > vocabulary)
        throw Error(file + " has " + std::to_string(tokenizer.vocabularySize()) + " tokens, but the model knows " +
                    std::to_string(vocabulary) + ".");
}

std::optional<Tokenizer> readTokenizer(const fs::path& file, std::int64_t vocabulary) {
    std::error_code ignored;
    if (!fs::exists(file, ignored))
        return std::nullopt;
    Tokenizer tokenizer = Tokenizer::load(file);
    checkVocabulary(tokenizer, file.string(), vocabulary);
    return tokenizer;
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

OpenedModel openGgufFile(const fs::path& file, const Job& job) {
    job.report(0, "Reading " + file.filename().string());
    GgufModel gguf = openGguf(file);
    families::Blueprint blueprint = families::readBlueprint(gguf.config, file.string());
    OpenedModel model{.directory = file,
                      .config = {},
                      .weights = {},
                      .tokenizer = {},
                      .precision = {},
                      .parameters = 0,
                      .training = {}};
    if (gguf.tokenizer) {
        model.tokenizer = Tokenizer::parse(std::move(*gguf.tokenizer), file.string());
        checkVocabulary(*model.tokenizer, file.string(), blueprint.config.vocabulary);
    }
    const TensorSource tensors = families::ourTensors(gguf.tensors, blueprint);
    model.config = std::move(blueprint.config);
    readWeights(tensors, model, job);
    return model;
}

} // namespace

OpenedModel openModelDirectory(const fs::path& directory, const Job& job) {
    std::error_code ignored;
    if (!fs::exists(directory, ignored))
        throw Error("There is no folder " + directory.string() + ".");
    if (const auto gguf = findGguf(directory))
        return openGgufFile(*gguf, job);
    if (!fs::is_directory(directory, ignored))
        throw Error(directory.string() + " is a file; a model is a folder with config.json, model.safetensors and "
                                         "tokenizer.json, or a GGUF file.");
    if (!fs::exists(directory / "config.json", ignored))
        throw Error(directory.string() + " has no config.json.");

    job.report(0, "Reading config.json");
    families::Blueprint blueprint =
        families::readBlueprint(readJson(directory / "config.json"), (directory / "config.json").string());
    OpenedModel model{.directory = directory,
                      .config = {},
                      .weights = {},
                      .tokenizer = readTokenizer(directory / "tokenizer.json", blueprint.config.vocabulary),
                      .precision = {},
                      .parameters = 0,
                      .training = readTrainingFacts(directory / "training.json")};
    const TensorSource tensors = families::ourTensors(openTensorSource(directory, job), blueprint);
    model.config = std::move(blueprint.config);
    readWeights(tensors, model, job);
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
