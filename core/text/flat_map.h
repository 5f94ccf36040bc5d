// A small hash map from 64-bit keys, open addressing in one array: built once, then read millions of times.
#pragma once

#include <bit>
#include <cstdint>
#include <vector>

namespace slopescope::text {

template <typename Value>
class FlatMap {
public:
    static constexpr std::uint64_t kNoKey = ~std::uint64_t{0}; // the one key that cannot be stored

    FlatMap() : m_slots(16) {}

    void set(std::uint64_t key, const Value& value) {
        if (2 * (m_size + 1) > m_slots.size())
            grow();
        Slot& slot = m_slots[place(key)];
        m_size += slot.key == kNoKey ? 1 : 0;
        slot = {key, value};
    }

    const Value* find(std::uint64_t key) const {
        const Slot& slot = m_slots[place(key)];
        return slot.key == key ? &slot.value : nullptr;
    }

private:
    struct Slot {
        std::uint64_t key = kNoKey;
        Value value{};
    };

    std::size_t place(std::uint64_t key) const { // of the key, or the free slot where it would go
        const std::size_t mask = m_slots.size() - 1;
        std::size_t at = static_cast<std::size_t>((key * 0x9E3779B97F4A7C15u) >> 24) & mask;
        while (m_slots[at].key != kNoKey && m_slots[at].key != key)
            at = (at + 1) & mask;
        return at;
    }

    void grow() {
        std::vector<Slot> old(m_slots.size() * 2);
        old.swap(m_slots);
        for (const Slot& slot : old)
            if (slot.key != kNoKey)
                m_slots[place(slot.key)] = slot;
    }

    std::vector<Slot> m_slots; // a power of two of them
    std::size_t m_size = 0;
};

} // namespace slopescope::text
