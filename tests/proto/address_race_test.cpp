#include "proto/address_race.hpp"

#include <gmock/gmock.h>

#include "base/limits.hpp"

namespace trainwatch::proto::address_race_test {
namespace {

using action = address_race::action;
using kind = action::kind;
using testing::ElementsAre;

constexpr address_family v4 = address_family::v4;
constexpr address_family v6 = address_family::v6;
constexpr milliseconds delay = limits::address_delay;

mono_time at(milliseconds when) {
    return mono_time(when);
}

action begin(std::size_t address) {
    return {kind::begin, address};
}
action wait(milliseconds until) {
    return {kind::wait, 0, at(until)};
}
const action lost{kind::lost};

// The order in which all are begun, when each fails at once.
std::vector<std::size_t> order_of(const std::vector<address_family>& addresses) {
    address_race race(addresses, at(seconds(10)));
    std::vector<std::size_t> order;
    for (action next = race.next(at({})); next.what == kind::begin; next = race.next(at({}))) {
        order.push_back(next.address);
        race.failed();
    }
    return order;
}

TEST(AddressRace, families_take_turns) {
    EXPECT_THAT(order_of({v6, v6, v6, v4, v4}), ElementsAre(0, 3, 1, 4, 2));
    EXPECT_THAT(order_of({v4, v4, v6}), ElementsAre(0, 2, 1));
    EXPECT_THAT(order_of({v4, v4}), ElementsAre(0, 1));
}

TEST(AddressRace, more_addresses_than_the_bound_are_not_tried) {
    EXPECT_EQ(order_of(std::vector<address_family>(100, v4)).size(), limits::addresses_tried_max);
}

TEST(AddressRace, no_address_is_lost_at_once) {
    address_race race({}, at(seconds(10)));
    EXPECT_EQ(race.next(at({})), lost);
}

TEST(AddressRace, next_attempt_begins_after_the_delay) {
    address_race race({v6, v4}, at(seconds(10)));
    EXPECT_EQ(race.next(at({})), begin(0));
    EXPECT_EQ(race.next(at({})), wait(delay));
    // Woken early, for whatever reason.
    EXPECT_EQ(race.next(at(delay / 2)), wait(delay));
    EXPECT_EQ(race.next(at(delay)), begin(1));
    // The first goes on: both have until the end.
    EXPECT_EQ(race.next(at(delay)), wait(seconds(10)));
}

TEST(AddressRace, next_attempt_begins_at_once_after_a_failure) {
    address_race race({v6, v4, v6}, at(seconds(10)));
    EXPECT_EQ(race.next(at({})), begin(0));
    race.failed();
    EXPECT_EQ(race.next(at(milliseconds(3))), begin(1));
    EXPECT_EQ(race.next(at(milliseconds(3))), wait(milliseconds(3) + delay));
}

TEST(AddressRace, failure_of_an_older_attempt_hurries_the_next_one_too) {
    address_race race({v6, v4, v6}, at(seconds(10)));
    EXPECT_EQ(race.next(at({})), begin(0));
    EXPECT_EQ(race.next(at(delay)), begin(1));
    race.failed();
    EXPECT_EQ(race.next(at(delay + milliseconds(1))), begin(2));
    EXPECT_EQ(race.next(at(delay + milliseconds(1))), wait(seconds(10)));
}

TEST(AddressRace, is_lost_when_all_have_failed) {
    address_race race({v6, v4}, at(seconds(10)));
    race.next(at({}));
    race.failed();
    EXPECT_EQ(race.next(at({})), begin(1));
    race.failed();
    EXPECT_EQ(race.next(at(milliseconds(1))), lost);
}

TEST(AddressRace, is_lost_when_the_time_is_up) {
    address_race race({v6, v4, v4}, at(delay + milliseconds(20)));
    EXPECT_EQ(race.next(at({})).what, kind::begin);
    EXPECT_EQ(race.next(at(delay + milliseconds(20))), lost);
    address_race late({v4}, at({}));
    EXPECT_EQ(late.next(at({})), lost);
}

TEST(AddressRace, every_address_gets_its_turn_where_time_is_short) {
    address_race race({v4, v4, v4}, at(milliseconds(90)));
    EXPECT_EQ(race.next(at({})), begin(0));
    EXPECT_EQ(race.next(at({})), wait(milliseconds(30)));
    EXPECT_EQ(race.next(at(milliseconds(30))), begin(1));
    EXPECT_EQ(race.next(at(milliseconds(60))), begin(2));
    EXPECT_EQ(race.next(at(milliseconds(60))), wait(milliseconds(90)));
}

TEST(AddressRace, attempts_never_begin_all_at_once) {
    address_race race(std::vector<address_family>(10, v4), at(milliseconds(20)));
    EXPECT_EQ(race.next(at({})), begin(0));
    EXPECT_EQ(race.next(at({})), wait(limits::address_delay_least));
}

}  // namespace
}  // namespace trainwatch::proto::address_race_test
