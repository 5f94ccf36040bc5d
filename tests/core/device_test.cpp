#include "core/device.h"

#include "core/error.h"
#include "core/kernels/cuda/devices.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slopescope {
namespace {

std::string refusalOf(const std::string& name) {
    try {
        deviceNamed(name);
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

TEST(Devices, TheProcessorIsAlwaysThere) {
    EXPECT_TRUE(deviceNamed("cpu").isCpu());
    ASSERT_FALSE(devices().empty());
    EXPECT_TRUE(devices().front().device.isCpu());
    EXPECT_GT(devices().front().memory, devices().front().memoryInUse);
    EXPECT_EQ(devices().size() == 1, !whyNoGpu().empty());
}

TEST(Devices, ANameThatIsNoneIsRefused) {
    for (const char* name : {"", "gpu", "cuda:", "cuda:x", "cuda:-1", "cuda:1x", "CUDA", "cuda:99999999999999999999"})
        EXPECT_THAT(refusalOf(name), testing::HasSubstr("There is no device")) << name;
}

TEST(Devices, WhereThereIsNoGpuTheReasonIsSaid) {
    if (whyNoGpu().empty()) {
        EXPECT_THAT(refusalOf("cuda:77"), testing::HasSubstr("There is no device \"cuda:77\""));
        EXPECT_EQ(deviceNamed("cuda").name(), "cuda:0");
        GTEST_SKIP() << "this machine has a GPU";
    }
    EXPECT_EQ(refusalOf("cuda"), whyNoGpu());
    EXPECT_EQ(refusalOf("cuda:1"), whyNoGpu());
}

TEST(Devices, EveryWayOfHavingNoneHasItsSentence) {
    using kernels::cuda::whyNoDevice;
    EXPECT_EQ(whyNoDevice(true, 1, 13000, 13000, ""), "");
    EXPECT_THAT(whyNoDevice(false, 0, 0, 13000, "x"), testing::HasSubstr("driver is not installed"));
    EXPECT_THAT(whyNoDevice(false, 0, 12040, 13000, "x"), testing::AllOf(testing::HasSubstr("12.4"), testing::HasSubstr("13.0")));
    EXPECT_EQ(whyNoDevice(true, 0, 13000, 13000, ""), "No GPU was found on this machine.");
    EXPECT_THAT(whyNoDevice(false, 0, 13010, 13000, "device is broken"), testing::HasSubstr("device is broken"));
}

TEST(Devices, MemoryIsWeightsAndWhatALayerKeepsOfAText) {
    ModelShape m;
    m.parameters = 1000;
    m.bytesOfNumber = 2;
    m.layers = 3;
    m.heads = 4;
    m.keyHeads = 2;
    m.headDim = 8;
    m.width = 32;
    m.hidden = 64;
    const MemoryNeeds needs = memoryNeeds(m, 10);
    EXPECT_EQ(needs.weights, 2000);
    // residual 32 floats, q, k, v 64 halves, lse 4 floats; twice the residual and what attention gives, once; inner parts
    EXPECT_EQ(needs.text, 10 * (3 * (128 + 128 + 16) + (256 + 64)) + 10 * (192 + 128) * 4);
    EXPECT_LT(needs.text, memoryNeeds(m, 11).text);
}

TEST(Devices, TooLittleMemoryIsSaidInNumbers) {
    DeviceFacts device{{0}, "A card", std::int64_t(8) << 30, std::int64_t(7) << 30};
    EXPECT_NO_THROW(requireMemory(device, {std::int64_t(1) << 30, 0}));
    try {
        requireMemory(device, {std::int64_t(2) << 30, std::int64_t(1) << 29});
        FAIL() << "more memory than there is was granted";
    } catch (const Error& error) {
        EXPECT_THAT(error.what(), testing::AllOf(testing::HasSubstr("2.5 GiB"), testing::HasSubstr("A card (cuda:0)"),
                                                 testing::HasSubstr("1.0 GiB left")));
    }
}

} // namespace
} // namespace slopescope
