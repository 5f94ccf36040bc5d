// Everything a person can get wrong costs one sentence, exit status 2, and nothing else.
#include "tests/cli/program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <ostream>
#include <sstream>

namespace slopescope::test {
namespace {

namespace fs = std::filesystem;

struct Fault {
    const char* name;
    const char* command; // $alibi, $learned: models; $text: a text; $here: our folder; '' an empty argument
    const char* says;    // part of the sentence
};

void PrintTo(const Fault& fault, std::ostream* stream) {
    *stream << fault.command;
}

// The files that the commands below name, and broken copies of the model.
void prepareFiles() {
    const auto broken = [](const std::string& name, const std::string& file) {
        fs::copy(modelOf("alibi"), folder() / name);
        fs::remove(folder() / name / file);
    };
    write("empty.txt", "");
    write("letter.txt", "T");
    write("latin1.txt", "caf\xE9 noir");
    write("object.json", R"({"a": 1})");
    write("word.json", R"([1, "one"])");
    write("fraction.json", "[1, 2.5]");
    write("negative.json", "[-1, 2]");
    write("huge.json", "[1, 18446744073709551615]");
    write("past.json", "[1, 300]");
    write("none.json", "[]");
    write("deep.json", std::string(100000, '['));
    write("cut.json", "[1, ");
    write("layers.json", "[[1, 2], [1, 2], [1, 2]]");
    fs::create_directories(folder() / "folder.npy");
    broken("unweighted", "model.safetensors");
    broken("halved", "model.safetensors");
    const std::string weights = read(modelOf("alibi") + "/model.safetensors");
    write("halved/model.safetensors", weights.substr(0, weights.size() / 2));
    broken("foreign", "config.json");
    write("foreign/config.json", R"({"model_type": "gpt5"})");
    broken("mute", "tokenizer.json");
    write("mute/tokenizer.json", "{]");
}

Arguments argumentsOf(const std::string& command) {
    std::istringstream words(command);
    Arguments arguments{std::istream_iterator<std::string>(words), {}};
    for (std::string& argument : arguments) {
        if (argument == "''")
            argument.clear();
        const auto put = [&](const std::string& name, const auto& value) {
            if (const auto at = argument.find(name); at != std::string::npos)
                argument.replace(at, name.size(), value());
        };
        put("$alibi", [] { return modelOf("alibi"); });
        put("$learned", [] { return modelOf("learned"); });
        put("$text", [] { return textFile(); });
        put("$here", [] { return folder().string(); });
    }
    return arguments;
}

class BadInput : public testing::TestWithParam<Fault> {
protected:
    static void SetUpTestSuite() {
        static const bool once = (prepareFiles(), true);
        ASSERT_TRUE(once);
    }
};

TEST_P(BadInput, CostsOneSentence) {
    const Outcome outcome = run(argumentsOf(GetParam().command));
    EXPECT_EQ(outcome.status, 2);
    EXPECT_EQ(outcome.out, "");
    EXPECT_THAT(outcome.err, testing::StartsWith("slopescope-cli: "));
    EXPECT_THAT(outcome.err, testing::EndsWith(".\n"));
    EXPECT_THAT(outcome.err, testing::HasSubstr(GetParam().says));
    EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
    for (const auto& entry : fs::directory_iterator(folder())) {
        EXPECT_NE(entry.path().filename(), "out.npy") << "half a result";
        EXPECT_NE(entry.path().extension(), ".part") << "left behind";
    }
}

std::string nameOf(const testing::TestParamInfo<Fault>& fault) {
    return fault.param.name;
}

// clang-format off
const Fault kWords[]{
    {"NoVerb", "", "A subcommand is required"},
    {"UnknownVerb", "measure alibi", "There is no verb \"measure\" (slopescope-cli --help says more)."},
    {"UnknownPart", "bench everything", "There is no verb \"everything\" (slopescope-cli bench --help says more)."},
    {"UnknownOption", "perplexity $alibi --text $text --lenths 8", "--lenths"},
    {"NoModel", "info", "MODEL"},
    {"NoText", "perplexity $alibi", "--text FILE or --ids FILE.json"},
    {"TextAndIds", "perplexity $alibi --text $text --ids $text", "one of the two"},
    {"LengthsThenNothing", "perplexity --lengths 8 16 --text $text", "16"},
    {"BenchOfNothing", "bench", "A subcommand is required"},
    {"NoGpuOfThatNumber", "info $alibi --device cuda:77", "GPU"},
    {"DeviceBeforeTheVerb", "--device cuda:77 info $alibi", "GPU"},
    {"DeviceWithoutNumber", "info $alibi --device cuda:", "There is no device \"cuda:\""},
    {"UnknownDevice", "info $alibi --device tpu", "There is no device \"tpu\""},
    {"NoThreads", "info $alibi --threads 0", "--threads"},
    {"ThreadsAreNoNumber", "info $alibi --threads all", "--threads"},
    {"LengthsAreNoNumbers", "perplexity $alibi --text $text --lengths 8,many", "--lengths"},
    {"LengthPastIntegers", "perplexity $alibi --text $text --lengths 99999999999999999999", "--lengths"},
    {"LengthNegative", "perplexity $alibi --text $text --lengths=-8", "at least 1"},
    {"LengthZero", "perplexity $alibi --text $text --lengths 0", "at least 1"},
    {"LengthsUnsorted", "perplexity $alibi --text $text --lengths 16,8", "ascending"},
    {"LengthTwice", "perplexity $alibi --text $text --lengths 8,8", "different"},
    {"LengthPastText", "perplexity $alibi --text $text --lengths 100000", "the text has only"},
    {"UnknownProtocol", "perplexity $alibi --text $text --protocol guess", "--protocol"},
    {"SlidingWithoutStride", "perplexity $alibi --text $text --protocol sliding", "needs --stride"},
    {"StrideOfOnePass", "perplexity $alibi --text $text --stride 8", "has no stride"},
    {"StrideNegative", "perplexity $alibi --text $text --protocol hugging-face --stride=-4", "stride of at least 1"},
    {"StridePastWindow", "perplexity $alibi --text $text --protocol sliding --stride 20 --lengths 8", "longer than the window"},
    {"WindowNegative", "perplexity $alibi --text $text --window=-1", "cannot be negative"},
    {"WindowTwice", "perplexity $alibi --text $text --window 4 --positions window:5", "say twice"},
    {"WindowsNegative", "perplexity $alibi --text $text --windows=-1", "cannot be negative"},
    {"WindowsOfSliding", "perplexity $alibi --text $text --protocol sliding --stride 4 --windows 3", "--windows and --error are for one-pass"},
    {"ErrorNegative", "perplexity $alibi --text $text --error=-0.1", "cannot be negative"},
    {"ErrorIsNoNumber", "perplexity $alibi --text $text --error=nan", "cannot be negative"},
    {"MaxTokensNegative", "perplexity $alibi --text $text --max-tokens=-1", "cannot be negative"},
    {"TooFewTokens", "perplexity $alibi --text $text --max-tokens 3 --protocol llama-cpp --lengths 8", "the text has only"},
};

const Fault kSlopes[]{
    {"TooMany", "perplexity $alibi --text $text --slopes 1,0.5,0.25", "each layer of the model has 2"},
    {"Negative", "perplexity $alibi --text $text --slopes 1,-0.5", "hold -0.5; a slope lies between 0"},
    {"NotFinite", "perplexity $alibi --text $text --slopes 1,inf", "not finite"},
    {"NoRule", "perplexity $alibi --text $text --slopes steep", "are none of"},
    {"Empty", "perplexity $alibi --text $text --slopes ''", "are none of"},
    {"FileMissing", "perplexity $alibi --text $text --slopes $here/nowhere.json", "There is no file"},
    {"FileCut", "perplexity $alibi --text $text --slopes $here/cut.json", "slope file"},
    {"FileOfThreeLayers", "map $alibi --text $text --length 8 --layer 0 --head 0 --out $here/out.npy --slopes $here/layers.json",
     "3 layers"},
    {"OfAModelWithout", "perplexity $learned --text $text --slopes paper", "no slopes to change"},
    {"OfAModelWithoutInLogits", "logits $learned --text $text --slopes paper --out $here/out.npy", "no slopes to change"},
    {"OfAModelWithoutInProfile", "profile $learned --text $text --slopes paper --length 8", "no slopes to change"},
};

const Fault kPositions[]{
    {"NoRule", "perplexity $alibi --text $text --positions gps", "\"gps\" are none of own, alibi"},
    {"Empty", "perplexity $alibi --text $text --positions ''", "are none of"},
    {"WindowOfNothing", "perplexity $alibi --text $text --positions window:0", "at least 1"},
    {"WindowOfWords", "perplexity $alibi --text $text --positions window:few", "a whole number of tokens"},
    {"FactorBelowOne", "perplexity $alibi --text $text --positions rotary-linear:0.5", "one number from 1"},
    {"FactorOfWords", "perplexity $alibi --text $text --positions rotary-yarn:x", "one number from 1"},
    {"SlopesOfAlibi", "perplexity $alibi --text $text --positions alibi:steep", "The slopes \"steep\""},
    {"NothingToScale", "perplexity $alibi --text $text --positions rotary-ntk:2", "no rotary positions to scale"},
    {"TwoInPlaceOfTheOwn", "perplexity $alibi --text $text --positions alibi+none", "say twice"},
    {"SinksWithoutWindow", "perplexity $alibi --text $text --positions sinks:2", "in spite of an attention window"},
    {"SinksWithoutWindowInMap", "map $alibi --text $text --positions sinks:2 --length 8 --layer 0 --head 0 --out $here/out.npy",
     "in spite of an attention window"},
    {"SlopesOfNone", "perplexity $alibi --text $text --positions none --slopes paper", "no slopes to change"},
    {"SlopesOfNoneInMap", "map $alibi --text $text --positions none --slopes paper --length 8 --layer 0 --head 0 --out $here/out.npy",
     "no slopes to change"},
};

const Fault kModels[]{
    {"Unknown", "info nonesuch", "no bundled model of that name"},
    {"IsAFile", "info $text", "is a file"},
    {"IsAnotherFolder", "info $here/text", "has no config.json"},
    {"Unweighted", "info $here/unweighted", "has no model.safetensors"},
    {"Halved", "info $here/halved", "model.safetensors"},
    {"Foreign", "info $here/foreign", "config.json"},
    {"Mute", "tokenize $here/mute --text $text", "tokenizer.json"},
    {"TokenizeWithoutTokenizer", "tokenize $here/text --text $text", "tokenizer.json"},
};

const Fault kTexts[]{
    {"Missing", "perplexity $alibi --text $here/nowhere.txt", "There is no file"},
    {"Folder", "perplexity $alibi --text $here", "is a folder"},
    {"Device", "perplexity $alibi --text /dev/zero", "not a regular file"},
    {"Empty", "perplexity $alibi --text $here/empty.txt", "empty.txt is empty"},
    {"OneToken", "profile $alibi --text $here/letter.txt --length 1", "too short"},
    {"NotUtf8", "perplexity $alibi --text $here/latin1.txt", "not UTF-8 text: the byte at offset 3"},
    {"NotUtf8ToTokenize", "tokenize $alibi --text $here/latin1.txt", "not UTF-8"},
    {"IdsMissing", "logits $alibi --ids $here/nowhere.json --out $here/out.npy", "There is no file"},
    {"IdsAreText", "perplexity $alibi --ids $text", "The id file"},
    {"IdsAreNoList", "perplexity $alibi --ids $here/object.json", "must hold a list"},
    {"IdsAreWords", "perplexity $alibi --ids $here/word.json", "at place 1, which is not a token id"},
    {"IdIsFraction", "perplexity $alibi --ids $here/fraction.json", "\"2.5\" at place 1"},
    {"IdIsNegative", "perplexity $alibi --ids $here/negative.json", "\"-1\" at place 0"},
    {"IdIsHuge", "perplexity $alibi --ids $here/huge.json", "at place 1"},
    {"IdPastVocabulary", "perplexity $alibi --ids $here/past.json", "outside the vocabulary of 300"},
    {"IdPastVocabularyInLogits", "logits $alibi --ids $here/past.json --out $here/out.npy", "outside the vocabulary of 300"},
    {"IdPastVocabularyInTokenize", "tokenize $alibi --ids $here/past.json", "past.json"},
    {"NoIds", "perplexity $alibi --ids $here/none.json", "fewer than two tokens"},
    {"NoIdsInLogits", "logits $alibi --ids $here/none.json --out $here/out.npy", "no tokens"},
    {"IdsNestedDeep", "perplexity $alibi --ids $here/deep.json", "The id file"},
    {"LearnedPositionsEnd", "logits $learned --text $text --out $here/out.npy", "end at 16"},
};

const Fault kPictures[]{
    {"NoLength", "map $alibi --text $text --layer 0 --head 0 --out $here/out.npy", "--length"},
    {"LengthZero", "map $alibi --text $text --length 0 --layer 0 --head 0 --out $here/out.npy", "at least 1"},
    {"LengthNegative", "map $alibi --text $text --length=-4 --layer 0 --head 0 --out $here/out.npy", "at least 1"},
    {"LengthPastText", "map $alibi --text $text --length 99999 --layer 0 --head 0 --out $here/out.npy", "cannot be shown"},
    {"LayerPastEnd", "map $alibi --text $text --length 8 --layer 2 --head 0 --out $here/out.npy", "no layer 2"},
    {"HeadPastEnd", "map $alibi --text $text --length 8 --layer 0 --head 2 --out $here/out.npy", "no head 2"},
    {"HeadNegative", "map $alibi --text $text --length 8 --layer 0 --head=-1 --out $here/out.npy", "no head -1"},
    {"RangeBackwards", "map $alibi --text $text --length 8 --layer 0 --head 0 --out $here/out.npy --query 6:3", "\"6:3\""},
    {"RangeEmpty", "map $alibi --text $text --length 8 --layer 0 --head 0 --out $here/out.npy --query 3:3", "\"3:3\""},
    {"RangePastLength", "map $alibi --text $text --length 8 --layer 0 --head 0 --out $here/out.npy --key 0:9", "\"0:9\""},
    {"RangeIsNone", "map $alibi --text $text --length 8 --layer 0 --head 0 --out $here/out.npy --key all", "\"all\""},
    {"RowsPastCells", "map $alibi --text $text --length 8 --layer 0 --head 0 --out $here/out.npy --rows 9", "--rows"},
    {"ColumnsNegative", "map $alibi --text $text --length 8 --layer 0 --head 0 --out $here/out.npy --columns=-1", "--columns"},
    {"UnknownStage", "map $alibi --text $text --length 8 --layer 0 --head 0 --out $here/out.npy --stage logits", "--stage"},
    {"UnknownPooling", "map $alibi --text $text --length 8 --layer 0 --head 0 --out $here/out.npy --pool median", "--pool"},
    {"UnknownFormat", "map $alibi --text $text --length 8 --layer 0 --head 0 --out $here/out.png", ".npy or .csv"},
    {"OutIsFolder", "map $alibi --text $text --length 8 --layer 0 --head 0 --out $here/folder.npy", "it is a folder"},
    {"OutInNoFolder", "map $alibi --text $text --length 8 --layer 0 --head 0 --out $here/no/out.npy", "there is no folder"},
    {"OutIsDevice", "logits $alibi --text $text --out /dev/full", "not a regular file"},
    {"OutUnderAFile", "logits $alibi --text $text --out $text/out.npy", "there is no folder"},
    {"OutOnAFilesystemOfTheKernel", "logits $alibi --text $text --out /proc/out.npy", "Cannot write"},
    {"ProfileOfNothing", "profile $alibi --text $text --length 0", "cannot be shown"},
    {"ProfilePastLayers", "profile $alibi --text $text --length 8 --layer 7", "no layer 7"},
    {"ProfilePastPositions", "profile $learned --text $text --length 17", "end at 16"},
};

const Fault kTrainAndBench[]{
    {"NoText", "train --valid $text --out $here/run", "--text"},
    {"TextMissing", "train --text $here/nowhere.txt --valid $text --out $here/run", "There is no file"},
    {"UnknownPositions", "train --text $text --valid $text --out $here/run --positions gps --vocabulary 300 --length 16",
     "no position method"},
    {"HeadsDoNotDivide", "train --text $text --valid $text --out $here/run --heads 7 --vocabulary 300 --length 16", "divide"},
    {"StepsNegative", "train --text $text --valid $text --out $here/run --steps=-1", "--steps"},
    {"LengthPastIntegers", "train --text $text --valid $text --out $here/run --length 99999999999999999999", "--length"},
    {"ValidationTooShort", "train --text $text --valid $here/letter.txt --out $here/run --vocabulary 300", "too short"},
    {"OutUnderAFile", "train --text $text --valid $text --out $text/run --vocabulary 300 --length 16", "Cannot create"},
    {"BenchUnsorted", "bench attention --lengths 64,16", "ascending"},
    {"BenchTooLong", "bench attention --lengths 99999999", "up to"},
    {"BenchNoRounds", "bench map --rounds 0", "--rounds"},
    {"BenchPastPositions", "bench forward --model $learned --lengths 64 --resources $here", "end at 16"},
    {"BenchWithoutModels", "bench methods --resources $here/text", "no models"},
};
// clang-format on

INSTANTIATE_TEST_SUITE_P(Words, BadInput, testing::ValuesIn(kWords), nameOf);
INSTANTIATE_TEST_SUITE_P(Slopes, BadInput, testing::ValuesIn(kSlopes), nameOf);
INSTANTIATE_TEST_SUITE_P(Positions, BadInput, testing::ValuesIn(kPositions), nameOf);
INSTANTIATE_TEST_SUITE_P(Models, BadInput, testing::ValuesIn(kModels), nameOf);
INSTANTIATE_TEST_SUITE_P(Texts, BadInput, testing::ValuesIn(kTexts), nameOf);
INSTANTIATE_TEST_SUITE_P(Pictures, BadInput, testing::ValuesIn(kPictures), nameOf);
INSTANTIATE_TEST_SUITE_P(TrainAndBench, BadInput, testing::ValuesIn(kTrainAndBench), nameOf);

} // namespace
} // namespace slopescope::test
