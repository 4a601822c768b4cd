// Who is due next: slots by time, and by number where times are equal. Any slot can be taken out,
// in O(log n).
//
// A heap of four children a node in one array, with the place of each slot beside it: a set's node
// would be a cache miss at each level, and forty bytes more. A slot stands in one heap at a time,
// so several heaps share the table of places. For very many there is core/due_queue.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/time.hpp"

namespace trainwatch::core {

// By slot: its index in the heap that holds it.
using heap_places = std::vector<std::uint32_t>;

class due_heap {
public:
    struct entry {
        mono_time due{};
        std::uint32_t slot = 0;

        bool operator==(const entry&) const = default;
        bool operator<(const entry& other) const {
            return due != other.due ? due < other.due : slot < other.slot;
        }
    };

    bool empty() const { return entries_.empty(); }
    std::size_t size() const { return entries_.size(); }
    // The first; not of an empty one.
    const entry& top() const { return entries_.front(); }
    // In no order that means anything.
    const std::vector<entry>& entries() const { return entries_; }

    // `places` has a place for the slot, and no heap has it.
    void push(heap_places& places, std::size_t slot, mono_time due);
    // This heap has the slot.
    void erase(heap_places& places, std::size_t slot);
    mono_time due_of(const heap_places& places, std::size_t slot) const {
        return entries_[places[slot]].due;
    }

private:
    void put(heap_places& places, std::size_t index, const entry& what);
    void rise(heap_places& places, std::size_t index, const entry& what);
    void sink(heap_places& places, std::size_t index, const entry& what);
    void settle(heap_places& places, std::size_t index, const entry& what);

    std::vector<entry> entries_{};
};

}  // namespace trainwatch::core
