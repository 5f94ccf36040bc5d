#include "core/training/run_state.h"

#include "core/checkpoint/model_directory.h"
#include "core/checkpoint/safetensors.h"
#include "core/base/error.h"

#include <nlohmann/json.hpp>

#include <charconv>
#include <cmath>
#include <fstream>
#include <system_error>

namespace slopescope {
namespace {

namespace fs = std::filesystem;

fs::path resumeFile(const fs::path& directory) {
    return directory / "resume.safetensors";
}

} // namespace

std::string runSignature(const TrainingRequest& r, const std::string& data) {
    nlohmann::json run{{"positions", r.positions},
                       {"shape", {r.layers, r.width, r.heads, r.vocabulary}},
                       {"schedule", {r.length, r.batch, r.steps, r.warmUp}},
                       {"rates", {r.learningRate, r.finalLearningRate, r.weightDecay, r.clipNorm}},
                       {"seed", r.seed},
                       {"data", data}};
    if (r.slopes != TrainingRequest().slopes)
        run["slopes"] = r.slopes;
    if (hasTrainableSlopes(r))
        run["slope_rate"] = r.slopeRate;
    return run.dump();
}

void saveRun(const fs::path& directory, const std::string& signature,
             const std::map<std::string, at::Tensor>& parameters, const AdamW& optimiser, std::int64_t step) {
    std::map<std::string, at::Tensor> tensors;
    for (const auto& [name, parameter] : parameters)
        tensors["weights." + name] = parameter.detach().cpu().contiguous();
    for (const auto& [name, moment] : optimiser.state())
        tensors["moments." + name] = moment.cpu();
    writeTensorFile(resumeFile(directory), tensors, {{"step", std::to_string(step)}, {"run", signature}});
}

std::int64_t loadRun(const fs::path& directory, const std::string& signature,
                     std::map<std::string, at::Tensor>& parameters, AdamW& optimiser) {
    const TensorFile file = TensorFile::open(resumeFile(directory));
    const std::string name = file.path().string();
    const auto run = file.metadata().find("run"), step = file.metadata().find("step");
    if (run == file.metadata().end() || step == file.metadata().end())
        throw Error(name + " is no saved training run.");
    if (run->second != signature)
        throw Error(name + " belongs to a run with other settings: " + run->second + " instead of " + signature + ".");
    std::map<std::string, at::Tensor> moments;
    for (auto& [parameter, tensor] : parameters) {
        at::Tensor weight = tensor.data();
        const auto read = [&](const std::string& what) {
            at::Tensor saved = file.read(what, at::kFloat);
            if (saved.sizes() != weight.sizes())
                throw Error(name + ": tensor \"" + what + "\" has another shape than the model's.");
            return saved;
        };
        weight.copy_(read("weights." + parameter));
        for (const char* which : {".first", ".second"})
            moments[parameter + which] = read("moments." + parameter + which).to(weight.device());
    }
    std::int64_t steps = -1;
    const std::string& digits = step->second;
    const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), steps);
    if (fault != std::errc() || end != digits.data() + digits.size() || steps < 0)
        throw Error(name + " does not say at which step it was saved.");
    optimiser.restore(moments, steps);
    return steps;
}

RunLog::RunLog(const fs::path& directory, std::int64_t fromStep) : m_file(directory / "log.jsonl") {
    std::string kept;
    std::ifstream old(m_file);
    for (std::string line; fromStep > 0 && std::getline(old, line);) {
        const auto entry = nlohmann::json::parse(line, nullptr, false); // a line may be cut short
        const auto number = [&](const char* field, double otherwise) {
            return entry.contains(field) && entry[field].is_number() ? entry[field].get<double>() : otherwise;
        };
        if (number("step", HUGE_VAL) > double(fromStep))
            continue;
        kept += line + "\n";
        m_loss = number("loss", m_loss);
        m_validationLoss = number("validation_loss", m_validationLoss);
    }
    writeTextFileAtomically(m_file, kept);
}

void RunLog::append(const TrainingProgress& p, bool validated) const {
    nlohmann::json entry{{"step", p.step},
                         {"tokens", p.tokensSeen},
                         {"loss", p.loss},
                         {"learning_rate", p.learningRate},
                         {"gradient_norm", p.gradientNorm},
                         {"tokens_per_second", p.tokensPerSecond}};
    if (validated)
        entry["validation_loss"] = p.validationLoss;
    std::ofstream stream(m_file, std::ios::app);
    stream << entry.dump() << "\n";
    if (!stream)
        throw Error("Cannot write " + m_file.string() + ".");
}

} // namespace slopescope
