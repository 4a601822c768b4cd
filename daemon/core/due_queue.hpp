// Who is due next among very many: the next few in a heap, all others in buckets of time.
//
// A heap of a hundred thousand is a cache miss at each of its lower levels, each time. Here a slot
// that is due later is only appended to the bucket of its time; when the heap is empty, the next
// bucket is put into it. The buckets are cut to what waits, when all of them are used up; what lies
// beyond them waits in no order. So an event costs the same at a thousand slots and at a hundred
// thousand. Where everything is due at once this is a heap, no more.
//
// The order is exact: by time, and by number where times are equal. Several queues share a table of
// places, as heaps do.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/time.hpp"
#include "core/due_heap.hpp"

namespace trainwatch::core {

class due_queue {
public:
    bool empty() const { return near_.empty(); }
    std::size_t size() const { return near_.size() + bucketed_ + beyond_.size(); }
    // The first; not of an empty one.
    const due_heap::entry& top() const { return near_.top(); }
    mono_time due_of(const heap_places& places, std::size_t slot) const;

    // `places` has a place for the slot, and no queue has it.
    void push(heap_places& places, std::size_t slot, mono_time due);
    // This queue has the slot.
    void erase(heap_places& places, std::size_t slot);

    // Calls f(entry) for all, in no order that means anything.
    template <class Function>
    void for_each(Function f) const {
        for (const auto& each : near_.entries())
            f(each);
        for (const auto& bucket : buckets_) {
            for (const auto& each : bucket)
                f(each);
        }
        for (const auto& each : beyond_)
            f(each);
    }

private:
    using entry = due_heap::entry;
    using entries = std::vector<entry>;

    static constexpr std::size_t bucket_count = 256;
    // A bucket of so many is not worth being cut further.
    static constexpr std::size_t bucket_size = 16;

    mono_time begin_of(std::size_t bucket) const;
    entries& far(std::size_t tier);
    void put_far(heap_places& places, std::size_t tier, const entry& what);
    void put(heap_places& places, const entry& what);
    // Keeps the heap filled while anybody waits.
    void refill(heap_places& places);
    void cut_buckets();
    void fill_buckets(heap_places& places);

    due_heap near_{};
    std::array<entries, bucket_count> buckets_{};
    entries beyond_{};
    std::size_t bucketed_ = 0;
    // The buckets lie side by side from here on, each two to the power of `width_log_` ns wide.
    mono_time begin_ = mono_time::min();
    unsigned width_log_ = 0;
    // The first that is not in the heap yet; what is due before it goes into the heap.
    std::size_t next_ = bucket_count;
};

}  // namespace trainwatch::core
