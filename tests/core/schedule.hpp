// A scheduler on a virtual clock, and the words in which its tests tell of it.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/scheduler.hpp"
#include "tests/core/builders.hpp"

namespace trainwatch::core {

inline look live_at(nanoseconds due) {
    return {look_queue::live, mono(due), false};
}
inline look calm_at(nanoseconds due) {
    return {look_queue::calm, mono(due), false};
}

// A scheduler on a virtual clock: each poll that leaves is recorded with its time.
class schedule {
public:
    explicit schedule(domain::watch_plan plan, std::uint64_t seed = 1)
        : plan_(std::move(plan)), under_test(plan_, seed) {
        for (std::size_t slot = 0; slot < plan_.targets.size(); ++slot) {
            under_test.add(slot, plan_.targets[slot].lane, {look_queue::unseen, now});
        }
        under_test.start(now);
    }

    // The next poll, whenever it may leave.
    poll next() {
        for (;;) {
            if (const auto sent = under_test.next_poll(now)) return *sent;
            const auto when = under_test.next_send();
            EXPECT_TRUE(when.has_value()) << "nobody waits";
            if (!when) return {};
            EXPECT_GT(*when, now) << "next_send() must be ahead when there is nothing to send";
            now = *when;
        }
    }
    // All polls up to `until`, each placed anew by `then`.
    template <class Then>
    std::vector<poll> run(nanoseconds until, Then then) {
        std::vector<poll> sent;
        while (under_test.next_send() && *under_test.next_send() <= mono(until)) {
            sent.push_back(next());
            const auto answered = under_test.take_answered(sent.back().id);
            EXPECT_THAT(answered, testing::Optional(sent.back()));
            then(*answered);
        }
        return sent;
    }

    domain::watch_plan plan_;
    mono_time now = mono(seconds(100));
    scheduler under_test;
};

inline std::vector<std::string> names(std::size_t count) {
    std::vector<std::string> made;
    for (std::size_t i = 0; i < count; ++i)
        made.push_back("job-" + std::to_string(i));
    return made;
}

}  // namespace trainwatch::core
