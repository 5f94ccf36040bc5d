#include "app/slopescope/quit_signals.h"

#include <array>
#include <csignal>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace {

constexpr std::array<int, 2> kSignals{SIGTERM, SIGINT};

std::array<int, 2> g_pipe{-1, -1}; // a handler may do little more than write(2)

void tellLoop(int signal) {
    const char number = static_cast<char>(signal);
    [[maybe_unused]] const ssize_t told = ::write(g_pipe[1], &number, 1);
}

} // namespace

QuitSignals::QuitSignals(std::function<void(int)> ask) {
    if (::pipe2(g_pipe.data(), O_CLOEXEC | O_NONBLOCK) != 0)
        return;
    m_notifier = std::make_unique<QSocketNotifier>(g_pipe[0], QSocketNotifier::Read);
    QObject::connect(m_notifier.get(), &QSocketNotifier::activated, [ask = std::move(ask)] {
        char number = 0;
        if (::read(g_pipe[0], &number, 1) == 1)
            ask(number);
    });
    struct sigaction action {};
    action.sa_handler = tellLoop;
    action.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART); // the second one is the system's
    for (const int signal : kSignals)
        ::sigaction(signal, &action, nullptr);
}

QuitSignals::~QuitSignals() {
    for (const int signal : kSignals)
        std::signal(signal, SIG_DFL);
    m_notifier.reset();
    for (int& end : g_pipe)
        if (end >= 0)
            ::close(std::exchange(end, -1));
}
