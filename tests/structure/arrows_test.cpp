// The sources keep to the arrows; and a source that breaks one is found, for every rule.
#include "tests/structure/arrows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slopescope::structure {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(Arrows, TheSourcesKeepToThem) {
    const Sources sources = readSources(SLOPESCOPE_SOURCE);
    ASSERT_GT(sources.size(), 150U);
    ASSERT_TRUE(sources.contains("core/session.h"));
    EXPECT_THAT(faultsOf(sources), IsEmpty());
}

// One line put into a file of the tree as it is.
std::vector<std::string> faultsWith(const std::string& file, const std::string& line) {
    Sources sources = readSources(SLOPESCOPE_SOURCE);
    EXPECT_TRUE(sources.contains(file)) << file;
    sources[file] += "\n" + line + "\n";
    return faultsOf(sources);
}

TEST(Arrows, EachRuleFindsWhatBreaksIt) {
    const struct {
        const char *file, *line, *says;
    } kBroken[]{
        {"core/study/requests.h", "#include \"core/session.h\"", "core/study must not know core/session"},
        {"core/study/variant.cpp", "  #  include  <core/session.h>", "core/study must not know core/session"},
        {"core/model/decoder.cpp", "#include \"core/study/variant.h\"", "core/model must not know core/study"},
        {"core/base/job.h", "#include \"core/study/variant.h\"", "core/base must not know core/study"},
        {"core/base/parallel.cpp", "#include \"core/kernels/rows.h\"", "core/base must not know core/kernels"},
        {"core/positions/slopes.cpp", "#include \"core/text/tokenizer.h\"", "core/positions must not know core/text"},
        {"core/kernels/simd.cpp", "#include \"core/positions/slopes.h\"", "core/kernels must not know core/positions"},
        {"core/workspace.h", "#include \"core/session.h\"", "core/workspace must not know core/session"},
        {"core/workspace.cpp", "#include <QString>", "core knows no Qt"},
        {"core/study/curve_plan.cpp", "#include <QtCore/QString>", "core knows no Qt"},
        {"core/session.cpp", "#include \"ui/widgets/theme.h\"", "core knows nothing of ui and app"},
        {"core/session.cpp", "#include \"tests/core/tiny_model.h\"", "what is shipped includes nothing of tests/"},
        {"app/slopescope-cli/main.cpp", "#include \"tests/core/temp_folder.h\"",
         "what is shipped includes nothing of tests/"},
        {"ui/widgets/theme.h", "#include \"core/model/decoder.h\"", "ui must not know core/model"},
        {"ui/widgets/theme.h", "#include \"core/attention/attention.h\"", "ui must not know core/attention"},
        {"ui/widgets/theme.cpp", "#include \"core/kernels/problems.h\"", "ui must not know core/kernels"},
        {"ui/widgets/theme.cpp", "#include \"app/startup.h\"", "ui knows nothing of app"},
    };
    const std::size_t before = faultsOf(readSources(SLOPESCOPE_SOURCE)).size();
    for (const auto& broken : kBroken) {
        const std::vector<std::string> faults = faultsWith(broken.file, broken.line);
        EXPECT_EQ(faults.size(), before + 1) << broken.file << ", " << broken.line;
        EXPECT_THAT(faults, ::testing::Contains(HasSubstr(broken.says)));
    }
    // What is no include is none.
    EXPECT_EQ(faultsWith("core/study/requests.h", "// #include \"core/session.h\"").size(), before);
}

TEST(Arrows, NoTwoHeadersHaveOneName) {
    EXPECT_THAT(faultsOf({{"core/text/decoder.h", ""},
                          {"core/model/decoder.h", ""},
                          {"core/model/decoder.cpp", ""},
                          {"app/x/decoder.h", ""}}),
                ElementsAre("core/text/decoder.h and core/model/decoder.h have one name."));
    EXPECT_THAT(faultsOf({{"ui/map/cell.h", ""}, {"core/study/cell.h", ""}}), ElementsAre(HasSubstr("have one name")));
}

TEST(Arrows, AFolderThatTheTableDoesNotNameIsFound) {
    EXPECT_THAT(faultsOf({{"core/extras/thing.cpp", "#include \"core/base/error.h\"\n"}}),
                ElementsAre(HasSubstr("what core/extras may include")));
}

} // namespace
} // namespace slopescope::structure
