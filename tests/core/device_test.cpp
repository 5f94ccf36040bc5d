#include "core/device.h"

#include "core/attention/device_attention.h"
#include "core/base/error.h"
#include "core/kernels/cuda/devices.h"
#include "core/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace slopescope {
namespace {

template <class Call>
std::string refusal(const Call& call) {
    try {
        call();
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

std::string refusalOf(const std::string& name) {
    return refusal([&] { deviceNamed(name); });
}

std::string refusalBy(const DeviceFacts& device, const MemoryNeeds& needs) {
    return refusal([&] { requireMemory(device, needs); });
}

TEST(Devices, TheProcessorIsAlwaysThere) {
    EXPECT_TRUE(deviceNamed("cpu").isCpu());
    ASSERT_FALSE(devices().empty());
    EXPECT_TRUE(devices().front().device.isCpu());
    EXPECT_GT(devices().front().memory, devices().front().memoryInUse);
    EXPECT_EQ(devices().size() == 1, !whyNoGpu().empty());
    const DeviceFacts alone = deviceFacts(Device());
    EXPECT_EQ(alone.memory, devices().front().memory);
    EXPECT_GT(alone.left(), 0);
    EXPECT_THROW(deviceFacts(Device{99}), Error);
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
    m.weights = 2000;
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
                                                 testing::HasSubstr("1.0 GiB left"), testing::HasSubstr("or the cpu")));
    }
    EXPECT_THAT(refusalBy({{}, "the processor", 1 << 30, 0}, {0, std::int64_t(3) << 30}),
                "The text needs 3.0 GiB of memory, and the processor has 1.0 GiB left; choose a shorter text.");
    EXPECT_THAT(refusalBy({{}, "the processor", 1 << 30, 1 << 29}, {1 << 30, 0}),
                "The model needs 1.0 GiB of memory, and the processor has 512.0 MiB left; choose a smaller model.");
}

TEST(Devices, WhatLibTorchReportsBecomesOneSentence) {
    const at::Device device(at::kCUDA, 1);
    EXPECT_THAT(deviceFault(device, "CUDA out of memory. Tried to allocate 2 GiB\nstack"),
                testing::AllOf(testing::HasSubstr("memory of cuda:1"), testing::Not(testing::HasSubstr("stack"))));
    EXPECT_THAT(deviceFault(device, "CUDA error: unspecified launch failure\nCompile with ..."),
                testing::AllOf(testing::StartsWith("cuda:1 failed (CUDA error: unspecified launch failure)"),
                               testing::HasSubstr("the cpu can go on")));
}

TEST(Devices, ASessionThatCannotMoveStaysAsItWas) {
    if (whyNoGpu().empty())
        GTEST_SKIP() << "this machine has a GPU";
    Session session(SLOPESCOPE_RESOURCES);
    session.openModel("alibi", {});
    EXPECT_THROW(session.useDevice({0}, {}), Error);
    EXPECT_TRUE(session.device().isCpu());
    EXPECT_EQ(session.model("alibi").name, "alibi");
}

// The picture of a head, and the loss, on a GPU in the precision of the files, beside the processor's in float32.
TEST(Devices, AGpuDrawsWhatTheProcessorDraws) {
    if (const std::string why = whyNoGpu(); !why.empty())
        GTEST_SKIP() << why;
    for (const char* model : {"alibi", "rotary", "t5-bias", "learned", "none", "sinusoidal"}) {
        SCOPED_TRACE(model);
        std::vector<Picture> pictures;
        std::vector<double> losses;
        for (const Device& device : {Device{}, Device{0}}) {
            Session session(SLOPESCOPE_RESOURCES);
            session.openModel(model, {});
            session.openText(session.bundledText(), {});
            const Variant variant{model, {}, {}};
            session.useDevice(device, {});
            EXPECT_EQ(session.device(), device);
            session.forward(variant, 250, {});
            MapRequest map;
            map.variant = variant;
            map.length = 250;
            map.heads = {{2, 3}};
            map.viewport = {0, 250, 0, 250, 40, 40};
            pictures.push_back(session.map(map, {}).picture);
            CurvesRequest curves{{variant}, {}, {}};
            curves.plan.lengths = {64, 250};
            curves.plan.maxTokens = 2000;
            losses.push_back(session.sweep(curves, {}).curves.front().points.back().nll);
        }
        EXPECT_NEAR(losses[0], losses[1], 0.01);
        ASSERT_EQ(pictures[0].values.size(), pictures[1].values.size());
        for (std::size_t i = 0; i < pictures[0].values.size(); ++i) {
            ASSERT_EQ(std::isnan(pictures[0].values[i]), std::isnan(pictures[1].values[i])) << i;
            if (!std::isnan(pictures[0].values[i])) {
                ASSERT_NEAR(pictures[0].values[i], pictures[1].values[i], 0.02) << i;
            }
        }
    }
}

} // namespace
} // namespace slopescope
