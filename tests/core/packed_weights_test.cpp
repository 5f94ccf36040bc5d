// A model whose matrices stay in the form of its file computes what the same model in float32 does, to the bit, in the memory
// that was announced.
#include "core/base/error.h"
#include "core/checkpoint/gguf.h"
#include "core/checkpoint/model_directory.h"
#include "core/kernels/matmul.h"
#include "core/model/decoder.h"
#include "core/base/parallel.h"
#include "tests/core/temp_folder.h"

#include <ATen/Functions.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <numeric>
#include <set>

namespace slopescope {
namespace {

using namespace tests;
using ::testing::HasSubstr;
namespace fs = std::filesystem;

const fs::path kData = SLOPESCOPE_TEST_DATA;

at::Tensor logitsOf(const Decoder& decoder, std::int64_t length) {
    std::vector<std::int32_t> ids(static_cast<std::size_t>(length));
    for (std::size_t i = 0; i < ids.size(); ++i)
        ids[i] = static_cast<std::int32_t>((i * 7 + 3) % static_cast<std::size_t>(decoder.config().vocabulary));
    at::Tensor residual = decoder.embed(ids, 1);
    const auto rotary = decoder.rotaryFor(length);
    for (std::int64_t layer = 0; layer < decoder.config().layers; ++layer)
        residual = decoder.runLayer(layer, residual, rotary ? &*rotary : nullptr, {}, Job()).residual;
    return decoder.logits(residual[0]);
}

class PackedWeights : public ::testing::TestWithParam<const char*> {
protected:
    const fs::path m_path = kData / GetParam();
};

TEST_P(PackedWeights, HaveTheBitsOfFloat32) {
    OpenedModel wide = UnreadModel(m_path, Job()).read(Job()), packed = UnreadModel(m_path, Job()).readPacked(Job());
    std::int64_t bytes = 0;
    std::set<const kernels::PackedMatrix*> matrices;
    forEachMatrix(packed.weights, [&](Linear& part) {
        EXPECT_FALSE(part.weight.defined());
        if (part.packed)
            matrices.insert(part.packed.get());
    });
    for (const auto* matrix : matrices)
        bytes += matrix->bytes();
    forEachTensor(packed.config, packed.weights, [&](const std::string&, const auto&, at::Tensor& tensor) {
        if (tensor.defined())
            bytes += tensor.numel() * 4;
    });
    EXPECT_EQ(bytes, packed.packedBytes);
    EXPECT_GE(packed.packedBytes, packed.bytesAside);
    const Decoder a(wide.config, std::move(wide.weights)), b(packed.config, std::move(packed.weights));
    const at::Tensor expected = logitsOf(a, 24);
    EXPECT_TRUE(expected.isfinite().all().item<bool>());
    EXPECT_TRUE(at::equal(logitsOf(b, 24), expected));
}

INSTANTIATE_TEST_SUITE_P(Models, PackedWeights,
                         ::testing::Values("gguf/mixed.gguf", "gguf/llama3.gguf", "gguf/falcon_40b.gguf", "gguf/bloom_six_heads.gguf",
                                           "gguf/qwen3.gguf", "families/gpt2", "families/opt", "families/baichuan_13b",
                                           "families/bloom"),
                         [](const auto& info) {
                             std::string name = info.param;
                             for (char& c : name)
                                 c = std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
                             return name;
                         });

TEST(PackedReading, TakesTheMemoryOfItsForms) {
    const UnreadModel unread(kData / "gguf" / "mixed.gguf", Job());
    // Of 16 bits and less, in rows of panels; a quarter is room for panels that are not full.
    EXPECT_LT(unread.description().packedBytes, unread.description().parameters * 4 / 2);
}

TEST(PackedReading, ReportsProgressInOrderAndStops) {
    std::vector<double> fractions;
    std::mutex mutex;
    const Job job({}, [&](const Progress& progress) {
        const std::lock_guard lock(mutex);
        fractions.push_back(progress.fraction);
    });
    const fs::path path = kData / "gguf" / "mixed.gguf";
    UnreadModel(path, job).readPacked(job, "; and more");
    EXPECT_TRUE(std::is_sorted(fractions.begin(), fractions.end()));
    EXPECT_DOUBLE_EQ(fractions.back(), 1);
    std::stop_source stop;
    UnreadModel unread(path, Job());
    const Job stopping(stop.get_token(), [&](const Progress&) { stop.request_stop(); });
    EXPECT_THROW(std::move(unread).readPacked(stopping), Cancelled);
}

// A scale of Q8_0 in the embedding that is no number.
TEST(PackedReading, RefusesValuesThatAreNotFinite) {
    const TempFolder folder;
    const fs::path path = folder / "model.gguf";
    std::string bytes = readFile(kData / "gguf" / "mixed.gguf");
    const GgufFile file = GgufFile::open(kData / "gguf" / "mixed.gguf");
    bytes.replace(file.tensors().at("token_embd.weight").begin + 34, 2, "\x01\x7C");
    writeFile(path, bytes);
    for (const bool packed : {false, true})
        try {
            UnreadModel unread(path, Job());
            packed ? std::move(unread).readPacked(Job()) : std::move(unread).read(Job());
            FAIL() << "accepted";
        } catch (const Error& error) {
            EXPECT_THAT(error.what(), HasSubstr("model.embed_tokens.weight\" holds values that are not finite"));
        }
}

} // namespace
} // namespace slopescope
