// The keys by which a GGUF file scales rotary positions, read as llama.cpp reads them: files written by hand.
// Perplexities of such models agree with llama-perplexity's to four digits.
#include "core/base/error.h"
#include "core/checkpoint/gguf_model.h"
#include "tests/core/temp_folder.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

namespace slopescope {
namespace {

using namespace tests;
using Json = nlohmann::json;

class RopeKeys : public ::testing::Test {
protected:
    void text(const std::string& key, const std::string& value) { entry(key, 8, sized(value)); }
    void integer(const std::string& key, std::uint32_t value) { entry(key, 4, bytes(value)); }
    void number(const std::string& key, float value) { entry(key, 6, bytes(value)); }

    // The "rope_scaling" of a small Llama with the entries so far; null: none.
    Json scaling() {
        text("general.architecture", "llama");
        for (const auto& [name, value] :
             {std::pair("embedding_length", 8U), std::pair("block_count", 1U), std::pair("attention.head_count", 2U),
              std::pair("feed_forward_length", 8U), std::pair("context_length", 64U)})
            integer(std::string("llama.") + name, value);
        number("llama.attention.layer_norm_rms_epsilon", 1e-5F);
        text("tokenizer.ggml.model", "no_vocab");
        std::string file = "GGUF" + bytes(3U) + bytes(std::uint64_t(1)) + bytes(m_count) + m_entries;
        file += sized("token_embd.weight") + bytes(2U) + bytes(std::uint64_t(8)) + bytes(std::uint64_t(4)) + bytes(0U) +
                bytes(std::uint64_t(0));
        file.append((32 - file.size() % 32) % 32 + 32 * sizeof(float), '\0');
        writeFile(m_folder / "model.gguf", file);
        m_entries.clear();
        m_count = 0;
        return openGguf(m_folder / "model.gguf").config.value("rope_scaling", Json());
    }
    std::string refusal() {
        try {
            scaling();
        } catch (const Error& fault) {
            return fault.what();
        }
        return "accepted";
    }

private:
    template <typename T>
    static std::string bytes(T value) {
        return {reinterpret_cast<const char*>(&value), sizeof value};
    }
    static std::string sized(const std::string& value) { return bytes(std::uint64_t(value.size())) + value; }
    void entry(const std::string& key, std::uint32_t kind, const std::string& value) {
        m_entries += sized(key) + bytes(kind) + value;
        ++m_count;
    }

    const TempFolder m_folder;
    std::string m_entries;
    std::uint64_t m_count = 0;
};

TEST_F(RopeKeys, AFactorWithoutATypeIsLinear) {
    number("llama.rope.scaling.factor", 4);
    EXPECT_EQ(scaling(), Json::parse(R"({"rope_type":"linear","factor":4.0})"));
    number("llama.rope.scaling.factor", 1);
    EXPECT_EQ(scaling(), Json());
    text("llama.rope.scaling.type", "none");
    number("llama.rope.scaling.factor", 4);
    EXPECT_EQ(scaling(), Json());
}

TEST_F(RopeKeys, TheOlderNameOfTheFactorCountsWhereTheNewOneIsNotThere) {
    number("llama.rope.scale_linear", 4);
    EXPECT_EQ(scaling(), Json::parse(R"({"rope_type":"linear","factor":4.0})"));
    text("llama.rope.scaling.type", "linear");
    number("llama.rope.scale_linear", 4);
    EXPECT_EQ(scaling(), Json::parse(R"({"rope_type":"linear","factor":4.0})"));
    number("llama.rope.scale_linear", 4);
    number("llama.rope.scaling.factor", 2);
    EXPECT_EQ(scaling(), Json::parse(R"({"rope_type":"linear","factor":2.0})"));
}

// llama.cpp multiplies the factor of YaRN's rule, 1 + 0.1 ln(factor), by the file's.
TEST_F(RopeKeys, TheAttentionFactorMultipliesYarns) {
    text("llama.rope.scaling.type", "yarn");
    number("llama.rope.scaling.factor", 4);
    number("llama.rope.scaling.attn_factor", 0.5F);
    integer("llama.rope.scaling.original_context_length", 32);
    const Json rule = scaling();
    EXPECT_EQ(rule.at("rope_type"), "yarn");
    EXPECT_EQ(rule.at("original_max_position_embeddings"), 32);
    EXPECT_NEAR(rule.at("attention_factor").get<double>(), 0.5 * (1 + 0.1 * std::log(4.0)), 1e-12);
}

TEST_F(RopeKeys, WhatIsNotComputedIsSaid) {
    number("llama.rope.scaling.factor", 4);
    number("llama.rope.scaling.attn_factor", 0.5F);
    EXPECT_NE(refusal().find("attn_factor\" is set without YaRN"), std::string::npos);
    text("llama.rope.scaling.type", "yarn");
    number("llama.rope.scaling.factor", 4);
    number("llama.rope.scaling.yarn_log_multiplier", 0.1F);
    EXPECT_NE(refusal().find("yarn_log_multiplier"), std::string::npos);
}

} // namespace
} // namespace slopescope
