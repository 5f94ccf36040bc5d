// The tables of a bias that is a curve, as kernels take them: made when a length first needs them, kept, and shared by every
// layer where the layers share their curve. Called by Decoder, on any thread.
#pragma once

#include "core/positions/bias_curve.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <mutex>

namespace slopescope {

class CurveTables {
public:
    CurveTables(BiasCurve curve, std::int64_t heads) : m_curve(std::move(curve)), m_heads(heads) {}

    // [heads, distances] float32 on the processor, for a text of `length` tokens at least.
    at::Tensor table(std::int64_t layer, std::int64_t length);

private:
    const BiasCurve m_curve;
    const std::int64_t m_heads;
    std::mutex m_mutex; // guards what follows
    std::map<std::int64_t, at::Tensor> m_tables; // by layer; 0 where all share one
};

} // namespace slopescope
