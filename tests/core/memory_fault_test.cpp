// The words in which memory is refused, as LibTorch 1.13 and 2.11 write them, and a refusal made here.
#include "core/base/available_memory.h"
#include "core/base/memory_fault.h"

#include <ATen/ops/empty.h>
#include <gtest/gtest.h>

#include <new>
#include <stdexcept>

namespace slopescope {
namespace {

TEST(MemoryFault, OfLibTorch) {
    const auto fault = memoryFault(
        std::runtime_error("[enforce fail at alloc_cpu.cpp:75] err == 0. DefaultCPUAllocator: can't allocate "
                           "memory: you tried to allocate 4398046511104 bytes. Error code 12 (Cannot allocate "
                           "memory)"));
    ASSERT_TRUE(fault);
    EXPECT_EQ(fault->asked, std::int64_t(1) << 42);
    EXPECT_GT(fault->left, 0);
}

TEST(MemoryFault, AsLibTorchThrowsIt) {
    try {
        at::empty({std::int64_t(1) << 57}, at::kByte);
        FAIL() << "so much was granted";
    } catch (const std::exception& thrown) {
        const auto fault = memoryFault(thrown);
        ASSERT_TRUE(fault) << thrown.what();
        EXPECT_EQ(fault->asked, std::int64_t(1) << 57);
    }
}

TEST(MemoryFault, OfADevice) {
    const auto older = memoryFault(
        std::runtime_error("CUDA out of memory. Tried to allocate 2.00 GiB (GPU 0; 15.78 GiB total capacity; "
                           "14.50 GiB already allocated; 512.00 MiB free; 14.60 GiB reserved)"));
    ASSERT_TRUE(older);
    EXPECT_EQ(older->asked, std::int64_t(2) << 30);
    EXPECT_EQ(older->left, std::int64_t(512) << 20);
    const auto newer =
        memoryFault(std::runtime_error("CUDA out of memory. Tried to allocate 20.00 MiB. GPU 0 has a total capacity of "
                                       "139.00 GiB of which 1.50 GiB is free."));
    ASSERT_TRUE(newer);
    EXPECT_EQ(newer->asked, std::int64_t(20) << 20);
    EXPECT_EQ(newer->left, std::int64_t(3) << 29);
}

TEST(MemoryFault, OfTheLibraryAndOfNobody) {
    const auto fault = memoryFault(std::bad_alloc());
    ASSERT_TRUE(fault);
    EXPECT_FALSE(fault->asked);
    EXPECT_FALSE(memoryFault(std::runtime_error("sizes do not match")));
}

} // namespace
} // namespace slopescope
