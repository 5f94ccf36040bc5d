#include "core/checkpoint/stored_file.h"

#include "core/base/error.h"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace slopescope {
namespace {

constexpr std::uint64_t kAtOnce = 1 << 22; // bytes that stay in a cache between being read and being converted

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

// Elements that lie one behind the other, converted a piece at a time.
void readConverted(const StoredFile& file, const StoredTensor& stored, at::Tensor& flat) {
    const auto width = static_cast<std::int64_t>(at::elementSize(stored.type));
    const std::int64_t step = std::int64_t{kAtOnce} / width;
    const at::Tensor piece = at::empty({std::min(step, flat.numel())}, at::TensorOptions().dtype(stored.type));
    for (std::int64_t done = 0; done < flat.numel(); done += step) {
        const std::int64_t count = std::min(step, flat.numel() - done);
        file.read(stored.begin + std::uint64_t(done * width), piece.data_ptr(), std::uint64_t(count * width));
        flat.narrow(0, done, count).copy_(piece.narrow(0, 0, count));
    }
}

} // namespace

StoredFile StoredFile::open(const std::filesystem::path& file) {
    const auto refuse = [&](int fault) {
        throw Error("Cannot read " + file.string() + ": " + std::generic_category().message(fault) + ".");
    };
    const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK); // a pipe must not make us wait
    if (descriptor < 0)
        refuse(errno);
    StoredFile result;
    result.m_path = file;
    result.m_descriptor = {new int(descriptor), [](const int* open) {
                               ::close(*open);
                               delete open;
                           }};
    struct stat status {};
    if (::fstat(descriptor, &status) != 0)
        refuse(errno);
    if (!S_ISREG(status.st_mode))
        throw Error(file.string() + " is not a regular file.");
    result.m_size = static_cast<std::uint64_t>(status.st_size);
    return result;
}

void StoredFile::read(std::uint64_t begin, void* to, std::uint64_t size) const {
    auto* place = static_cast<char*>(to);
    while (size > 0) {
        const ssize_t got = ::pread(*m_descriptor, place, size, static_cast<off_t>(begin));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            throw Error("Cannot read " + m_path.string() + ": " + std::generic_category().message(errno) + ".");
        if (got == 0)
            throw Error(m_path.string() + " has become shorter while it was being read.");
        begin += static_cast<std::uint64_t>(got);
        place += got;
        size -= static_cast<std::uint64_t>(got);
    }
}

std::string StoredFile::text(std::uint64_t begin, std::uint64_t size) const {
    std::string bytes(size, '\0');
    read(begin, bytes.data(), size);
    return bytes;
}

bool sameBytes(const StoredFile& one, std::uint64_t begin, const StoredFile& other, std::uint64_t otherBegin,
               std::uint64_t size) {
    if (one.isSameAs(other) && begin == otherBegin)
        return true;
    for (std::uint64_t done = 0; done < size; done += kAtOnce) {
        const std::uint64_t count = std::min(kAtOnce, size - done);
        if (one.text(begin + done, count) != other.text(otherBegin + done, count))
            return false;
    }
    return true;
}

bool isContiguous(const std::vector<std::int64_t>& shape, const std::vector<std::int64_t>& strides) {
    return strides.empty() || strides == contiguousStrides(shape);
}

at::Tensor readStored(const StoredFile& file, const StoredTensor& stored, at::ScalarType type) {
    const bool isInARow = isContiguous(stored.shape, stored.strides);
    const std::int64_t elements = reach(stored.shape, isInARow ? contiguousStrides(stored.shape) : stored.strides);
    at::Tensor tensor = at::empty(stored.shape, at::TensorOptions().dtype(type));
    if (elements == 0)
        return tensor;
    if (!isInARow) { // read as it lies, then put in order
        const at::Tensor around = readStored(file, {stored.begin, stored.type, {elements}}, stored.type);
        return tensor.copy_(around.as_strided(stored.shape, stored.strides));
    }
    if (stored.type == type) {
        file.read(stored.begin, tensor.data_ptr(), tensor.nbytes());
        return tensor;
    }
    at::Tensor flat = tensor.view({-1});
    readConverted(file, stored, flat);
    return tensor;
}

} // namespace slopescope
