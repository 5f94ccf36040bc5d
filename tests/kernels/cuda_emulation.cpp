#include "tests/kernels/cuda_emulation.h"

#include <cstdio>
#include <cstdlib>
#include <deque>
#include <memory>

#if !defined(__x86_64__)
#include <ucontext.h>
#endif

namespace slopescope::test {
namespace {

[[noreturn]] void fail(const char* sentence) {
    std::fprintf(stderr, "CUDA emulation: %s\n", sentence);
    std::abort();
}

// Two flows of control that give way to each other. A system's own context switch saves the signal mask with a call of the
// kernel, which would be most of the run time here.
#if defined(__x86_64__)
extern "C" void slopescopeSwitchStack(void** from, void* to);
asm(R"(
.text
.globl slopescopeSwitchStack
.type slopescopeSwitchStack, @function
slopescopeSwitchStack:
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    ret
.size slopescopeSwitchStack, .-slopescopeSwitchStack
)");

class Context {
public:
    void prepare(unsigned char* stack, std::size_t bytes, void (*entry)()) {
        auto top = reinterpret_cast<std::uintptr_t>(stack + bytes) & ~std::uintptr_t(15);
        auto* words = reinterpret_cast<void**>(top);
        words[-1] = nullptr; // where a return address would be: keeps the stack aligned as after a call
        words[-2] = reinterpret_cast<void*>(entry);
        std::fill(words - 8, words - 2, nullptr);
        m_stack = words - 8;
    }
    void switchTo(Context& other) { slopescopeSwitchStack(&m_stack, other.m_stack); }

private:
    void* m_stack = nullptr;
};
#else
class Context {
public:
    void prepare(unsigned char* stack, std::size_t bytes, void (*entry)()) {
        getcontext(&m_context);
        m_context.uc_stack.ss_sp = stack;
        m_context.uc_stack.ss_size = bytes;
        m_context.uc_link = nullptr;
        makecontext(&m_context, entry, 0);
    }
    void switchTo(Context& other) { swapcontext(&m_context, &other.m_context); }

private:
    ucontext_t m_context{};
};
#endif

constexpr std::size_t kStackBytes = 256 << 10;

struct Copy {
    void* to;
    const void* from;
    bool valid;
};

struct Thread {
    Context context;
    std::unique_ptr<unsigned char[]> stack{new unsigned char[kStackBytes]};
    bool atBarrier = false, ended = false;
    std::vector<Copy> open;               // not in a group yet
    std::deque<std::vector<Copy>> groups; // oldest first
};

struct Warp {
    void* requests[32] = {};
    int arrived = 0;
    std::int64_t served = 0;
};

struct Machine {
    Context main;
    std::vector<std::unique_ptr<Thread>> threads;
    std::vector<Warp> warps;
    std::vector<unsigned char> shared;
    unsigned char* sharedStart = nullptr;
    const std::function<void()>* kernel = nullptr;
    int count = 0, current = 0;
    std::int64_t block = 0, progress = 0;
};

Machine& machine() {
    static Machine instance;
    return instance;
}

void enter() {
    Machine& m = machine();
    (*m.kernel)();
    Thread& mine = *m.threads[static_cast<std::size_t>(m.current)];
    mine.ended = true;
    ++m.progress;
    mine.context.switchTo(m.main);
    fail("a thread went on after its end.");
}

void runThread(int index) {
    Machine& m = machine();
    m.current = index;
    m.main.switchTo(m.threads[static_cast<std::size_t>(index)]->context);
}

// From the running thread straight to another.
void passTo(int index) {
    Machine& m = machine();
    Thread& mine = *m.threads[static_cast<std::size_t>(m.current)];
    m.current = index;
    mine.context.switchTo(m.threads[static_cast<std::size_t>(index)]->context);
}

void land(const std::vector<Copy>& copies) {
    for (const Copy& copy : copies) {
        if (copy.valid)
            std::memcpy(copy.to, copy.from, 16);
        else
            std::memset(copy.to, 0, 16);
    }
}

void runBlock() {
    Machine& m = machine();
    std::fill(m.shared.begin(), m.shared.end(), 0xff); // NaN in every precision
    m.warps.assign(static_cast<std::size_t>(m.count + 31) / 32, {});
    for (int i = 0; i < m.count; ++i) {
        Thread& thread = *m.threads[static_cast<std::size_t>(i)];
        thread.atBarrier = thread.ended = false;
        thread.open.clear();
        thread.groups.clear();
        thread.context.prepare(thread.stack.get(), kStackBytes, enter);
    }
    for (;;) {
        const std::int64_t before = m.progress;
        int ended = 0, waiting = 0;
        for (int step = 0; step < m.count; ++step) {
            const int i = emulation().reversed ? m.count - 1 - step : step;
            Thread& thread = *m.threads[static_cast<std::size_t>(i)];
            while (!thread.ended && !thread.atBarrier) {
                const std::int64_t progress = m.progress;
                runThread(i);
                if (m.progress == progress)
                    fail("threads of a warp wait for others that have left them.");
            }
        }
        for (int i = 0; i < m.count; ++i) {
            ended += m.threads[static_cast<std::size_t>(i)]->ended;
            waiting += m.threads[static_cast<std::size_t>(i)]->atBarrier;
        }
        if (ended == m.count)
            return;
        if (waiting != m.count)
            fail("a barrier was not reached by every thread of the block.");
        if (m.progress == before)
            fail("the block stands still.");
        for (int i = 0; i < m.count; ++i)
            m.threads[static_cast<std::size_t>(i)]->atBarrier = false;
    }
}

} // namespace

Emulation& emulation() {
    static Emulation instance;
    return instance;
}

void runBlocks(std::int64_t blocks, int threads, std::int64_t sharedBytes, const std::function<void()>& kernel) {
    Machine& m = machine();
    while (std::ssize(m.threads) < threads)
        m.threads.push_back(std::make_unique<Thread>());
    m.count = threads;
    m.kernel = &kernel;
    m.shared.resize(static_cast<std::size_t>(sharedBytes) + 128);
    m.sharedStart = m.shared.data() + (128 - reinterpret_cast<std::uintptr_t>(m.shared.data()) % 128);
    for (m.block = 0; m.block < blocks; ++m.block)
        runBlock();
    emulation().blocks += blocks;
}

int currentThread() { return machine().current; }
int currentThreads() { return machine().count; }
std::int64_t currentBlock() { return machine().block; }
unsigned char* currentShared() { return machine().sharedStart; }

void barrier() {
    Machine& m = machine();
    Thread& mine = *m.threads[static_cast<std::size_t>(m.current)];
    mine.atBarrier = true;
    ++m.progress;
    mine.context.switchTo(m.main);
}

void together(void* request, void (*serve)(void* const* requests)) {
    Machine& m = machine();
    const int lane = m.current % 32, first = m.current - lane;
    Warp& warp = m.warps[static_cast<std::size_t>(first) / 32];
    const std::int64_t turn = warp.served;
    warp.requests[lane] = request;
    ++m.progress;
    if (++warp.arrived == 32) {
        serve(warp.requests);
        warp.arrived = 0;
        ++warp.served;
        return;
    }
    const int next = first + (emulation().reversed ? lane + 31 : lane + 1) % 32;
    while (warp.served == turn) {
        const Thread& neighbour = *m.threads[static_cast<std::size_t>(next)];
        if (neighbour.ended || neighbour.atBarrier)
            fail("threads of a warp wait for others that have left them.");
        passTo(next);
    }
}

void asyncCopy(void* to, const void* from, bool valid) {
    Machine& m = machine();
    if (reinterpret_cast<std::uintptr_t>(to) % 16 != 0 || (valid && reinterpret_cast<std::uintptr_t>(from) % 16 != 0))
        fail("an asynchronous copy is not aligned to 16 bytes.");
    std::memset(to, 0xff, 16);
    m.threads[static_cast<std::size_t>(m.current)]->open.push_back({to, from, valid});
}

void commitCopies() {
    Machine& m = machine();
    Thread& mine = *m.threads[static_cast<std::size_t>(m.current)];
    mine.groups.push_back(std::move(mine.open));
    mine.open.clear();
}

void waitForCopies(int pending) {
    Machine& m = machine();
    auto& groups = m.threads[static_cast<std::size_t>(m.current)]->groups;
    while (std::ssize(groups) > pending) {
        land(groups.front());
        groups.pop_front();
    }
}

} // namespace slopescope::test
