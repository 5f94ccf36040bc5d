#include "core/base/error.h"
#include "core/kernels/rows.h"

#include <cstdlib>
#include <string>

namespace slopescope::kernels {
namespace {

std::string namesOfRows() {
    std::string names;
    for (const Kernel& kernel : simdKernels())
        if (kernel.runsHere())
            names += std::string(kernel.name) + ", ";
    return names + referenceKernel().name;
}

} // namespace

std::vector<Kernel> chooseKernels(const char* forced) {
    const std::string name = forced ? forced : "";
    std::vector<Kernel> chosen;
    bool known = name.empty() || name == referenceKernel().name;
    for (const Kernel& kernel : simdKernels()) {
        if (!name.empty() && name != kernel.name)
            continue;
        known = true;
        if (kernel.runsHere())
            chosen.push_back(kernel);
        else if (!name.empty())
            throw Error("SLOPESCOPE_KERNEL asks for \"" + name +
                        "\", but this processor lacks its instructions; it can run " + namesOfRows() + ".");
    }
    if (!known)
        throw Error("SLOPESCOPE_KERNEL names no kernel: \"" + name + "\"; this machine has " + namesOfRows() + ".");
    chosen.push_back(referenceKernel());
    return chosen;
}

std::span<const Kernel> kernelTable() {
    static const std::vector<Kernel> table = chooseKernels(std::getenv("SLOPESCOPE_KERNEL"));
    return table;
}

} // namespace slopescope::kernels
