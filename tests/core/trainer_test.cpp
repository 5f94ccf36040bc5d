// Whole training runs, small enough for a test: repeatable, resumable, and what they write can be opened.
#include "core/checkpoint/safetensors.h"
#include "core/base/error.h"
#include "core/study/window_losses.h"
#include "core/threads.h"
#include "core/training/trainer.h"
#include "tests/core/tiny_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <sstream>
#include <torch/version.h>

namespace slopescope {
namespace {

using ::testing::HasSubstr;
using namespace tests;

class Training : public ::testing::Test {
protected:
    void SetUp() override {
#if TORCH_VERSION_MAJOR >= 2 // on several threads of a busy machine it does not repeat itself to the bit
        useThreads(1);
#endif
        writeFile(m_folder / "train.txt", tinyText(1, 700));
        writeFile(m_folder / "other.txt", tinyText(2, 700));
        writeFile(m_folder / "valid.txt", tinyText(3, 400));
        tinyTokenizer().save(m_folder / "tokenizer.json");
    }

    void TearDown() override { useThreads(0); }

    TrainingRequest request(const std::string& run) const {
        TrainingRequest r;
        r.texts = {m_folder / "train.txt"};
        r.validation = m_folder / "valid.txt";
        r.tokenizer = m_folder / "tokenizer.json";
        r.directory = m_folder / run;
        r.layers = 2;
        r.width = 32;
        r.heads = 4;
        r.vocabulary = 288;
        r.length = 16;
        r.batch = 4;
        r.steps = 24;
        r.warmUp = 4;
        r.logEvery = 3;
        r.validateEvery = 8;
        r.saveEvery = 8;
        return r;
    }

    static std::vector<TrainingProgress> run(const TrainingRequest& request, const Job& job = {}) {
        std::vector<TrainingProgress> reports;
        train(request, job, [&](const TrainingProgress& p) { reports.push_back(p); });
        return reports;
    }

    // Stops once `step` has been reported.
    static void runUntil(const TrainingRequest& request, std::int64_t step) {
        std::stop_source stop;
        EXPECT_THROW(train(request, Job(stop.get_token()),
                           [&](const TrainingProgress& p) {
                               if (p.step >= step)
                                   stop.request_stop();
                           }),
                     Cancelled);
    }

    static std::string refusal(const TrainingRequest& request) {
        try {
            run(request);
        } catch (const Error& error) {
            EXPECT_TRUE(std::string(error.what()).ends_with(".")) << error.what();
            return error.what();
        }
        return "nothing was refused";
    }

    std::string bytes(const std::string& run, const std::string& name) const { return readFile(m_folder / run / name); }

    nlohmann::json facts(const std::string& run) const { return nlohmann::json::parse(bytes(run, "training.json")); }

    const TempFolder m_folder;
};

TEST_F(Training, TheSameSeedGivesTheSameBits) {
    run(request("a"));
    run(request("b"));
    TrainingRequest seeded = request("c");
    seeded.seed = 2;
    run(seeded);
    const std::string weights = bytes("a", "model.safetensors");
    ASSERT_GT(weights.size(), 1000U);
    EXPECT_TRUE(weights == bytes("b", "model.safetensors"));
    EXPECT_FALSE(weights == bytes("c", "model.safetensors"));
    EXPECT_TRUE(bytes("a", "resume.safetensors") == bytes("b", "resume.safetensors"));
}

TEST_F(Training, StoppedAndResumedIsTheSameToTheBit) {
    run(request("whole"));
    for (const std::int64_t step : {3, 9, 21}) { // before, between and after the checkpoints that a run saves by itself
        const std::string name = "from" + std::to_string(step);
        TrainingRequest r = request(name);
        runUntil(r, step);
        EXPECT_FALSE(std::filesystem::exists(m_folder / name / "model.safetensors")); // the model comes last
        r.resume = true;
        run(r);
        EXPECT_TRUE(bytes(name, "model.safetensors") == bytes("whole", "model.safetensors")) << step;
        EXPECT_TRUE(bytes(name, "resume.safetensors") == bytes("whole", "resume.safetensors")) << step;
        EXPECT_EQ(facts(name)["tokens_seen"], 24 * 4 * 16);
    }
}

TEST_F(Training, TheLogOfAResumedRunHasEachStepOnce) {
    TrainingRequest r = request("log");
    runUntil(r, 9);
    // What a power cut leaves behind: lines past the checkpoint, the last one cut short.
    std::ofstream(m_folder / "log" / "log.jsonl", std::ios::app) << R"({"step": 12, "loss": 1})"
                                                                 << "\n"
                                                                 << R"({"step": "x")"
                                                                 << "\n"
                                                                 << R"({"st)";
    r.resume = true;
    run(r);
    std::istringstream lines(bytes("log", "log.jsonl"));
    std::vector<std::int64_t> steps;
    for (std::string line; std::getline(lines, line);) {
        const auto entry = nlohmann::json::parse(line);
        steps.push_back(entry.at("step"));
        EXPECT_EQ(entry.contains("validation_loss"), steps.back() % 8 == 0);
    }
    EXPECT_EQ(steps, (std::vector<std::int64_t>{3, 6, 8, 9, 12, 15, 16, 18, 21, 24}));
}

TEST_F(Training, ResumingAFinishedRunKeepsWhatItKnows) {
    TrainingRequest r = request("done");
    run(r);
    const nlohmann::json before = facts("done");
    const std::string weights = bytes("done", "model.safetensors");
    // As if the last start had ended between its last checkpoint and the model.
    std::filesystem::remove(m_folder / "done" / "model.safetensors");
    std::filesystem::remove(m_folder / "done" / "training.json");
    r.resume = true;
    run(r);
    EXPECT_TRUE(bytes("done", "model.safetensors") == weights);
    for (const char* field : {"tokens_seen", "training_loss", "validation_loss", "steps", "corpus"})
        EXPECT_EQ(facts("done")[field], before[field]) << field;
}

TEST_F(Training, ResumeRefusesAnothersRun) {
    TrainingRequest r = request("mine");
    runUntil(r, 9);
    r.resume = true;
    const std::string saved = bytes("mine", "resume.safetensors");
    const auto refusedWith = [&](const auto& change) {
        TrainingRequest other = r;
        change(other);
        EXPECT_THAT(refusal(other), HasSubstr("resume.safetensors belongs to a run with other settings"));
        EXPECT_TRUE(bytes("mine", "resume.safetensors") == saved);
    };
    refusedWith([](TrainingRequest& o) { o.seed = 5; });
    refusedWith([](TrainingRequest& o) { o.learningRate = 1e-3; });
    refusedWith([](TrainingRequest& o) { o.positions = "rotary"; });
    refusedWith([](TrainingRequest& o) { o.steps = 48; });
    refusedWith([&](TrainingRequest& o) { o.texts = {m_folder / "other.txt"}; });
}

// Its halves in another order: as many tokens, of the same words.
TEST_F(Training, ResumeTellsTextsOfEqualLengthApart) {
    const std::string a = tinyText(5, 350) + "ba.\n", b = tinyText(6, 350) + "ke.\n";
    ASSERT_EQ(tinyTokenizer().encode(a + b).size(), tinyTokenizer().encode(b + a).size());
    TrainingRequest r = request("text");
    writeFile(m_folder / "train.txt", a + b);
    runUntil(r, 9);
    r.resume = true;
    writeFile(m_folder / "train.txt", b + a);
    EXPECT_THAT(refusal(r), HasSubstr("other settings"));
}

TEST_F(Training, ResumeRefusesDamagedFiles) {
    TrainingRequest r = request("damaged");
    r.resume = true;
    EXPECT_THAT(refusal(r), HasSubstr("resume.safetensors")); // there is none
    r.resume = false;
    runUntil(r, 9);
    r.resume = true;
    const std::string whole = bytes("damaged", "resume.safetensors");
    for (const std::size_t size :
         {std::size_t(0), std::size_t(5), std::size_t(100), whole.size() / 2, whole.size() - 1}) {
        writeFile(m_folder / "damaged" / "resume.safetensors", whole.substr(0, size));
        EXPECT_THAT(refusal(r), HasSubstr("resume.safetensors")) << size << " bytes";
    }
    // The model of a finished run is no saved run.
    std::filesystem::remove(m_folder / "damaged" / "resume.safetensors");
    writeTensorFile(m_folder / "damaged" / "resume.safetensors", {}, {});
    EXPECT_THAT(refusal(r), HasSubstr("no saved training run"));
}

TEST_F(Training, LossFallsOnARepetitiveText) {
    std::string text;
    for (int i = 0; i < 400; ++i)
        text += "ba ke lo min tur sa. ";
    writeFile(m_folder / "again.txt", text);
    TrainingRequest r = request("again");
    r.texts = {m_folder / "again.txt"};
    r.validation = m_folder / "again.txt";
    r.steps = 120;
    r.learningRate = 5e-3;
    const auto reports = run(r);
    ASSERT_FALSE(reports.empty());
    EXPECT_GT(reports.front().loss, 2);
    EXPECT_LT(reports.back().loss, 0.3); // each token but the first says what follows
    EXPECT_LT(reports.back().validationLoss, 0.3);
    EXPECT_EQ(reports.back().step, 120);
    EXPECT_EQ(reports.back().tokensSeen, 120 * 4 * 16);
}

class TrainingOfEveryMethod : public Training, public ::testing::WithParamInterface<const char*> {};
INSTANTIATE_TEST_SUITE_P(Positions, TrainingOfEveryMethod, ::testing::ValuesIn(kMethods), [](const auto& info) {
    std::string name = info.param;
    std::erase(name, '-');
    return name;
});

TEST_P(TrainingOfEveryMethod, WhatIsWrittenOpensAndMeasuresAsValidated) {
    TrainingRequest r = request("run");
    r.positions = GetParam();
    r.command = "slopescope-cli train ...";
    const auto reports = run(r);

    OpenedModel opened = openModelDirectory(m_folder / "run", Job());
    EXPECT_EQ(opened.precision, "float16");
    EXPECT_EQ(opened.config.trainingLength, 16);
    EXPECT_EQ(opened.training.tokensSeen, 24 * 4 * 16);
    EXPECT_THAT(opened.training.corpus, HasSubstr("1 text, "));
    EXPECT_EQ(facts("run")["command"], r.command);
    EXPECT_EQ(facts("run")["positions"], GetParam());
    EXPECT_DOUBLE_EQ(facts("run")["validation_loss"], reports.back().validationLoss);

    // A validation text of 64 windows at most and of whole batches is measured whole, window by window.
    std::vector<std::int32_t> ids;
    for (const text::Token& token : opened.tokenizer.value().encode(readFile(m_folder / "valid.txt")))
        ids.push_back(token.id);
    const std::size_t windows = std::min<std::size_t>(64, (ids.size() - 1) / 16 / 4 * 4);
    const std::size_t possible = (ids.size() - 1) / 16;
    const Decoder decoder(opened.config, opened.weights);
    double sum = 0;
    for (std::size_t w = 0; w < windows; ++w) {
        const std::int64_t start = std::int64_t(w * possible / windows * 16);
        for (const float loss : windowLosses(decoder, ids, {&start, 1}, 16, {}, Job()))
            sum += double(loss);
    }
    const double expected = sum / double(windows * 16);
    EXPECT_NEAR(reports.back().validationLoss, expected, 2e-3 * expected); // weights are kept as float16
}

TEST_F(Training, TrainableSlopesMoveAreKeptAndMeasureAsValidated) {
    TrainingRequest r = request("run");
    r.positions = "alibi-trainable";
    r.slopes = "random:5";
    r.slopeRate = 0.1;
    const auto reports = run(r);
    OpenedModel opened = openModelDirectory(m_folder / "run", Job());
    EXPECT_EQ(opened.config.positions.bias, BiasKind::Linear);
    EXPECT_EQ(facts("run")["positions"], "alibi-trainable");
    const SlopeSet begin = randomSlopes(4, 5);
    ASSERT_EQ(opened.config.slopes.size(), 2U);
    EXPECT_FALSE(layersShare(opened.config.slopes));
    for (const SlopeSet& layer : opened.config.slopes)
        for (std::size_t h = 0; h < 4; ++h) {
            EXPECT_GT(layer[h], 0);
            EXPECT_GT(std::abs(std::log(layer[h] / begin[h])), 0.005) << h;
            EXPECT_LT(std::abs(std::log(layer[h] / begin[h])), 0.1 * 24 * 1.5) << h; // what the rate allows
        }
    std::vector<std::int32_t> ids;
    for (const text::Token& token : opened.tokenizer.value().encode(readFile(m_folder / "valid.txt")))
        ids.push_back(token.id);
    const std::size_t possible = (ids.size() - 1) / 16, windows = std::min<std::size_t>(64, possible / 4 * 4);
    const Decoder decoder(opened.config, opened.weights);
    double sum = 0;
    for (std::size_t w = 0; w < windows; ++w) {
        const std::int64_t start = std::int64_t(w * possible / windows * 16);
        for (const float loss : windowLosses(decoder, ids, {&start, 1}, 16, {}, Job()))
            sum += double(loss);
    }
    EXPECT_NEAR(reports.back().validationLoss, sum / double(windows * 16), 5e-3);
}

TEST_F(Training, TrainableSlopesResumeToTheBit) {
    TrainingRequest r = request("whole");
    r.positions = "alibi-trainable";
    run(r);
    r.directory = m_folder / "resumed";
    runUntil(r, 9);
    r.resume = true;
    run(r);
    for (const char* file : {"model.safetensors", "config.json", "resume.safetensors"})
        EXPECT_TRUE(bytes("resumed", file) == bytes("whole", file)) << file;
    r.slopeRate *= 2;
    EXPECT_THAT(refusal(r), HasSubstr("other settings"));
}

TEST_F(Training, SlopesMayBeginElsewhere) {
    TrainingRequest r = request("fixed");
    r.steps = 2;
    r.slopes = "geometric:0.5,0.5";
    run(r);
    EXPECT_EQ(openModelDirectory(m_folder / "fixed", Job()).config.slopes, SlopeTable(2, {0.5, 0.25, 0.125, 0.0625}));
    r.positions = "alibi-trainable";
    r.slopes = "zero";
    EXPECT_THAT(refusal(r), HasSubstr("above 0"));
    r.positions = "rotary";
    EXPECT_THAT(refusal(r), HasSubstr("no slopes"));
}

TEST_F(Training, ModelsThatDifferInPositionsStartFromTheSameWeights) {
    std::map<std::string, at::Tensor> first;
    for (const char* method : kMethods) {
        TrainingRequest r = request(method);
        r.positions = method;
        r.steps = 1;
        r.learningRate = r.finalLearningRate = 0; // so that what is saved is how it began
        run(r);
        const TensorFile file = TensorFile::open(m_folder / method / "resume.safetensors");
        for (const auto& [name, info] : file.tensors()) {
            if (!name.starts_with("weights."))
                continue;
            const at::Tensor tensor = file.read(name, at::kFloat);
            const auto [known, isNew] = first.emplace(name, tensor);
            EXPECT_TRUE(known->second.equal(tensor)) << name << " of " << method;
        }
    }
    EXPECT_TRUE(first.contains("weights.relative_bias.weight"));
    EXPECT_TRUE(first.contains("weights.position_embedding.weight"));
}

TEST_F(Training, ABatchLargerThanTheUsualValidationStillValidates) {
    TrainingRequest r = request("wide");
    r.length = 4;
    r.batch = 70;
    r.steps = 2;
    const auto reports = run(r);
    EXPECT_TRUE(std::isfinite(reports.back().validationLoss));
    EXPECT_GT(reports.back().validationLoss, 1);
}

TEST_F(Training, LearnsATokenizerWhenGivenNone) {
    TrainingRequest r = request("own");
    r.tokenizer.clear();
    r.vocabulary = 270;
    r.steps = 1;
    run(r);
    EXPECT_EQ(openModelDirectory(m_folder / "own", Job()).tokenizer.value().vocabularySize(), 270);
}

TEST_F(Training, RefusesRequestsThatMakeNoSense) {
    const auto refused = [&](const auto& change) {
        TrainingRequest r = request("never");
        change(r);
        return refusal(r);
    };
    EXPECT_THAT(refused([](TrainingRequest& r) { r.texts.clear(); }), HasSubstr("at least one text"));
    EXPECT_THAT(refused([&](TrainingRequest& r) { r.texts = {m_folder / "gone.txt"}; }), HasSubstr("gone.txt"));
    EXPECT_THAT(refused([&](TrainingRequest& r) { r.validation = m_folder / "gone.txt"; }), HasSubstr("gone.txt"));
    EXPECT_THAT(refused([](TrainingRequest& r) { r.length = 0; }), HasSubstr("at least 1"));
    EXPECT_THAT(refused([](TrainingRequest& r) { r.batch = -1; }), HasSubstr("at least 1"));
    EXPECT_THAT(refused([](TrainingRequest& r) { r.steps = 0; }), HasSubstr("at least 1"));
    EXPECT_THAT(refused([](TrainingRequest& r) { r.heads = 5; }), HasSubstr("divides the width"));
    EXPECT_THAT(refused([](TrainingRequest& r) { r.heads = 0; }), HasSubstr("divides the width"));
    EXPECT_THAT(refused([](TrainingRequest& r) { r.layers = 0; }), HasSubstr("number of layers is 0"));
    EXPECT_THAT(refused([](TrainingRequest& r) { r.logEvery = 0; }), HasSubstr("at least 1"));
    EXPECT_THAT(refused([](TrainingRequest& r) { r.learningRate = std::nan(""); }), HasSubstr("must be numbers"));
    EXPECT_THAT(refused([](TrainingRequest& r) { r.positions = "magic"; }), HasSubstr("\"magic\""));
    EXPECT_THAT(refused([](TrainingRequest& r) { r.length = 4096; }), HasSubstr("too short"));
    EXPECT_THAT(refused([](TrainingRequest& r) { r.width = 20, r.heads = 4, r.positions = "rotary"; }),
                HasSubstr("even"));
    EXPECT_FALSE(std::filesystem::exists(m_folder / "never"));
}

TEST_F(Training, ALossThatIsNoNumberEndsTheRunWithASentence) {
    TrainingRequest r = request("wild");
    r.learningRate = 1e30;
    r.warmUp = 0;
    EXPECT_THAT(refusal(r), HasSubstr("no longer a number"));
    EXPECT_FALSE(std::filesystem::exists(m_folder / "wild" / "model.safetensors"));
}

} // namespace
} // namespace slopescope
