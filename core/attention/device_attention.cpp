#include "core/attention/device_attention.h"

#include "core/attention/problem_fields.h"
#include "core/base/error.h"
#include "core/kernels/cuda/device_problems.h"
#include "core/kernels/cuda/devices.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>
#include <c10/util/Exception.h>

#include <algorithm>

namespace slopescope {

std::string deviceFault(const at::Device& device, const std::string& report) {
    const std::string name = device.str();
    if (report.find("out of memory") != std::string::npos)
        return "The memory of " + name + " is not enough for this; choose a shorter text, a smaller model or the cpu.";
    return name + " failed (" + report.substr(0, report.find('\n')) + "); what is open stays, and the cpu can go on with it.";
}

void rethrow(const at::Device& device, const c10::Error& fault) {
    if (device.is_cpu())
        throw;
    throw DeviceError(deviceFault(device, fault.what_without_backtrace()));
}

#ifdef SLOPESCOPE_WITH_CUDA
namespace {

namespace cuda = kernels::cuda;

cuda::Precision precisionOf(const at::Tensor& x) {
    switch (x.scalar_type()) {
    case at::kFloat:
        return cuda::Precision::Float32;
    case at::kBFloat16:
        return cuda::Precision::BFloat16;
    case at::kHalf:
        return cuda::Precision::Float16;
    default:
        throw Error("Attention on a GPU takes float32, bfloat16 or float16.");
    }
}

cuda::DeviceRows rowsOf(const at::Tensor& x) { return {x.data_ptr(), x.stride(0), x.stride(2), x.stride(1)}; }

// Slopes or table beside the queries; the kernels' launches stand on the stream that LibTorch uses by default.
struct BiasThere {
    at::Tensor slopes, table;
    kernels::DistanceBias bias;

    BiasThere(const LayerBias& from, const at::Device& device) {
        if (from.slopes.defined()) {
            slopes = from.slopes.to(device).contiguous();
            bias.slopes = slopes.data_ptr<float>();
        }
        if (from.table.defined()) {
            table = from.table.to(device).contiguous();
            bias.table = table.data_ptr<float>();
            bias.tableLength = table.size(1);
        }
    }
};

at::Tensor bytesOn(const at::Device& device, std::int64_t bytes) {
    return at::empty({std::max<std::int64_t>(bytes, 1)}, at::TensorOptions(at::kByte).device(device));
}

at::Tensor countersOn(const at::Device& device) { return at::zeros({2}, at::TensorOptions(at::kLong).device(device)); }

kernels::Visited visitedOf(const at::Tensor& counters) {
    const at::Tensor here = counters.cpu();
    return {here.data_ptr<std::int64_t>()[0], here.data_ptr<std::int64_t>()[1]};
}

} // namespace

AttendResult attendOnDevice(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                            const AttentionSettings& settings) {
    const at::Device device = q.device();
    cuda::useDevice(device.index());
    const BiasThere bias(settings.bias, device);
    cuda::DeviceAttention problem;
    problem.precision = precisionOf(q);
    problem.q = rowsOf(q);
    problem.k = rowsOf(k);
    problem.v = rowsOf(v);
    setShape(problem, q, k);
    setSettings(problem, settings, bias.bias);

    AttendResult result{at::empty(q.sizes(), q.options()),
                        at::empty({q.size(0), q.size(2), q.size(1)}, q.options().dtype(at::kFloat)), {}};
    const at::Tensor counters = countersOn(device), workspace = bytesOn(device, cuda::attendWorkspace(problem));
    cuda::attend(problem,
                 {result.out.data_ptr(), result.out.stride(0), result.out.stride(2), result.out.stride(1),
                  result.lse.data_ptr<float>(), counters.data_ptr<std::int64_t>()},
                 workspace.data_ptr(), nullptr);
    result.visited = visitedOf(counters);
    return result;
}

MapPixels mapOnDevice(const HeadView& head, const MapCells& view) try {
    const at::Device device = head.q.device();
    cuda::useDevice(device.index());
    const BiasThere bias(head.settings.bias, device);
    auto problem = headProblem<cuda::DeviceMap>(head, bias.bias);
    problem.precision = precisionOf(head.q);
    setView(problem, view);
    at::Tensor lse;
    if (head.lse.defined()) {
        lse = head.lse.to(device).contiguous();
        problem.lse = lse.data_ptr<float>();
    }
    const at::Tensor picture = at::empty({view.rows, view.columns}, head.q.options().dtype(at::kFloat)),
                     counters = countersOn(device), workspace = bytesOn(device, cuda::mapWorkspace(problem));
    cuda::map(problem, {picture.data_ptr<float>(), nullptr, counters.data_ptr<std::int64_t>()}, workspace.data_ptr(),
              nullptr);
    const at::Tensor here = picture.cpu();
    const float* const values = here.data_ptr<float>();
    MapPixels pixels;
    pixels.values.assign(values, values + here.numel());
    pixels.visited = visitedOf(counters);
    return pixels;
} catch (const c10::Error& fault) {
    rethrow(head.q.device(), fault);
}

ProfileValues profileOnDevice(const HeadView& head, std::span<const std::int64_t> binEdges, std::int64_t firstKeys) try {
    const at::Device device = head.q.device();
    cuda::useDevice(device.index());
    const BiasThere bias(head.settings.bias, device);
    auto problem = headProblem<cuda::DeviceProfile>(head, bias.bias);
    problem.precision = precisionOf(head.q);
    problem.firstKeys = firstKeys;
    const at::Tensor sums = at::empty({cuda::profileSums(problem)}, head.q.options().dtype(at::kDouble)),
                     workspace = bytesOn(device, cuda::profileWorkspace(problem));
    cuda::profile(problem, sums.data_ptr<double>(), workspace.data_ptr(), nullptr);
    const at::Tensor here = sums.cpu();
    ProfileValues values;
    values.mass.resize(binEdges.size() - 1);
    kernels::ProfileOutput output;
    output.mass = values.mass;
    cuda::finishProfile(problem, {here.data_ptr<double>(), static_cast<std::size_t>(here.numel())}, binEdges, output);
    values.meanDistance = output.meanDistance;
    values.entropyBits = output.entropy;
    values.firstKeysMass = output.firstKeysMass;
    values.diagonalMass = output.diagonalMass;
    return values;
} catch (const c10::Error& fault) {
    rethrow(head.q.device(), fault);
}

#else

AttendResult attendOnDevice(const at::Tensor&, const at::Tensor&, const at::Tensor&, const AttentionSettings&) {
    throw Error(kernels::cuda::whyNoDevice());
}

MapPixels mapOnDevice(const HeadView&, const MapCells&) { throw Error(kernels::cuda::whyNoDevice()); }

ProfileValues profileOnDevice(const HeadView&, std::span<const std::int64_t>, std::int64_t) {
    throw Error(kernels::cuda::whyNoDevice());
}

#endif

} // namespace slopescope
