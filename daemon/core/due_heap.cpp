#include "core/due_heap.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace trainwatch::core {
namespace {

constexpr std::size_t children = 4;

std::size_t parent_of(std::size_t index) {
    return (index - 1) / children;
}

}  // namespace

void due_heap::put(heap_places& places, std::size_t index, const entry& what) {
    entries_[index] = what;
    places[what.slot] = static_cast<std::uint32_t>(index);
}

// `index` is free, and `what` may belong above it.
void due_heap::rise(heap_places& places, std::size_t index, const entry& what) {
    while (index > 0) {
        const auto parent = parent_of(index);
        if (!(what < entries_[parent])) break;
        put(places, index, entries_[parent]);
        index = parent;
    }
    put(places, index, what);
}

// `index` is free, and `what` may belong below it.
void due_heap::sink(heap_places& places, std::size_t index, const entry& what) {
    for (;;) {
        const auto first = index * children + 1;
        if (first >= entries_.size()) break;
        const auto end = std::min(first + children, entries_.size());
        auto least = first;
        for (auto child = first + 1; child < end; ++child) {
            if (entries_[child] < entries_[least]) least = child;
        }
        if (!(entries_[least] < what)) break;
        put(places, index, entries_[least]);
        index = least;
    }
    put(places, index, what);
}

void due_heap::settle(heap_places& places, std::size_t index, const entry& what) {
    if (index > 0 && what < entries_[parent_of(index)]) {
        rise(places, index, what);
    } else {
        sink(places, index, what);
    }
}

void due_heap::push(heap_places& places, std::size_t slot, mono_time due) {
    const entry added{due, static_cast<std::uint32_t>(slot)};
    entries_.push_back(added);
    rise(places, entries_.size() - 1, added);
}

void due_heap::erase(heap_places& places, std::size_t slot) {
    const std::size_t index = places[slot];
    CHECK(index < entries_.size() && entries_[index].slot == slot);
    const entry last = entries_.back();
    entries_.pop_back();
    if (index < entries_.size()) settle(places, index, last);
}

}  // namespace trainwatch::core
