#include "core/dispatch.hpp"

#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "tests/core/builders.hpp"

namespace trainwatch::core::dispatch_test {
namespace {

using domain::receiver_kind;

struct dispatch_case {
    const char* sentence;
    receiver_kind kind;
    bool attempted;
    bool firing_taken;
    int ends_taken;
    std::optional<milliseconds> resolved_ago;
    dispatch expected;
};

constexpr auto alertmanager = receiver_kind::alertmanager;
constexpr auto webhook = receiver_kind::webhook;
constexpr std::optional<milliseconds> fires = std::nullopt;
constexpr milliseconds just_now{0};
constexpr milliseconds window{900'000};

const dispatch_case cases[] = {
    {"a new alert fires", alertmanager, false, false, 0, fires, dispatch::fire},
    {"a new alert fires at a webhook", webhook, false, false, 0, fires, dispatch::fire},
    {"what was not taken is tried again", alertmanager, true, false, 0, fires, dispatch::fire},
    {"so at a webhook", webhook, true, false, 0, fires, dispatch::fire},
    {"Alertmanager is told again", alertmanager, true, true, 0, fires, dispatch::repeat_firing},
    {"a webhook is not", webhook, true, true, 0, fires, dispatch::wait_for_end},
    {"the end is told", alertmanager, true, true, 0, just_now, dispatch::resolve},
    {"so to a webhook", webhook, true, true, 0, just_now, dispatch::resolve},
    {"an attempt may have arrived", alertmanager, true, false, 0, just_now, dispatch::resolve},
    {"so at a webhook", webhook, true, false, 0, just_now, dispatch::resolve},
    {"the end is no first news", alertmanager, false, false, 0, just_now, dispatch::finish_unknown},
    {"nor for a webhook", webhook, false, false, 0, just_now, dispatch::finish_unknown},
    {"Alertmanager is told of the end again",
     alertmanager,
     true,
     true,
     1,
     window - milliseconds(1),
     dispatch::repeat_resolve},
    {"for fifteen minutes", alertmanager, true, true, 1, window, dispatch::finish_told},
    {"even if it never took it", alertmanager, true, true, 0, window, dispatch::finish_told},
    {"a webhook that took the end is done",
     webhook,
     true,
     true,
     1,
     just_now,
     dispatch::finish_told},
    {"one that did not is tried until it does",
     webhook,
     true,
     true,
     0,
     window * 100,
     dispatch::resolve},
};

class dispatch_table : public testing::TestWithParam<dispatch_case> {};

TEST_P(dispatch_table, decides) {
    const auto& given = GetParam();
    standing where;
    where.kind = given.kind;
    where.attempted = given.attempted;
    where.firing_taken = given.firing_taken;
    where.ends_taken = given.ends_taken;
    where.now = created;
    if (given.resolved_ago) where.resolved_at = created - *given.resolved_ago;
    EXPECT_EQ(decide(where), given.expected) << given.sentence;
}

// Its end lies a day ahead there, and nobody else brings it to one.
TEST(dispatch, end_of_what_is_held_is_told_until_alertmanager_has_taken_it_for_its_time) {
    standing where;
    where.kind = alertmanager;
    where.attempted = where.firing_taken = where.is_held = true;
    where.now = created;
    where.resolved_at = created - hours(23);
    EXPECT_EQ(decide(where), dispatch::resolve);
    where.ends_taken = limits::held_end_takings - 1;
    EXPECT_EQ(decide(where), dispatch::repeat_resolve);
    where.ends_taken = limits::held_end_takings;
    EXPECT_EQ(decide(where), dispatch::finish_told);
    where.ends_taken = 0;
    where.resolved_at = created - limits::terminal_hold;
    EXPECT_EQ(decide(where), dispatch::finish_told);
    // By a clock that was a day behind when it came: it fired there a minute ago.
    where.heard_at = created - minutes(1);
    EXPECT_EQ(decide(where), dispatch::resolve);
}

INSTANTIATE_TEST_SUITE_P(every_standing, dispatch_table, testing::ValuesIn(cases));

}  // namespace
}  // namespace trainwatch::core::dispatch_test
