// The parts that act on each row of activations alone, each behind one name: LibTorch's operation, which autograd
// follows, where gradients are recorded (packed weights are constants to it); our own kernel, on the calling thread alone,
// where they are not. A caller with many rows cuts them into blocks for its threads.
//
// A row of a result depends on that row of the input alone, to the bit: however the rows were cut into calls.
#pragma once

#include "core/kernels/rowwise.h"
#include "core/model/decoder_weights.h"
#include "core/positions/rotary.h"

namespace slopescope {

// Packs the weight, if there is one, and lets the tensor go: from here on no gradient reaches it.
void pack(Linear& part);

// [..., in] -> [..., out].
at::Tensor linear(const at::Tensor& x, const Linear& part);

// x + linear(y).
at::Tensor addLinear(const at::Tensor& x, const at::Tensor& y, const Linear& part);

// a * b, of one shape.
at::Tensor times(const at::Tensor& a, const at::Tensor& b);

// x [batch, length, heads, headDim] with its first dimensions turned: positions/rotary.h's rotate().
at::Tensor rotated(const at::Tensor& x, const Rotary& rotary, const RotaryTable& table);

// The rows of the weight that `ids` name: [...] int64 -> [..., in]. How an embedding is looked up.
at::Tensor rowsOf(const Linear& part, const at::Tensor& ids);

// Over the last dimension. Either part may be undefined.
at::Tensor normed(const at::Tensor& x, const Norm& part, NormKind kind, double epsilon);

// Without gradients both overwrite x itself and return it, so give them nothing that is still needed.
at::Tensor softlyCapped(const at::Tensor& x, double cap); // cap * tanh(x / cap)
at::Tensor activated(const at::Tensor& x, Activation activation);

} // namespace slopescope
