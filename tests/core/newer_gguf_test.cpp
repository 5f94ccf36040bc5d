// GGUF files of the families that llama.cpp reads under names of their own (tests/data/newer_gguf_fixtures.py, with the gguf
// package's own names): each opens as the model that the Hugging Face form of the same weights is, and computes the same logits.
#include "core/checkpoint/model_directory.h"
#include "core/model/decoder.h"
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/base/utf8.h"
#include "tests/core/temp_folder.h"

#include <ATen/Functions.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace slopescope {
namespace {

using namespace tests;
namespace fs = std::filesystem;

const fs::path kData = SLOPESCOPE_TEST_DATA;

// `unsaid`: what the format has no entry for, so that a reader takes the value of the family.
struct Conversion {
    const char* name;
    const char* unsaid = "{}";
};

class NewerConversion : public ::testing::TestWithParam<Conversion> {
protected:
    OpenedModel original() const {
        const fs::path folder = kData / "families" / GetParam().name;
        nlohmann::json config = parseJson(readTextFile(folder / "config.json"), "config.json");
        config.merge_patch(nlohmann::json::parse(GetParam().unsaid));
        writeFile(m_folder / "config.json", config.dump());
        fs::copy_file(folder / "model.safetensors", m_folder / "model.safetensors");
        return openModelDirectory(m_folder.path(), Job());
    }

    TempFolder m_folder;
};

at::Tensor logitsOf(OpenedModel model) {
    const auto ids =
        parseJson(readTextFile(kData / "families" / "ids.json"), "ids.json").get<std::vector<std::int32_t>>();
    const Decoder decoder(model.config, std::move(model.weights));
    at::Tensor x = decoder.embed(ids, 1);
    const auto rotary = decoder.rotaryFor(std::ssize(ids));
    for (std::int64_t layer = 0; layer < decoder.config().layers; ++layer)
        x = decoder.runLayer(layer, x, rotary ? &*rotary : nullptr, {}, Job()).residual;
    return decoder.logits(x[0]);
}

TEST_P(NewerConversion, ComputesWhatItDidBefore) {
    OpenedModel model = openModelDirectory(kData / "gguf" / (std::string(GetParam().name) + ".gguf"), Job()), before = original();
    EXPECT_EQ(model.config.modelType, before.config.modelType);
    EXPECT_EQ(model.config.trainingLength, before.config.trainingLength);
    EXPECT_EQ(model.config.windows, before.config.windows);
    EXPECT_EQ(model.config.tiedHead, before.config.tiedHead);
    EXPECT_EQ(model.config.positions.bias, before.config.positions.bias);
    EXPECT_EQ(model.config.slopes, before.config.slopes);
    EXPECT_EQ(model.parameters, before.parameters);
    std::string remarks;
    for (const std::string& remark : model.remarks)
        remarks += remark + "\n";
    EXPECT_EQ(remarks, "");
    const at::Tensor expected = logitsOf(std::move(before)), logits = logitsOf(std::move(model));
    const double largest = expected.abs().max().item<double>();
    // The file's numbers are float32: epsilons and scales differ from the config's in their eighth digit.
    EXPECT_LT(logits.sub(expected).abs().max().item<double>(), 1e-5 * largest);
    EXPECT_GT(largest, 0.1);
}

INSTANTIATE_TEST_SUITE_P(
    Models, NewerConversion,
    ::testing::Values(Conversion{"baichuan_7b"}, Conversion{"cohere"}, Conversion{"cohere2"}, Conversion{"gemma"},
                      Conversion{"gemma2", R"({"query_pre_attn_scalar":16})"},
                      Conversion{"gemma3_text", R"({"query_pre_attn_scalar":16})"}, Conversion{"gpt2"},
                      Conversion{"gpt_bigcode"}, Conversion{"gpt_neox"}, Conversion{"gpt_neox_sequential", R"({"hidden_act":"gelu"})"},
                      Conversion{"gpt_refact"}, Conversion{"granite"}, Conversion{"olmo2"}, Conversion{"olmo3"},
                      Conversion{"phi"}, Conversion{"phi3"}, Conversion{"phi3_long"},
                      Conversion{"smollm3", R"({"no_rope_layer_interval":4})"}, Conversion{"stablelm"},
                      Conversion{"stablelm_parallel"}, Conversion{"starcoder2"}),
    [](const auto& info) { return std::string(info.param.name); });

} // namespace
} // namespace slopescope
