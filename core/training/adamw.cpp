#include "core/training/adamw.h"

#include <ATen/ops/zeros_like.h>

#include <cmath>

namespace slopescope {

void AdamW::step(std::map<std::string, at::Tensor>& parameters, double learningRate, double weightDecay,
                 const std::map<std::string, double>& rates) {
    ++m_steps;
    const double correction1 = 1 - std::pow(kBeta1, double(m_steps)), correction2 = 1 - std::pow(kBeta2, double(m_steps));
    for (auto& [name, parameter] : parameters) {
        at::Tensor weight = parameter.data(); // the same storage, outside autograd
        const at::Tensor gradient = parameter.grad().data();
        const auto own = rates.find(name);
        const double rate = own == rates.end() ? learningRate : own->second;
        Moments& moments = m_moments[name];
        if (!moments.first.defined())
            moments = {at::zeros_like(weight), at::zeros_like(weight)};
        moments.first.mul_(kBeta1).add_(gradient, 1 - kBeta1);
        moments.second.mul_(kBeta2).addcmul_(gradient, gradient, 1 - kBeta2);
        if (weight.dim() > 1)
            weight.mul_(1 - rate * weightDecay);
        const at::Tensor divisor = moments.second.div(correction2).sqrt_().add_(kEpsilon);
        weight.addcdiv_(moments.first, divisor, -rate / correction1);
    }
}

std::map<std::string, at::Tensor> AdamW::state() const {
    std::map<std::string, at::Tensor> state;
    for (const auto& [name, moments] : m_moments) {
        state[name + ".first"] = moments.first;
        state[name + ".second"] = moments.second;
    }
    return state;
}

void AdamW::restore(const std::map<std::string, at::Tensor>& state, std::int64_t steps) {
    m_steps = steps;
    m_moments.clear();
    for (const auto& [key, tensor] : state) {
        const std::size_t dot = key.rfind('.');
        Moments& moments = m_moments[key.substr(0, dot)];
        (key.substr(dot) == ".first" ? moments.first : moments.second) = tensor;
    }
}

double clipGradients(std::map<std::string, at::Tensor>& parameters, double limit) {
    double squares = 0;
    for (auto& [name, parameter] : parameters) {
        const double norm = parameter.grad().data().norm().item<double>();
        squares += norm * norm;
    }
    const double norm = std::sqrt(squares);
    if (norm > limit)
        for (auto& [name, parameter] : parameters)
            parameter.grad().data().mul_(limit / norm);
    return norm;
}

} // namespace slopescope
