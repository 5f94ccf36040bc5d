#include "app/startup.h"

#include "core/base/denormals.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#if defined(__linux__)
#include <dlfcn.h>
#include <unistd.h>
#endif

namespace slopescope {
namespace {

template <std::size_t N>
bool isOneOf(std::string_view name, const std::array<std::string_view, N>& names) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

ProcessorFeatures thisProcessor() {
    ProcessorFeatures features;
#if defined(__x86_64__)
    __builtin_cpu_init();
    features.avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    features.avx512 = features.avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
#endif
    return features;
}

#if defined(__linux__)
// The name of the core that the OpenBLAS in this process has chosen; empty if another BLAS is loaded.
std::string loadedBlasCore() {
    using CoreName = char* (*)();
    const auto coreName = reinterpret_cast<CoreName>(dlsym(RTLD_DEFAULT, "openblas_get_corename"));
    const char* const name = coreName ? coreName() : nullptr;
    return name ? name : "";
}

void restartWithRightBlasCore(char** argv) {
    if (std::getenv("OPENBLAS_CORETYPE"))
        return; // the user's choice, or ours a moment ago
    const auto core = betterBlasCore(loadedBlasCore(), thisProcessor());
    if (!core)
        return;
    // The real path rather than /proc/self/exe, so that the process keeps its name in the list of processes.
    std::error_code failure;
    const auto program = std::filesystem::read_symlink("/proc/self/exe", failure);
    if (failure || setenv("OPENBLAS_CORETYPE", core->c_str(), 1) != 0)
        return;
    execv(program.c_str(), argv);
    unsetenv("OPENBLAS_CORETYPE"); // could not be started anew: go on, slower
}
#endif

} // namespace

std::optional<std::string> betterBlasCore(std::string_view loadedCore, const ProcessorFeatures& processor) {
    static constexpr std::array<std::string_view, 4> kAvx512Cores{"SkylakeX", "Cooperlake", "SapphireRapids", "Zen"};
    static constexpr std::array<std::string_view, 2> kAvx2Cores{"Haswell", "Excavator"};
    if (loadedCore.empty() || isOneOf(loadedCore, kAvx512Cores))
        return {};
    if (processor.avx512)
        return "SkylakeX";
    if (processor.avx2 && !isOneOf(loadedCore, kAvx2Cores))
        return "Haswell";
    return {};
}

void prepareProcess([[maybe_unused]] int argc, [[maybe_unused]] char** argv) {
#if defined(__linux__)
    restartWithRightBlasCore(argv);
#endif
    // Threads inherit the floating-point mode of the thread that starts them; it stays for the life of the process.
    [[maybe_unused]] static const FlushDenormals flush;
}

} // namespace slopescope
