#include "domain/job.hpp"

#include <set>
#include <string_view>

#include <gtest/gtest.h>

namespace trainwatch::domain::job_test {
namespace {

ending must_end(
    std::string_view primary,
    std::string_view secondary,
    failure_class of_reason = failure_class::unknown
) {
    const auto end = ending_of(parse_primary(primary), parse_secondary(secondary), of_reason);
    EXPECT_TRUE(end.has_value()) << primary;
    return end.value_or(ending{});
}

TEST(job_status, keeps_the_text_of_a_value_that_is_not_known) {
    EXPECT_EQ(parse_primary("InProgress").value, primary_status::in_progress);
    EXPECT_EQ(parse_primary("Quantum"), (open_primary{primary_status::unknown, "Quantum"}));
    EXPECT_EQ(
        parse_secondary("Preempted"), (open_secondary{secondary_status::unknown, "Preempted"})
    );
}

TEST(job_status, is_terminal_by_the_primary_alone) {
    EXPECT_TRUE(is_terminal(primary_status::stopped));
    EXPECT_FALSE(is_terminal(primary_status::stopping));
    EXPECT_FALSE(is_terminal(primary_status::deleting));
    EXPECT_FALSE(is_terminal(primary_status::unknown));
}

TEST(job_ending, is_absent_while_the_primary_is_not_terminal) {
    const auto secondary = parse_secondary("Completed");
    EXPECT_EQ(
        ending_of(parse_primary("InProgress"), secondary, failure_class::client), std::nullopt
    );
    EXPECT_EQ(ending_of(parse_primary("Quantum"), secondary, failure_class::client), std::nullopt);
    EXPECT_EQ(ending_of(parse_primary("Deleting"), secondary, failure_class::client), std::nullopt);
}

TEST(job_ending, of_a_timeout_is_not_a_failure_and_of_a_stop_is_not_success) {
    EXPECT_EQ(
        must_end("Stopped", "MaxRuntimeExceeded"),
        (ending{outcome::max_runtime_exceeded, failure_class::timeout})
    );
    EXPECT_EQ(
        must_end("Stopped", "MaxWaitTimeExceeded"),
        (ending{outcome::max_wait_exceeded, failure_class::timeout})
    );
    EXPECT_EQ(must_end("Stopped", "Stopped"), (ending{outcome::stopped, failure_class::none}));
    EXPECT_EQ(must_end("Stopped", "Preempted"), (ending{outcome::stopped, failure_class::unknown}));
    EXPECT_EQ(must_end("Stopped", "Completed"), (ending{outcome::stopped, failure_class::unknown}));
    EXPECT_EQ(
        must_end("Completed", "Completed"), (ending{outcome::completed, failure_class::none})
    );
}

TEST(job_ending, of_a_failure_has_the_class_of_its_reason_and_no_other_has) {
    for (const auto why : failed_classes) {
        EXPECT_EQ(must_end("Failed", "Failed", why), (ending{outcome::failed, why}));
        // A Stopped job may have a reason too: why it was stopped is its secondary status.
        EXPECT_EQ(
            must_end("Stopped", "MaxRuntimeExceeded", why),
            (ending{outcome::max_runtime_exceeded, failure_class::timeout})
        );
        EXPECT_EQ(
            must_end("Stopped", "Stopped", why), (ending{outcome::stopped, failure_class::none})
        );
        EXPECT_EQ(
            must_end("Completed", "Completed", why),
            (ending{outcome::completed, failure_class::none})
        );
    }
}

TEST(failure_class, has_a_name_of_its_own) {
    std::set<std::string_view> names{to_string(failure_class::none)};
    for (const auto each : failed_classes)
        names.insert(to_string(each));
    EXPECT_EQ(names.size(), 1 + failed_classes.size());
}

TEST(job_status, has_every_value_of_the_model_by_its_name) {
    for (const auto name : primary_status_names())
        EXPECT_NE(parse_primary(name).value, primary_status::unknown) << name;
    for (const auto name : secondary_status_names())
        EXPECT_NE(parse_secondary(name).value, secondary_status::unknown) << name;
    // One enumerator each, and `unknown` beside them.
    EXPECT_EQ(primary_status_names().size(), static_cast<std::size_t>(primary_status::deleting));
    EXPECT_EQ(
        secondary_status_names().size(), static_cast<std::size_t>(secondary_status::restarting)
    );
}

}  // namespace
}  // namespace trainwatch::domain::job_test
