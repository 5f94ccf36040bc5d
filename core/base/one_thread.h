// While one of these lives, parallelFor runs the loops of its own thread on that thread alone: for work so small that waking others,
// and waiting for them on a busy machine, takes longer than the work.
#pragma once

namespace slopescope {

class OneThread {
public:
    explicit OneThread(bool wanted = true); // false: changes nothing
    ~OneThread();
    OneThread(const OneThread&) = delete;
    OneThread& operator=(const OneThread&) = delete;

private:
    bool m_before;
};

} // namespace slopescope
