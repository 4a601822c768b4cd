#include "wire/user_agent.hpp"

#include <gtest/gtest.h>

namespace trainwatch::wire::user_agent_test {
namespace {

TEST(user_agent, says_who_asks_from_where_and_how) {
    EXPECT_EQ(
        user_agent(
            {.version = "1.2.3",
             .os_release = "6.1.0-18-amd64",
             .machine = "x86_64",
             .execution_environment = "AWS_ECS_FARGATE",
             .app_id = "team.research"}
        ),
        "trainwatchd/1.2.3 ua/2.1 os/linux#6.1.0-18-amd64 lang/c++#20 md/arch#x86_64 "
        "exec-env/AWS_ECS_FARGATE cfg/retry-mode#standard app/team.research"
    );
}

TEST(user_agent, leaves_out_what_is_not_known) {
    EXPECT_EQ(
        user_agent({.version = "1"}),
        "trainwatchd/1 ua/2.1 os/linux lang/c++#20 cfg/retry-mode#standard"
    );
    EXPECT_EQ(user_agent({.version = "1", .app_id = " "}), user_agent({.version = "1"}));
}

TEST(user_agent, cannot_be_made_to_say_more) {
    const auto line = user_agent({.version = "1", .app_id = "a b/c#d\r\nX-Header: e\"(f)\xC3\xA9"});
    EXPECT_TRUE(line.ends_with(" app/a-b-c-d--X-Header--e--f---")) << line;
    EXPECT_TRUE(user_agent({.version = "1", .app_id = "!$%&'*+-.^_`|~,09azAZ"})
                    .ends_with(" app/!$%&'*+-.^_`|~,09azAZ"));
    EXPECT_TRUE(user_agent({.version = "1", .app_id = std::string(51, 'x')})
                    .ends_with(" app/" + std::string(50, 'x')));
}

}  // namespace
}  // namespace trainwatch::wire::user_agent_test
