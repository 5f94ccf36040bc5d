// What a training run keeps on disk besides the model: resume.safetensors (weights, optimiser moments, step) and log.jsonl.
#pragma once

#include "core/training/adamw.h"
#include "core/training/trainer.h"

#include <filesystem>
#include <map>
#include <string>

namespace slopescope {

// A line that must be equal for a run to be continued: everything that decides the bits.
std::string runSignature(const TrainingRequest& request, std::int64_t tokens);

void saveRun(const std::filesystem::path& directory, const std::string& signature,
             const std::map<std::string, at::Tensor>& parameters, const AdamW& optimiser, std::int64_t step);

// Copies the saved weights into `parameters` and returns the step to go on from. Throws Error when the file is damaged or belongs to a
// run with another signature.
std::int64_t loadRun(const std::filesystem::path& directory, const std::string& signature,
                     std::map<std::string, at::Tensor>& parameters, AdamW& optimiser);

// Appends to log.jsonl; a resumed run first drops the lines past the step that it goes on from.
class RunLog {
public:
    RunLog(const std::filesystem::path& directory, std::int64_t fromStep);
    void append(const TrainingProgress& progress, bool validated) const;

private:
    std::filesystem::path m_file;
};

} // namespace slopescope
