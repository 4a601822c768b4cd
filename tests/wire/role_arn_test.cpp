#include "wire/role_arn.hpp"

#include <string>

#include <gtest/gtest.h>

namespace trainwatch::wire::role_arn_test {
namespace {

TEST(role_arn, of_every_partition_and_path_is_accepted) {
    for (const char* const arn :
         {"arn:aws:iam::111122223333:role/watch",
          "arn:aws-us-gov:iam::111122223333:role/team/path/watch",
          "arn:aws-cn:iam::111122223333:role/a+b=c,d.e@f-g_h"}) {
        EXPECT_EQ(role_arn_problem(arn), "") << arn;
    }
}

TEST(role_arn, of_another_thing_is_refused_with_an_example) {
    for (const char* const text :
         {"",
          "watch",
          "arn:aws:iam::111122223333:user/watch",
          "arn:aws:iam::111122223333:role/",
          "arn:aws:iam::111122223333:role/a/",
          "arn:aws:iam::1111:role/watch",
          "arn:aws:iam::11112222333x:role/watch",
          "arn:aws:iam:eu-west-1:111122223333:role/watch",
          "arn:aws:sts::111122223333:assumed-role/watch/me",
          "arn:other:iam::111122223333:role/watch",
          "arn:aws:iam::111122223333:role/a b",
          "arn:aws:iam::111122223333:role/a\r\nX: y"}) {
        EXPECT_EQ(
            role_arn_problem(text),
            "want the ARN of a role, as in arn:aws:iam::111122223333:role/watch"
        ) << text;
    }
}

TEST(external_id, is_counted_and_never_repeated) {
    EXPECT_EQ(external_id_problem("ab"), "");
    EXPECT_EQ(external_id_problem(std::string(1224, 'a')), "");
    EXPECT_EQ(external_id_problem("a:b/c@d"), "");
    for (const std::string& text : {std::string("a"), std::string(1225, 'a'), std::string("s e")}) {
        EXPECT_EQ(
            external_id_problem(text), "want 2 to 1224 letters, digits and _+=,.@:/- as external id"
        );
    }
}

TEST(session_name, is_what_sts_takes) {
    EXPECT_EQ(session_name_problem("trainwatchd-host_1.example@x,y=z+a"), "");
    EXPECT_NE(session_name_problem("a"), "");
    EXPECT_NE(session_name_problem(std::string(65, 'a')), "");
    EXPECT_NE(session_name_problem("a/b"), "");
}

}  // namespace
}  // namespace trainwatch::wire::role_arn_test
