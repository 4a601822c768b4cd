#include "wire/live_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/wire/job_views.hpp"

namespace trainwatch::wire::live_line_test {
namespace {

using testing::HasSubstr;
using testing::Not;

text_style wide(std::size_t width) {
    return {width, false, true};
}

TEST(LiveLine, has_status_time_deadline_and_what_fits_of_the_message) {
    EXPECT_EQ(
        live_line(running_view(), 8, minute(100), wide(80)),
        "resnet    Training     1h 36m   ████████··   80 % of max runtime  Training imag…"
    );
    // Less than twelve columns of it say nothing.
    EXPECT_EQ(
        live_line(running_view(), 8, minute(100), wide(75)),
        "resnet    Training     1h 36m   ████████··   80 % of max runtime"
    );
}

TEST(LiveLine, leaves_out_what_matters_least_where_it_is_narrow) {
    const auto line = [](std::size_t width) {
        return live_line(running_view(), 6, minute(100), wide(width));
    };
    EXPECT_EQ(line(60), "resnet  Training     1h 36m    80 % of max runtime");
    EXPECT_EQ(line(45), "resnet  Training      80 % of max runtime");
    EXPECT_EQ(line(30), "resnet  Training      80 %");
    EXPECT_EQ(line(12), "resnet  Tra…");
}

TEST(LiveLine, is_never_wider_than_it_may_be) {
    const std::string name = "sweep-with-a-rather-long-name-lr-0.001-0017";
    auto job = running_view();
    job.target.name = name;
    job.last->secondary = domain::parse_secondary("LaunchingMLInstances");
    for (std::size_t width = 4; width < 180; ++width) {
        const auto columns = name_columns(job.target.name.size(), wide(width));
        const auto line = live_line(job, columns, minute(100), wide(width));
        EXPECT_LE(display_width(line), width) << line;
    }
}

TEST(LiveLine, keeps_apart_names_that_differ_at_their_ends) {
    const auto seventeen =
        std::string("the-same-beginning-of-very-long-names-in-one-sweep-lr-0.01-0017");
    const auto eighteen =
        std::string("the-same-beginning-of-very-long-names-in-one-sweep-lr-0.01-0018");
    auto job = running_view();
    for (const std::size_t width : {59U, 79U}) {
        const auto columns = name_columns(seventeen.size(), wide(width));
        job.target.name = seventeen;
        const auto one = live_line(job, columns, minute(100), wide(width));
        job.target.name = eighteen;
        const auto other = live_line(job, columns, minute(100), wide(width));
        EXPECT_NE(one, other);
        EXPECT_THAT(one, HasSubstr("0017  Training"));
        EXPECT_THAT(one, HasSubstr(" 80 % of max runtime"));
    }
    EXPECT_EQ(name_columns(63, wide(160)), 63U);
}

TEST(LiveLine, names_the_limit_that_is_used) {
    auto job = running_view();
    job.deadlines = {{domain::deadline_kind::max_wait, minute(120)}};
    job.last->limits.max_wait = seconds(7200);
    EXPECT_THAT(live_line(job, 6, minute(30), wide(80)), HasSubstr("25 % of max wait"));
    EXPECT_THAT(live_line(job, 6, minute(0), wide(80)), HasSubstr("··········    0 %"));
}

TEST(LiveLine, says_that_there_is_no_answer_now) {
    auto job = running_view();
    job.trouble = error_class::transient;
    EXPECT_THAT(live_line(job, 8, minute(100), wide(80)), HasSubstr("1h 36m   no answer now"));
    EXPECT_THAT(live_line(job, 8, minute(100), wide(80)), Not(HasSubstr("Training image")));
}

TEST(LiveLine, has_the_color_of_how_the_job_stands) {
    EXPECT_EQ(
        live_line(running_view(), 4, minute(100), {30, true, false}),
        "r...  \x1b[34mTraining\x1b[0m      80 %"
    );
}

TEST(LiveLine, of_a_job_that_was_not_seen_yet_says_so) {
    domain::job_view job;
    job.target.name = "new";
    EXPECT_EQ(live_line(job, 5, minute(0), wide(80)), "new    asking AWS");
    job.trouble = error_class::throttled;
    EXPECT_EQ(
        live_line(job, 5, minute(0), wide(80)), "new    no answer yet (throttled), trying again"
    );
    job.trouble = error_class::transient;
    job.trouble_detail = "HTTP \x1b[31m503";
    EXPECT_EQ(unanswered(job), "no answer yet (HTTP 503), trying again");
    job.missing = true;
    EXPECT_THAT(live_line(job, 5, minute(0), wide(80)), HasSubstr("not known to AWS"));
}

}  // namespace
}  // namespace trainwatch::wire::live_line_test
