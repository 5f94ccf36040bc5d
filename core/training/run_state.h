// What a training run keeps on disk besides the model: resume.safetensors (weights, optimiser moments, step) and
// log.jsonl.
#pragma once

#include "core/training/adamw.h"
#include "core/training/trainer.h"

#include <filesystem>
#include <map>
#include <string>

namespace slopescope {

// A line that must be equal for a run to be continued: everything that decides the bits. `data` tells the tokens
// trained on from all others.
std::string runSignature(const TrainingRequest& request, const std::string& data);

void saveRun(const std::filesystem::path& directory, const std::string& signature,
             const std::map<std::string, at::Tensor>& parameters, const AdamW& optimiser, std::int64_t step);

// Copies the saved weights into `parameters` and returns the step to go on from. Throws Error when the file is damaged
// or belongs to a run with another signature.
std::int64_t loadRun(const std::filesystem::path& directory, const std::string& signature,
                     std::map<std::string, at::Tensor>& parameters, AdamW& optimiser);

// Appends to log.jsonl; a resumed run first drops the lines past the step that it goes on from. Throws Error when the
// disk refuses.
class RunLog {
public:
    RunLog(const std::filesystem::path& directory, std::int64_t fromStep);

    // Training and validation loss as the lines kept of an earlier start have them last; 0: none.
    double loss() const { return m_loss; }
    double validationLoss() const { return m_validationLoss; }

    void append(const TrainingProgress& progress, bool validated) const;

private:
    std::filesystem::path m_file;
    double m_loss = 0, m_validationLoss = 0;
};

} // namespace slopescope
