#include "core/checkpoint/safetensors.h"

#include "core/base/error.h"

#include <ATen/Functions.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <bit>
#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>

#include <sys/stat.h>

namespace slopescope {
namespace {

using ::testing::HasSubstr;

std::string littleEndian(std::uint64_t value) {
    std::string bytes;
    for (int i = 0; i < 8; ++i)
        bytes += static_cast<char>(value >> (8 * i));
    return bytes;
}

template <typename T>
std::string bytesOf(const std::vector<T>& values) {
    std::string bytes(values.size() * sizeof(T), '\0');
    std::memcpy(bytes.data(), values.data(), bytes.size());
    return bytes;
}

class Safetensors : public ::testing::Test {
protected:
    void SetUp() override {
        m_folder = std::filesystem::temp_directory_path() /
                   ("safetensors_" + std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()));
        std::filesystem::remove_all(m_folder);
        std::filesystem::create_directory(m_folder);
        m_file = m_folder / "model.safetensors";
    }
    void TearDown() override { std::filesystem::remove_all(m_folder); }

    void writeRaw(const std::string& bytes) { std::ofstream(m_file, std::ios::binary | std::ios::trunc) << bytes; }
    void write(const std::string& header, const std::string& data) {
        writeRaw(littleEndian(header.size()) + header + data);
    }

    // The refusal of a file, which must always name the file and end like a sentence.
    std::string refusal() {
        try {
            TensorFile::open(m_file);
        } catch (const Error& error) {
            EXPECT_THAT(error.what(), HasSubstr(m_file.string()));
            EXPECT_TRUE(std::string(error.what()).ends_with(".")) << error.what();
            return error.what();
        }
        return "accepted";
    }
    std::string refusal(const std::string& header, std::size_t dataBytes) {
        write(header, std::string(dataBytes, '\0'));
        return refusal();
    }

    std::filesystem::path m_folder, m_file;
};

// The format's own reader takes null for no metadata.
TEST_F(Safetensors, NullMetadataAreNone) {
    write(R"({"__metadata__":null,"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", bytesOf<float>({1, 2}));
    const TensorFile file = TensorFile::open(m_file);
    EXPECT_TRUE(file.metadata().empty());
    EXPECT_TRUE(at::equal(file.read("a", at::kFloat), at::arange(1, 3, at::kFloat)));
}

// Of a type that no model here needs, a tensor is missed only where it is asked for.
TEST_F(Safetensors, TypesThatNobodyNeedsCloseNothing) {
    for (const char* type : {"F4", "F6_E2M3", "F6_E3M2", "F8_E4M3FNUZ", "F8_E5M2FNUZ", "F8_E8M0", "C64", "U16"}) {
        const int bits = type[0] == 'C' ? 64 : type[0] == 'U' ? 16 : type[1] - '0';
        const std::string end = std::to_string(8 + bits); // of 8 values
        write(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":")" + std::string(type) +
                  R"(","shape":[8],"data_offsets":[8,)" + end + "]}}",
              bytesOf<float>({1, 2}) + std::string(std::size_t(bits), '\0'));
        const TensorFile file = TensorFile::open(m_file);
        EXPECT_TRUE(at::equal(file.read("a", at::kFloat), at::arange(1, 3, at::kFloat))) << type;
        EXPECT_THROW(file.read("b", at::kFloat), Error) << type;
    }
}

TEST_F(Safetensors, ReadsAFileWrittenByHand) {
    write(R"({"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},)"
          R"("b":{"dtype":"I64","shape":[],"data_offsets":[24,32]}}   )",
          bytesOf<float>({1, 2, 3, 4, 5, 6.5f}) + bytesOf<std::int64_t>({-7}));
    const TensorFile file = TensorFile::open(m_file);
    EXPECT_EQ(file.metadata().at("format"), "pt");
    ASSERT_EQ(file.tensors().size(), 2u);
    EXPECT_EQ(file.tensors().at("a").type, "F32");
    EXPECT_EQ(file.tensors().at("a").shape, (std::vector<std::int64_t>{2, 3}));
    EXPECT_EQ(file.tensors().at("b").end, std::filesystem::file_size(m_file));
    EXPECT_TRUE(at::equal(file.read("a", at::kFloat), at::tensor({1.f, 2.f, 3.f, 4.f, 5.f, 6.5f}).view({2, 3})));
    EXPECT_EQ(file.read("b", at::kLong).item<std::int64_t>(), -7);
}

TEST_F(Safetensors, FloatsConvertAmongThemselves) {
    // 1.5, -2 and the largest half; as bfloat16: 1.5, -2, 65504 rounded up to 65536.
    const std::vector<std::uint16_t> half = {0x3E00, 0xC000, 0x7BFF}, brain = {0x3FC0, 0xC000, 0x4780};
    write(
        R"({"half":{"dtype":"F16","shape":[3],"data_offsets":[0,6]},"brain":{"dtype":"BF16","shape":[3],"data_offsets":[6,12]},)"
        R"("double":{"dtype":"F64","shape":[2],"data_offsets":[12,28]}})",
        bytesOf(half) + bytesOf(brain) + bytesOf<double>({0.1, -1e300}));
    const TensorFile file = TensorFile::open(m_file);
    EXPECT_TRUE(at::equal(file.read("half", at::kFloat), at::tensor({1.5f, -2.f, 65504.f})));
    EXPECT_TRUE(at::equal(file.read("brain", at::kDouble), at::tensor({1.5, -2., 65536.})));
    EXPECT_EQ(std::bit_cast<std::uint16_t>(file.read("half", at::kBFloat16)[2].item<at::BFloat16>()), 0x4780);
    EXPECT_EQ(file.read("double", at::kDouble)[0].item<double>(), 0.1); // not aligned in this file
    EXPECT_EQ(file.read("double", at::kFloat)[0].item<float>(), 0.1f);
    EXPECT_EQ(file.read("double", at::kFloat)[1].item<float>(), -std::numeric_limits<float>::infinity());
}

TEST_F(Safetensors, TensorsOutliveTheFileAndMayBeWritten) {
    write(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", bytesOf<float>({1, 2}));
    at::Tensor kept;
    {
        const TensorFile file = TensorFile::open(m_file);
        kept = file.read("a", at::kFloat);
        kept.add_(1);
        EXPECT_TRUE(at::equal(file.read("a", at::kFloat), at::tensor({1.f, 2.f})));
    }
    EXPECT_TRUE(at::equal(kept, at::tensor({2.f, 3.f})));
}

TEST_F(Safetensors, WhatIsWrittenComesBack) {
    const std::map<std::string, at::Tensor> tensors = {
        {"weight", at::arange(12, at::kFloat).view({3, 4}).t()}, // not contiguous
        {"half", at::tensor({0.5f, -3.f}).to(at::kHalf)},
        {"brain", at::tensor({0.5f, -3.f}).to(at::kBFloat16)},
        {"double", at::tensor({0.1, 0.2})},
        {"ids", at::tensor({std::int64_t{1}, std::int64_t{-1}})},
        {"flags", at::tensor({1, 0, 1}).to(at::kBool)},
        {"empty", at::empty({0, 5})},
        {"scalar", at::tensor(2.5f).squeeze()},
        {"näme \"quoted\"", at::ones({1})},
    };
    writeTensorFile(m_file, tensors, {{"note", "ümlaut\n"}});
    const TensorFile file = TensorFile::open(m_file);
    EXPECT_EQ(file.metadata().at("note"), "ümlaut\n");
    ASSERT_EQ(file.tensors().size(), tensors.size());
    for (const auto& [name, tensor] : tensors) {
        EXPECT_EQ(file.tensors().at(name).shape, tensor.sizes().vec()) << name;
        EXPECT_TRUE(at::equal(file.read(name, tensor.scalar_type()), tensor)) << name;
    }
    std::uint64_t end = file.tensors().begin()->second.begin;
    EXPECT_EQ(end % 8, 0u);
    for (const auto& [name, info] : file.tensors()) { // in the order of names
        EXPECT_EQ(info.begin, end) << name;
        end = info.end;
    }
}

TEST_F(Safetensors, AFailedWriteLeavesTheOldFileAndNothingElse) {
    writeTensorFile(m_file, {{"a", at::ones({2})}});
    EXPECT_THROW(writeTensorFile(m_file, {{"a", at::ones({2})}, {"b", at::ones({1}, at::kComplexFloat)}}), Error);
    EXPECT_THROW(writeTensorFile(m_file, {{"b", at::Tensor()}}), Error);
    EXPECT_THROW(writeTensorFile(m_file, {{"__metadata__", at::ones({2})}}), Error);
    EXPECT_THROW(writeTensorFile(m_file, {{"bad \xFF name", at::ones({2})}}), Error);
    EXPECT_EQ(TensorFile::open(m_file).tensors().size(), 1u);
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(m_folder), {}), 1);
    try {
        writeTensorFile(m_folder / "no" / "such.safetensors", {});
        FAIL();
    } catch (const Error& error) {
        EXPECT_THAT(error.what(), HasSubstr("such.safetensors"));
    }
}

TEST_F(Safetensors, AnOpenFileKeepsItsTensorsWhenItIsReplaced) {
    writeTensorFile(m_file, {{"a", at::ones({1000})}});
    const TensorFile old = TensorFile::open(m_file);
    writeTensorFile(m_file, {{"a", at::zeros({1000})}});
    EXPECT_EQ(old.read("a", at::kFloat).sum().item<float>(), 1000);
    EXPECT_EQ(TensorFile::open(m_file).read("a", at::kFloat).sum().item<float>(), 0);
}

TEST_F(Safetensors, AnEmptyFileOfTensorsIsFine) {
    write("{}", "");
    EXPECT_TRUE(TensorFile::open(m_file).tensors().empty());
}

TEST_F(Safetensors, ReadingNamesTheTensorItRefuses) {
    write(
        R"({"a":{"dtype":"I64","shape":[1],"data_offsets":[0,8]},"b":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[8,9]}})",
        std::string(9, '\0'));
    const TensorFile file = TensorFile::open(m_file);
    const auto fault = [&](const std::string& name, at::ScalarType type) -> std::string {
        try {
            file.read(name, type);
        } catch (const Error& error) {
            EXPECT_THAT(error.what(), HasSubstr(m_file.string()));
            return error.what();
        }
        return "accepted";
    };
    EXPECT_THAT(fault("absent", at::kFloat), HasSubstr("no tensor \"absent\""));
    EXPECT_THAT(fault("a", at::kFloat), HasSubstr("\"a\""));
    EXPECT_THAT(fault("b", at::kFloat), HasSubstr("F8_E4M3"));
}

TEST_F(Safetensors, RefusesWhatIsNoFile) {
    EXPECT_THAT(refusal(), HasSubstr("No such file"));
    writeRaw("");
    EXPECT_THAT(refusal(), HasSubstr("only 0 bytes"));
    writeRaw("1234567");
    EXPECT_THAT(refusal(), HasSubstr("only 7 bytes"));
    std::filesystem::remove(m_file);
    std::filesystem::create_directory(m_file);
    EXPECT_NE(refusal(), "accepted");
    std::filesystem::remove(m_file);
    ASSERT_EQ(::mkfifo(m_file.c_str(), 0600), 0);
    EXPECT_THAT(refusal(), HasSubstr("not a regular file"));
}

TEST_F(Safetensors, RefusesBadHeaders) {
    writeRaw(littleEndian(100) + "{}");
    EXPECT_THAT(refusal(), HasSubstr("should have 100 bytes, but only 2 bytes follow"));
    writeRaw(littleEndian(~std::uint64_t{0}) + "{}");
    EXPECT_THAT(refusal(), HasSubstr("cut short"));
    writeRaw(littleEndian(0));
    EXPECT_THAT(refusal(), HasSubstr("not valid JSON"));
    writeRaw(littleEndian(100'000'001));
    std::filesystem::resize_file(m_file, 8 + 100'000'001); // sparse
    EXPECT_THAT(refusal(), HasSubstr("100000001 bytes, more than"));
    EXPECT_THAT(refusal("{", 0), HasSubstr("not valid JSON"));
    EXPECT_THAT(refusal("{}{}", 0), HasSubstr("not valid JSON"));
    EXPECT_THAT(refusal("[]", 0), HasSubstr("not a JSON object"));
    EXPECT_THAT(refusal("null", 0), HasSubstr("not a JSON object"));
    EXPECT_THAT(refusal("{\"\xFF\":1}", 0), HasSubstr("not valid JSON"));
    EXPECT_THAT(refusal(std::string(100'000, '['), 0), HasSubstr("deep"));
    EXPECT_THAT(refusal(R"({"__metadata__":[]})", 0), HasSubstr("metadata"));
    EXPECT_THAT(refusal(R"({"__metadata__":{"a":1}})", 0), HasSubstr("\"a\""));
    EXPECT_THAT(
        refusal(
            R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
            4),
        HasSubstr("the key \"a\" twice"));
}

TEST_F(Safetensors, RefusesBadEntriesByTheTensorsName) {
    const auto entry = [&](const std::string& body, std::size_t bytes = 4) {
        const std::string message = refusal(R"({"the.weight":)" + body + "}", bytes);
        EXPECT_THAT(message, HasSubstr("\"the.weight\""));
        return message;
    };
    EXPECT_THAT(entry("1"), HasSubstr("no dtype"));
    EXPECT_THAT(entry("{}"), HasSubstr("no dtype"));
    EXPECT_THAT(entry(R"({"dtype":7,"shape":[1],"data_offsets":[0,4]})"), HasSubstr("no name"));
    EXPECT_THAT(entry(R"({"dtype":"F32","data_offsets":[0,4]})"), HasSubstr("no shape"));
    EXPECT_THAT(entry(R"({"dtype":"F32","shape":[1]})"), HasSubstr("no data_offsets"));
    EXPECT_THAT(entry(R"({"dtype":"F32","shape":1,"data_offsets":[0,4]})"), HasSubstr("needs a shape"));
    EXPECT_THAT(entry(R"({"dtype":"F32","shape":[-1],"data_offsets":[0,4]})"), HasSubstr("\"-1\""));
    EXPECT_THAT(entry(R"({"dtype":"F32","shape":[1.0],"data_offsets":[0,4]})"), HasSubstr("whole number"));
    EXPECT_THAT(entry(R"({"dtype":"F32","shape":[18446744073709551615],"data_offsets":[0,4]})"),
                HasSubstr("whole number"));
    EXPECT_THAT(entry(R"({"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]})"),
                HasSubstr("at most 16"));
    EXPECT_THAT(entry(R"({"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]})"),
                HasSubstr("too large"));
    EXPECT_THAT(entry(R"({"dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,0]})", 0),
                HasSubstr("too large"));
    EXPECT_THAT(entry(R"({"dtype":"F32","shape":[0,4294967296,4294967296],"data_offsets":[0,0]})", 0),
                HasSubstr("too large"));
    EXPECT_THAT(entry(R"({"dtype":"F32","shape":[1],"data_offsets":[0]})"), HasSubstr("data_offsets"));
    EXPECT_THAT(entry(R"({"dtype":"F32","shape":[1],"data_offsets":[0,4,8]})"), HasSubstr("data_offsets"));
    EXPECT_THAT(entry(R"({"dtype":"F32","shape":[1],"data_offsets":[-4,0]})"), HasSubstr("whole number"));
    EXPECT_THAT(entry(R"({"dtype":"F32","shape":[1],"data_offsets":[4,0]})"), HasSubstr("before it begins"));
    EXPECT_THAT(entry(R"({"dtype":"F32","shape":[1],"data_offsets":["0","4"]})"), HasSubstr("whole number"));
    EXPECT_THAT(entry(R"({"dtype":"F32","shape":[2],"data_offsets":[0,8]})"), HasSubstr("cut short"));
    EXPECT_THAT(entry(R"({"dtype":"F32","shape":[1],"data_offsets":[9223372036854775803,9223372036854775807]})"),
                HasSubstr("cut short"));
    EXPECT_THAT(entry(R"({"dtype":"F32","shape":[2],"data_offsets":[0,4]})"), HasSubstr("shape need 8"));
    EXPECT_THAT(entry(R"({"dtype":"F16","shape":[1],"data_offsets":[0,4]})"), HasSubstr("shape need 2"));
}

TEST_F(Safetensors, RefusesOverlapsHolesAndLeftOvers) {
    const std::string first =
        R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":)";
    EXPECT_EQ(refusal(first + "[8,12]}}", 12), "accepted");
    EXPECT_THAT(refusal(first + "[4,8]}}", 8), HasSubstr("\"a\" and \"b\""));
    EXPECT_THAT(refusal(first + "[0,4]}}", 8), HasSubstr("overlap"));
    EXPECT_THAT(refusal(first + "[12,16]}}", 16), HasSubstr("hole of 4 bytes before the tensor \"b\""));
    EXPECT_THAT(refusal(first + "[8,12]}}", 13), HasSubstr("1 byte after its last tensor"));
    EXPECT_THAT(refusal(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})", 8), HasSubstr("hole of 4 bytes"));
    EXPECT_THAT(refusal("{}", 3), HasSubstr("3 bytes after"));
}

TEST_F(Safetensors, EveryPrefixOfAGoodFileIsRefused) {
    writeTensorFile(m_file, {{"a", at::ones({3})}, {"b", at::ones({2}, at::kHalf)}}, {{"k", "v"}});
    std::ifstream stream(m_file, std::ios::binary);
    const std::string whole((std::istreambuf_iterator<char>(stream)), {});
    for (std::size_t length = 0; length < whole.size(); ++length) {
        writeRaw(whole.substr(0, length));
        EXPECT_NE(refusal(), "accepted") << length;
    }
}

} // namespace
} // namespace slopescope
