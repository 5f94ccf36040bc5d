#include "tests/cli/program.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <regex>
#include <sstream>
#include <stdexcept>
#include <thread>

#include <csignal>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace slopescope::test {
namespace {

namespace fs = std::filesystem;

// The program, begun, its output going to two files.
class Child {
public:
    explicit Child(const Arguments& arguments, const std::string& program = SLOPESCOPE_CLI) {
        std::vector<char*> words{const_cast<char*>(program.c_str())};
        for (const std::string& argument : arguments)
            words.push_back(const_cast<char*>(argument.c_str()));
        words.push_back(nullptr);
        folder(); // made here, not in the child
        m_process = fork();
        if (m_process == 0) {
            redirect(STDOUT_FILENO, "stdout");
            redirect(STDERR_FILENO, "stderr");
            setenv("OMP_WAIT_POLICY", "PASSIVE", 0); // threads that spin crawl where other tests run beside these
            execv(program.c_str(), words.data());
            _exit(127);
        }
    }

    pid_t process() const { return m_process; }

    Outcome wait() const {
        int status = 0;
        waitpid(m_process, &status, 0);
        return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), read(folder() / "stdout"),
                read(folder() / "stderr")};
    }

private:
    static void redirect(int descriptor, const char* name) {
        const int file = open((folder() / name).c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
        if (file < 0 || dup2(file, descriptor) < 0)
            _exit(126);
    }

    pid_t m_process = -1;
};

struct Folder {
    fs::path path;

    Folder() {
        std::string pattern = (fs::temp_directory_path() / "slopescope-cli-XXXXXX").string();
        if (!mkdtemp(pattern.data()))
            throw std::runtime_error("no temporary folder");
        path = pattern;
        fs::create_directories(path / "models");
        fs::create_directories(path / "text");
    }
    ~Folder() { fs::remove_all(path); }
};

} // namespace

const fs::path& folder() {
    static const Folder instance;
    return instance.path;
}

Outcome run(const Arguments& arguments) {
    return Child(arguments).wait();
}

nlohmann::json runJson(Arguments arguments) {
    arguments.push_back("--json");
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    return nlohmann::json::parse(outcome.out, nullptr, false);
}

Outcome runProgram(const std::string& program, const Arguments& arguments) {
    return Child(arguments, program).wait();
}

Outcome runEnded(const Arguments& arguments, int signal, const std::function<bool()>& when, const std::string& program) {
    const Child child(arguments, program.empty() ? SLOPESCOPE_CLI : program);
    siginfo_t ended{};
    while (!when() && waitid(P_PID, id_t(child.process()), &ended, WEXITED | WNOHANG | WNOWAIT) == 0 && ended.si_pid == 0)
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    kill(child.process(), signal);
    return child.wait();
}

Outcome runInterrupted(const Arguments& arguments, const std::string& line) {
    std::ofstream(folder() / "stderr").close(); // what the last run said must not count
    return runEnded(arguments, SIGINT, [&] { return read(folder() / "stderr").find(line) != std::string::npos; });
}

std::string textFile() {
    static const std::string file = [] {
        const std::string whole = read(SLOPESCOPE_RESOURCES "/text/the-tide-clock.txt");
        return write("text/the-tide-clock.txt", whole.substr(0, whole.find("\n\n", 1500)));
    }();
    return file;
}

std::string modelOf(const std::string& positions) {
    const fs::path directory = folder() / "models" / positions;
    if (!fs::exists(directory)) {
        const Outcome outcome =
            run({"train",       "--text",  textFile(),     "--valid", textFile(), "--out",   directory.string(),
                 "--positions", positions, "--vocabulary", "300",     "--length", "16",      "--layers",
                 "2",           "--width", "16",           "--heads", "2",        "--batch", "2",
                 "--steps",     "2",       "--threads",    "1"});
        if (outcome.status != 0)
            throw std::runtime_error("no model to test with: " + outcome.err);
    }
    return directory.string();
}

std::string write(const std::string& name, const std::string& bytes) {
    const fs::path file = folder() / name;
    std::ofstream(file, std::ios::binary) << bytes;
    return file.string();
}

std::string read(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    std::ostringstream bytes;
    bytes << stream.rdbuf();
    return bytes.str();
}

Array readNpy(const fs::path& file) {
    const std::string bytes = read(file);
    Array array;
    std::smatch shape;
    const std::string header = bytes.substr(0, bytes.find('\n') + 1);
    const std::regex format("\\{'descr': '<f4', 'fortran_order': False, 'shape': \\((\\d+), (\\d+)\\), \\} *\n");
    EXPECT_EQ(header.substr(0, 8), std::string("\x93NUMPY\x01\0", 8));
    EXPECT_EQ(header.size() % 64, 0U);
    EXPECT_EQ(std::size_t(std::uint8_t(header.at(8))) + 256 * std::size_t(std::uint8_t(header.at(9))),
              header.size() - 10);
    const std::string dictionary = header.substr(10);
    if (!std::regex_match(dictionary, shape, format)) {
        ADD_FAILURE() << "not the header of a float32 matrix: " << dictionary;
        return array;
    }
    array.rows = std::stoll(shape[1]);
    array.columns = std::stoll(shape[2]);
    array.values.resize((bytes.size() - header.size()) / sizeof(float));
    EXPECT_EQ(std::int64_t(array.values.size()), array.rows * array.columns);
    std::memcpy(array.values.data(), bytes.data() + header.size(), array.values.size() * sizeof(float));
    return array;
}

} // namespace slopescope::test
