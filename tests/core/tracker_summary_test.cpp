// What list pages tell the tracker, alone and between describes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "core/tracker.hpp"
#include "tests/core/fleet.hpp"

namespace trainwatch::core::tracker_summary_test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::VariantWith;

class tracked_pages : public testing::Test {
protected:
    sighting sighting_at(milliseconds when) const {
        return {at(when), horizon, built_in_reasons()};
    }
    static domain::observation changed(domain::observation job, milliseconds when) {
        job.modified = later(when);
        return job;
    }
    tracked page(const domain::observation& job, milliseconds modified, milliseconds when) {
        return observe_summary(view, memory, summary_of(changed(job, modified)), sighting_at(when));
    }
    tracked description(const domain::observation& job, milliseconds modified, milliseconds when) {
        return observe(view, memory, changed(job, modified), sighting_at(when));
    }

    wall_time horizon = later(minutes(30));
    domain::job_view view{};
    job_memory memory{};
};

const domain::job_ended* end_in(const tracked& what) {
    for (const auto& found : what.findings) {
        if (const auto* end = std::get_if<domain::job_ended>(&found)) return end;
    }
    return nullptr;
}

TEST_F(tracked_pages, page_alone_tells_names_times_and_statuses) {
    const auto first = page(running(), seconds(120), hours(1));
    EXPECT_TRUE(first.changed);
    EXPECT_THAT(first.findings, ElementsAre(VariantWith<domain::job_appeared>(testing::_)));
    EXPECT_TRUE(view.summarised);
    EXPECT_EQ(view.last->status.text, "InProgress");
    EXPECT_EQ(view.last->secondary.text, "Training");
    EXPECT_THAT(view.last->transitions, IsEmpty());
    EXPECT_EQ(view.last_observed, later(hours(1)));
    const auto again = page(running(), seconds(120), hours(1) + minutes(1));
    EXPECT_FALSE(again.changed);
    EXPECT_EQ(view.last_observed, later(hours(1) + minutes(1)));
}

TEST_F(tracked_pages, first_description_after_a_page_tells_the_transitions) {
    page(running(), seconds(120), hours(1));
    const auto described = description(running(), seconds(120), hours(1));
    EXPECT_TRUE(described.changed);
    EXPECT_FALSE(view.summarised);
    EXPECT_EQ(view.last->transitions.size(), 3U);
    for (const auto& found : described.findings)
        EXPECT_FALSE(std::holds_alternative<domain::job_appeared>(found)) << "told once";
}

TEST_F(tracked_pages, older_page_says_nothing) {
    description(running(), seconds(120), hours(1));
    const auto before = view;
    const auto old = page(job().phase("Starting", seconds(0)), seconds(10), hours(2));
    EXPECT_FALSE(old.changed);
    EXPECT_THAT(old.findings, IsEmpty());
    EXPECT_EQ(view, before) << "not even that it was seen now";
}

TEST_F(tracked_pages, page_about_an_older_job_of_the_name_says_nothing) {
    description(running().created_at(later(minutes(5))), minutes(10), hours(1));
    const auto before = view;
    EXPECT_THAT(page(running().fails(minutes(4)), minutes(20), hours(2)).findings, IsEmpty());
    EXPECT_EQ(view, before);
}

TEST_F(tracked_pages, description_that_is_older_than_a_page_does_not_bring_the_status_back) {
    description(job().phase("Downloading", seconds(80)), seconds(80), hours(1));
    page(running(), seconds(120), hours(1) + seconds(1));
    description(job().phase("Downloading", seconds(80)), seconds(80), hours(1) + seconds(2));
    EXPECT_EQ(view.last->secondary.text, "Training");
}

TEST_F(tracked_pages, end_on_a_page_waits_for_the_description_that_explains_it) {
    description(running(), seconds(120), hours(1));
    const auto failed_job = running().fails(hours(1));
    EXPECT_EQ(end_in(page(failed_job, hours(1), hours(1))), nullptr);
    EXPECT_FALSE(view.ending);
    EXPECT_EQ(end_in(description(running(), seconds(120), hours(1))), nullptr)
        << "it shows the job as it was before";
    const auto explained = description(failed_job, hours(1), hours(1) + seconds(5));
    ASSERT_NE(end_in(explained), nullptr);
    EXPECT_EQ(end_in(explained)->seen, domain::seen_as::live);
    EXPECT_EQ(view.ending->outcome, domain::outcome::failed);
}

// A describe whose secondary status has not followed, after a page that told why.
TEST_F(tracked_pages, page_that_told_why_explains_the_end_of_a_description_that_does_not) {
    description(running(), seconds(120), minutes(50));
    page(running().hits_max_runtime(minutes(55)), minutes(55), hours(1));
    const auto over =
        description(running().status("Stopped", "Stopping"), minutes(55), hours(1) + seconds(5));
    ASSERT_NE(end_in(over), nullptr);
    EXPECT_EQ(view.ending->outcome, domain::outcome::max_runtime_exceeded);
}

TEST_F(tracked_pages, page_does_not_explain_what_a_description_takes_back) {
    description(running(), seconds(120), minutes(50));
    page(running().hits_max_runtime(minutes(55)), minutes(55), hours(1));
    description(running(), minutes(55), hours(1) + seconds(5));
    EXPECT_FALSE(view.ending);
    EXPECT_EQ(view.last->secondary.text, "Training");
}

TEST_F(tracked_pages, end_before_the_horizon_is_the_past_at_once) {
    const auto old = page(running().fails(minutes(10)), minutes(10), hours(1));
    ASSERT_NE(end_in(old), nullptr);
    EXPECT_EQ(end_in(old)->seen, domain::seen_as::old);
    EXPECT_FALSE(memory.counted);
}

TEST_F(tracked_pages, end_that_nobody_explains_keeps_its_unknown_cause) {
    description(running(), seconds(120), hours(1));
    page(running().fails(hours(1)), hours(1), hours(1));
    const auto over = end_unexplained(view, memory, sighting_at(hours(1) + minutes(2)));
    ASSERT_NE(end_in(over), nullptr);
    EXPECT_EQ(view.ending->failure_class, domain::failure_class::unknown);
    EXPECT_THAT(end_unexplained(view, memory, sighting_at(hours(2))).findings, IsEmpty());
    EXPECT_EQ(end_in(description(running().fails(hours(1)), hours(1), hours(2))), nullptr);
    EXPECT_EQ(view.ending->failure_class, domain::failure_class::unknown);
    EXPECT_EQ(view.last->failure_reason, "AlgorithmError: exit code 1");
}

// After a restart the horizon lies behind the end.
TEST_F(tracked_pages, end_that_a_description_takes_back_is_news_when_it_comes) {
    const auto failed_job = running().fails(minutes(55));
    page(failed_job, minutes(55), hours(1));
    ASSERT_TRUE(memory.already_ended);
    description(running(), minutes(55), hours(1) + seconds(5));
    EXPECT_FALSE(row_of(view, memory, "main").already_ended);
    horizon = later(hours(1));
    const auto over = description(failed_job, minutes(55), hours(2));
    ASSERT_NE(end_in(over), nullptr);
    EXPECT_EQ(end_in(over)->seen, domain::seen_as::live);
}

TEST_F(tracked_pages, end_that_a_page_takes_back_is_news_when_it_comes) {
    const auto failed_job = running().fails(minutes(55));
    page(failed_job, minutes(55), hours(1));
    page(running(), minutes(55), hours(1) + seconds(5));
    horizon = later(hours(1));
    const auto over = description(failed_job, minutes(55), hours(2));
    ASSERT_NE(end_in(over), nullptr);
    EXPECT_EQ(end_in(over)->seen, domain::seen_as::live);
}

// A describe whose status nobody knows, after a page of another mind.
TEST_F(tracked_pages, page_does_not_call_a_job_running_that_has_ended) {
    const auto failed_job = running().fails(minutes(55));
    description(failed_job, minutes(55), hours(1));
    ASSERT_TRUE(view.ending);
    page(running(), minutes(56), hours(1) + seconds(5));
    description(running().fails(minutes(55)).status("Quantum", "Failed"), minutes(55), hours(2));
    EXPECT_NE(view.last->status.text, "InProgress");
    EXPECT_EQ(view.last->secondary.text, "Failed");
}

TEST_F(tracked_pages, newer_job_of_the_name_begins_anew) {
    description(running().fails(minutes(40)), minutes(40), hours(1));
    const auto next = page(running().created_at(later(hours(1))), hours(1), hours(1));
    EXPECT_TRUE(std::holds_alternative<domain::name_reused>(next.findings.front()));
    EXPECT_FALSE(view.ending);
    EXPECT_TRUE(view.summarised);
}

TEST_F(tracked_pages, job_that_a_page_shows_is_not_missing) {
    description(running(), seconds(120), hours(1));
    mark_missing(view);
    const auto back = page(running(), seconds(120), hours(1));
    EXPECT_TRUE(back.changed);
    EXPECT_FALSE(view.missing);
    EXPECT_THAT(back.findings, ElementsAre(VariantWith<domain::reappeared>(testing::_)));
}

}  // namespace
}  // namespace trainwatch::core::tracker_summary_test
