// The tensors of a file that torch.save wrote from a state_dict(): the zip format of today and the one before
// PyTorch 1.6.
//
// Nothing in the file is run (see pickle.h). Tensors that share a storage, or are strided views of
// one, are read as what they are. Any thread.
#pragma once

#include "core/checkpoint/tensor_source.h"

#include <filesystem>

namespace slopescope {

// Adds the file's tensors. Throws Error naming the file, the tensor and the fault.
void addPytorchArchive(const std::filesystem::path& file, TensorSource& source);

} // namespace slopescope
