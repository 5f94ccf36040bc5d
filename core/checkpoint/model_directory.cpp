#include "core/checkpoint/model_directory.h"

#include "core/base/bytes_text.h"
#include "core/checkpoint/config_fields.h"
#include "core/checkpoint/families/family.h"
#include "core/checkpoint/families/slopescope.h"
#include "core/checkpoint/gguf.h"
#include "core/checkpoint/gguf_model.h"
#include "core/checkpoint/gguf_tokenizer.h"
#include "core/checkpoint/safetensors.h"
#include "core/checkpoint/tensor_source.h"
#include "core/base/error.h"
#include "core/base/atomic_file.h"
#include "core/base/json.h"
#include "core/base/utf8.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <set>

namespace slopescope {
namespace {

namespace fs = std::filesystem;

nlohmann::json readJson(const fs::path& file) {
    return parsePythonJson(readTextFile(file), file.string());
}

std::string precisionName(const std::set<std::string>& types) {
    if (types.size() != 1)
        return "mixed";
    const std::string& type = *types.begin();
    return type == "F16" ? "float16" : type == "BF16" ? "bfloat16" : type == "F32" ? "float32" : type;
}

std::int64_t valuesOf(const SourceTensor& tensor) {
    return std::accumulate(tensor.shape.begin(), tensor.shape.end(), std::int64_t(1), std::multiplies<>());
}

// What read() returns becomes the model's tokenizer. One that cannot be used does not close the model.
template <typename Read>
void takeTokenizer(ModelDescription& model, Read read) {
    try {
        model.tokenizer = read();
        model.tokenizer->setModelVocabulary(model.config.vocabulary);
    } catch (const Error& fault) {
        model.tokenizerFault = fault.what();
    }
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

UnreadModel::UnreadModel(const fs::path& directory, const Job& job) {
    std::error_code ignored;
    if (!fs::exists(directory, ignored))
        throw Error("There is no folder " + directory.string() + ".");
    if (const auto gguf = findGguf(directory)) {
        job.report(0, "Reading " + gguf->filename().string());
        openGguf(*gguf);
    } else {
        job.report(0, "Reading " + directory.filename().string());
        openDirectory(directory, job);
    }
}

void UnreadModel::openGguf(const fs::path& file) {
    GgufModel gguf = slopescope::openGguf(file);
    families::Blueprint blueprint = families::readBlueprint(gguf.config, file.string());
    m_description.directory = file;
    TensorSource tensors = families::ourTensors(gguf.tensors, blueprint);
    m_description.config = std::move(blueprint.config);
    m_description.tokenizerFault = gguf.tokenizerFault;
    if (gguf.tokenizer)
        takeTokenizer(m_description, [&] {
            return text::Tokenizer::parse(std::move(*gguf.tokenizer), file.string(), text::Dialect::LlamaCpp);
        });
    takeOver(std::move(tensors));
}

void UnreadModel::openDirectory(const fs::path& directory, const Job& job) {
    std::error_code ignored;
    const fs::path config = directory / "config.json";
    if (!fs::is_directory(directory, ignored))
        throw Error(directory.string() + " is a file; a model is a folder with config.json, model.safetensors and "
                                         "tokenizer.json, or a GGUF file.");
    if (!fs::exists(config, ignored))
        throw Error(directory.string() + " has no config.json.");
    families::Blueprint blueprint = families::readBlueprint(readJson(config), config.string());
    m_description.directory = directory;
    m_description.training = readTrainingFacts(directory / "training.json");
    TensorSource tensors = families::ourTensors(openTensorSource(directory, job), blueprint);
    m_description.config = std::move(blueprint.config);
    if (const fs::path file = directory / "tokenizer.json"; fs::exists(file, ignored))
        takeTokenizer(m_description, [&] { return text::Tokenizer::load(file); });
    takeOver(std::move(tensors));
}

void UnreadModel::takeOver(TensorSource tensors) {
    std::set<std::string> types;
    DecoderWeights none;
    forEachTensor(m_description.config, none, [&](const std::string& name, const std::vector<std::int64_t>& shape, at::Tensor&) {
        const SourceTensor& tensor = tensors.at(name, shape);
        types.insert(tensor.type);
        const std::int64_t values = valuesOf(tensor);
        m_description.parameters += values;
        m_description.largestTensor = std::max(m_description.largestTensor, values);
    });
    m_description.precision = precisionName(types);
    m_tensors = std::move(tensors);
}

OpenedModel UnreadModel::read(const Job& job, const std::string& aside) && {
    OpenedModel model{std::move(m_description), {}};
    const std::int64_t all = model.parameters * std::int64_t(sizeof(float));
    std::int64_t done = 0;
    forEachTensor(model.config, model.weights,
                  [&](const std::string& name, const std::vector<std::int64_t>& shape, at::Tensor& tensor) {
                      job.check();
                      job.report(double(done) / double(std::max<std::int64_t>(all, 1)),
                                 "Reading " + bytesText(done) + " of " + bytesText(all) + aside);
                      tensor = m_tensors->load(name, shape);
                      done += tensor.numel() * std::int64_t(sizeof(float));
                  });
    return model;
}

text::Tokenizer openTokenizer(const fs::path& model) {
    const auto gguf = findGguf(model);
    if (!gguf)
        return text::Tokenizer::load(model / "tokenizer.json");
    const GgufFile file = GgufFile::open(*gguf);
    const ConfigFields fields(file.metadata(), gguf->string());
    auto document = tokenizerOfGguf(file.metadata(), fields.text("general.architecture"), gguf->string());
    if (!document)
        throw Error(gguf->string() + " has no vocabulary.");
    return text::Tokenizer::parse(std::move(*document), gguf->string(), text::Dialect::LlamaCpp);
}

OpenedModel openModelDirectory(const fs::path& directory, const Job& job) {
    return UnreadModel(directory, job).read(job);
}

void writeModelDirectory(const fs::path& directory, const DecoderConfig& config, DecoderWeights& weights,
                         const text::Tokenizer& tokenizer, at::ScalarType type) {
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
