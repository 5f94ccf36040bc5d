// bench_attention: what the kernels reach, in ratios measured side by side in one process.
//
//     bench_attention [attend|backward|map|profile|matmul]...     (all by default; SLOPESCOPE_KERNEL forces a row)
//
// Everything compared takes turns, round by round, because machines drift; the least time of each counts. Beside every
// number stands the share of the multiply-add peak measured in the same rounds, once by the clock on the wall and once
// by the processor time of all threads, which a busy machine disturbs less. Work is counted as causal attention does it
// (half of the square), so skipping blocks can pass 100 %.
#include "core/kernels/problems.h"
#include "core/kernels/matmul.h"
#include "core/kernels/pooled_scores.h"
#include "tests/bench/race.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <functional>
#include <limits>
#include <string>
#include <vector>

namespace slopescope::bench {
namespace {

using kernels::Attention;
using kernels::Kernel;

struct Heads {
    std::vector<float> q, k, v, out, lse, slopes;
    Attention call;
    kernels::AttentionOutput output;

    Heads(std::int64_t length, std::int64_t heads, std::int64_t headDim)
        : q(normal(heads * length * headDim)), k(normal(q.size())), v(normal(q.size())), out(q.size()),
          lse(heads * length) {
        for (std::int64_t head = 0; head < heads; ++head)
            slopes.push_back(std::exp2(-8.0f * static_cast<float>(head + 1) / static_cast<float>(heads)));
        const std::int64_t headStride = length * headDim;
        call.q = {q.data(), headStride * heads, headStride, headDim};
        call.k = {k.data(), headStride * heads, headStride, headDim};
        call.v = {v.data(), headStride * heads, headStride, headDim};
        call.heads = call.keyHeads = heads;
        call.queries = call.keys = length;
        call.headDim = headDim;
        call.scale = 1 / std::sqrt(static_cast<float>(headDim));
        call.bias.slopes = slopes.data();
        output = {out.data(), headStride * heads, headStride, headDim, lse.data()};
    }
};

const Kernel& kernelFor(const Attention& call) {
    for (const Kernel& kernel : kernels::kernelTable())
        if (kernel.supports(call))
            return kernel;
    return kernels::kernelTable().back();
}

std::string visitedNote(const kernels::Visited& visited) {
    char text[64];
    std::snprintf(text, sizeof text, "%.1f %% of blocks visited", 100 * visited.fraction());
    return text;
}

// QK^T, bias, softmax and PV with a stored matrix, one head at a time, as plain loops a compiler vectorises.
void storedMatrix(const Heads& h, std::vector<float>& out) {
    const Attention& a = h.call;
    onThreads(a.heads * a.queries, [&](std::int64_t index) {
        const std::int64_t head = index / a.queries, i = index % a.queries;
        std::vector<float> scores(i + 1);
        const float* q = a.q.row(0, head, i);
        float largest = -std::numeric_limits<float>::infinity(), sum = 0;
        for (std::int64_t j = 0; j <= i; ++j) {
            const float* k = a.k.row(0, head, j);
            float dot = 0;
            for (std::int64_t x = 0; x < a.headDim; ++x)
                dot += q[x] * k[x];
            scores[j] = dot * a.scale - h.slopes[head] * static_cast<float>(i - j);
            largest = std::max(largest, scores[j]);
        }
        float* row = out.data() + index * a.headDim;
        std::fill_n(row, a.headDim, 0.0f);
        for (std::int64_t j = 0; j <= i; ++j) {
            const float weight = std::exp(scores[j] - largest);
            const float* v = a.v.row(0, head, j);
            sum += weight;
            for (std::int64_t x = 0; x < a.headDim; ++x)
                row[x] += weight * v[x];
        }
        for (std::int64_t x = 0; x < a.headDim; ++x)
            row[x] /= sum;
    });
}

void benchAttend() {
    for (const std::int64_t headDim : {64, 32})
        for (const std::int64_t length : {512, 2048, 4096, 16384, 131072}) {
            Heads h(length, 8, headDim);
            std::vector<float> plain(length <= 2048 ? h.out.size() : 0);
            Attention skipping = h.call;
            skipping.tolerance = std::exp2(-24.0f);
            const Kernel& kernel = kernelFor(h.call);
            kernels::Visited visited;
            std::vector<Contender> contenders;
            if (length <= 16384)
                contenders.push_back({"dense", [&] { kernel.attend(h.call, h.output, onThreads); }});
            contenders.push_back({"skipping below 2^-24",
                                  [&] { visited = kernel.attend(skipping, h.output, onThreads); },
                                  [&] { return visitedNote(visited); }});
            if (length <= 2048)
                contenders.push_back({"plain loops", [&] { storedMatrix(h, plain); }});
            const double operations =
                4.0 * 8 * 0.5 * static_cast<double>(length * length) * static_cast<double>(headDim);
            race("attend " + std::string(kernel.name) + " L=" + std::to_string(length) +
                     " H=8 D=" + std::to_string(headDim),
                 operations, contenders, length <= 4096 ? 15 : 2);
        }
}

// dq, dk, dv and the slopes' gradients; work is counted as five products of the causal half.
void benchBackward() {
    for (const auto& [headDim, length] : {std::pair<std::int64_t, std::int64_t>{64, 256},
                                          {64, 2048},
                                          {64, 8192},
                                          {64, 32768},
                                          {32, 2048},
                                          {128, 2048}}) {
        Heads h(length, 8, headDim);
        const Kernel& kernel = kernelFor(h.call);
        kernel.attend(h.call, h.output, onThreads);
        const std::vector<float> dout = normal(h.q.size());
        std::vector<float> dq(h.q.size()), dk(h.q.size()), dv(h.q.size()), dslopes(8);
        const auto gradientOf = [&](std::vector<float>& x) {
            return kernels::GradientRows{x.data(), h.call.q.batchStride, h.call.q.headStride, h.call.q.rowStride};
        };
        const kernels::AttentionBackward backward{{h.out.data(), h.call.q.batchStride, h.call.q.headStride, headDim},
                                                  {dout.data(), h.call.q.batchStride, h.call.q.headStride, headDim},
                                                  h.lse.data()};
        kernels::AttentionGradients frozen{gradientOf(dq), gradientOf(dk), gradientOf(dv)}, all = frozen;
        all.slopes = dslopes.data();
        Attention skipping = h.call;
        skipping.tolerance = std::exp2(-24.0f);
        kernels::Visited visited;
        std::vector<Contender> contenders;
        if (length <= 8192) {
            contenders.push_back(
                {"dense, with slopes", [&] { kernel.attendBackward(h.call, backward, all, onThreads); }});
            contenders.push_back(
                {"dense, slopes frozen", [&] { kernel.attendBackward(h.call, backward, frozen, onThreads); }});
        }
        contenders.push_back({"skipping below 2^-24",
                              [&] { visited = kernel.attendBackward(skipping, backward, all, onThreads); },
                              [&] { return visitedNote(visited); }});
        const double cells = 8 * 0.5 * static_cast<double>(length * length) * static_cast<double>(headDim);
        race("attendBackward " + std::string(kernel.name) + " L=" + std::to_string(length) +
                 " H=8 D=" + std::to_string(headDim),
             10.0 * cells, contenders, length <= 2048 ? 15 : 3);
    }
}

kernels::Map mapOf(const Heads& h, const float* slope) {
    kernels::Map m;
    m.q = h.q.data();
    m.k = h.k.data();
    m.qStride = m.kStride = m.headDim = h.call.headDim;
    m.queries = m.keys = m.queryEnd = m.keyEnd = h.call.keys;
    m.scale = h.call.scale;
    m.bias.slopes = slope;
    m.rows = m.columns = std::min<std::int64_t>(1024, m.keys);
    return m;
}

// One head, 1024 x 1024 pixels, at a gentle and a steep slope.
void benchMap() {
    static const float slopes[] = {std::exp2(-8.0f), 0.5f};
    for (const std::int64_t headDim : {64, 32})
        for (const std::int64_t length : {2048, 4096, 32768, 131072})
            for (const float& slope : slopes) {
                const Heads h(length, 1, headDim);
                const Kernel& kernel = kernelFor(h.call);
                std::vector<float> picture(1024 * 1024), lse(length);
                const kernels::Map dense = mapOf(h, &slope);
                kernels::Map skipping = dense, known = dense;
                skipping.tolerance = known.tolerance = std::exp2(-20.0f);
                known.lse = lse.data();
                kernel.map(skipping, {picture.data(), lse.data()}, onThreads);
                const auto draw = [&](const kernels::Map& m) {
                    return kernel.map(m, {picture.data(), nullptr}, onThreads);
                };
                kernels::Visited visited;
                std::vector<Contender> contenders{
                    {"skipping, sums unknown", [&] { visited = draw(skipping); }, [&] { return visitedNote(visited); }},
                    {"skipping, sums known", [&] { draw(known); }}};
                if (length <= 4096)
                    contenders.push_back({"dense, sums unknown", [&] { draw(dense); }});
                kernels::Map draft = skipping, scores = dense;
                draft.sampling = 16;
                scores.stage = kernels::Stage::Score;
                contenders.push_back({"draft from 1 of 16 queries", [&] { draw(draft); }});
                if (length <= 32768)
                    contenders.push_back({"scores, cell by cell", [&] { draw(scores); }});
                contenders.push_back(
                    {"scores from mean q and k", [&] { kernels::poolScores(scores, picture.data(), onThreads); }});
                char title[96];
                std::snprintf(title, sizeof title, "map %s L=%lld D=%lld 1024 x 1024 px, slope %g", kernel.name,
                              static_cast<long long>(length), static_cast<long long>(headDim),
                              static_cast<double>(slope));
                const double operations = static_cast<double>(length * length) * static_cast<double>(headDim);
                race(title, operations, contenders, length <= 4096 ? 15 : 3);
            }
}

void benchProfile() {
    const float slope = std::exp2(-8.0f);
    const std::vector<std::int64_t> edges{0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096};
    const Heads h(4096, 1, 64);
    const Kernel& kernel = kernelFor(h.call);
    const kernels::Map m = mapOf(h, &slope);
    kernels::Profile p;
    p.q = m.q;
    p.k = m.k;
    p.qStride = m.qStride;
    p.kStride = m.kStride;
    p.queries = p.keys = m.keys;
    p.headDim = m.headDim;
    p.scale = m.scale;
    p.bias = m.bias;
    p.queryEnd = p.queries;
    p.binEdges = edges;
    std::vector<double> mass(edges.size() - 1);
    kernels::ProfileOutput output;
    output.mass = mass;
    race("profile " + std::string(kernel.name) + " L=4096 D=64", 4096.0 * 4096 * 64,
         {{"dense", [&] { kernel.profile(p, output, onThreads); }}}, 15);
}

// The linear layers of a width-256 decoder with a vocabulary of 2,048.
void benchMatmul() {
    const Blas blas;
    const std::int64_t sizes[][3] = {
        {2048, 256, 768}, {2048, 256, 256}, {2048, 256, 1024}, {2048, 1024, 256}, {512, 256, 2048}};
    for (const auto& [rows, inputs, outputs] : sizes) {
        const std::vector<float> x = normal(rows * inputs), weights = normal(outputs * inputs);
        std::vector<float> y(rows * outputs);
        const kernels::PackedMatrix matrix(weights.data(), outputs, inputs, inputs, onThreads);
        std::vector<Contender> contenders{
            {"packed once",
             [&] { matrix.multiply(x.data(), inputs, rows, nullptr, false, y.data(), outputs, onThreads); }}};
        if (blas.sgemm)
            contenders.push_back({"OpenBLAS as " + blas.core, [&] {
                                      constexpr int kRowMajor = 101, kPlain = 111, kTransposed = 112;
                                      blas.sgemm(kRowMajor, kPlain, kTransposed, static_cast<int>(rows),
                                                 static_cast<int>(outputs), static_cast<int>(inputs), 1, x.data(),
                                                 static_cast<int>(inputs), weights.data(), static_cast<int>(inputs), 0,
                                                 y.data(), static_cast<int>(outputs));
                                  }});
        char title[96];
        std::snprintf(title, sizeof title, "matmul %s [%lld, %lld] x [%lld, %lld]^T",
                      kernels::kernelTable().front().name, static_cast<long long>(rows), static_cast<long long>(inputs),
                      static_cast<long long>(outputs), static_cast<long long>(inputs));
        race(title, 2.0 * static_cast<double>(rows * inputs * outputs), contenders, 15);
    }
}

} // namespace
} // namespace slopescope::bench

int main(int count, char** arguments) {
    using namespace slopescope::bench;
    const auto wanted = [&](const char* name) {
        return count < 2 || std::any_of(arguments + 1, arguments + count,
                                        [&](const char* argument) { return std::strcmp(argument, name) == 0; });
    };
    if (wanted("attend"))
        benchAttend();
    if (wanted("backward"))
        benchBackward();
    if (wanted("map"))
        benchMap();
    if (wanted("profile"))
        benchProfile();
    if (wanted("matmul"))
        benchMatmul();
    return 0;
}
