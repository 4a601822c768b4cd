#include "proto/retry.hpp"

#include <gtest/gtest.h>

namespace trainwatch::proto::retry_test {
namespace {

failure transient() {
    return {.kind = error_class::transient, .detail = "HTTP 503"};
}

failure throttled() {
    return {.kind = error_class::throttled, .remote_code = "ThrottlingException"};
}

failure denied(std::string code) {
    return {.kind = error_class::denied, .remote_code = std::move(code)};
}

class Retry : public testing::Test {
protected:
    retry_quota quota{500};
    random_source random{7};
    retry_attempts call{standard_2026, quota, random};
};

TEST_F(Retry, delays_double_within_full_jitter) {
    for (int attempt = 1; attempt < 3; ++attempt) {
        EXPECT_EQ(call.attempt(), attempt);
        const auto decided = call.failed(transient(), {});
        ASSERT_TRUE(decided.delay);
        EXPECT_GE(*decided.delay, nanoseconds(0));
        EXPECT_LT(*decided.delay, milliseconds(50) * attempt);
    }
    EXPECT_EQ(call.failed(transient(), {}), (retry_decision{.why = retry_refusal::attempts_used}));
}

TEST_F(Retry, is_drawn_anew_for_each_delay) {
    const auto first = call.failed(throttled(), {});
    const auto second = call.failed(throttled(), {});
    EXPECT_NE(*first.delay * 2, *second.delay);
}

TEST_F(Retry, of_many_attempts_stays_at_the_longest_delay) {
    auto patient = standard_2026;
    patient.attempts_max = 1'000;
    retry_quota plenty(1'000'000);
    retry_attempts calls(patient, plenty, random);
    for (int attempt = 1; attempt < 999; ++attempt) {
        EXPECT_LE(*calls.failed(throttled(), {}, 1).delay, seconds(20));
    }
    EXPECT_EQ(*calls.failed(throttled(), {}, 1).delay, seconds(20));
}

TEST_F(Retry, of_what_will_not_change_is_refused_and_costs_nothing) {
    for (const auto kind :
         {error_class::denied,
          error_class::not_found,
          error_class::rejected,
          error_class::malformed,
          error_class::internal}) {
        const auto decided = call.failed({.kind = kind}, {});
        EXPECT_EQ(decided, (retry_decision{.why = retry_refusal::not_retryable}));
    }
    EXPECT_EQ(quota.left(), 500);
    EXPECT_EQ(call.attempt(), 1);
}

TEST_F(Retry, waits_as_asked_between_its_own_delay_and_five_seconds_more) {
    auto asked = throttled();
    asked.retry_after = milliseconds(0);
    EXPECT_EQ(call.failed(asked, {}, 0.5).delay, milliseconds(500));
    asked.retry_after = std::chrono::hours(1);
    EXPECT_EQ(call.failed(asked, {}, 0.5).delay, milliseconds(6'000));
}

TEST_F(Retry, until_2026_does_not_listen_to_what_is_asked) {
    retry_attempts older(standard_until_2026, quota, random);
    auto asked = transient();
    asked.retry_after = milliseconds(4'000);
    EXPECT_EQ(older.failed(asked, {}, 1).delay, milliseconds(1'000));
}

TEST_F(Retry, pays_for_each_try_and_is_paid_back_by_success) {
    call.failed(transient(), {});
    EXPECT_EQ(quota.left(), 486);
    call.failed(throttled(), {});
    EXPECT_EQ(quota.left(), 481);
    call.succeeded();  // the last one's cost
    EXPECT_EQ(quota.left(), 486);
    retry_attempts another(standard_2026, quota, random);
    another.succeeded();
    EXPECT_EQ(quota.left(), 487);
}

TEST_F(Retry, until_2026_pays_double_for_a_timeout) {
    retry_attempts older(standard_until_2026, quota, random);
    older.failed(transient(), {.timed_out = true});
    EXPECT_EQ(quota.left(), 490);
    older.failed(transient(), {});
    EXPECT_EQ(quota.left(), 485);
}

TEST_F(Retry, with_a_used_quota_tells_how_long_a_loop_should_rest) {
    retry_quota empty(0);
    retry_attempts poor(standard_2026, empty, random);
    const auto decided = poor.failed(transient(), {}, 1);
    EXPECT_EQ(
        decided, (retry_decision{.why = retry_refusal::quota_used, .rest = milliseconds(50)})
    );
}

TEST_F(Retry, of_a_refused_signature_needs_a_clock_that_is_minutes_off) {
    const auto skewed = denied("SignatureDoesNotMatch");
    EXPECT_FALSE(call.failed(skewed, {}).delay);
    EXPECT_FALSE(call.failed(skewed, {.clock_offset = std::chrono::minutes(4)}).delay);
    EXPECT_TRUE(call.failed(skewed, {.clock_offset = std::chrono::minutes(-5)}).delay);
    EXPECT_TRUE(call.failed(skewed, {.clock_offset = milliseconds(240'001)}).delay);
    EXPECT_EQ(quota.left(), 500 - 14 - 14);
}

TEST_F(Retry, of_a_signature_for_the_right_time_is_refused) {
    const std::chrono::minutes off(10);
    const auto why = denied("AccessDeniedException");
    EXPECT_FALSE(call.failed(why, {.clock_offset = off, .signed_offset = off}).delay);
    // The clock was put right, and the old offset made the signature wrong.
    EXPECT_TRUE(call.failed(why, {.clock_offset = milliseconds(0), .signed_offset = off}).delay);
}

TEST_F(Retry, of_other_refusals_does_not_look_at_the_clock) {
    const retry_facts off{.clock_offset = std::chrono::hours(1)};
    for (const char* code : {"ExpiredTokenException", "InvalidClientTokenId", "AccessDenied", ""}) {
        EXPECT_FALSE(call.failed(denied(code), off).delay) << code;
    }
}

TEST(RetryQuota, is_taken_whole_or_not_at_all_and_never_overflows) {
    retry_quota quota(10);
    EXPECT_FALSE(quota.take(11));
    EXPECT_EQ(quota.left(), 10);
    EXPECT_TRUE(quota.take(10));
    EXPECT_FALSE(quota.take(1));
    quota.give_back(500);
    EXPECT_EQ(quota.left(), 10);
}

}  // namespace
}  // namespace trainwatch::proto::retry_test
