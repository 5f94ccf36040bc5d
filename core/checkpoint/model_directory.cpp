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
#include "core/base/parallel.h"
#include "core/base/utf8.h"
#include "core/kernels/matmul.h"

#include <algorithm>
#include <functional>
#include <map>
#include <mutex>
#include <numeric>
#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace slopescope {
namespace {

namespace fs = std::filesystem;

nlohmann::json readJson(const fs::path& file) {
    return parsePythonJson(readTextFile(file), file.string());
}

// `values`: how many numbers are kept in each type.
std::string precisionName(const std::map<std::string, std::int64_t>& values) {
    const auto byCount = [](const auto& a, const auto& b) { return a.second < b.second; };
    const std::string type = std::max_element(values.begin(), values.end(), byCount)->first;
    const auto form = kernels::formNamed(type);
    if (values.size() > 1)
        return form && !kernels::factsOf(*form).isFloat() ? "mostly " + type : "mixed";
    return type == "F16" ? "float16" : type == "BF16" ? "bfloat16" : type == "F32" ? "float32" : type;
}

std::int64_t valuesOf(const SourceTensor& tensor) {
    return std::accumulate(tensor.shape.begin(), tensor.shape.end(), std::int64_t(1), std::multiplies<>());
}

// The matrices that are packed, by where their weights go; forEachTensor has visited `weights`.
std::map<const at::Tensor*, Linear*> matricesOf(DecoderWeights& weights) {
    std::map<const at::Tensor*, Linear*> matrices;
    forEachMatrix(weights, [&](Linear& part) { matrices[&part.weight] = &part; });
    return matrices;
}

// Of a matrix as it is packed; everything else is float32.
std::int64_t packedBytesOf(const SourceTensor& tensor, bool isMatrix) {
    if (!isMatrix)
        return valuesOf(tensor) * std::int64_t(sizeof(float));
    std::vector<kernels::MatrixRows> parts;
    for (const FormOfRows& form : tensor.forms)
        parts.push_back({form.form, nullptr, form.rows, 0});
    if (parts.empty())
        parts.push_back({kernels::WeightForm::F32, nullptr, tensor.shape[0], 0});
    return kernels::PackedMatrix::bytesOf(parts, tensor.shape[1]);
}

// While it lives, every large piece of memory is taken from the system and given back to it. Otherwise the C library keeps what is
// freed between matrices that stay, and a model of 2 GB takes 3. It ends with the sizes that the library itself comes to once large
// pieces were freed: a forward pass takes and frees pieces of some MB all the time.
class LargePiecesFromSystem {
public:
#ifdef __GLIBC__
    LargePiecesFromSystem() { mallopt(M_MMAP_THRESHOLD, 1 << 20); }
    ~LargePiecesFromSystem() {
        mallopt(M_MMAP_THRESHOLD, 32 << 20);
        mallopt(M_TRIM_THRESHOLD, 64 << 20);
    }
#else
    LargePiecesFromSystem() {}
    ~LargePiecesFromSystem() {}
#endif
    LargePiecesFromSystem(const LargePiecesFromSystem&) = delete;
    LargePiecesFromSystem& operator=(const LargePiecesFromSystem&) = delete;
};

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
    m_description.remarks = std::move(blueprint.remarks);
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
    m_description.remarks = std::move(blueprint.remarks);
    if (const fs::path file = directory / "tokenizer.json"; fs::exists(file, ignored))
        takeTokenizer(m_description, [&] { return text::Tokenizer::load(file); });
    takeOver(std::move(tensors));
}

void UnreadModel::takeOver(TensorSource tensors) {
    std::map<std::string, std::int64_t> types;
    std::vector<std::int64_t> sizes;
    DecoderWeights none;
    forEachTensor(m_description.config, none, [](const std::string&, const std::vector<std::int64_t>&, at::Tensor&) {});
    const auto matrices = matricesOf(none);
    forEachTensor(m_description.config, none, [&](const std::string& name, const std::vector<std::int64_t>& shape, at::Tensor& place) {
        const SourceTensor& tensor = tensors.at(name, shape);
        const std::int64_t values = valuesOf(tensor);
        types[tensor.type] += values;
        m_description.parameters += values;
        m_description.largestTensor = std::max(m_description.largestTensor, values);
        sizes.push_back(packedBytesOf(tensor, matrices.contains(&place)));
    });
    m_description.precision = precisionName(types);
    m_description.packedBytes = std::accumulate(sizes.begin(), sizes.end(), std::int64_t(0));
    std::sort(sizes.rbegin(), sizes.rend()); // every thread may hold a tensor as it was read
    sizes.resize(std::min(sizes.size(), static_cast<std::size_t>(threadCount())));
    m_description.bytesAside = std::accumulate(sizes.begin(), sizes.end(), std::int64_t(0));
    if (!m_description.tokenizerFault.empty())
        m_description.remarks.push_back("No text can be read with this model, only token ids: " + m_description.tokenizerFault);
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

void UnreadModel::readPart(const std::string& name, const std::vector<std::int64_t>& shape, at::Tensor& tensor,
                           Linear* matrix) const {
    if (matrix == nullptr) {
        tensor = m_tensors->load(name, shape);
        return;
    }
    const std::vector<StoredRows> parts = m_tensors->loadRows(name, shape);
    std::vector<kernels::MatrixRows> rows;
    for (const StoredRows& part : parts)
        rows.push_back({part.form, part.rows.data_ptr(), part.rows.size(0), part.rows.stride(0) * part.rows.element_size()});
    const auto onThisThread = [](std::int64_t count, const std::function<void(std::int64_t)>& body) {
        for (std::int64_t i = 0; i < count; ++i)
            body(i);
    };
    matrix->packed = std::make_shared<const kernels::PackedMatrix>(rows, shape.at(1), onThisThread);
}

OpenedModel UnreadModel::readPacked(const Job& job, const std::string& aside) && {
    const LargePiecesFromSystem pieces;
    OpenedModel model{std::move(m_description), {}};
    struct Item {
        std::string name;
        std::vector<std::int64_t> shape;
        at::Tensor* tensor;
        std::int64_t bytes;
    };
    std::vector<Item> items;
    forEachTensor(model.config, model.weights,
                  [&](const std::string& name, const std::vector<std::int64_t>& shape, at::Tensor& tensor) {
                      items.push_back({name, shape, &tensor, 0});
                  });
    const auto matrices = matricesOf(model.weights);
    for (Item& item : items)
        item.bytes = packedBytesOf(m_tensors->at(item.name), matrices.contains(item.tensor));
    // The largest first, so that no thread is left alone with one.
    std::stable_sort(items.begin(), items.end(), [](const Item& a, const Item& b) { return a.bytes > b.bytes; });
    std::mutex mutex; // guards done and the order of reports
    std::int64_t done = 0;
    parallelFor(static_cast<std::int64_t>(items.size()), job, [&](std::int64_t index) {
        const Item& item = items[static_cast<std::size_t>(index)];
        const auto matrix = matrices.find(item.tensor);
        readPart(item.name, item.shape, *item.tensor, matrix == matrices.end() ? nullptr : matrix->second);
        const std::lock_guard lock(mutex);
        done += item.bytes;
        job.report(double(done) / double(std::max<std::int64_t>(model.packedBytes, 1)),
                   "Reading " + bytesText(done) + " of " + bytesText(model.packedBytes) + aside);
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
