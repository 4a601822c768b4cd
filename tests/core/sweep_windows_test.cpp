#include "core/sweep_windows.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "base/random.hpp"

namespace trainwatch::core::sweep_windows_test {
namespace {

wall_time at(std::int64_t value) {
    return from_unix_milliseconds(1'700'000'000'000 + value);
}

struct fleet {
    roster known{};
    std::vector<wall_time> live{};

    void add(std::int64_t created, bool is_live) {
        known.insert(at(created), "job-" + std::to_string(known.size()));
        if (is_live) live.push_back(at(created));
    }
    std::vector<creation_range> cut(std::size_t page_size = 100) {
        std::ranges::sort(live, std::greater<>());
        return cut_windows(known, live, page_size);
    }
};

TEST(sweep_windows, hold_every_live_job_and_at_most_one_page_of_known_ones) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        random_source random(seed);
        fleet jobs;
        std::vector<std::int64_t> all;
        std::int64_t created = 0;
        for (int i = 0; i < 3'000; ++i) {
            created += 2 + static_cast<std::int64_t>(random.below(1'000));
            all.push_back(created);
            jobs.add(created, random.below(10) < 2);
        }
        const auto windows = jobs.cut();
        for (const auto live : jobs.live)
            EXPECT_EQ(std::ranges::count_if(windows, [&](auto& w) { return w.contains(live); }), 1);
        for (const auto& window : windows) {
            const auto shown = std::ranges::count_if(all, [&](std::int64_t job) {
                return at(job) >= window.oldest - milliseconds(1) &&
                    at(job) <= window.newest + milliseconds(1);
            });
            EXPECT_LE(shown, 100) << "seed " << seed;
        }
    }
}

TEST(sweep_windows, leap_over_stretches_without_a_live_job) {
    fleet jobs;
    for (int i = 0; i < 10'000; ++i)
        jobs.add(i * 10, i == 3 || i == 40 || i == 9'990);
    EXPECT_EQ(
        jobs.cut(),
        (std::vector<creation_range>{
            {.oldest = at(99'900), .newest = at(99'900)}, {.oldest = at(30), .newest = at(400)}})
    );
}

TEST(sweep_windows, a_page_reaches_back_exactly_a_hundred_jobs) {
    fleet jobs;
    for (int i = 0; i < 250; ++i)
        jobs.add(i * 10, true);
    const auto windows = jobs.cut();
    ASSERT_EQ(windows.size(), 3U);
    EXPECT_EQ(windows[0], (creation_range{.oldest = at(1'500), .newest = at(2'490)}));
    EXPECT_EQ(windows[2], (creation_range{.oldest = at(0), .newest = at(490)}));
}

TEST(sweep_windows, jobs_of_one_millisecond_stay_together) {
    fleet jobs;
    for (int i = 0; i < 150; ++i)
        jobs.add(1'000, true);
    for (int i = 0; i < 50; ++i)
        jobs.add(2'000, true);
    EXPECT_EQ(
        jobs.cut(),
        (std::vector<creation_range>{
            {.oldest = at(2'000), .newest = at(2'000)}, {.oldest = at(1'000), .newest = at(1'000)}})
    );
}

TEST(sweep_windows, are_none_without_a_live_job) {
    fleet jobs;
    jobs.add(1, false);
    EXPECT_TRUE(jobs.cut().empty());
}

TEST(roster, knows_a_job_by_its_creation_time_and_its_name) {
    roster known;
    EXPECT_TRUE(known.insert(at(1), "a"));
    EXPECT_FALSE(known.insert(at(1), "a"));
    EXPECT_TRUE(known.insert(at(1), "b"));
    EXPECT_TRUE(known.insert(at(2), "a")) << "a name that is used again is another job";
    EXPECT_EQ(known.size(), 3U);
    EXPECT_EQ(known.nth_newest(1), at(2));
    EXPECT_EQ(known.nth_newest(99), at(1));
    known.drop_before(at(2));
    EXPECT_EQ(known.size(), 1U);
}

TEST(roster, is_bounded_and_forgets_the_oldest) {
    roster known;
    for (std::size_t i = 0; i < limits::list_keys_max + 10; ++i)
        known.insert(at(static_cast<std::int64_t>(i)), "job");
    EXPECT_EQ(known.size(), limits::list_keys_max);
    EXPECT_FALSE(known.holds_any({.oldest = at(0), .newest = at(9)}));
    EXPECT_TRUE(known.holds_any({.oldest = at(0), .newest = at(10)}));
}

}  // namespace
}  // namespace trainwatch::core::sweep_windows_test
