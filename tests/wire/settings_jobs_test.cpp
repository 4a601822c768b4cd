#include "wire/settings_jobs.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domain/watch_plan.hpp"

namespace trainwatch::wire::settings_jobs_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* arn_west = "arn:aws:sagemaker:eu-west-1:111122223333:training-job/west";
constexpr const char* arn_east = "arn:aws:sagemaker:us-east-1:111122223333:training-job/east";

settings_defaults in_ireland() {
    settings_defaults lent;
    lent.region = "eu-west-1";
    return lent;
}

job_settings good(const named_jobs& asked, const settings_defaults& lent = in_ireland()) {
    auto made = settings_for_jobs(asked, lent);
    if (auto* const right = std::get_if<job_settings>(&made)) return std::move(*right);
    ADD_FAILURE() << testing::PrintToString(std::get<std::vector<std::string>>(made));
    return {};
}

std::vector<std::string> mistakes(
    const named_jobs& asked, const settings_defaults& lent = in_ireland()
) {
    auto made = settings_for_jobs(asked, lent);
    if (auto* const wrong = std::get_if<std::vector<std::string>>(&made)) return *wrong;
    ADD_FAILURE() << "was accepted";
    return {};
}

TEST(JobSettings, of_a_name_are_one_connection_and_one_list) {
    const auto made = good({{"resnet"}, "", "", ""});
    ASSERT_EQ(made.settings.connections.size(), 1U);
    EXPECT_THAT(made.settings.connections[0].regions, ElementsAre("eu-west-1"));
    ASSERT_EQ(made.settings.watch_lists.size(), 1U);
    EXPECT_THAT(made.settings.watch_lists[0].jobs, ElementsAre("resnet"));
    EXPECT_TRUE(made.settings.receivers.empty());
    EXPECT_THAT(made.wanted, ElementsAre(wanted_job{"resnet", "eu-west-1", ""}));
}

TEST(JobSettings, take_flags_before_the_environment) {
    auto lent = in_ireland();
    lent.endpoint_url = "https://env.example";
    lent.profile = "env";
    lent.ca_bundle = "/env.pem";
    const auto made = good({{"a"}, "us-east-1", "mine", "http://127.0.0.1:8080"}, lent);
    const auto& connection = made.settings.connections[0];
    EXPECT_THAT(connection.regions, ElementsAre("us-east-1"));
    EXPECT_EQ(connection.profile, "mine");
    EXPECT_EQ(connection.endpoint_url, "http://127.0.0.1:8080");
    EXPECT_EQ(connection.ca_bundle, "/env.pem");
    EXPECT_EQ(
        good({{"a"}, "", "", ""}, lent).settings.connections[0].endpoint_url, lent.endpoint_url
    );
}

TEST(JobSettings, take_region_and_endpoint_of_the_chosen_profile) {
    settings_defaults lent;
    lent.profiles["mine"] = {"ap-south-1", "https://mine.example"};
    lent.profiles["default"] = {"sa-east-1", ""};
    const auto made = good({{"a"}, "", "mine", ""}, lent);
    EXPECT_EQ(made.wanted[0].region, "ap-south-1");
    EXPECT_EQ(made.settings.connections[0].endpoint_url, "https://mine.example");
    EXPECT_EQ(good({{"a"}, "", "", ""}, lent).wanted[0].region, "sa-east-1");
}

TEST(JobSettings, take_the_region_of_an_arn_whatever_the_environment_says) {
    const auto made = good({{arn_east}, "", "", ""});
    EXPECT_THAT(made.settings.connections[0].regions, ElementsAre("us-east-1"));
    EXPECT_THAT(made.wanted, ElementsAre(wanted_job{"east", "us-east-1", "111122223333"}));
    EXPECT_EQ(good({{arn_east}, "", "", ""}, {}).wanted[0].region, "us-east-1");
}

TEST(JobSettings, number_the_jobs_as_the_plan_does) {
    const auto made = good({{arn_east, "b", arn_west, "b", "a"}, "", "", ""});
    const auto plan = domain::make_watch_plan(made.settings);
    ASSERT_EQ(plan.targets.size(), made.wanted.size());
    ASSERT_EQ(made.wanted.size(), 4U);
    for (std::size_t slot = 0; slot < plan.targets.size(); ++slot) {
        EXPECT_EQ(plan.targets[slot].name, made.wanted[slot].name);
        EXPECT_EQ(plan.lanes[plan.targets[slot].lane.value].region, made.wanted[slot].region);
    }
}

TEST(JobSettings, keep_the_account_of_a_job_named_both_ways) {
    const auto made = good({{"west", arn_west}, "", "", ""});
    EXPECT_THAT(made.wanted, ElementsAre(wanted_job{"west", "eu-west-1", "111122223333"}));
}

TEST(JobSettings, refuse_a_region_that_contradicts_the_arn) {
    EXPECT_THAT(
        mistakes({{arn_west}, "us-east-1", "", ""}), ElementsAre(HasSubstr("leave --region out"))
    );
    EXPECT_EQ(good({{arn_west}, "eu-west-1", "", ""}).wanted.size(), 1U);
}

TEST(JobSettings, lend_the_asked_region_to_names_only) {
    const auto made = good({{"a", arn_west}, "us-east-1", "", ""}, {});
    ASSERT_EQ(made.wanted.size(), 2U);
    EXPECT_EQ(made.wanted[0].region, "us-east-1");
    EXPECT_EQ(made.wanted[1].region, "eu-west-1");
}

TEST(JobSettings, without_a_region_say_once_where_to_give_one) {
    EXPECT_THAT(
        mistakes({{"a", "b"}, "", "", ""}, {}), ElementsAre(HasSubstr("no region: give --region"))
    );
}

TEST(JobSettings, refuse_wrong_values_all_at_once) {
    EXPECT_THAT(
        mistakes({{"a_b", "c"}, "Ireland", "", "ftp://x"}),
        ElementsAre(
            HasSubstr("--region: \"Ireland\" is no AWS region"),
            HasSubstr("--endpoint-url \"ftp://x\""),
            HasSubstr("\"a_b\" is no job name")
        )
    );
    auto lent = in_ireland();
    lent.region = "eu-west-1b";
    lent.endpoint_url = "nonsense";
    EXPECT_THAT(
        mistakes({{"a"}, "", "", ""}, lent),
        ElementsAre(
            HasSubstr("endpoint URL from the environment"), HasSubstr("region from the environment")
        )
    );
}

TEST(JobSettings, refuse_arns_of_two_accounts) {
    EXPECT_THAT(
        mistakes({{arn_west, "arn:aws:sagemaker:eu-west-1:999922223333:training-job/x"}, "", "", ""}
        ),
        ElementsAre(HasSubstr("ARNs of two accounts"))
    );
}

}  // namespace
}  // namespace trainwatch::wire::settings_jobs_test
