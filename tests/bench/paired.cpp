// What comparing costs and gains: prints the time of the paper's Figure 1 (four bundled models to 4,096, the first pass) beside
// the sum of the four curves measured alone, interleaved; the paired standard error of a slope edit beside the unpaired one;
// and the memory that a second variant of a model takes. Run alone.
#include "core/session.h"
#include "core/study/curve_plan.h"
#include "core/threads.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <string>
#include <unistd.h>
#include <vector>

namespace {

using namespace slopescope;

constexpr int kRounds = 3;
constexpr std::int64_t kLongest = 4096;

// A session with models and text, in which nothing has been measured.
std::unique_ptr<Session> fresh(const std::filesystem::path& resources, const std::vector<std::string>& models) {
    auto session = std::make_unique<Session>(resources);
    for (const std::string& model : models)
        session->openModel(model, Job());
    session->openText(session->bundledText(), Job());
    return session;
}

CurvesRequest requestOf(const std::vector<std::string>& models) {
    CurvesRequest request;
    for (const std::string& model : models)
        request.variants.push_back({model, {}, {}});
    request.plan = usualPlan(lengthsTo(kLongest));
    request.plan.error = 0; // the first pass alone
    return request;
}

double secondsOf(const std::filesystem::path& resources, const std::vector<std::string>& models) {
    const auto session = fresh(resources, models);
    const auto begin = std::chrono::steady_clock::now();
    session->sweep(requestOf(models), Job());
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

void figureOne(const std::filesystem::path& resources) {
    const std::vector<std::string> models{"alibi", "sinusoidal", "rotary", "t5-bias"};
    double together = 1e9, apart = 1e9;
    for (int round = 0; round < kRounds; ++round) {
        together = std::min(together, secondsOf(resources, models));
        double sum = 0;
        for (const std::string& model : models)
            sum += secondsOf(resources, {model});
        apart = std::min(apart, sum);
    }
    std::printf("Figure 1, four models to %lld, first pass of 12 windows: %.2f s together, %.2f s one by one, ratio %.3f\n",
                static_cast<long long>(kLongest), together, apart, together / apart);
}

void pairedError(const std::filesystem::path& resources) {
    const auto session = fresh(resources, {"alibi"});
    const ModelFacts facts = session->model("alibi");
    CurvesRequest request = requestOf({"alibi"});
    SlopeTable slopes = facts.slopes;
    for (SlopeSet& layer : slopes)
        layer[3] /= 2; // one handle, moved by an octave
    request.variants.push_back(withSlopes(request.variants[0], slopes, facts));
    request.against = request.variants[0];
    const CurvesResult curves = session->sweep(request, Job());
    std::printf("One slope halved, alibi on the bundled text, 12 windows of %lld:\n", static_cast<long long>(kLongest));
    for (const DifferencePoint& point : curves.differences[1].points)
        std::printf("  length %5lld   difference %+.5f   paired error %.5f   unpaired %.5f   %5.1f x smaller\n",
                    static_cast<long long>(point.length), point.nll, point.standardError, point.unpairedError,
                    point.unpairedError / point.standardError);
}

std::int64_t residentBytes() {
    std::ifstream file("/proc/self/statm");
    std::int64_t all = 0, resident = 0;
    file >> all >> resident;
    return resident * sysconf(_SC_PAGESIZE);
}

void secondVariant(const std::filesystem::path& resources) {
    const auto session = fresh(resources, {"alibi"});
    const ModelFacts facts = session->model("alibi");
    const Variant own{"alibi", {}, {}};
    SlopeTable slopes = facts.slopes;
    slopes[0][0] /= 2; // in the lowest layer, so that every layer above runs anew
    session->forward(own, kLongest, Job());
    const std::int64_t one = residentBytes();
    session->forward(withSlopes(own, slopes, facts), kLongest, Job());
    const std::int64_t two = residentBytes();
    const MemoryNeeds needs = session->memoryOn({}, kLongest);
    std::printf("Memory at %lld tokens: weights %.1f MiB, activations %.1f MiB, a second variant %.1f MiB\n",
                static_cast<long long>(kLongest), double(needs.weights) / (1 << 20), double(needs.text) / (1 << 20),
                double(two - one) / (1 << 20));
}

} // namespace

int main(int argc, char** argv) {
    useThreads(0);
    const std::filesystem::path resources = argc > 1 ? argv[1] : SLOPESCOPE_RESOURCES;
    figureOne(resources);
    pairedError(resources);
    secondVariant(resources);
}
