// AdamW (Loshchilov and Hutter): Adam with decoupled weight decay. Ours because its state must be saved and restored to the
// bit, across LibTorch versions that keep theirs under different keys.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <string>

namespace slopescope {

class AdamW {
public:
    // Updates every parameter in place. Decay applies to matrices, not to vectors (norms, biases, slopes). `rates`: parameters,
    // by name, that have a rate of their own.
    void step(std::map<std::string, at::Tensor>& parameters, double learningRate, double weightDecay,
              const std::map<std::string, double>& rates = {});

    // "NAME.first" and "NAME.second" moments, to be stored and restored with the number of steps taken.
    std::map<std::string, at::Tensor> state() const;
    void restore(const std::map<std::string, at::Tensor>& state, std::int64_t steps);

private:
    static constexpr double kBeta1 = 0.9, kBeta2 = 0.98, kEpsilon = 1e-9;
    struct Moments {
        at::Tensor first, second;
    };
    std::map<std::string, Moments> m_moments;
    std::int64_t m_steps = 0;
};

// Scales the gradients so that their common norm is at most `limit`; returns the norm before.
double clipGradients(std::map<std::string, at::Tensor>& parameters, double limit);

} // namespace slopescope
