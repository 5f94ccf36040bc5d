// The vocabularies that llama.cpp's tests carry, each with 47 texts and their ids. They are not part of this project:
// tests/data/published_vocabularies.sh fetches them and names the folder in SLOPESCOPE_VOCABULARIES.
#include "core/base/error.h"
#include "core/checkpoint/model_directory.h"
#include "tests/core/temp_folder.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <iterator>
#include <sstream>

namespace slopescope {
namespace {

using namespace tests;
namespace fs = std::filesystem;

std::vector<std::string> textsIn(const std::string& file) {
    const std::string between = "\n__ggml_vocab_test__\n";
    std::vector<std::string> texts;
    for (std::size_t begin = 0; begin <= file.size();) {
        const std::size_t end = std::min(file.find(between, begin), file.size());
        texts.push_back(file.substr(begin, end - begin));
        begin = end + between.size();
    }
    return texts;
}

using Ids = std::vector<std::int32_t>;

// Without those that go before every text.
Ids idsOf(const text::Tokenizer& tokenizer, const std::string& text) {
    const std::size_t before = tokenizer.encode("").size();
    Ids ids;
    for (const text::Token& token : tokenizer.encode(text, {}, text::Specials::Letters))
        ids.push_back(token.id);
    ids.erase(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(before));
    return ids;
}

Ids numbersIn(const std::string& line) {
    std::istringstream in(line);
    return {std::istream_iterator<std::int32_t>(in), {}};
}

TEST(PublishedVocabularies, EncodeAsTheirLibrariesDo) {
    const char* const folder = std::getenv("SLOPESCOPE_VOCABULARIES");
    if (folder == nullptr)
        GTEST_SKIP() << "tests/data/published_vocabularies.sh fetches them, and runs this";
    int identical = 0, all = 0;
    for (const auto& entry : fs::directory_iterator(folder)) {
        if (entry.path().extension() != ".inp")
            continue;
        ++all;
        const fs::path file = entry.path().parent_path() / entry.path().stem();
        SCOPED_TRACE(file.filename().string());
        try {
            const text::Tokenizer tokenizer = openTokenizer(file);
            std::istringstream expected(readFile(file.string() + ".out"));
            int wrong = 0, count = 0;
            for (const std::string& text : textsIn(readFile(entry.path()))) {
                std::string line;
                std::getline(expected, line);
                ++count;
                const Ids ids = idsOf(tokenizer, text);
                EXPECT_EQ(ids, numbersIn(line)) << text;
                wrong += ids != numbersIn(line);
            }
            EXPECT_GE(count, 40);
            identical += wrong == 0;
            std::cout << file.filename().string() << ": " << count - wrong << " of " << count << "\n";
        } catch (const Error& error) {
            std::cout << "refused: " << error.what() << "\n";
        }
    }
    std::cout << identical << " of " << all << " vocabularies are identical\n";
    EXPECT_GE(identical, 13);
}

} // namespace
} // namespace slopescope
