#include "wire/job_progress.hpp"

#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/wire/job_views.hpp"

namespace trainwatch::wire::job_progress_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const text_style plain{};

TEST(Progress, begins_with_the_present_phase_only) {
    told_progress told;
    EXPECT_THAT(
        progress_lines(running_view(), told, minute(100)),
        ElementsAre(
            "2026-11-24T10:40:00Z resnet: Training: Training image download completed. Training in "
            "progress. (for 1h 36m)"
        )
    );
    EXPECT_THAT(progress_lines(running_view(), told, minute(101)), IsEmpty());
}

TEST(Progress, tells_each_entry_that_came_since_and_when_that_was) {
    auto job = running_view();
    told_progress told;
    auto& entries = job.last->transitions;
    const auto all = entries;
    entries.resize(1);
    progress_lines(job, told, minute(1));
    entries = all;
    EXPECT_THAT(
        progress_lines(job, told, minute(9)),
        ElementsAre(
            "2026-11-24T09:09:00Z resnet: Downloading: Downloading the training image (at "
            "2026-11-24 09:03:00Z)",
            "2026-11-24T09:09:00Z resnet: Training: Training image download completed. Training in "
            "progress. (at 2026-11-24 09:04:00Z)"
        )
    );
}

TEST(Progress, tells_a_message_that_was_rewritten_when_aws_did_it) {
    auto job = running_view();
    told_progress told;
    progress_lines(job, told, minute(9));
    job.last->transitions.back().message = "Almost \x1b[31mdone";
    job.last->modified = minute(20);
    EXPECT_THAT(
        progress_lines(job, told, minute(20) + seconds(3)),
        ElementsAre("2026-11-24T09:20:03Z resnet: Training: Almost done")
    );
}

TEST(Progress, tells_statuses_where_there_is_no_history) {
    auto job = minimal_view();
    told_progress told;
    EXPECT_THAT(
        progress_lines(job, told, minute(1)),
        ElementsAre("2026-11-24T09:01:00Z minimal: InProgress (InProgress)")
    );
    job.last->status = domain::parse_primary("Stopping");
    EXPECT_THAT(
        progress_lines(job, told, minute(2)),
        ElementsAre("2026-11-24T09:02:00Z minimal: Stopping (Stopping)")
    );
}

TEST(Progress, says_nothing_of_the_past_of_a_job_that_is_over) {
    told_progress told;
    EXPECT_THAT(progress_lines(failed_view(), told, minute(100)), IsEmpty());
}

TEST(Progress, leaves_the_end_to_the_final_words) {
    auto job = failed_view();
    told_progress told;
    const auto ending = std::exchange(job.ending, std::nullopt);
    const auto entries = job.last->transitions;
    job.last->transitions.pop_back();
    EXPECT_THAT(progress_lines(job, told, minute(20)), Not(IsEmpty()));
    job.last->transitions = entries;
    job.ending = ending;
    EXPECT_THAT(progress_lines(job, told, minute(100)), IsEmpty());
}

TEST(Progress, says_when_the_name_was_used_again) {
    auto job = running_view();
    told_progress told;
    progress_lines(job, told, minute(9));
    job.last->created = minute(50);
    EXPECT_THAT(
        progress_lines(job, told, minute(51)),
        ElementsAre(HasSubstr("the name was given to another job"), HasSubstr("Training"))
    );
}

TEST(Progress, survives_a_history_that_became_shorter) {
    auto job = running_view();
    told_progress told;
    progress_lines(job, told, minute(9));
    job.last->transitions.pop_back();
    EXPECT_THAT(progress_lines(job, told, minute(10)), ElementsAre(HasSubstr("Downloading")));
    job.last->transitions.clear();
    EXPECT_THAT(progress_lines(job, told, minute(11)), IsEmpty());
}

TEST(FinalWords, hold_outcome_and_reason_on_one_line) {
    const auto words = final_words(failed_view(), minute(100));
    EXPECT_THAT(
        words,
        HasSubstr("failed after 1h 12m: the training code failed (ended 2026-11-24 10:12:00Z). Algo"
        )
    );
    EXPECT_EQ(words.find('\n'), std::string::npos);
    EXPECT_EQ(words.find('\x1b'), std::string::npos);
    auto spot = spot_view();
    EXPECT_EQ(final_words(spot, *spot.ended + seconds(3)), "completed after 25h 10m");
}

TEST(FinalWords, on_a_terminal_have_the_reason_below_them) {
    EXPECT_THAT(
        final_lines(spot_view(), minute(3000), {80, true, true}),
        ElementsAre("\x1b[1mspot-gpt2\x1b[0m \x1b[32mcompleted after 25h 10m\x1b[0m")
    );
    const auto lines = final_lines(failed_view(), minute(100), {40, false, true});
    ASSERT_GE(lines.size(), 4U);
    EXPECT_EQ(lines[0], "bert-finetune-42 failed after 1h 12m: the training code failed");
    EXPECT_EQ(lines[1], "  AlgorithmError:");
    for (std::size_t i = 1; i < lines.size(); ++i) {
        EXPECT_LE(display_width(lines[i]), 40U);
        EXPECT_EQ(lines[i].find('\x1b'), std::string::npos);
    }
}

}  // namespace
}  // namespace trainwatch::wire::job_progress_test
