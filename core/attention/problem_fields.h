// What a kernel's problem says of our tensors and settings: the same fields for the processor's kernels (kernels::Attention, Map,
// Profile) and the GPU's (kernels::cuda::Device...), which differ in their pointers only. Included by the sources of this folder.
#pragma once

#include "core/attention/attention.h"

namespace slopescope {

template <class Problem>
void setSettings(Problem& p, const AttentionSettings& settings, const kernels::DistanceBias& bias) {
    p.scale = static_cast<float>(settings.scale);
    p.bias = bias;
    p.window = settings.window;
    p.sinks = settings.sinks;
    p.tolerance = static_cast<float>(settings.tolerance);
}

// Of q [batch, queries, heads, head size] and k [batch, keys, key heads, head size].
template <class Problem>
void setShape(Problem& p, const at::Tensor& q, const at::Tensor& k) {
    p.batch = q.size(0);
    p.queries = q.size(1);
    p.heads = q.size(2);
    p.headDim = q.size(3);
    p.keys = k.size(1);
    p.keyHeads = k.size(2);
}

// All queries of one head, for a map or a profile.
template <class Problem>
Problem headProblem(const HeadView& head, const kernels::DistanceBias& bias) {
    Problem p;
    p.q = static_cast<decltype(p.q)>(head.q.data_ptr());
    p.k = static_cast<decltype(p.k)>(head.k.data_ptr());
    p.qStride = head.q.stride(0);
    p.kStride = head.k.stride(0);
    p.queries = p.queryEnd = head.q.size(0);
    p.keys = head.k.size(0);
    p.headDim = head.q.size(1);
    setSettings(p, head.settings, bias);
    return p;
}

template <class Map>
void setView(Map& map, const MapCells& view) {
    map.queryBegin = view.queryBegin;
    map.queryEnd = view.queryEnd;
    map.keyBegin = view.keyBegin;
    map.keyEnd = view.keyEnd;
    map.rows = view.rows;
    map.columns = view.columns;
    map.stage = view.stage;
    map.pooling = view.pooling;
}

} // namespace slopescope
