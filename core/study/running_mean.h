// A weighted mean over windows, and how far it can be trusted.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

namespace slopescope {

// Windows come with a mean loss and a weight (their number of predictions). Sums in double.
class RunningMean {
public:
    void add(double mean, double weight) {
        ++m_count;
        m_weight += weight;
        m_sum += weight * mean;
        // Welford over the windows, each counting once: they have equal sizes but for a last one.
        const double delta = mean - m_windowMean;
        m_windowMean += delta / double(m_count);
        m_squares += delta * (mean - m_windowMean);
    }

    double mean() const { return m_weight > 0 ? m_sum / m_weight : std::numeric_limits<double>::quiet_NaN(); }

    // Of the mean, from the spread between windows. Windows that share text are not independent: `overlap` is how many windows
    // cover a token (overlapping batch means, Meketon and Schmeiser 1984). NaN with fewer than two independent windows.
    double standardError(double overlap = 1) const {
        const double independent = double(m_count) / std::max(overlap, 1.0);
        if (m_count < 2 || independent < 2)
            return std::numeric_limits<double>::quiet_NaN();
        return std::sqrt(m_squares / double(m_count - 1) / independent);
    }

    std::int64_t count() const { return m_count; }

private:
    std::int64_t m_count = 0;
    double m_weight = 0, m_sum = 0, m_windowMean = 0, m_squares = 0;
};

} // namespace slopescope
