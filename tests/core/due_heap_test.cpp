#include "core/due_heap.hpp"

#include <map>
#include <set>

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "tests/core/builders.hpp"

namespace trainwatch::core {
namespace {

TEST(due_heap, first_is_the_longest_due_and_of_equals_the_lowest_slot) {
    heap_places places(10);
    due_heap heap;
    for (const std::size_t slot : {7U, 3U, 5U})
        heap.push(places, slot, mono(seconds(1)));
    heap.push(places, 9, mono(seconds(0)));
    std::vector<std::uint32_t> order;
    while (!heap.empty()) {
        order.push_back(heap.top().slot);
        heap.erase(places, heap.top().slot);
    }
    EXPECT_EQ(order, (std::vector<std::uint32_t>{9, 3, 5, 7}));
}

// Two heaps that share their table, against ordered sets, step by step.
TEST(due_heap, agrees_with_an_ordered_set_whatever_happens) {
    random_source random(11);
    constexpr std::size_t slots = 300;
    heap_places places(slots);
    std::array<due_heap, 2> heaps{};
    std::array<std::set<std::pair<mono_time, std::size_t>>, 2> sets{};
    std::map<std::size_t, std::pair<std::size_t, mono_time>> where;
    for (int step = 0; step < 30'000; ++step) {
        const auto slot = random.below(slots);
        const auto due = mono(nanoseconds(random.below(1'000)));
        const auto at = where.find(slot);
        if (at == where.end()) {
            const auto which = random.below(2);
            heaps[which].push(places, slot, due);
            sets[which].emplace(due, slot);
            where[slot] = {which, due};
        } else {
            const auto [which, before] = at->second;
            ASSERT_EQ(heaps[which].due_of(places, slot), before);
            sets[which].erase({before, slot});
            if (random.below(2) == 0) {
                heaps[which].erase(places, slot);
                where.erase(at);
            } else {
                heaps[which].move(places, slot, due);
                sets[which].emplace(due, slot);
                at->second.second = due;
            }
        }
        for (const std::size_t which : {0U, 1U}) {
            ASSERT_EQ(heaps[which].size(), sets[which].size());
            if (sets[which].empty()) continue;
            ASSERT_EQ(heaps[which].top().due, sets[which].begin()->first);
            ASSERT_EQ(heaps[which].top().slot, sets[which].begin()->second);
        }
    }
}

}  // namespace
}  // namespace trainwatch::core
