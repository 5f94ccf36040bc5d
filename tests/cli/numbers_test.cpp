// What the verbs measure, held to each other and to sums done here.
#include "tests/cli/program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <iomanip>
#include <numeric>
#include <sstream>

namespace slopescope::test {
namespace {

using nlohmann::json;

std::vector<int> idsOfText() {
    return runJson({"tokenize", modelOf("alibi"), "--text", textFile()}).at("ids").get<std::vector<int>>();
}

// -log p(next) after every token but the last, in double, from the logits that the program writes.
std::vector<double> lossesOf(const std::vector<int>& ids, const std::string& model) {
    const std::string file = write("window.json", json(ids).dump()), out = (folder() / "window.npy").string();
    EXPECT_EQ(run({"logits", model, "--ids", file, "--out", out}).status, 0);
    const Array logits = readNpy(out);
    EXPECT_EQ(logits.rows, std::int64_t(ids.size()));
    std::vector<double> losses;
    for (std::int64_t row = 0; row + 1 < logits.rows; ++row) {
        double largest = -INFINITY, sum = 0;
        for (std::int64_t column = 0; column < logits.columns; ++column)
            largest = std::max(largest, double(logits.at(row, column)));
        for (std::int64_t column = 0; column < logits.columns; ++column)
            sum += std::exp(double(logits.at(row, column)) - largest);
        losses.push_back(largest + std::log(sum) - double(logits.at(row, ids[std::size_t(row) + 1])));
    }
    return losses;
}

TEST(Numbers, NonOverlappingIsTheMeanOfTheLogits) {
    const std::vector<int> ids = idsOfText();
    const json curve = runJson({"perplexity", modelOf("alibi"), "--text", textFile(), "--protocol", "non-overlapping",
                                "--lengths", "16,32", "--max-tokens", "97"});
    for (const int length : {16, 32}) {
        double sum = 0;
        for (int start = 0; start + length < 97; start += length) {
            const auto losses = lossesOf({ids.begin() + start, ids.begin() + start + length + 1}, modelOf("alibi"));
            sum = std::accumulate(losses.begin(), losses.end(), sum);
        }
        const json& point = curve.at("points").at(length == 16 ? 0 : 1);
        EXPECT_EQ(point.at("length"), length);
        EXPECT_EQ(point.at("tokens"), 96);
        EXPECT_NEAR(point.at("nll").get<double>(), sum / 96, 2e-6 * sum / 96);
        EXPECT_DOUBLE_EQ(point.at("perplexity").get<double>(), std::exp(point.at("nll").get<double>()));
    }
}

TEST(Numbers, SlidingScoresEveryTokenOnce) {
    const std::vector<int> ids = idsOfText();
    const json curve = runJson({"perplexity", modelOf("alibi"), "--text", textFile(), "--protocol", "sliding",
                                "--stride", "4", "--lengths", "12", "--max-tokens", "25"});
    double sum = 0;
    for (const int start : {0, 4, 8, 12}) {
        const auto losses = lossesOf({ids.begin() + start, ids.begin() + start + 13}, modelOf("alibi"));
        sum = std::accumulate(losses.begin() + (start == 0 ? 0 : 8), losses.end(), sum);
    }
    EXPECT_EQ(curve.at("points").at(0).at("tokens"), 24);
    EXPECT_EQ(curve.at("stride"), 4);
    EXPECT_NEAR(curve.at("points").at(0).at("nll").get<double>(), sum / 24, 2e-6 * sum / 24);
}

TEST(Numbers, CurveHasTheKeysOfTheContract) {
    for (const std::string protocol : {"one-pass", "non-overlapping", "sliding", "hugging-face", "llama-cpp"}) {
        Arguments arguments{"perplexity", modelOf("alibi"), "--text",     textFile(),
                            "--lengths",  "8,16",           "--protocol", protocol};
        const bool strides = protocol == "sliding" || protocol == "hugging-face";
        if (strides)
            arguments.insert(arguments.end(), {"--stride", "8"});
        arguments.push_back("--json");
        const Outcome outcome = run(arguments);
        ASSERT_EQ(outcome.status, 0) << outcome.err;
        EXPECT_THAT(outcome.out,
                    testing::StartsWith("{\"model\":\"alibi\",\"device\":\"cpu\",\"protocol\":\"" + protocol +
                                        "\",\"stride\":" + (strides ? "8" : "null") +
                                        ",\"slopes\":[0.0625,0.00390625],\"points\":[{\"length\":8,\"perplexity\":"));
        const json curve = json::parse(outcome.out);
        EXPECT_EQ(curve.contains("context"), protocol == "one-pass");
        for (const json& point : curve.at("points")) {
            EXPECT_EQ(point.size(), 8U);
            for (const char* key :
                 {"length", "perplexity", "nll", "standard_error", "tokens", "bits_per_byte", "windows"})
                EXPECT_TRUE(point.at(key).is_number()) << key;
            EXPECT_TRUE(point.at("seconds").is_number() || point.at("seconds").is_null());
        }
    }
}

// What it takes to measure the same again.
TEST(Numbers, ARecordNamesItsTextItsWindowsAndItsVersion) {
    const std::vector<int> ids = idsOfText();
    const json curve = runJson(
        {"perplexity", modelOf("alibi"), "--text", textFile(), "--lengths", "8,32", "--windows", "3", "--error", "0"});
    EXPECT_EQ(curve.at("text"), "the-tide-clock.txt");
    EXPECT_EQ(curve.at("text_tokens"), ids.size());
    EXPECT_EQ(curve.at("max_tokens"), nullptr);
    EXPECT_EQ(curve.at("windows"), 3);
    EXPECT_EQ(curve.at("window_length"), 32);
    EXPECT_EQ(curve.at("error"), 0);
    EXPECT_EQ(curve.at("seed"), 1);
    EXPECT_EQ("slopescope-cli " + curve.at("version").get<std::string>() + "\n", run({"--version"}).out);
    EXPECT_EQ(curve.at("points").at(1).at("windows"), 3);
    EXPECT_EQ(curve.at("points").at(1).at("tokens"), 96);
    // The shorter length came free with the longer one.
    EXPECT_TRUE(curve.at("points").at(0).at("seconds").is_null() ||
                curve.at("points").at(0).at("seconds").get<double>() > 0);
    EXPECT_GT(curve.at("points").at(1).at("seconds").get<double>(), 0);
    // FNV-1a over the ids, eight bytes each.
    std::uint64_t digest = 14695981039346656037ULL;
    for (const int id : ids)
        for (int byte = 0; byte < 8; ++byte)
            digest = (digest ^ ((std::uint64_t(id) >> (8 * byte)) & 255)) * 1099511628211ULL;
    std::ostringstream hexadecimal;
    hexadecimal << std::hex << std::setw(16) << std::setfill('0') << digest;
    EXPECT_EQ(curve.at("text_digest"), hexadecimal.str());
    // Bits per byte: the bytes that the predicted tokens stand for, side by side over nearly the whole text.
    const json side = runJson(
        {"perplexity", modelOf("alibi"), "--text", textFile(), "--lengths", "8", "--protocol", "non-overlapping"});
    const json tokens = runJson({"tokenize", modelOf("alibi"), "--text", textFile()}).at("tokens");
    const auto scored = side.at("points").at(0).at("tokens").get<std::size_t>();
    const double bytes = tokens.at(scored).at("end").get<double>() - tokens.at(0).at("end").get<double>();
    EXPECT_NEAR(side.at("points").at(0).at("bits_per_byte").get<double>(),
                side.at("points").at(0).at("nll").get<double>() * double(scored) / std::log(2.0) / bytes, 1e-9);
    EXPECT_EQ(side.at("left_over"), ids.size() - 1 - scored);
}

// Whatever a verb computes of a text names both, so that the record can be traced.
TEST(Numbers, EveryRecordNamesModelTextAndVersion) {
    const std::string ids = write("named.json", run({"tokenize", modelOf("alibi"), "--text", textFile()}).out);
    const std::string array = (folder() / "named.npy").string();
    const json curve = runJson({"perplexity", modelOf("alibi"), "--text", textFile(), "--lengths", "8"});
    const std::vector<Arguments> verbs{{"logits", "--out", array},
                                       {"profile", "--length", "8"},
                                       {"map", "--length", "8", "--layer", "0", "--head", "0", "--out", array},
                                       {"perplexity", "--lengths", "8"},
                                       {"heads", "--length", "8"},
                                       {"fit", "--length", "16", "--steps", "1", "--out", (folder() / "fit.json").string()}};
    for (const Arguments& verb : verbs)
        for (const std::string from : {"--text", "--ids"}) {
            Arguments arguments = verb;
            const std::string file = from == "--text" ? textFile() : ids;
            arguments.insert(arguments.end(), {modelOf("alibi"), from, file});
            const json record = runJson(arguments);
            SCOPED_TRACE(verb.front() + " " + from);
            EXPECT_EQ(record.at("model"), "alibi");
            EXPECT_EQ(record.at("directory"), modelOf("alibi"));
            EXPECT_EQ(record.at("text_path"), file);
            EXPECT_EQ(record.at("text"), std::filesystem::path(file).filename().string());
            EXPECT_EQ(record.at("text_digest"), curve.at("text_digest"));
            EXPECT_EQ(record.at("version"), curve.at("version"));
        }
}

TEST(Numbers, WhatIsLeftOutIsTheUsual) {
    const std::size_t tokens = idsOfText().size();
    const json curve = runJson({"perplexity", modelOf("alibi"), "--text", textFile()}); // trained at 16
    std::vector<int> lengths;
    for (const json& point : curve.at("points"))
        lengths.push_back(point.at("length"));
    std::vector<int> expected{32};
    while (2 * expected.back() <= 16 * 16 && std::size_t(2 * expected.back()) < tokens)
        expected.push_back(2 * expected.back());
    EXPECT_EQ(lengths, expected);
    EXPECT_EQ(curve.at("error"), 0.01);
    // Filled: side by side the text has more windows of 32 than the first pass has of the longest length.
    const json first = runJson({"perplexity", modelOf("alibi"), "--text", textFile(), "--error", "0"});
    EXPECT_GE(curve.at("points").at(0).at("windows"), first.at("points").at(0).at("windows"));
    EXPECT_EQ(curve.at("windows"), first.at("windows"));
    const json some =
        runJson({"perplexity", modelOf("alibi"), "--text", textFile(), "--max-tokens", "100", "--lengths", "32"});
    EXPECT_EQ(some.at("max_tokens"), 100);
    EXPECT_LE(some.at("windows"), 9); // of 32, a quarter apart
    EXPECT_EQ(some.at("text_tokens"), tokens);
}

TEST(Numbers, OnePassGivesLossByContext) {
    const json curve = runJson({"perplexity", "--lengths", "8,16", modelOf("alibi"), "--text", textFile()});
    ASSERT_GT(curve.at("context").size(), 8U);
    double sum = 0; // bins of one context each up to 8: their mean is the loss of windows of 8
    for (int i = 0; i < 8; ++i) {
        EXPECT_EQ(curve.at("context").at(i).at("context"), i + 1);
        sum += curve.at("context").at(i).at("nll").get<double>();
    }
    EXPECT_NEAR(curve.at("points").at(0).at("nll").get<double>(), sum / 8, 1e-9);
}

TEST(Numbers, SlopesChangeTheCurve) {
    const auto nll = [](const Arguments& slopes) {
        Arguments arguments{"perplexity", modelOf("alibi"), "--text", textFile(), "--lengths", "64"};
        arguments.insert(arguments.end(), slopes.begin(), slopes.end());
        return runJson(arguments).at("points").at(0).at("nll").get<double>();
    };
    const double own = nll({});
    EXPECT_EQ(own, nll({"--slopes", "paper"}));
    EXPECT_EQ(own, nll({"--slopes", write("slopes.json", "[[0.0625,0.00390625],[0.0625,0.00390625]]")}));
    EXPECT_NE(own, nll({"--slopes", "uniform:2"}));
    EXPECT_NE(own, nll({"--window", "2"}));
    EXPECT_NEAR(own, nll({"--window", "64"}),
                1e-6); // as long as the text that a window reads; other sums, other roundings
}

TEST(Numbers, IdsMeasureLikeTheirText) {
    const std::string ids = write("ids.json", json(idsOfText()).dump());
    const auto points = [](const std::string& option, const std::string& file) {
        json all = runJson({"perplexity", modelOf("alibi"), option, file, "--lengths", "8,32"}).at("points");
        for (json& point : all) {
            EXPECT_EQ(point.at("bits_per_byte").is_null(), option == "--ids"); // ids have no letters
            point.erase("bits_per_byte");
            point.erase("seconds");
        }
        return all;
    };
    EXPECT_EQ(points("--ids", ids), points("--text", textFile()));
}

TEST(Numbers, LengthsPastLearnedPositionsAreNull) {
    const Arguments arguments{"perplexity", modelOf("learned"), "--text", textFile(), "--lengths", "8,32"};
    const json curve = runJson(arguments);
    EXPECT_TRUE(curve.at("slopes").is_null());
    EXPECT_TRUE(curve.at("points").at(0).at("nll").is_number());
    EXPECT_TRUE(curve.at("points").at(1).at("nll").is_null());
    EXPECT_TRUE(curve.at("points").at(1).at("perplexity").is_null());
    EXPECT_EQ(curve.at("points").at(1).at("unavailable"), "learned positions end at 16");
    EXPECT_THAT(run(arguments).out, testing::HasSubstr("No value at 32: learned positions end at 16."));
}

TEST(Numbers, TableMarksLengthsPastTraining) {
    const Outcome outcome = run({"perplexity", modelOf("alibi"), "--text", textFile(), "--lengths", "16,32"});
    EXPECT_EQ(outcome.err, ""); // progress is for terminals
    std::istringstream lines(outcome.out);
    for (std::string line; std::getline(lines, line);) {
        const bool isPast = line.starts_with("    32"), isNumber = isPast || line.starts_with("    16");
        EXPECT_TRUE(!isNumber || line.ends_with("*") == isPast) << line;
    }
    EXPECT_THAT(outcome.out, testing::HasSubstr("*: longer than the 16 tokens it was trained at."));
    EXPECT_THAT(outcome.out, testing::StartsWith("alibi (ALiBi), the-tide-clock.txt, one-pass, slopes as trained"));
}

Array mapOf(const Arguments& extra, const std::string& name = "map.npy") {
    const std::string out = (folder() / name).string();
    Arguments arguments{"map", modelOf("alibi"), "--text", textFile(), "--length", "24", "--layer",
                        "1",   "--head",         "1",      "--out",    out};
    arguments.insert(arguments.end(), extra.begin(), extra.end());
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    return name.ends_with(".npy") ? readNpy(out) : Array{};
}

TEST(Map, CellsAreProbabilitiesScoresAndBiases) {
    const Array probability = mapOf({}), score = mapOf({"--stage", "score"}), bias = mapOf({"--stage", "bias"}),
                sum = mapOf({"--stage", "sum"});
    ASSERT_EQ(probability.rows, 24);
    ASSERT_EQ(probability.columns, 24);
    for (std::int64_t query = 0; query < 24; ++query) {
        double row = 0, weights = 0;
        for (std::int64_t key = 0; key < 24; ++key) {
            EXPECT_EQ(std::isnan(probability.at(query, key)), key > query);
            if (key > query)
                continue;
            row += double(probability.at(query, key));
            weights += std::exp(double(sum.at(query, key)));
            EXPECT_FLOAT_EQ(bias.at(query, key), -0.00390625F * float(query - key));
            EXPECT_NEAR(sum.at(query, key), score.at(query, key) + bias.at(query, key), 1e-5);
        }
        EXPECT_NEAR(row, 1, 1e-5);
        for (std::int64_t key = 0; key <= query; ++key)
            EXPECT_NEAR(probability.at(query, key), std::exp(double(sum.at(query, key))) / weights, 1e-5);
    }
}

TEST(Map, PoolsAViewport) {
    const Array cells = mapOf({});
    const Array mean = mapOf({"--query", "12:24", "--key", "0:12", "--rows", "3", "--columns", "2"});
    const Array max = mapOf({"--query", "12:", "--key", ":12", "--rows", "3", "--columns", "2", "--pool", "max"});
    ASSERT_EQ(mean.rows, 3);
    ASSERT_EQ(mean.columns, 2);
    for (int row = 0; row < 3; ++row)
        for (int column = 0; column < 2; ++column) {
            double sum = 0;
            float largest = 0;
            for (int query = 0; query < 4; ++query)
                for (int key = 0; key < 6; ++key) {
                    const float cell = cells.at(12 + 4 * row + query, 6 * column + key);
                    sum += double(cell);
                    largest = std::max(largest, cell);
                }
            EXPECT_NEAR(mean.at(row, column), sum / 24, 1e-6);
            EXPECT_NEAR(max.at(row, column), largest, 1e-6);
        }
}

TEST(Map, CsvHoldsTheSameNumbers) {
    const Array cells = mapOf({});
    mapOf({}, "map.csv");
    std::istringstream lines(read(folder() / "map.csv"));
    std::size_t index = 0;
    for (std::string line; std::getline(lines, line);) {
        std::istringstream fields(line);
        for (std::string field; std::getline(fields, field, ','); ++index) {
            const float cell = cells.values.at(index);
            EXPECT_TRUE(std::isnan(cell) ? field == "nan" : std::stof(field) == cell) << field;
        }
    }
    EXPECT_EQ(index, cells.values.size());
}

TEST(Profile, MassOfEveryHeadSumsToOne) {
    const json profile = runJson({"profile", modelOf("alibi"), "--text", textFile(), "--length", "40"});
    ASSERT_EQ(profile.at("heads").size(), 4U);
    for (const json& head : profile.at("heads")) {
        double mass = 0, alone = 0;
        for (const json& bin : head.at("bins")) {
            mass += bin.at("mass").get<double>();
            alone += bin.at("bias_alone").get<double>();
        }
        EXPECT_NEAR(mass, 1, 1e-5);
        EXPECT_NEAR(alone, 1, 1e-9);
        EXPECT_EQ(head.at("bins").at(0).at("mass"), head.at("diagonal_mass"));
    }
    const json one = runJson({"profile", modelOf("alibi"), "--text", textFile(), "--length", "40", "--layer", "1",
                              "--head", "0", "--slopes", "uniform:9"});
    ASSERT_EQ(one.at("heads").size(), 1U);
    EXPECT_EQ(one.at("heads").at(0).at("layer"), 1);
    EXPECT_GT(one.at("heads").at(0).at("diagonal_mass").get<double>(), 0.9); // e^-9 a step: it sees little but itself
}

} // namespace
} // namespace slopescope::test
