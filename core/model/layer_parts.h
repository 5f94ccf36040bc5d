// The parts that act on each row of activations alone, each behind one name: LibTorch's operation, which autograd
// follows, for the trainer; our own kernel where the weights are packed, for measuring and looking.
//
// A row of a result depends on that row of the input alone, to the bit: however the rows were cut into calls.
#pragma once

#include "core/model/decoder_weights.h"

namespace slopescope {

// Packs the weight, if there is one, and lets the tensor go: from here on no gradient reaches it.
void pack(Linear& part);

// [..., in] -> [..., out].
at::Tensor linear(const at::Tensor& x, const Linear& part);

// The rows of the weight that `ids` name: [...] int64 -> [..., in]. How an embedding is looked up.
at::Tensor rowsOf(const Linear& part, const at::Tensor& ids);

// A norm over the last dimension.
at::Tensor normed(const at::Tensor& x, const Norm& part, NormKind kind, double epsilon);

at::Tensor activated(const at::Tensor& x, Activation activation);

} // namespace slopescope
