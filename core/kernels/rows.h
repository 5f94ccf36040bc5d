// The rows of the kernel table before a choice is made, and the choice itself. Used by table.cpp and by the tests,
// which force every row in turn; everybody else asks kernelTable().
#pragma once

#include "core/kernels/problems.h"
#include "core/kernels/matmul.h"
#include "core/kernels/rowwise.h"

#include <vector>

namespace slopescope::kernels {

// One row a SIMD target this program was compiled for, best first; some may not run here.
std::span<const Kernel> simdKernels();

// The matrix products of the same targets, under the same names.
std::span<const MatmulKernel> simdMatmuls();

// Norms, activations and losses of the same targets, and the one of a name; plain loops where no target bears it.
std::span<const RowwiseKernel> simdRowwise();
const RowwiseKernel& rowwiseNamed(const char* name);

// Plain loops in double. Supports everything, skips nothing.
const Kernel& referenceKernel();

// The table for this machine. `forced` is the value of SLOPESCOPE_KERNEL: null or empty for free choice, else the only
// row beside the reference. Throws Error for a name that does not exist and for one the processor cannot run.
std::vector<Kernel> chooseKernels(const char* forced);

} // namespace slopescope::kernels
