#include "app/first_pass.hpp"

#include <string>

#include <gtest/gtest.h>

namespace trainwatch::app::first_pass_test {
namespace {

// One lane that has been swept, with one live job that a page told of and nobody described.
domain::view after_the_sweep() {
    domain::view view;
    view.first_pass_complete = true;
    view.lanes.resize(1);
    view.lanes[0].heard = true;
    view.lanes[0].up = true;
    view.lanes[0].sweep.emplace().complete = true;
    auto& job = view.jobs.emplace_back();
    job.target = {lane_id{0}, "resnet", "everything"};
    job.last.emplace();
    job.summarised = true;
    view.undescribed = 1;
    return view;
}

TEST(FirstPass, lasts_until_what_pages_told_of_is_described) {
    auto view = after_the_sweep();
    EXPECT_FALSE(is_first_pass_over(view));
    view.jobs[0].summarised = false;
    view.undescribed = 0;
    EXPECT_TRUE(is_first_pass_over(view));
    EXPECT_TRUE(was_everything_seen(view));
    view.first_pass_complete = false;
    EXPECT_FALSE(is_first_pass_over(view));
}

TEST(FirstPass, does_not_wait_for_what_AWS_refuses) {
    for (const auto kind : {error_class::denied, error_class::rejected}) {
        auto view = after_the_sweep();
        view.jobs[0].trouble = kind;
        EXPECT_TRUE(is_first_pass_over(view));
        EXPECT_FALSE(was_everything_seen(view));
    }
    auto lost = after_the_sweep();
    lost.jobs[0].trouble = error_class::transient;
    EXPECT_FALSE(is_first_pass_over(lost));
    lost.lanes[0].up = false;
    EXPECT_TRUE(is_first_pass_over(lost));
    EXPECT_FALSE(was_everything_seen(lost));
}

TEST(FirstPass, has_not_seen_everything_where_a_list_or_tags_are_refused) {
    auto view = after_the_sweep();
    view.jobs[0].summarised = false;
    auto refused = view;
    refused.lanes[0].lists_refused = "allow sagemaker:ListTrainingJobs";
    EXPECT_FALSE(was_everything_seen(refused));
    refused = view;
    refused.lanes[0].tags_refused = "allow sagemaker:ListTags";
    EXPECT_FALSE(was_everything_seen(refused));
    refused = view;
    refused.lanes[0].sweep->complete = false;
    EXPECT_FALSE(was_everything_seen(refused));
}

TEST(FirstPass, counts_neither_a_vacant_slot_nor_a_name_that_AWS_does_not_know) {
    auto view = after_the_sweep();
    view.jobs[0].summarised = false;
    view.jobs.emplace_back();
    auto& missing = view.jobs.emplace_back();
    missing.target = {lane_id{0}, "never-was", "named"};
    missing.missing = true;
    missing.trouble = error_class::not_found;
    EXPECT_TRUE(is_first_pass_over(view));
    EXPECT_TRUE(was_everything_seen(view));
}

// A policy may keep the jobs of others from us, and one that is wrong ours: whoever looks is told,
// and it is no failure.
TEST(FirstPass, tells_whose_tags_were_not_read) {
    auto view = after_the_sweep();
    view.jobs[0].summarised = false;
    domain::watch_plan plan;
    plan.lanes.resize(1);
    plan.lanes[0].connection = "research";
    plan.lanes[0].region = "eu-west-1";
    EXPECT_TRUE(unread_tags(view, plan).empty());
    view.lanes[0].withheld_tags = 3;
    EXPECT_TRUE(was_everything_seen(view));
    ASSERT_EQ(unread_tags(view, plan).size(), 1U);
    EXPECT_EQ(
        unread_tags(view, plan)[0],
        "research, eu-west-1: AWS refuses the tags of 3 jobs, and no filter of tags matches them: "
        "allow sagemaker:ListTags on them, unless they are somebody else's"
    );
    view.lanes[0].untold_tags = 2;
    EXPECT_FALSE(was_everything_seen(view));
    EXPECT_EQ(unread_tags(view, plan).size(), 2U);
}

}  // namespace
}  // namespace trainwatch::app::first_pass_test
