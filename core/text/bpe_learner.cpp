#include "core/text/bpe_learner.h"

#include "core/text/byte_alphabet.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <queue>
#include <unordered_set>

namespace slopescope::text {
namespace {

using Pair = std::pair<std::int32_t, std::int32_t>;

struct PairHash {
    std::size_t operator()(const Pair& pair) const {
        return (static_cast<std::uint64_t>(pair.first) << 32 | static_cast<std::uint32_t>(pair.second)) *
                   0x9E3779B97F4A7C15u >>
               16;
    }
};

struct Word {
    std::vector<std::int32_t> ids;
    std::int64_t count = 0;
};

struct Entry {
    std::int64_t count;
    Pair pair;
    bool operator<(const Entry& other) const { // the queue's top is the largest
        return count != other.count ? count < other.count : pair > other.pair;
    }
};

class Learner {
public:
    Learner(const std::unordered_map<std::string, std::int64_t>& words, LearnedBpe& learned) : m_learned(learned) {
        addBytes();
        for (const auto& [text, count] : words) {
            Word word{{}, count};
            for (const char byte : text)
                word.ids.push_back(m_byteIds[static_cast<unsigned char>(byte)]);
            m_words.push_back(std::move(word));
        }
        for (std::size_t index = 0; index < m_words.size(); ++index)
            for (std::size_t i = 0; i + 1 < m_words[index].ids.size(); ++i)
                change({m_words[index].ids[i], m_words[index].ids[i + 1]}, m_words[index].count, index);
        for (const auto& [pair, count] : m_counts)
            m_queue.push({count, pair});
    }

    // False when no pair is left.
    bool learnOne() {
        while (!m_queue.empty()) {
            const Entry top = m_queue.top();
            m_queue.pop();
            const std::int64_t count = m_counts[top.pair];
            if (count != top.count) { // out of date: the true count goes back into the queue
                if (count > 0)
                    m_queue.push({count, top.pair});
                continue;
            }
            if (count <= 0)
                continue;
            apply(top.pair);
            return true;
        }
        return false;
    }

private:
    void addBytes() {
        std::array<int, 256> order{};
        std::iota(order.begin(), order.end(), 0);
        const auto& letters = byteAlphabet();
        std::sort(order.begin(), order.end(), [&](int a, int b) {
            return letters[static_cast<std::size_t>(a)] < letters[static_cast<std::size_t>(b)];
        });
        for (const int byte : order) {
            m_byteIds[static_cast<std::size_t>(byte)] = static_cast<std::int32_t>(m_learned.tokens.size());
            addToken(std::string(1, static_cast<char>(byte)));
        }
    }

    // Two merges may spell the same token; it keeps its first id.
    std::int32_t addToken(const std::string& token) {
        const auto [found, isNew] = m_ids.try_emplace(token, static_cast<std::int32_t>(m_learned.tokens.size()));
        if (isNew)
            m_learned.tokens.push_back(token);
        return found->second;
    }

    void change(Pair pair, std::int64_t by, std::size_t word) {
        m_counts[pair] += by;
        if (by > 0) {
            auto& where = m_where[pair];
            if (where.empty() || where.back() != word)
                where.push_back(word);
        }
    }

    void apply(Pair pair) {
        const auto& tokens = m_learned.tokens;
        const std::int32_t joined =
            addToken(tokens[static_cast<std::size_t>(pair.first)] + tokens[static_cast<std::size_t>(pair.second)]);
        m_learned.merges.push_back(pair);
        std::vector<std::size_t> where = std::move(m_where[pair]);
        m_where.erase(pair);
        std::sort(where.begin(), where.end());
        where.erase(std::unique(where.begin(), where.end()), where.end());
        m_grown.clear();
        for (const std::size_t index : where)
            joinIn(index, pair, joined);
        m_counts[pair] = 0;
        for (const Pair& grown : m_grown)
            m_queue.push({m_counts[grown], grown});
    }

    void joinIn(std::size_t index, Pair pair, std::int32_t joined) {
        Word& word = m_words[index];
        auto& ids = word.ids;
        const auto shrink = [&](std::int32_t left, std::int32_t right) { change({left, right}, -word.count, index); };
        const auto grow = [&](std::int32_t left, std::int32_t right) {
            change({left, right}, word.count, index);
            m_grown.insert({left, right});
        };
        std::size_t kept = 0; // ids[0, kept) are done; kept <= i
        for (std::size_t i = 0; i < ids.size();) {
            if (i + 1 == ids.size() || ids[i] != pair.first || ids[i + 1] != pair.second) {
                ids[kept++] = ids[i++];
                continue;
            }
            if (kept > 0) {
                shrink(ids[kept - 1], pair.first);
                grow(ids[kept - 1], joined);
            }
            if (i + 2 < ids.size()) {
                shrink(pair.second, ids[i + 2]);
                grow(joined, ids[i + 2]);
            }
            ids[kept++] = joined;
            i += 2;
        }
        ids.resize(kept);
    }

    LearnedBpe& m_learned;
    std::array<std::int32_t, 256> m_byteIds{};
    std::unordered_map<std::string, std::int32_t> m_ids;
    std::vector<Word> m_words;
    std::unordered_map<Pair, std::int64_t, PairHash> m_counts;
    std::unordered_map<Pair, std::vector<std::size_t>, PairHash> m_where; // words that had the pair once
    std::unordered_set<Pair, PairHash> m_grown;
    std::priority_queue<Entry> m_queue;
};

} // namespace

LearnedBpe learnBpe(const std::unordered_map<std::string, std::int64_t>& words, int vocabularySize, const Job& job) {
    LearnedBpe learned;
    Learner learner(words, learned);
    while (static_cast<int>(learned.tokens.size()) < vocabularySize && learner.learnOne()) {
        job.check();
        job.report(static_cast<double>(learned.tokens.size()) / vocabularySize, "Learning the vocabulary");
    }
    return learned;
}

} // namespace slopescope::text
