// PyTorch archives with more in them than plain tensors: views that repeat what is stored, shapes and devices beside
// the tensors, parameters with attributes, kinds of tensors that nobody needs. The files are written here, in the old
// format, as torch.save writes them.
#include "core/base/error.h"
#include "core/checkpoint/pytorch_archive.h"
#include "tests/core/temp_folder.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <gtest/gtest.h>

namespace slopescope {
namespace {

using namespace tests;

template <typename T>
std::string bytes(T value) {
    return {reinterpret_cast<const char*>(&value), sizeof value};
}

// --- Values of a pickle ---

std::string text(const std::string& letters) {
    return "X" + bytes(std::uint32_t(letters.size())) + letters;
}
std::string whole(std::int32_t number) {
    return "J" + bytes(number);
}
std::string tuple(const std::string& items) {
    return "(" + items + "t";
}
std::string call(const std::string& module, const std::string& name, const std::string& arguments) {
    return "c" + module + "\n" + name + "\n" + tuple(arguments) + "R";
}
std::string pickle(const std::string& value) {
    return "\x80\x02" + value + ".";
}
std::string dictionary(const std::string& pairs) {
    return "}(" + pairs + "u";
}
const std::string kNothing = "N", kFalse = "\x89", kTrue = "\x88";
const std::string kHooks = call("collections", "OrderedDict", "");

std::string numbers(const std::vector<int>& list) {
    std::string items;
    for (const int number : list)
        items += whole(number);
    return tuple(items);
}

std::string storage(const std::string& type, int elements, const std::string& key = "0") {
    return tuple(text("storage") + "ctorch\n" + type + "\n" + text(key) + text("cpu") + whole(elements) + kNothing) +
           "Q";
}
std::string tensor(const std::vector<int>& shape, const std::vector<int>& strides, int offset = 0) {
    return call("torch._utils", "_rebuild_tensor_v2",
                storage("FloatStorage", 6) + whole(offset) + numbers(shape) + numbers(strides) + kFalse + kHooks);
}

class OddArchive : public ::testing::Test {
protected:
    // One storage of six floats, 1 to 6; where the pairs use it, another, "1", of six bytes.
    TensorSource open(const std::string& pairs, bool withBytes = false) {
        const std::string magic("\x80\x02\x8a\x0al\xfc\x9c"
                                "F\xf9 j\xa8P\x19.",
                                15);
        std::string file = magic + pickle(whole(1001)) + pickle(dictionary("")) + pickle(dictionary(pairs));
        file += pickle("](" + text("0") + (withBytes ? text("1") : std::string()) + "e") + bytes(std::int64_t(6));
        for (int i = 1; i <= 6; ++i)
            file += bytes(float(i));
        if (withBytes)
            file += bytes(std::int64_t(6)) + "sixsix";
        writeFile(m_folder / "pytorch_model.bin", file);
        TensorSource source(m_folder / "pytorch_model.bin");
        addPytorchArchive(m_folder / "pytorch_model.bin", source);
        return source;
    }
    static std::string refusal(const TensorSource& source, const std::string& name) {
        try {
            source.load(name);
        } catch (const Error& fault) {
            return fault.what();
        }
        return "accepted";
    }
    const std::string m_plain = text("plain") + tensor({2, 3}, {3, 1});
    void expectPlain(const TensorSource& source) {
        EXPECT_TRUE(at::equal(source.load("plain"), at::arange(1, 7, at::kFloat).view({2, 3})));
    }

private:
    const TempFolder m_folder;
};

TEST_F(OddArchive, AStrideOfNoneRepeatsWhatIsStored) {
    const TensorSource source =
        open(m_plain + text("expanded") + tensor({4, 3}, {0, 1}, 3) + text("constant") + tensor({5}, {0}, 1));
    expectPlain(source);
    EXPECT_TRUE(at::equal(source.load("expanded"), at::arange(4, 7, at::kFloat).expand({4, 3})));
    EXPECT_TRUE(at::equal(source.load("constant"), at::full({5}, 2.0F)));
}

// A few bytes must not claim the machine's memory; the file opens all the same, and says so where the tensor is asked
// for.
TEST_F(OddArchive, AViewTooLargeToBeReadClosesNothing) {
    const TensorSource source = open(m_plain + text("huge") + tensor({1 << 20, 1 << 20}, {0, 0}));
    expectPlain(source);
    EXPECT_NE(refusal(source, "huge").find("tensor \"huge\" repeats few stored values to [1048576, 1048576]"),
              std::string::npos)
        << refusal(source, "huge");
}

TEST_F(OddArchive, AViewBeyondItsStorageIsRefused) {
    EXPECT_THROW(open(m_plain + text("beyond") + tensor({2, 3}, {3, 1}, 1)), Error);
    EXPECT_THROW(open(m_plain + text("overflowing") + tensor({1 << 30, 1 << 30, 1 << 30}, {0, 0, 0})), Error);
}

TEST_F(OddArchive, ShapesTypesAndDevicesStandBesideTheTensors) {
    const TensorSource source = open(m_plain + text("shape") + call("torch", "Size", numbers({2, 3})) + text("type") +
                                     "ctorch\nfloat16\n" + text("device") + call("torch", "device", text("cpu")));
    expectPlain(source);
    EXPECT_FALSE(source.has("shape"));
}

TEST_F(OddArchive, AParameterMayCarryAttributes) {
    const std::string one = tensor({3}, {1}, 3);
    const TensorSource source =
        open(m_plain + text("parameter") + call("torch._utils", "_rebuild_parameter", one + kTrue + kHooks) +
             text("with state") +
             call("torch._utils", "_rebuild_parameter_with_state",
                  one + kTrue + kHooks + dictionary(text("partition") + whole(1))));
    expectPlain(source);
    for (const char* name : {"parameter", "with state"})
        EXPECT_TRUE(at::equal(source.load(name), at::arange(4, 7, at::kFloat))) << name;
}

TEST_F(OddArchive, KindsThatNobodyNeedsCloseNothing) {
    const std::string v3 = call("torch._utils", "_rebuild_tensor_v3",
                                storage("UntypedStorage", 6, "1") + whole(0) + numbers({2}) + numbers({1}) + kFalse +
                                    kHooks + "ctorch\nuint16\n");
    const TensorSource source = open(m_plain + text("words") + v3, true);
    expectPlain(source);
    EXPECT_NE(refusal(source, "words").find("a form that is not read"), std::string::npos) << refusal(source, "words");
}

} // namespace
} // namespace slopescope
