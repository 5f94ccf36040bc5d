// The CUDA kernels in 16-bit precisions and in what only they have: paths, skipping on the device, layouts. The float32
// path also runs every test of the CPU kernels, as a row of their table.
#include "tests/kernels/cuda_backend.h"
#include "tests/kernels/cuda_emulation.h"
#include "tests/kernels/plain.h"

#include "core/kernels/cuda/plan.h"

#include <gtest/gtest.h>

#include <sys/mman.h>

#include <string>

namespace slopescope::test {
namespace {

namespace cuda = kernels::cuda;
using cuda::DeviceAttention;
using cuda::DeviceMap;
using cuda::Path;
using cuda::Precision;
using kernels::Pooling;
using kernels::Stage;

// Rounding to nearest even, by the compiler's own types or by the definition.
std::uint16_t encode(float value, Precision precision) {
    if (precision == Precision::Float16)
        return std::bit_cast<std::uint16_t>(static_cast<_Float16>(value));
    const auto bits = std::bit_cast<std::uint32_t>(value);
    const std::uint32_t below = bits & 0xffff, up = below > 0x8000 || (below == 0x8000 && (bits & 0x10000));
    return static_cast<std::uint16_t>((bits >> 16) + up);
}
float decode(std::uint16_t bits, Precision precision) {
    return precision == Precision::Float16 ? static_cast<float>(std::bit_cast<_Float16>(bits))
                                           : std::bit_cast<float>(std::uint32_t(bits) << 16);
}

std::vector<std::uint16_t> encoded(const std::vector<float>& values, Precision precision) {
    std::vector<std::uint16_t> bits;
    for (const float value : values)
        bits.push_back(encode(value, precision));
    return bits;
}
std::vector<float> decoded(const std::vector<std::uint16_t>& bits, Precision precision) {
    std::vector<float> values;
    for (const std::uint16_t each : bits)
        values.push_back(decode(each, precision));
    return values;
}
void roundAll(std::vector<float>& values, Precision precision) {
    for (float& value : values)
        value = decode(encode(value, precision), precision);
}

// A case whose q, k and v hold numbers of a 16-bit precision, here and on the device.
struct Halves {
    Inputs inputs;
    Precision precision;
    const CudaBackend& on;
    DeviceMemory q, k, v, slopes, table;
    DeviceAttention call;

    Halves(const CudaBackend& backend, const Case& c, Precision as)
        : inputs(c), precision(as), on(backend), q(upload(inputs.q)), k(upload(inputs.k)), v(upload(inputs.v)),
          slopes(on, inputs.slopes.data(), std::ssize(inputs.slopes) * 4),
          table(on, inputs.table.data(), std::ssize(inputs.table) * 4) {
        const kernels::Attention& a = inputs.call;
        const auto rows = [](const DeviceMemory& memory, const kernels::Rows& from) {
            return cuda::DeviceRows{memory.data(), from.batchStride, from.headStride, from.rowStride};
        };
        kernels::DistanceBias bias = a.bias;
        bias.slopes = bias.slopes ? static_cast<const float*>(slopes.data()) : nullptr;
        bias.table = bias.table ? static_cast<const float*>(table.data()) : nullptr;
        call = {precision, rows(q, a.q), rows(k, a.k), rows(v, a.v), a.batch, a.heads, a.keyHeads, a.queries,
                a.keys,    a.headDim,    a.scale,      bias,         a.window, a.sinks, a.tolerance};
    }

    DeviceMap head() const { // of head 0
        auto m = mapOf<DeviceMap>(inputs.call, 30, 30);
        m.precision = precision;
        m.q = q.data();
        m.k = k.data();
        m.bias = call.bias; // the copy on the device
        return m;
    }

private:
    DeviceMemory upload(std::vector<float>& values) {
        roundAll(values, precision);
        const auto bits = encoded(values, precision);
        return DeviceMemory(on, bits.data(), std::ssize(bits) * 2);
    }
};

Attended run(const CudaBackend& on, const DeviceAttention& a) {
    const std::int64_t floats = a.batch * a.heads * a.queries * a.headDim, none[2] = {};
    const DeviceMemory out(on, floats * 2), lse(on, a.batch * a.heads * a.queries * 4), counters(on, none, 16),
        workspace(on, cuda::attendWorkspace(a));
    on.attend(a,
              {out.data(), a.heads * a.queries * a.headDim, a.queries * a.headDim, a.headDim,
               static_cast<float*>(lse.data()), static_cast<std::int64_t*>(counters.data())},
              workspace.data(), nullptr);
    const auto counts = counters.get<std::int64_t>();
    return {decoded(out.get<std::uint16_t>(), a.precision), lse.get<float>(), {counts[0], counts[1]}};
}

std::vector<float> run(const CudaBackend& on, const DeviceMap& m, kernels::Visited* visited = nullptr) {
    const std::int64_t none[2] = {};
    const DeviceMemory picture(on, m.rows * m.columns * 4), counters(on, none, 16), workspace(on, cuda::mapWorkspace(m));
    on.map(m, {static_cast<float*>(picture.data()), nullptr, static_cast<std::int64_t*>(counters.data())},
           workspace.data(), nullptr);
    const auto counts = counters.get<std::int64_t>();
    if (visited)
        *visited = {counts[0], counts[1]};
    return picture.get<float>();
}

// Attention by the formula with every matrix in the precision: probabilities and results are rounded, sums are float32.
std::vector<float> naive(const kernels::Attention& a, Precision precision) {
    const auto single = plainAttention<float>(a);
    std::vector<float> out;
    for (std::int64_t row = 0; row < a.batch * a.heads * a.queries; ++row) {
        const std::int64_t batch = row / a.queries / a.heads, head = row / a.queries % a.heads;
        for (std::int64_t x = 0; x < a.headDim; ++x) {
            float sum = 0;
            for (std::int64_t j = 0; j < a.keys; ++j)
                sum += decode(encode(single.weights[row * a.keys + j], precision), precision) *
                       a.v.row(batch, head * a.keyHeads / a.heads, j)[x];
            out.push_back(decode(encode(sum, precision), precision));
        }
    }
    return out;
}

class Cuda : public testing::TestWithParam<const char*> {
protected:
    void SetUp() override {
        m_backend = std::string(GetParam()) == "emulated" ? emulatedBackend() : gpuBackend();
        if (!m_backend)
            GTEST_SKIP() << (std::string(GetParam()) == "emulated" ? "ThreadSanitizer knows no fibers" : whyNoGpu());
    }
    const CudaBackend& backend() const { return *m_backend; }

    void expectAsGoodAsNaive(const Case& c, Precision precision, Path path) {
        SCOPED_TRACE("queries " + std::to_string(c.queries) + " keys " + std::to_string(c.keys) + " headDim " +
                     std::to_string(c.headDim) + " bias " + std::to_string(static_cast<int>(c.bias)) + " window " +
                     std::to_string(c.window) + " padding " + std::to_string(c.padding));
        Halves halves(backend(), c, precision);
        EXPECT_EQ(cuda::pathOf(halves.call, nullptr), path);
        const auto exact = plainAttention<double>(halves.inputs.call);
        const Attended got = run(backend(), halves.call);
        EXPECT_LE(largestError(got.out, exact.out),
                  2 * largestError(naive(halves.inputs.call, precision), exact.out) + 1e-6);
        EXPECT_LE(largestError(got.lse, exact.lse), 4e-6);
    }

private:
    const CudaBackend* m_backend = nullptr;
};

constexpr Precision kHalves[] = {Precision::BFloat16, Precision::Float16};

Path tensorPath(Precision precision) {
    return precision == Precision::BFloat16 ? Path::TensorBFloat16 : Path::TensorFloat16;
}

TEST_P(Cuda, AttendsInSixteenBitsAtEveryHeadSize) {
    int turn = 0;
    for (const std::int64_t headDim : {8, 16, 40, 64, 72, 128, 136, 256})
        for (const auto& [queries, keys] :
             {std::pair<int, int>{1, 1}, {3, 70}, {65, 65}, {129, 129}, {140, 300}, {60, 20}, {97, 97}}) {
            Case c;
            c.headDim = headDim;
            c.queries = queries;
            c.keys = keys;
            c.heads = 2;
            c.groups = keys % 2 ? 2 : 1;
            c.batch = keys == 20 ? 2 : 1;
            c.padding = keys == 70 ? 24 : 0;
            const Precision precision = kHalves[turn++ % 2]; // an odd number of lengths: each meets every size
            expectAsGoodAsNaive(c, precision, tensorPath(precision));
        }
}

TEST_P(Cuda, AttendsInSixteenBitsUnderEveryBiasAndMask) {
    for (const Bias bias : {Bias::None, Bias::Tiny, Bias::Paper, Bias::Huge, Bias::ShortTable, Bias::LongTable})
        for (const std::int64_t window : {0, 1, 64, 100, 200})
            for (const std::int64_t sinks : {0, 3, 130}) {
                Case c;
                c.headDim = 24;
                c.queries = 150;
                c.keys = 281;
                c.window = window;
                c.sinks = sinks;
                c.bias = bias;
                expectAsGoodAsNaive(c, window % 2 ? Precision::Float16 : Precision::BFloat16,
                                    window % 2 ? Path::TensorFloat16 : Path::TensorBFloat16);
            }
}

// Rows that do not begin at 16-byte boundaries, and odd head sizes, take the plain path.
TEST_P(Cuda, ServesWhatTensorCoresCannot) {
    for (const Precision precision : kHalves) {
        Case c;
        c.queries = c.keys = 90;
        c.headDim = 32;
        c.padding = 3;
        expectAsGoodAsNaive(c, precision, Path::Plain);
        c.padding = 0;
        c.headDim = 20;
        expectAsGoodAsNaive(c, precision, Path::Plain);
    }
}

TEST_P(Cuda, SkipsProvably) {
    for (const std::int64_t window : {0, 300})
        for (const Bias bias : {Bias::Paper, Bias::LongTable}) {
            Case c;
            c.headDim = 64;
            c.queries = c.keys = 1000;
            c.bias = bias;
            c.window = window;
            c.sinks = window ? 70 : 0;
            c.heads = 2;
            Halves halves(backend(), c, Precision::BFloat16);
            const Attended dense = run(backend(), halves.call);
            EXPECT_EQ(dense.visited.fraction() < 1, window > 0);
            halves.call.tolerance = 0x1p-24f;
            const Attended got = run(backend(), halves.call);
            // What is left out is below the last bit of what is kept, by far.
            EXPECT_LE(largestError(got.out, dense.out), 1e-4);
            EXPECT_LE(largestError(got.lse, dense.lse), 1e-4);
            EXPECT_EQ(got.visited.dense, dense.visited.dense);
            EXPECT_LE(got.visited.computed, dense.visited.computed);
            if (bias == Bias::Paper && !window) { // slopes 2^-4 and 2^-8
                EXPECT_LT(got.visited.fraction(), 0.95);
            }
        }
}

TEST_P(Cuda, MapsInSixteenBits) {
    for (const Precision precision : kHalves)
        for (const auto& [queries, keys, headDim] :
             {std::tuple<int, int, int>{20, 20, 16}, {200, 330, 64}, {310, 310, 128}, {260, 200, 256}})
            for (const Bias bias : {Bias::Paper, Bias::LongTable}) {
                Case c;
                c.heads = 1;
                c.queries = queries;
                c.keys = keys;
                c.headDim = headDim;
                c.bias = bias;
                const Halves halves(backend(), c, precision);
                const auto& a = halves.inputs.call;
                const auto plain = plainAttention<double>(a);
                DeviceMap m = halves.head();
                ASSERT_EQ(cuda::pathOf(m), tensorPath(precision));
                for (const Pooling pooling : {Pooling::Mean, Pooling::Max}) {
                    m.pooling = pooling;
                    const auto got = run(backend(), m);
                    for (std::int64_t pixel = 0; pixel < m.rows * m.columns; ++pixel) {
                        const auto row = pixel / m.columns, column = pixel % m.columns;
                        double sum = 0, largest = -1;
                        int count = 0;
                        for (auto i = row * queries / m.rows; i < (row + 1) * queries / m.rows; ++i)
                            for (auto j = column * keys / m.columns; j < (column + 1) * keys / m.columns; ++j)
                                if (j <= keys - queries + i) {
                                    sum += plain.weights[i * keys + j];
                                    largest = std::max(largest, plain.weights[i * keys + j]);
                                    ++count;
                                }
                        if (!count)
                            ASSERT_TRUE(std::isnan(got[pixel])) << pixel;
                        else
                            ASSERT_NEAR(got[pixel], pooling == Pooling::Mean ? sum / count : largest, 3e-6) << pixel;
                    }
                }
            }
}

TEST_P(Cuda, SkipsInAMap) {
    Case c;
    c.heads = 1;
    c.queries = c.keys = 900;
    c.headDim = 64;
    Halves halves(backend(), c, Precision::BFloat16);
    DeviceMap m = halves.head();
    m.rows = m.columns = 100;
    const auto dense = run(backend(), m);
    m.tolerance = 0x1p-24f;
    kernels::Visited visited;
    EXPECT_LE(largestError(run(backend(), m, &visited), dense), 1e-6);
    EXPECT_LE(visited.fraction(), 1);
}

TEST_P(Cuda, ProfilesInSixteenBits) {
    Case c;
    c.heads = 1;
    c.queries = 120;
    c.keys = 150;
    c.headDim = 64;
    const Halves halves(backend(), c, Precision::BFloat16);
    cuda::DeviceProfile p;
    p.precision = Precision::BFloat16;
    p.q = halves.q.data();
    p.k = halves.k.data();
    p.qStride = p.kStride = p.headDim = c.headDim;
    p.queries = p.queryEnd = c.queries;
    p.keys = c.keys;
    p.scale = halves.call.scale;
    p.bias = halves.call.bias;
    p.queryBegin = 7;
    p.queryEnd = 101;
    const DeviceMemory sums(backend(), cuda::profileSums(p) * 8), workspace(backend(), cuda::profileWorkspace(p));
    backend().profile(p, static_cast<double*>(sums.data()), workspace.data(), nullptr);
    const auto got = sums.get<double>();
    const auto plain = plainAttention<double>(halves.inputs.call);
    std::vector<double> expected(c.keys + 2, 0.0);
    for (std::int64_t i = p.queryBegin; i < p.queryEnd; ++i)
        for (std::int64_t j = 0; j <= c.keys - c.queries + i; ++j) {
            const double weight = plain.weights[i * c.keys + j];
            expected[c.keys - c.queries + i - j] += weight;
            expected[c.keys] -= weight * std::log2(weight);
            expected[c.keys + 1] += j < 1 ? weight : 0;
        }
    EXPECT_LE(largestError(got, expected), 2e-4); // sums over 94 queries
}

// A head that begins past element 2^31 of its array.
TEST_P(Cuda, ReachesFarIntoMemory) {
    if (std::string(GetParam()) != "emulated")
        GTEST_SKIP() << "the memory of a test is small";
    constexpr std::int64_t kFar = (std::int64_t(1) << 31) + 64;
    const std::size_t bytes = static_cast<std::size_t>(kFar + 4096) * 2;
    void* const memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED)
        GTEST_SKIP() << "no room for " << bytes << " bytes of addresses";
    Case c;
    c.heads = 2;
    c.queries = c.keys = 40;
    c.headDim = 16;
    Halves halves(backend(), c, Precision::BFloat16);
    const Attended near = run(backend(), halves.call);
    for (int head = 0; head < 2; ++head)
        std::memcpy(static_cast<std::uint16_t*>(memory) + head * kFar,
                    static_cast<const std::uint16_t*>(halves.call.k.data) + head * halves.call.k.headStride, 40 * 16 * 2);
    halves.call.k.data = memory;
    halves.call.k.headStride = kFar;
    const Attended far = run(backend(), halves.call);
    munmap(memory, bytes);
    EXPECT_EQ(far.out, near.out);
    EXPECT_EQ(far.lse, near.lse);
}

std::string nameOf(const testing::TestParamInfo<const char*>& info) { return info.param; }
INSTANTIATE_TEST_SUITE_P(Backends, Cuda, testing::Values("emulated", "device"), nameOf);

// What no test on a device can see: threads between two barriers may run in any order, and reads of matrices meet no bank
// twice.
TEST(CudaEmulation, FindsNoOrderAmongThreads) {
    if (!emulatedBackend())
        GTEST_SKIP() << "ThreadSanitizer knows no fibers";
    for (const std::int64_t headDim : {64, 128, 256}) {
        Case c;
        c.queries = c.keys = 260;
        c.headDim = headDim;
        c.tolerance = 1e-6f;
        const Halves halves(*emulatedBackend(), c, Precision::BFloat16);
        DeviceMap m = halves.head();
        emulation().collisions = 0;
        const Attended forward = run(*emulatedBackend(), halves.call);
        const auto picture = run(*emulatedBackend(), m);
        const Inputs single(c);
        const auto plain = attend(cudaRows().front(), single.call);
        EXPECT_EQ(emulation().collisions, 0) << headDim;
        emulation().reversed = true;
        const Attended backward = run(*emulatedBackend(), halves.call);
        const auto again = run(*emulatedBackend(), m);
        const auto plainAgain = attend(cudaRows().front(), single.call);
        emulation().reversed = false;
        EXPECT_EQ(forward.out, backward.out);
        EXPECT_EQ(forward.lse, backward.lse);
        EXPECT_EQ(largestError(picture, again), 0);
        EXPECT_EQ(plain.out, plainAgain.out);
    }
}

TEST(CudaEmulation, RoundsAsTheFormatsDo) {
    namespace device = kernels::emulated::device;
    std::mt19937 generator(5);
    for (int i = 0; i < 200000; ++i) {
        const auto bits = static_cast<std::uint32_t>(generator());
        const float value = i < 2 ? -0.0f * static_cast<float>(i) : i % 2 ? std::bit_cast<float>(bits) : std::ldexp(static_cast<float>(bits >> 8), i % 60 - 50);
        if (std::isnan(value))
            continue;
        ASSERT_EQ(device::toFloat16(value), encode(value, Precision::Float16)) << value;
        ASSERT_EQ(device::toBFloat16(value), encode(value, Precision::BFloat16)) << value;
    }
    for (int bits = 0; bits < 65536; ++bits) {
        const float expected = decode(static_cast<std::uint16_t>(bits), Precision::Float16);
        if (!std::isnan(expected)) {
            ASSERT_EQ(device::fromFloat16(static_cast<std::uint16_t>(bits)), expected);
        }
    }
}

} // namespace
} // namespace slopescope::test
