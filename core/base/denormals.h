// ALiBi drives softmax weights through the denormal range, where arithmetic is several times slower. Everything we
// compute treats numbers below 2^-126 as zero; this guard says so to the processor for the lifetime of a scope on one
// thread.
#pragma once

#if defined(__SSE2__)
#include <pmmintrin.h>
#include <xmmintrin.h>
#endif

namespace slopescope {

class FlushDenormals {
public:
#if defined(__SSE2__)
    FlushDenormals() : m_before(_mm_getcsr()) {
        _mm_setcsr(m_before | 0x8040);
    } // FTZ and DAZ
    ~FlushDenormals() {
        _mm_setcsr(m_before);
    }
#elif defined(__aarch64__)
    FlushDenormals() {
        asm volatile("mrs %0, fpcr" : "=r"(m_before));
        asm volatile("msr fpcr, %0" ::"r"(m_before | (1UL << 24)));
    }
    ~FlushDenormals() {
        asm volatile("msr fpcr, %0" ::"r"(m_before));
    }
#endif
    FlushDenormals(const FlushDenormals&) = delete;
    FlushDenormals& operator=(const FlushDenormals&) = delete;

private:
#if defined(__aarch64__)
    unsigned long m_before = 0;
#else
    unsigned m_before = 0;
#endif
};

} // namespace slopescope
