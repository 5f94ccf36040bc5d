// Tensors out of shards and out of PyTorch's archives: the values that torch.save stored
// (tests/data/archives_fixtures.py), and one sentence for every file that lies.
#include "core/checkpoint/tensor_source.h"

#include "core/checkpoint/pytorch_archive.h"
#include "core/checkpoint/safetensors.h"
#include "core/base/error.h"
#include "tests/core/temp_folder.h"

#include <ATen/Functions.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

namespace slopescope {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using namespace tests;
namespace fs = std::filesystem;

// 0, 0.25, 0.5, ...
at::Tensor ramp(const std::vector<std::int64_t>& shape) {
    const std::int64_t count = std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
    return (at::arange(count, at::kFloat).mul(0.25)).reshape(shape);
}

template <typename Call>
std::string refusal(Call call) {
    try {
        call();
    } catch (const Error& error) {
        EXPECT_TRUE(std::string(error.what()).ends_with(".")) << error.what();
        return error.what();
    }
    return "accepted";
}

// --- Shards ---

class Shards : public ::testing::Test {
protected:
    void SetUp() override {
        writeTensorFile(m_folder / "a.safetensors", {{"one", ramp({2, 3})}, {"two", ramp({4}).to(at::kHalf)}});
        writeTensorFile(m_folder / "b.safetensors", {{"three", ramp({5})}});
    }
    void index(const std::string& map) {
        writeFile(m_folder / "model.safetensors.index.json",
                  R"({"metadata":{"total_size":52},"weight_map":)" + map + "}");
    }
    std::string refusal() {
        return slopescope::refusal([&] { openTensorSource(m_folder.path(), Job()); });
    }

    const TempFolder m_folder;
};

TEST_F(Shards, AreOneSource) {
    index(R"({"one":"a.safetensors","two":"a.safetensors","three":"b.safetensors"})");
    const TensorSource source = openTensorSource(m_folder.path(), Job());
    ASSERT_EQ(source.tensors().size(), 3u);
    EXPECT_EQ(source.at("two").type, "F16");
    EXPECT_TRUE(at::equal(source.load("one", {2, 3}), ramp({2, 3})));
    EXPECT_TRUE(at::equal(source.load("two"), ramp({4})));
    EXPECT_TRUE(at::equal(source.load("three"), ramp({5})));
    EXPECT_THAT(slopescope::refusal([&] { source.load("three", {4}); }),
                AllOf(HasSubstr("b.safetensors"), HasSubstr("\"three\" is [5], but config.json asks for [4]")));
    EXPECT_THAT(slopescope::refusal([&] { source.load("four"); }), HasSubstr("index.json has no tensor \"four\""));
}

TEST_F(Shards, TheSingleFileGoesFirst) {
    index(R"({"one":"missing.safetensors"})");
    writeTensorFile(m_folder / "model.safetensors", {{"whole", ramp({2})}});
    EXPECT_TRUE(openTensorSource(m_folder.path(), Job()).has("whole"));
}

TEST_F(Shards, IndexesThatLieAreRefused) {
    index(R"({"one":"a.safetensors","three":"c.safetensors"})");
    EXPECT_THAT(refusal(), HasSubstr("\"c.safetensors\", which is missing"));
    index(R"({"one":"a.safetensors","one":"b.safetensors"})");
    EXPECT_THAT(refusal(), HasSubstr("twice"));
    index(R"({"one":7})");
    EXPECT_THAT(refusal(), HasSubstr("\"one\""));
    index("{}");
    EXPECT_THAT(refusal(), HasSubstr("names no files"));
    index("[]");
    EXPECT_THAT(refusal(), HasSubstr("weight_map"));
    writeFile(m_folder / "model.safetensors.index.json", "{}");
    EXPECT_THAT(refusal(), HasSubstr("weight_map"));
}

TEST_F(Shards, NothingOutsideTheFolderIsOpened) {
    fs::create_directory(m_folder / "inner");
    for (const std::string& path :
         {std::string("../a.safetensors"), (m_folder / "a.safetensors").string(), std::string(".."), std::string("."),
          std::string(), std::string("inner/../a.safetensors")}) {
        writeFile(m_folder / "inner" / "model.safetensors.index.json", R"({"weight_map":{"one":")" + path + "\"}}");
        EXPECT_THAT(slopescope::refusal([&] { openTensorSource(m_folder / "inner", Job()); }),
                    HasSubstr("not the name of a file beside it"))
            << path;
    }
}

// Two shards hold "one", one of them an older copy: the index settles which counts.
TEST_F(Shards, TheIndexSettlesWhichCopyCounts) {
    writeTensorFile(m_folder / "b.safetensors", {{"three", ramp({5})}, {"one", at::zeros({2, 3})}});
    index(R"({"one":"a.safetensors","two":"a.safetensors","three":"b.safetensors"})");
    const at::Tensor kept = openTensorSource(m_folder.path(), Job()).load("one");
    index(R"({"one":"b.safetensors","two":"a.safetensors","three":"b.safetensors"})");
    const at::Tensor older = openTensorSource(m_folder.path(), Job()).load("one");
    EXPECT_NE(kept.abs().sum().item<float>(), 0);
    EXPECT_EQ(older.abs().sum().item<float>(), 0);
}

// A name that no shard has does not matter until somebody needs it.
TEST_F(Shards, ANameThatNoShardHasClosesNothing) {
    index(R"({"one":"a.safetensors","two":"a.safetensors","three":"b.safetensors","four":"b.safetensors"})");
    const TensorSource source = openTensorSource(m_folder.path(), Job());
    EXPECT_TRUE(source.has("one"));
    EXPECT_FALSE(slopescope::refusal([&] { source.load("four"); }).empty());
}

// transformers reads every shard whatever the index says of it.
TEST_F(Shards, ATensorIsFoundInAShardThatTheIndexDoesNotSay) {
    index(R"({"one":"b.safetensors","two":"b.safetensors","three":"a.safetensors"})");
    const TensorSource source = openTensorSource(m_folder.path(), Job());
    EXPECT_TRUE(at::equal(source.load("one"), ramp({2, 3})));
    EXPECT_TRUE(at::equal(source.load("three"), ramp({5})));
}

// Of two copies that no entry decides between, that of the last shard by name counts, as in transformers.
TEST_F(Shards, OfCopiesThatTheIndexDoesNotListTheLastShardsCounts) {
    writeTensorFile(m_folder / "a.safetensors", {{"one", ramp({2, 3})}, {"extra", at::zeros({2})}, {"stray", at::zeros({3})}});
    writeTensorFile(m_folder / "b.safetensors", {{"three", ramp({5})}, {"extra", at::ones({2})}, {"stray", at::ones({3})}});
    writeTensorFile(m_folder / "c.safetensors", {{"four", ramp({2})}});
    index(R"({"three":"b.safetensors","one":"a.safetensors","four":"c.safetensors","stray":"c.safetensors"})");
    const TensorSource source = openTensorSource(m_folder.path(), Job());
    EXPECT_TRUE(at::equal(source.load("extra"), at::ones({2})));
    EXPECT_TRUE(at::equal(source.load("stray"), at::ones({3}))) << "listed for a shard that has it not";
}

TEST_F(Shards, MayLieInFoldersBelow) {
    fs::create_directories(m_folder / "parts" / "first");
    fs::rename(m_folder / "a.safetensors", m_folder / "parts" / "first" / "a.safetensors");
    index(R"({"one":"parts/first/a.safetensors","two":"parts/first/a.safetensors","three":"b.safetensors"})");
    const TensorSource source = openTensorSource(m_folder.path(), Job());
    EXPECT_TRUE(at::equal(source.load("one"), ramp({2, 3})));
    EXPECT_TRUE(at::equal(source.load("three"), ramp({5})));
}

TEST_F(Shards, OpeningStopsWhenAsked) {
    index(R"({"one":"a.safetensors"})");
    std::stop_source stop;
    stop.request_stop();
    EXPECT_THROW(openTensorSource(m_folder.path(), Job(stop.get_token())), Cancelled);
}

TEST_F(Shards, NumbersMustBeFinite) {
    at::Tensor broken = ramp({100, 3});
    broken[50][1] = -std::numeric_limits<float>::infinity();
    writeTensorFile(m_folder / "model.safetensors", {{"broken", broken}, {"ids", at::arange(3)}});
    const TensorSource source = openTensorSource(m_folder.path(), Job());
    EXPECT_THAT(slopescope::refusal([&] { source.load("broken"); }),
                AllOf(HasSubstr("model.safetensors: tensor \"broken\""), HasSubstr("not finite")));
    EXPECT_THAT(slopescope::refusal([&] { source.load("ids"); }), HasSubstr("I64"));
}

// --- What torch.save writes ---

const fs::path kArchives = fs::path(SLOPESCOPE_TEST_DATA) / "archives";

TensorSource openArchive(const fs::path& file) {
    TensorSource source(file);
    addPytorchArchive(file, source);
    return source;
}

class Archive : public ::testing::TestWithParam<const char*> {};

TEST_P(Archive, HoldsWhatWasSaved) {
    const TensorSource source = openArchive(kArchives / GetParam());
    ASSERT_EQ(source.tensors().size(), 13u);
    const at::Tensor table = ramp({6, 4});
    const auto expect = [&](const char* name, const char* type, const at::Tensor& expected) {
        EXPECT_EQ(source.at(name).type, type) << name;
        EXPECT_EQ(source.at(name).shape, expected.sizes().vec()) << name;
        const at::Tensor loaded = source.load(name);
        EXPECT_TRUE(loaded.is_contiguous() && loaded.scalar_type() == at::kFloat) << name;
        EXPECT_TRUE(at::equal(loaded, expected)) << name;
    };
    expect("float32", "F32", ramp({3, 5}));
    expect("float16", "F16", ramp({3, 5}));
    expect("bfloat16", "BF16", ramp({3, 5}));
    expect("float64", "F64", ramp({2, 2}));
    expect("transposed", "F32", table.t());
    expect("rows", "F32", table.slice(0, 2, 4));
    expect("columns", "F32", table.slice(1, 1, 3));
    expect("shared.whole", "F32", ramp({10}));
    expect("shared.tail", "F32", ramp({10}).slice(0, 7));
    expect("parameter", "F32", ramp({2, 3}));
    expect("scalar", "F32", at::scalar_tensor(-1.5, at::kFloat));
    expect("empty", "F32", at::zeros({0, 4}));
    EXPECT_EQ(source.at("steps").type, "I64");
    EXPECT_THAT(refusal([&] { source.load("steps"); }), HasSubstr("\"steps\" holds no floating-point numbers"));
}

INSTANTIATE_TEST_SUITE_P(TorchSave, Archive,
                         ::testing::Values("zip.bin", "plain_dict.bin", "protocol4.bin", "old.bin"));

TEST(PytorchArchive, AModulesStateCarriesMetadataThatAreLeftOut) {
    const TensorSource source = openArchive(kArchives / "module.bin");
    ASSERT_EQ(source.tensors().size(), 4u);
    EXPECT_TRUE(at::equal(source.load("0.weight"), ramp({3, 2})));
    EXPECT_TRUE(at::equal(source.load("1.bias"), ramp({3})));
}

TEST(PytorchArchive, IsFoundInADirectoryWholeAndInShards) {
    const TempFolder folder;
    fs::create_directory(folder / "whole");
    fs::copy_file(kArchives / "zip.bin", folder / "whole" / "pytorch_model.bin");
    EXPECT_EQ(openTensorSource(folder / "whole", Job()).tensors().size(), 13u);

    fs::create_directory(folder / "shards");
    fs::copy_file(kArchives / "zip.bin", folder / "shards" / "pytorch_model-00001-of-00002.bin");
    fs::copy_file(kArchives / "module.bin", folder / "shards" / "pytorch_model-00002-of-00002.bin");
    writeFile(folder / "shards" / "pytorch_model.bin.index.json",
              R"({"weight_map":{"float32":"pytorch_model-00001-of-00002.bin",)"
              R"("0.weight":"pytorch_model-00002-of-00002.bin"}})");
    const TensorSource source = openTensorSource(folder / "shards", Job());
    EXPECT_EQ(source.tensors().size(), 17u);
    EXPECT_TRUE(at::equal(source.load("0.weight"), ramp({3, 2})));
}

TEST(PytorchArchive, NothingInAFileIsRun) {
    for (const auto& [name, function] :
         {std::pair("system.bin", "system\""), std::pair("eval.bin", "eval\""), std::pair("getattr.bin", "getattr\"")})
        EXPECT_THAT(refusal([&] { openArchive(kArchives / name); }),
                    AllOf(HasSubstr(name), HasSubstr("it wants to call \""), HasSubstr(function)));
}

TEST(PytorchArchive, WhatIsNoCheckpointIsRefused) {
    EXPECT_THAT(refusal([&] { openArchive(kArchives / "no_dictionary.bin"); }), HasSubstr("no dictionary of tensors"));
    const TempFolder folder;
    writeFile(folder / "text", "Once upon a time");
    EXPECT_THAT(refusal([&] { openArchive(folder / "text"); }), HasSubstr("not a file that torch.save wrote"));
    writeFile(folder / "empty", "");
    EXPECT_THAT(refusal([&] { openArchive(folder / "empty"); }), HasSubstr("not a file that torch.save wrote"));
    EXPECT_THAT(refusal([&] { openArchive(folder / "missing"); }), HasSubstr("No such file"));
}

// Cut anywhere, a file is refused, or whole enough: never read beyond its end. (The sanitizer's build watches.)
TEST(PytorchArchive, CutFilesAreRefused) {
    const TempFolder folder;
    for (const char* name : {"module.bin", "old.bin"}) {
        const std::string whole = readFile(kArchives / name);
        for (std::size_t size = 0; size < whole.size(); size += 1 + size / 64) {
            writeFile(folder / "cut", whole.substr(0, size));
            EXPECT_NE(refusal([&] { openArchive(folder / "cut"); }), "accepted") << name << " cut at " << size;
        }
    }
}

// Every byte of the list of tensors, changed in three ways: each file opens or is refused, and what opens can be
// loaded.
TEST(PytorchArchive, ChangedListsNeverReachBeyondTheFile) {
    const TempFolder folder;
    const std::string whole = readFile(kArchives / "old.bin");
    const std::size_t list = whole.find("float32");
    ASSERT_NE(list, std::string::npos);
    int opened = 0;
    for (std::size_t at = list; at < list + 600; ++at) {
        for (const int change : {1, 64, 255}) {
            std::string changed = whole;
            changed[at] = static_cast<char>(changed[at] ^ change);
            writeFile(folder / "changed", changed);
            refusal([&] {
                const TensorSource source = openArchive(folder / "changed");
                ++opened;
                for (const auto& [name, tensor] : source.tensors())
                    refusal([&, name = name] { source.load(name); });
            });
        }
    }
    EXPECT_GT(opened, 0);
}

} // namespace
} // namespace slopescope
