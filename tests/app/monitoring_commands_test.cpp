#include "app/monitoring_commands.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace trainwatch::app::monitoring_commands_test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(ScrapeTargets, of_all_addresses_of_a_machine_are_localhost) {
    EXPECT_THAT(
        scrape_targets({":9717", "0.0.0.0:1", "[::]:2"}),
        ElementsAre("localhost:9717", "localhost:1", "localhost:2")
    );
}

TEST(ScrapeTargets, that_others_can_reach_come_first) {
    EXPECT_THAT(
        scrape_targets({"127.0.0.1:1", "[::1]:2", "10.0.0.7:3", "[2001:db8::1]:4"}),
        ElementsAre("10.0.0.7:3", "[2001:db8::1]:4", "127.0.0.1:1", "[::1]:2")
    );
    EXPECT_THAT(scrape_targets({}), IsEmpty());
}

}  // namespace
}  // namespace trainwatch::app::monitoring_commands_test
