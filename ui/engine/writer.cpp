#include "ui/engine/writer.h"

#include "core/base/error.h"
#include "core/threads.h"
#include "ui/engine/lane.h"

#include <chrono>
#include <utility>

namespace slopescope::ui {
namespace {

constexpr std::chrono::milliseconds kPause{33}; // between two states of a text

} // namespace

Writer::Writer(const Session& session, QObject* parent)
    : QObject(parent), m_session(session), m_lane([this](const std::stop_token& stop) { run(stop); }) {}

Writer::~Writer() {
    {
        const std::lock_guard lock(m_mutex);
        m_work.request_stop();
    }
    m_lane.request_stop();
    m_lane.join();
}

void Writer::start(std::vector<GenerationRequest> requests) {
    const std::lock_guard lock(m_mutex);
    m_waiting = std::move(requests);
    ++m_revision;
    m_work.request_stop();
    m_wake.notify_all();
}

void Writer::stop() {
    const std::lock_guard lock(m_mutex);
    m_work.request_stop();
    if (std::exchange(m_waiting, {}))
        post(m_revision, [this] { emit ended({}); }); // it has not begun
}

void Writer::run(const std::stop_token& stop) {
    const ComputingThread thread;
    for (;;) {
        std::vector<GenerationRequest> requests;
        std::uint64_t revision = 0;
        std::stop_token work;
        {
            std::unique_lock lock(m_mutex);
            m_wake.wait(lock, stop, [this] { return m_waiting.has_value(); });
            if (stop.stop_requested())
                return;
            requests = *std::exchange(m_waiting, {});
            revision = m_revision;
            m_work = std::stop_source();
            work = m_work.get_token();
        }
        const QString fault = write(requests, revision, work);
        post(revision, [this, fault] { emit ended(fault); });
    }
}

QString Writer::write(const std::vector<GenerationRequest>& requests, std::uint64_t revision,
                      const std::stop_token& stop) {
    GenerationResult soFar;
    int which = 0;
    const auto say = [&] {
        post(revision,
             [this, which, text = std::make_shared<const GenerationResult>(soFar)] { emit grown(which, text); });
    };
    QString fault;
    try {
        for (; which < int(requests.size()); ++which) {
            soFar = {};
            soFar.variant = requests[std::size_t(which)].variant;
            auto said = std::chrono::steady_clock::now();
            soFar = m_session.generate(
                requests[std::size_t(which)], Job(stop), [&](const GeneratedToken& token, const std::string& text) {
                    soFar.tokens.push_back(token);
                    soFar.text = text;
                    if (const auto now = std::chrono::steady_clock::now(); now >= said + kPause) {
                        said = now;
                        say();
                    }
                });
            say();
        }
        return {};
    } catch (const Cancelled&) {
    } catch (...) {
        fault = faultSentence(
            [](const QString& amounts) { return tr("There is not enough memory to continue the text: %1.").arg(amounts); });
    }
    say(); // what there is
    return fault;
}

// Of an older start nobody wants to hear.
void Writer::post(std::uint64_t revision, std::function<void()> deliver) {
    deliverNewest(this, m_mutex, m_revision, revision, std::move(deliver));
}

} // namespace slopescope::ui
