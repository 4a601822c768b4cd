#include "proto/connection_pool.hpp"

#include <gmock/gmock.h>

namespace trainwatch::proto::connection_pool_test {
namespace {

using lease = connection_pool::lease;
using kind = lease::kind;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr connection_pool_limits limits{seconds(20), seconds(300), 2};

mono_time at(seconds when) {
    return mono_time(when);
}

TEST(ConnectionPool, opens_when_nothing_is_idle) {
    connection_pool pool(limits);
    EXPECT_EQ(pool.acquire(at(seconds(0))), (lease{kind::open, connection_id{1}}));
    EXPECT_EQ(pool.acquire(at(seconds(0))), (lease{kind::open, connection_id{2}}));
}

TEST(ConnectionPool, waits_when_all_are_busy) {
    connection_pool pool(limits);
    pool.acquire(at(seconds(0)));
    pool.acquire(at(seconds(0)));
    EXPECT_EQ(pool.acquire(at(seconds(0))), (lease{kind::wait}));
    EXPECT_EQ(pool.open_connections(), 2U);
}

TEST(ConnectionPool, released_connection_is_used_again) {
    connection_pool pool(limits);
    pool.acquire(at(seconds(0)));
    pool.release(connection_id{1}, at(seconds(1)));
    EXPECT_EQ(pool.acquire(at(seconds(2))), (lease{kind::reuse, connection_id{1}}));
}

TEST(ConnectionPool, most_recently_used_goes_first) {
    connection_pool pool(limits);
    pool.acquire(at(seconds(0)));
    pool.acquire(at(seconds(0)));
    pool.release(connection_id{2}, at(seconds(1)));
    pool.release(connection_id{1}, at(seconds(2)));
    EXPECT_EQ(pool.acquire(at(seconds(3))), (lease{kind::reuse, connection_id{1}}));
    EXPECT_EQ(pool.acquire(at(seconds(3))), (lease{kind::reuse, connection_id{2}}));
}

TEST(ConnectionPool, discarded_connection_makes_room) {
    connection_pool pool(limits);
    pool.acquire(at(seconds(0)));
    pool.acquire(at(seconds(0)));
    pool.discard(connection_id{1});
    // Never the same id again: a late close of the old one must not hit the new one.
    EXPECT_EQ(pool.acquire(at(seconds(1))), (lease{kind::open, connection_id{3}}));
}

TEST(ConnectionPool, idle_for_too_long_expires) {
    connection_pool pool(limits);
    pool.acquire(at(seconds(0)));
    pool.release(connection_id{1}, at(seconds(5)));
    EXPECT_THAT(pool.expire(at(seconds(24))), IsEmpty());
    EXPECT_THAT(pool.expire(at(seconds(25))), ElementsAre(connection_id{1}));
    EXPECT_EQ(pool.open_connections(), 0U);
}

TEST(ConnectionPool, too_old_expires_however_busy_it_was) {
    connection_pool pool(limits);
    pool.acquire(at(seconds(0)));
    pool.release(connection_id{1}, at(seconds(299)));
    EXPECT_THAT(pool.expire(at(seconds(299))), IsEmpty());
    EXPECT_THAT(pool.expire(at(seconds(300))), ElementsAre(connection_id{1}));
}

TEST(ConnectionPool, connection_in_use_never_expires) {
    connection_pool pool(limits);
    pool.acquire(at(seconds(0)));
    EXPECT_THAT(pool.expire(at(seconds(1000))), IsEmpty());
}

TEST(ConnectionPool, dead_connection_is_replaced_in_place) {
    connection_pool pool(limits);
    pool.acquire(at(seconds(0)));
    pool.acquire(at(seconds(0)));
    pool.release(connection_id{1}, at(seconds(1)));
    pool.acquire(at(seconds(2)));
    // Both are leased: the replacement does not need a free place, and does not wait for one.
    EXPECT_EQ(pool.replace(connection_id{1}, at(seconds(2))), connection_id{3});
    EXPECT_EQ(pool.open_connections(), 2U);
    pool.release(connection_id{3}, at(seconds(3)));
    // Its age counts from the replacement.
    EXPECT_EQ(pool.acquire(at(seconds(4))), (lease{kind::reuse, connection_id{3}}));
}

TEST(ConnectionPoolDeathTest, release_of_an_idle_connection_is_our_bug) {
    connection_pool pool(limits);
    pool.acquire(at(seconds(0)));
    pool.release(connection_id{1}, at(seconds(1)));
    EXPECT_DEATH(pool.release(connection_id{1}, at(seconds(1))), "CHECK");
}

}  // namespace
}  // namespace trainwatch::proto::connection_pool_test
