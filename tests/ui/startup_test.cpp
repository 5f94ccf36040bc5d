#include "app/startup.h"

#include <gtest/gtest.h>

namespace slopescope {
namespace {

constexpr ProcessorFeatures kOld{};
constexpr ProcessorFeatures kAvx2{.avx2 = true, .avx512 = false};
constexpr ProcessorFeatures kAvx512{.avx2 = true, .avx512 = true};

TEST(Startup, ReplacesACoreOlderThanTheProcessor) {
    EXPECT_EQ(betterBlasCore("Prescott", kAvx512), "SkylakeX");
    EXPECT_EQ(betterBlasCore("Haswell", kAvx512), "SkylakeX");
    EXPECT_EQ(betterBlasCore("Prescott", kAvx2), "Haswell");
    EXPECT_EQ(betterBlasCore("Sandybridge", kAvx2), "Haswell");
}

TEST(Startup, KeepsACoreThatFits) {
    for (const char* const core : {"SkylakeX", "Cooperlake", "SapphireRapids", "Zen"})
        EXPECT_EQ(betterBlasCore(core, kAvx512), std::nullopt) << core;
    for (const char* const core : {"Haswell", "Excavator", "Zen"})
        EXPECT_EQ(betterBlasCore(core, kAvx2), std::nullopt) << core;
}

TEST(Startup, AsksForNothingTheProcessorLacks) {
    EXPECT_EQ(betterBlasCore("Prescott", kOld), std::nullopt);
    EXPECT_EQ(betterBlasCore("Nehalem", kOld), std::nullopt);
}

TEST(Startup, LeavesAnotherBlasAlone) {
    EXPECT_EQ(betterBlasCore("", kAvx512), std::nullopt);
}

} // namespace
} // namespace slopescope
