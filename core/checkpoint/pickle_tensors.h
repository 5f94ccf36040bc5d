// How PyTorch writes tensors into a pickle: which names it uses, and what their arguments mean. Only pickle.cpp calls.
#pragma once

#include "core/checkpoint/pickle.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slopescope::pickle {

// Nothing for a name that a list of tensors does not need.
std::optional<Global> findGlobal(std::string_view module, std::string_view name);

// ("storage", type, key, place, elements[, view]) -> a Storage. Throws Error beginning with `source`.
void describeStorage(const Value& id, Node& storage, const std::string& source);

// The arguments of torch._utils._rebuild_tensor_v2 and its predecessor: (storage, offset, shape, strides, ...) -> a
// Tensor that lies within its storage. Throws Error beginning with `source`.
void rebuildTensor(const std::vector<Value>& arguments, Node& tensor, const std::string& source);

} // namespace slopescope::pickle
