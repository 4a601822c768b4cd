// Golden pages: tests/vectors/job_text/<case>.txt is what a person sees, from views made by hand.
#include "wire/job_text.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/wire/job_views.hpp"
#include "tests/wire/vector_files.hpp"

namespace trainwatch::wire::job_text_test {
namespace {

using testing::HasSubstr;
using testing::Not;

const text_style eighty{80, false, true};

std::string page(
    const domain::job_view& job,
    wall_time now,
    const text_style& style = eighty,
    std::string_view document = {}
) {
    const domain::job_links links{
        "https://eu-west-1.console.aws.amazon.com/sagemaker/home?region=eu-west-1#/jobs/resnet",
        "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#logsV2:resnet",
        "/aws/sagemaker/TrainingJobs",
        "resnet/"};
    return render_job_text({job, links, document, now, style});
}

std::string golden(const std::string& name) {
    return read_file(TRAINWATCH_TESTS_DIR "/vectors/job_text/" + name + ".txt");
}

std::size_t longest_line_of_words(const std::string& text) {
    std::size_t longest = 0;
    std::size_t at = 0;
    while (at < text.size()) {
        const auto end = std::min(text.find('\n', at), text.size());
        const auto line = text.substr(at, end - at);
        // Addresses and ARNs stay whole.
        if (line.find("://") == std::string::npos && line.find("arn:") == std::string::npos) {
            longest = std::max(longest, display_width(line));
        }
        at = end + 1;
    }
    return longest;
}

TEST(JobPage, of_a_running_job) {
    EXPECT_EQ(page(running_view(), minute(100)), golden("running"));
}

TEST(JobPage, of_a_failed_job_with_a_hostile_reason) {
    const auto document = read_file(TRAINWATCH_TESTS_DIR "/vectors/job_text/failed.json");
    EXPECT_EQ(page(failed_view(), minute(200), eighty, document), golden("failed"));
}

TEST(JobPage, of_a_job_without_a_status_does_not_take_the_secondary_one_for_it) {
    auto job = running_view();
    job.last->status = {};
    job.last->secondary = domain::parse_secondary("Failed");
    const auto text = page(job, minute(100));
    EXPECT_THAT(text, HasSubstr("Unknown status (secondary Failed)"));
    EXPECT_THAT(text, HasSubstr("whether it goes on is not known"));
}

TEST(JobPage, of_a_spot_job_that_was_interrupted) {
    EXPECT_EQ(page(spot_view(), minute(3000)), golden("spot"));
    EXPECT_EQ(page(spot_view(), minute(3000), {120, false, true}), golden("spot-wide"));
}

TEST(JobPage, of_a_job_with_everything) {
    EXPECT_EQ(page(full_view(), minute(200)), golden("full"));
}

TEST(JobPage, of_a_job_of_which_aws_says_nearly_nothing) {
    EXPECT_EQ(page(minimal_view(), minute(5)), golden("minimal"));
}

TEST(JobPage, without_unicode_has_ascii_bars) {
    const auto text = page(running_view(), minute(100), {80, false, false});
    EXPECT_THAT(text, HasSubstr("####"));
    EXPECT_TRUE(std::all_of(text.begin(), text.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x80;
    }));
}

TEST(JobPage, is_painted_by_how_the_job_stands) {
    const text_style painted_style{80, true, true};
    EXPECT_THAT(page(running_view(), minute(100), painted_style), HasSubstr("\x1b[34mTraining"));
    EXPECT_THAT(page(failed_view(), minute(200), painted_style), HasSubstr("\x1b[31mFailed"));
    EXPECT_THAT(page(spot_view(), minute(3000), painted_style), HasSubstr("\x1b[32mCompleted"));
    auto stopped = failed_view();
    stopped.ending = domain::ending{domain::outcome::stopped, domain::failure_class::none};
    stopped.last->secondary = domain::parse_secondary("Stopped");
    EXPECT_THAT(page(stopped, minute(200), painted_style), HasSubstr("\x1b[33mStopped"));
    auto late = stopped;
    late.ending =
        domain::ending{domain::outcome::max_runtime_exceeded, domain::failure_class::timeout};
    late.last->secondary = domain::parse_secondary("MaxRuntimeExceeded");
    EXPECT_THAT(page(late, minute(200), painted_style), HasSubstr("\x1b[31mMaxRuntimeExceeded"));
}

TEST(JobPage, says_how_a_job_ended_in_words) {
    auto job = failed_view();
    const auto sentence = [&](domain::outcome outcome, domain::failure_class why) {
        job.ending = domain::ending{outcome, why};
        return standing_sentence(job, minute(200));
    };
    using domain::failure_class;
    using domain::outcome;
    EXPECT_EQ(sentence(outcome::completed, failure_class::none), "completed after 1h 12m");
    EXPECT_EQ(
        sentence(outcome::failed, failure_class::out_of_memory),
        "failed after 1h 12m: out of memory"
    );
    EXPECT_EQ(sentence(outcome::stopped, failure_class::none), "stopped on request, after 1h 12m");
    EXPECT_EQ(
        sentence(outcome::stopped, failure_class::unknown),
        "stopped, after 1h 12m: for no reason that this version knows"
    );
    EXPECT_EQ(
        sentence(outcome::max_runtime_exceeded, failure_class::timeout),
        "stopped by AWS at its MaxRuntimeInSeconds (2h), after 1h 12m"
    );
    EXPECT_EQ(
        sentence(outcome::max_wait_exceeded, failure_class::timeout),
        "stopped by AWS at its MaxWaitTimeInSeconds, after 1h 12m"
    );
}

TEST(JobPage, keeps_within_its_width_but_for_addresses) {
    for (const std::size_t width : {60U, 80U, 100U, 120U, 160U}) {
        for (const auto& job : {running_view(), failed_view(), spot_view(), full_view()}) {
            const auto text = page(job, minute(3000), {width, false, true});
            EXPECT_LE(longest_line_of_words(text), width) << text;
        }
    }
}

TEST(JobPage, calls_a_limit_no_likely_end) {
    auto job = running_view();
    job.derived.predicted_end =
        domain::predicted_end{minute(124), domain::predicted_end::basis::limit};
    auto text = page(job, minute(100));
    EXPECT_THAT(
        text, HasSubstr("\n  at the latest 2026-11-24 11:04:00Z  (in 24m), by its limit\n")
    );
    EXPECT_THAT(text, Not(HasSubstr("likely")));
    EXPECT_THAT(text, Not(HasSubstr("AWS ends it")));
    text = page(job, minute(132), {unwrapped, false, true});
    EXPECT_THAT(text, Not(HasSubstr("at the latest")));
    EXPECT_THAT(text, HasSubstr("(overdue by 8m: AWS stops jobs late, often by minutes)\n"));
}

TEST(JobPage, has_the_time_left_in_its_headline) {
    EXPECT_EQ(
        standing_sentence(running_view(), minute(120)),
        "training for 1h 56m, 4m left, created 2h ago"
    );
    EXPECT_THAT(standing_sentence(running_view(), minute(130)), Not(HasSubstr("left")));
}

TEST(JobPage, of_a_failed_job_tells_why_before_all) {
    const auto text = page(failed_view(), minute(200));
    EXPECT_LT(text.find("Failure reason"), text.find("  account"));
    EXPECT_LT(text.find("  account"), text.find("Timeline"));
}

TEST(JobPage, says_until_when_a_warm_pool_is_kept) {
    auto job = spot_view();
    job.last->keep_alive = seconds(3600);
    job.last->warm_pool.emplace().status = "Available";
    const auto now = *job.ended + std::chrono::minutes(6);
    EXPECT_THAT(page(job, now), HasSubstr("kept until    2026-11-25 11:10:00Z  (in 54m)\n"));
    job.last->warm_pool->status = "InUse";
    EXPECT_THAT(page(job, now), HasSubstr("kept for      1h\n"));
}

TEST(JobPage, lets_no_escape_sequence_of_aws_through) {
    auto job = failed_view();
    const std::string evil =
        "x\x1b[2J\x1b]0;t\x07\xC2\x9B"
        "1m\xE2\x80\xAE";
    job.last->name += evil;
    job.last->failure_reason = evil + "\n" + evil;
    job.last->transitions.back().message = evil;
    job.last->transitions.back().status = domain::parse_secondary(evil);
    job.last->secondary = job.last->transitions.back().status;
    job.last->final_metrics = {{evil, 1, {}}};
    job.last->rules = {{domain::rule_kind::debugger, evil, evil, evil, {}}};
    job.last->model_artifacts = evil;
    job.last->unknown = {{evil, evil}};
    job.last->tuning_job = evil;
    const auto text = page(job, minute(200));
    for (const char* const forbidden : {"\x1b", "\x07", "\xC2\x9B", "\xE2\x80\xAE"})
        EXPECT_THAT(text, Not(HasSubstr(forbidden)));
}

TEST(Deadline, is_the_next_one_with_what_is_used_of_it) {
    const auto use = next_deadline(running_view(), minute(100));
    ASSERT_TRUE(use);
    EXPECT_EQ(use->next.kind, domain::deadline_kind::max_runtime);
    EXPECT_EQ(use->limit, seconds(7200));
    EXPECT_NEAR(use->used, 0.8, 0.001);
    EXPECT_GT(next_deadline(running_view(), minute(200))->used, 1.0);
    EXPECT_FALSE(next_deadline(failed_view(), minute(100)));
}

}  // namespace
}  // namespace trainwatch::wire::job_text_test
