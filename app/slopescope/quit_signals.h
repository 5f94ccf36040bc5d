// SIGTERM and SIGINT (Ctrl+C in the terminal) as an orderly wish to end. Main thread.
#pragma once

#include <QSocketNotifier>

#include <functional>
#include <memory>

// While it lives the first such signal calls `ask` from the event loop, with its number; a second one ends the program
// at once.
class QuitSignals {
public:
    explicit QuitSignals(std::function<void(int)> ask);
    ~QuitSignals();
    QuitSignals(const QuitSignals&) = delete;
    QuitSignals& operator=(const QuitSignals&) = delete;

private:
    std::unique_ptr<QSocketNotifier> m_notifier; // null: the system gave no pipe, and signals end the program as ever
};
