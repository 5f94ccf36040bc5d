// A text continued by a model, token by token: keys and values of what is there are kept, so that a new token costs its
// own row.
//
// Called by Session, on its caller's thread.
#pragma once

#include "core/model/decoder.h"
#include "core/study/generation_request.h"

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace slopescope {

// Which token comes next, from the scores of all [vocabulary]: the largest at temperature 0 (the first of equal ones),
// else one drawn from softmax(scores / temperature), of which only the smallest set of tokens whose shares reach `topP`
// is left. The same seed draws the same tokens on every machine.
class TokenChooser {
public:
    TokenChooser(double temperature, double topP, std::uint64_t seed); // throws Error when one of them makes no sense

    std::int32_t next(std::span<const float> scores);

private:
    double uniform(); // in [0, 1)

    double m_temperature, m_topP;
    std::uint64_t m_state;
};

// Continues `ids` by at most `tokens`; fewer where learned positions end. `each` is called with every new token as it
// is chosen. Throws Cancelled when the job is stopped, Error when there is nothing to continue.
std::vector<GeneratedToken> continueText(const Decoder& decoder, std::span<const std::int32_t> ids, std::int64_t tokens,
                                         TokenChooser& chooser, const AttentionOverride& change, const Job& job,
                                         const std::function<void(const GeneratedToken&)>& each);

} // namespace slopescope
