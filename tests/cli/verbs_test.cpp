// The verbs as a person uses them: help, tokens, training, benches, Ctrl+C.
#include "tests/cli/program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace slopescope::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;

TEST(Help, EveryVerbExplainsItself) {
    const Outcome all = run({"--help"});
    EXPECT_EQ(all.status, 0);
    for (const char* verb : {"info", "tokenize", "logits", "perplexity", "map", "profile", "train", "bench"}) {
        EXPECT_THAT(all.out, HasSubstr(std::string("\n  ") + verb + " "));
        const Outcome one = run({verb, "--help"});
        EXPECT_EQ(one.status, 0);
        EXPECT_THAT(one.out, HasSubstr("--help"));
    }
    EXPECT_THAT(run({"perplexity", "--help"}).out, HasSubstr("llama-perplexity"));
    EXPECT_THAT(run({"perplexity", "--help"}).out, HasSubstr("--lengths L,L,...  "));
}

TEST(Version, IsOneLine) {
    const Outcome version = run({"--version"});
    EXPECT_EQ(version.status, 0);
    EXPECT_THAT(version.out, testing::MatchesRegex("slopescope-cli [0-9]+\\.[0-9]+\\.[0-9]+\n"));
}

TEST(Info, TellsWhatTheModelIs) {
    const json info = runJson({"info", modelOf("alibi")});
    EXPECT_EQ(info.at("positions"), "ALiBi");
    EXPECT_EQ(info.at("layers"), 2);
    EXPECT_EQ(info.at("heads"), 2);
    EXPECT_EQ(info.at("head_size"), 8);
    EXPECT_EQ(info.at("trained_length"), 16);
    EXPECT_EQ(info.at("trained_tokens"), 64); // 2 steps of 2 windows of 16
    EXPECT_EQ(info.at("slopes"), json({0.0625, 0.00390625}));
    EXPECT_TRUE(info.at("longest_length").is_null());
    EXPECT_EQ(runJson({"info", modelOf("learned")}).at("longest_length"), 16);
    EXPECT_THAT(run({"info", modelOf("alibi")}).out, HasSubstr("positions   ALiBi\n"));
}

// A file that holds more than its config says is read as it is, and that is said.
TEST(Info, SaysWhatIsNotableOfTheFiles) {
    EXPECT_EQ(runJson({"info", modelOf("alibi")}).at("remarks"), json::array());
    const std::string mute = (folder() / "without-letters").string();
    std::filesystem::copy(modelOf("alibi"), mute);
    write("without-letters/tokenizer.json", "{}");
    const json remarks = runJson({"info", mute}).at("remarks");
    ASSERT_EQ(remarks.size(), 1U);
    EXPECT_THAT(remarks.at(0).get<std::string>(), HasSubstr("only token ids: " + mute + "/tokenizer.json"));
    EXPECT_THAT(run({"info", mute}).out, HasSubstr("remarks     No text can be read"));
}

TEST(Info, OpensABundledModelByName) {
    modelOf("alibi");
    EXPECT_EQ(runJson({"info", "alibi", "--resources", folder().string()}).at("model"), "alibi");
    EXPECT_EQ(runJson({"--resources", folder().string(), "info", "alibi"}).at("model"), "alibi");
}

TEST(Tokenize, GivesIdsAndTheTextBack) {
    const std::string text = "The tide — 4 o'clock,\n\tnaïve  日本 😀.\n";
    const std::string file = write("sample.txt", text);
    const Outcome plain = run({"tokenize", modelOf("alibi"), "--text", file});
    const Outcome full = run({"tokenize", modelOf("alibi"), "--text", file, "--json"});
    const std::string plainIds = write("plain.json", plain.out), fullIds = write("full.json", full.out);
    EXPECT_EQ(run({"tokenize", modelOf("alibi"), "--ids", plainIds}).out, text);
    EXPECT_EQ(run({"tokenize", modelOf("alibi"), "--ids", fullIds}).out, text);
    EXPECT_EQ(runJson({"tokenize", modelOf("alibi"), "--ids", plainIds}).at("text"), text);
    const json tokens = json::parse(full.out).at("tokens");
    EXPECT_EQ(tokens.front().at("begin"), 0);
    EXPECT_EQ(tokens.back().at("end"), text.size());
    EXPECT_EQ(tokens.size(), json::parse(plain.out).size());
}

TEST(Tokenize, ReadsTheVocabularyOfAGgufFile) {
    const std::string gguf = std::string(SLOPESCOPE_TEST_DATA) + "/gguf/vocabulary_sentencepiece.gguf";
    const std::string ids = write("gguf.json", run({"tokenize", gguf, "--text", write("gguf.txt", "the sea  and\n")}).out);
    EXPECT_EQ(json::parse(read(ids)).front(), 1); // beginning of text
    EXPECT_EQ(run({"tokenize", gguf, "--ids", ids}).out, "the sea  and\n");
}

TEST(Tokenize, LineEndsAreLfUnlessToldOtherwise) {
    const std::string lf = write("lf.txt", "one\ntwo\n"), crlf = write("crlf.txt", "\xEF\xBB\xBFone\r\ntwo\r");
    const json read = runJson({"tokenize", modelOf("alibi"), "--text", crlf});
    EXPECT_EQ(read.at("ids"), runJson({"tokenize", modelOf("alibi"), "--text", lf}).at("ids"));
    EXPECT_EQ(read.at("changes"), "2 line ends read as LF, a byte order mark dropped");
    const Outcome raw = run({"tokenize", modelOf("alibi"), "--text", crlf, "--raw-line-ends"});
    EXPECT_EQ(run({"tokenize", modelOf("alibi"), "--ids", write("raw.json", raw.out)}).out, "\xEF\xBB\xBFone\r\ntwo\r");
    std::string lines;
    for (int i = 0; i < 40; ++i)
        lines += "the tide\r\n";
    EXPECT_THAT(run({"perplexity", modelOf("alibi"), "--text", write("lines.txt", lines), "--lengths", "8"}).out,
                HasSubstr("lines.txt (40 line ends read as LF)"));
}

TEST(Tokenize, AnEmptyTextHasNoTokens) {
    EXPECT_EQ(run({"tokenize", modelOf("alibi"), "--text", write("empty.txt", "")}).out, "[]\n");
    EXPECT_EQ(run({"tokenize", modelOf("alibi"), "--ids", write("none.json", "[]")}).out, "");
}

TEST(Logits, OfOneTokenAreOneRow) {
    const std::string out = (folder() / "one.npy").string();
    const json told = runJson({"logits", modelOf("alibi"), "--ids", write("one.json", "[7]"), "--out", out});
    EXPECT_EQ(told.at("shape"), json({1, 300}));
    EXPECT_EQ(readNpy(out).rows, 1);
}

TEST(Logits, OfATextBeginWithThoseOfItsBeginning) {
    const std::string all = (folder() / "all.npy").string(), some = (folder() / "some.npy").string();
    const json ids = runJson({"tokenize", modelOf("alibi"), "--text", textFile()}).at("ids");
    const std::string few = write("few.json", json(std::vector<json>(ids.begin(), ids.begin() + 20)).dump());
    ASSERT_EQ(run({"logits", modelOf("alibi"), "--text", textFile(), "--out", all}).status, 0);
    ASSERT_EQ(run({"logits", modelOf("alibi"), "--ids", few, "--out", some}).status, 0);
    const Array whole = readNpy(all), part = readNpy(some);
    EXPECT_EQ(whole.rows, std::int64_t(ids.size()));
    ASSERT_EQ(part.rows, 20);
    for (std::size_t i = 0; i < part.values.size(); ++i)
        EXPECT_NEAR(part.values[i], whole.values[i], 1e-4);
}

Arguments training(const std::string& directory, const std::string& steps) {
    return {"train",        "--text",  textFile(),  "--valid", textFile(), "--out",   directory,
            "--vocabulary", "300",     "--length",  "16",      "--layers", "1",       "--width",
            "16",           "--heads", "2",         "--batch", "2",        "--steps", steps,
            "--log-every",  "1",       "--threads", "1"};
}

TEST(Train, StopsOnControlCWithACheckpoint) {
    const std::string directory = (folder() / "stopped").string();
    const Outcome stopped = runInterrupted(training(directory, "1000000"), "step 3/");
    EXPECT_EQ(stopped.status, 130);
    EXPECT_THAT(stopped.err, testing::EndsWith("slopescope-cli: stopped.\n"));
    EXPECT_EQ(stopped.out, "");
    EXPECT_TRUE(std::filesystem::exists(directory + "/resume.safetensors"));
    EXPECT_FALSE(std::filesystem::exists(directory + "/model.safetensors"));
}

// No validation has happened before the first one is due.
TEST(Train, SaysWhatThereIsAndReadsRawLineEnds) {
    const std::string crlf = write("crlf.txt", [] {
        std::string text;
        for (int line = 0; line < 200; ++line)
            text += "The keeper wound clock " + std::to_string(line) + ".\r\n";
        return text;
    }());
    const auto vocabulary = [&](const std::string& name, bool raw) {
        Arguments arguments = training((folder() / name).string(), "2");
        std::replace(arguments.begin(), arguments.end(), textFile(), crlf);
        arguments.insert(arguments.end(), {"--validate-every", "1000"});
        if (raw)
            arguments.push_back("--raw-line-ends");
        const Outcome trained = run(arguments);
        EXPECT_EQ(trained.status, 0) << trained.err;
        EXPECT_EQ(trained.err.find("validation 0"), std::string::npos) << trained.err;
        return read(folder() / name / "training.json");
    };
    const json cooked = json::parse(vocabulary("cooked", false)), raw = json::parse(vocabulary("raw", true));
    EXPECT_NE(cooked.at("corpus").at("bytes"), raw.at("corpus").at("bytes"));
    EXPECT_THAT(cooked.at("corpus_summary").get<std::string>(), testing::MatchesRegex("1 text, [0-9]+ tokens"));
}

TEST(Bench, MeasuresEveryPart) {
    const auto names = [](const json& rows) {
        std::set<std::string> found;
        for (const json& row : rows) {
            found.insert(row.at("what").get<std::string>());
            EXPECT_TRUE(row.contains("unavailable") || row.at("seconds").get<double>() > 0) << row;
        }
        return found;
    };
    const json attention = runJson({"bench", "attention", "--lengths", "16,64", "--rounds", "1", "--heads", "3"});
    EXPECT_EQ(names(attention.at("attention")).size(), 5U);
    EXPECT_EQ(attention.at("attention").size(), 10U);
    EXPECT_EQ(names(runJson({"bench", "map", "--lengths", "64", "--pixels", "16", "--rounds", "1"}).at("map")).size(),
              5U);
    const json forward = runJson({"bench", "forward", "--model", modelOf("alibi"), "--lengths", "32", "--rounds", "1",
                                  "--resources", folder().string()});
    EXPECT_EQ(names(forward.at("forward")), std::set<std::string>{"alibi (ALiBi)"});
    modelOf("learned");
    const json methods =
        runJson({"bench", "methods", "--lengths", "32", "--rounds", "1", "--resources", folder().string()});
    EXPECT_EQ(names(methods.at("models")), (std::set<std::string>{"alibi (ALiBi)", "learned (learned)"}));
    EXPECT_EQ(names(methods.at("attention")).size(), 4U);
    EXPECT_THAT(run({"bench", "map", "--lengths", "16", "--rounds", "1"}).out, HasSubstr("maps/s"));
}

} // namespace
} // namespace slopescope::test
