#include "domain/job.hpp"

#include <gtest/gtest.h>

namespace trainwatch::domain {
namespace {

ending must_end(
    std::string_view primary, std::string_view secondary, std::string_view reason = ""
) {
    const auto end = ending_of(parse_primary(primary), parse_secondary(secondary), reason);
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
    EXPECT_EQ(ending_of(parse_primary("InProgress"), secondary, ""), std::nullopt);
    EXPECT_EQ(ending_of(parse_primary("Quantum"), secondary, ""), std::nullopt);
    EXPECT_EQ(ending_of(parse_primary("Deleting"), secondary, ""), std::nullopt);
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

TEST(failure_reason, gives_its_class_by_the_word_it_begins_with) {
    const auto class_of = [](std::string_view reason) {
        return must_end("Failed", "Failed", reason).failure_class;
    };
    EXPECT_EQ(class_of("AlgorithmError: ExecuteUserScriptError"), failure_class::algorithm);
    EXPECT_EQ(class_of("ClientError: Data download failed"), failure_class::client);
    EXPECT_EQ(class_of("InternalServerError: We encountered"), failure_class::internal_server);
    EXPECT_EQ(class_of("\nCapacityError: Unable to provision"), failure_class::capacity);
    EXPECT_EQ(class_of("ResourceLimitExceeded: account-level"), failure_class::resource_limit);
    EXPECT_EQ(class_of(""), failure_class::unknown);
    EXPECT_EQ(class_of("Something new"), failure_class::unknown);
}

}  // namespace
}  // namespace trainwatch::domain
