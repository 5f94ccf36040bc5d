// What a decoder does to each row of activations beside its matrix products: norms, activations, and the loss.
//
// Called by core/model with pointers it has checked; any thread, and on that thread alone. A row of a result depends only
// on that row of the input, to the bit.
#pragma once

#include "core/kernels/matmul.h"

#include <cstdint>

namespace slopescope::kernels {

enum class Activation {
    GeluTanh, // x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))): GPT-2's gelu_new
    Gelu,     // x / 2 (1 + erf(x / sqrt 2))
    Silu,     // x / (1 + e^-x)
    Relu,
    ReluSquared,
};

// y = (x - mean) / sqrt(mean of (x - mean)^2 + epsilon) * weight + bias of each row (Ba, Kiros and Hinton, 2016); not
// `centred`: the same with 0 for the mean, RMSNorm (Zhang and Sennrich, 2019).
struct RowNorm {
    std::int64_t width = 0;
    const float *weight = nullptr, *bias = nullptr; // [width]; null: 1 and 0
    float epsilon = 0;
    bool centred = true;
};

// x and y are [rows, width], both contiguous; they may be the same.
void normalise(const RowNorm& norm, const float* x, std::int64_t rows, float* y);

void activate(Activation activation, float* x, std::int64_t count);

// x becomes cap * tanh(x / cap): the soft cap of logits.
void softCap(float cap, float* x, std::int64_t count);

// -log softmax(x W^T + bias)[target] of each row, in nats, without ever holding all logits of a row. x is [rows, inputs],
// contiguous; targets lie within the outputs; `bias` may be null. `cap` above 0: of the logits after their soft cap.
void crossEntropy(const PackedMatrix& output, const float* bias, const float* x, std::int64_t rows,
                  const std::int32_t* targets, float* losses, float cap = 0);

// A row of the table of these, one a SIMD target; the functions above take the one that kernelTable() prefers.
struct RowwiseKernel {
    const char* name; // as in the kernel table
    void (*normalise)(const RowNorm& norm, const float* x, std::int64_t rows, float* y);
    void (*activate)(Activation activation, float* x, std::int64_t count);
    // Takes `count` more logits of a row into its largest (at first -inf) and its sum of e^(logit - largest).
    void (*join)(const float* logits, std::int64_t count, float& largest, double& sum);
    void (*softCap)(float cap, float* x, std::int64_t count);
};

} // namespace slopescope::kernels
