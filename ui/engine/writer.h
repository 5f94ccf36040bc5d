// Continues texts beside the view: a thread of its own, so that pictures and sweeps go on. The Lab starts and stops it;
// what has been written comes back as signals on the window's thread. Every member is called there; none waits, except
// the destructor.
#pragma once

#include "core/session.h"

#include <QObject>
#include <QString>

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

namespace slopescope::ui {

class Writer : public QObject {
    Q_OBJECT
public:
    explicit Writer(const Session& session, QObject* parent = nullptr); // the session lives longer
    ~Writer() override;

    void start(std::vector<GenerationRequest> requests); // one after the other; in place of the running ones
    void stop();                                         // what has been written stays

signals:
    void grown(int which,
               std::shared_ptr<const slopescope::GenerationResult> text); // at most 30 a second, and at the end
    void ended(const QString& fault); // of all requests, however they end; empty: no fault

private:
    void run(const std::stop_token& stop);
    QString write(const std::vector<GenerationRequest>& requests, std::uint64_t revision, const std::stop_token& stop);
    void post(std::uint64_t revision, std::function<void()> deliver);

    const Session& m_session;
    std::mutex m_mutex; // guards all up to the lane
    std::condition_variable_any m_wake;
    std::optional<std::vector<GenerationRequest>> m_waiting;
    std::stop_source m_work;
    std::uint64_t m_revision = 0; // of the newest start
    std::jthread m_lane;          // last: it uses all of the above
};

} // namespace slopescope::ui
