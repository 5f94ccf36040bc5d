#include "core/checkpoint/mapped_file.h"

#include "core/base/error.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace slopescope {
namespace {

// How many elements lie between the first and the last that the strides reach, both counted.
std::int64_t reach(const std::vector<std::int64_t>& shape, const std::vector<std::int64_t>& strides) {
    std::int64_t last = 0;
    for (std::size_t i = 0; i < shape.size(); ++i) {
        if (shape[i] == 0)
            return 0;
        last += (shape[i] - 1) * strides[i];
    }
    return last + 1;
}

std::vector<std::int64_t> contiguousStrides(const std::vector<std::int64_t>& shape) {
    std::vector<std::int64_t> strides(shape.size());
    std::int64_t step = 1;
    for (std::size_t i = shape.size(); i-- > 0;) {
        strides[i] = step;
        step *= std::max<std::int64_t>(shape[i], 1);
    }
    return strides;
}

} // namespace

MappedFile mapFile(const std::filesystem::path& file) {
    const auto refuse = [&](int fault) {
        throw Error("Cannot read " + file.string() + ": " + std::generic_category().message(fault) + ".");
    };
    const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK); // a pipe must not make us wait
    if (descriptor < 0)
        refuse(errno);
    const std::unique_ptr<const int, void (*)(const int*)> closer(&descriptor, [](const int* open) { ::close(*open); });
    struct stat status {};
    if (::fstat(descriptor, &status) != 0)
        refuse(errno);
    if (!S_ISREG(status.st_mode))
        throw Error(file.string() + " is not a regular file.");
    const auto size = static_cast<std::uint64_t>(status.st_size);
    if (size == 0)
        return {};
    void* address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    if (address == MAP_FAILED)
        refuse(errno);
    return {{static_cast<const std::byte*>(address),
             [size](const std::byte* mapped) { ::munmap(const_cast<std::byte*>(mapped), size); }},
            size};
}

at::Tensor copyOfStored(const std::byte* bytes, at::ScalarType stored, const std::vector<std::int64_t>& shape,
                        const std::vector<std::int64_t>& strides, at::ScalarType type) {
    const std::vector<std::int64_t> steps = strides.empty() ? contiguousStrides(shape) : strides;
    const auto options = at::TensorOptions().dtype(stored);
    const std::int64_t elements = reach(shape, steps);
    if (elements == 0)
        return at::empty(shape, options.dtype(type));
    const auto size = static_cast<std::size_t>(elements) * at::elementSize(stored);
    if (stored == type && steps == contiguousStrides(shape)) {
        at::Tensor tensor = at::empty(shape, options);
        std::memcpy(tensor.data_ptr(), bytes, size);
        return tensor;
    }
    if (reinterpret_cast<std::uintptr_t>(bytes) % at::elementSize(stored) != 0) {
        at::Tensor aligned = at::empty({elements}, options);
        std::memcpy(aligned.data_ptr(), bytes, size);
        return copyOfStored(static_cast<const std::byte*>(aligned.data_ptr()), stored, shape, steps, type);
    }
    // from_blob wants to be able to write; nobody does.
    const at::Tensor view = at::from_blob(const_cast<std::byte*>(bytes), shape, steps, options);
    return at::empty(shape, options.dtype(type)).copy_(view);
}

void releasePages(const std::byte* bytes, std::uint64_t size) {
    const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    const auto begin = (reinterpret_cast<std::uintptr_t>(bytes) + page - 1) / page * page;
    const auto end = (reinterpret_cast<std::uintptr_t>(bytes) + size) / page * page;
    if (begin < end)
        ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
}

} // namespace slopescope
