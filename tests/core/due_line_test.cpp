// The heap alone, and the queue that keeps all but the next few in buckets of time.
#include <array>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "core/due_heap.hpp"
#include "core/due_queue.hpp"
#include "tests/core/builders.hpp"

namespace trainwatch::core::due_line_test {
namespace {

template <class Line>
class due_line : public testing::Test {};
using kinds = testing::Types<due_heap, due_queue>;
TYPED_TEST_SUITE(due_line, kinds);

TYPED_TEST(due_line, first_is_the_longest_due_and_of_equals_the_lowest_slot) {
    heap_places places(10);
    TypeParam line;
    for (const std::size_t slot : {7U, 3U, 5U})
        line.push(places, slot, mono(seconds(1)));
    line.push(places, 9, mono(seconds(0)));
    std::vector<std::uint32_t> order;
    while (!line.empty()) {
        order.push_back(line.top().slot);
        line.erase(places, line.top().slot);
    }
    EXPECT_EQ(order, (std::vector<std::uint32_t>{9, 3, 5, 7}));
}

// Two that share their table, against ordered sets, step by step. Time goes on, and a job is due
// within `spread` of it; now and then one in a day, or long ago.
template <class Line>
void compare_with_sets(std::size_t slots, std::uint64_t spread) {
    using times = std::set<std::pair<mono_time, std::size_t>>;
    random_source random(11);
    heap_places places(slots);
    std::array<Line, 2> lines{};
    std::array<times, 2> sets{};
    std::map<std::size_t, std::pair<std::size_t, mono_time>> where;
    std::int64_t now = 0;
    for (int step = 0; step < 40'000; ++step) {
        now += static_cast<std::int64_t>(random.below(1 + spread / slots));
        // Half of the steps take the first, as the scheduler does.
        const auto which = random.below(2);
        const bool take_first = !sets[which].empty() && random.below(2) == 0;
        const auto slot = take_first ? sets[which].begin()->second : random.below(slots);
        if (const auto at = where.find(slot); at != where.end()) {
            const auto [from, before] = at->second;
            ASSERT_EQ(lines[from].due_of(places, slot), before);
            sets[from].erase({before, slot});
            lines[from].erase(places, slot);
            where.erase(at);
        }
        if (random.below(8) > 0) {
            auto due = mono(nanoseconds(now) + nanoseconds(random.below(spread)));
            if (random.below(50) == 0) due += hours(24);
            if (random.below(50) == 0) due -= hours(1);
            lines[which].push(places, slot, due);
            sets[which].emplace(due, slot);
            where[slot] = {which, due};
        }
        for (const std::size_t each : {0U, 1U}) {
            ASSERT_EQ(lines[each].size(), sets[each].size());
            ASSERT_EQ(lines[each].empty(), sets[each].empty());
            if (sets[each].empty()) continue;
            ASSERT_EQ(lines[each].top().due, sets[each].begin()->first);
            ASSERT_EQ(lines[each].top().slot, sets[each].begin()->second);
        }
    }
}

TYPED_TEST(due_line, agrees_with_an_ordered_set_whatever_happens) {
    for (const std::size_t slots : {3U, 300U, 10'000U}) {
        for (const std::uint64_t spread : {10ULL, 1'000'000ULL, 60'000'000'000ULL}) {
            SCOPED_TRACE(std::to_string(slots) + " slots, " + std::to_string(spread) + " ns");
            compare_with_sets<TypeParam>(slots, spread);
        }
    }
}

TEST(due_queue, tells_all_that_wait_wherever_they_stand) {
    constexpr std::size_t slots = 5'000;
    heap_places places(slots);
    due_queue queue;
    for (std::size_t slot = 0; slot < slots; ++slot)
        queue.push(places, slot, mono(seconds(slot * slot)));
    queue.erase(places, queue.top().slot);
    std::set<std::uint32_t> seen;
    queue.for_each([&](const auto& entry) {
        EXPECT_EQ(entry.due, mono(seconds(std::uint64_t{entry.slot} * entry.slot)));
        EXPECT_TRUE(seen.insert(entry.slot).second);
    });
    EXPECT_EQ(seen.size(), slots - 1);
}

}  // namespace
}  // namespace trainwatch::core::due_line_test
