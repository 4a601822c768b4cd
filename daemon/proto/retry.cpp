#include "proto/retry.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/check.hpp"

namespace trainwatch::proto {
namespace {

// What a first try that succeeds gives back, so that a quota recovers.
constexpr int first_try_refund = 1;
// How much longer than our own delay the other side may make us wait.
constexpr milliseconds retry_after_slack{5'000};
// AWS takes signatures of clocks that are five minutes off, some services of fifteen.
constexpr milliseconds skew_threshold = std::chrono::minutes(4);

// Signing once more helps only when the refused request was signed for another time than that of
// the answer: AccessDenied on a machine whose offset is known and in use is what it says.
bool was_clock_skew(const failure& why, const retry_facts& facts) {
    if (!facts.clock_offset || !may_be_clock_skew(why)) return false;
    const auto off = *facts.clock_offset - facts.signed_offset;
    return off > skew_threshold || off < -skew_threshold;
}

bool is_retryable(const failure& why, const retry_facts& facts) {
    if (why.kind == error_class::transient || why.kind == error_class::throttled) return true;
    return was_clock_skew(why, facts);
}

nanoseconds backoff(const retry_constants& constants, error_class kind, int attempt, double drawn) {
    const bool throttled = kind == error_class::throttled;
    nanoseconds upper = throttled ? constants.throttling_base : constants.base;
    // Doubled one by one: a shift by many attempts would overflow.
    for (int n = 1; n < attempt && upper < constants.delay_max; ++n)
        upper *= 2;
    upper = std::min<nanoseconds>(upper, constants.delay_max);
    return nanoseconds(static_cast<nanoseconds::rep>(static_cast<double>(upper.count()) * drawn));
}

nanoseconds with_retry_after(
    const retry_constants& constants, nanoseconds delay, const failure& why
) {
    if (!constants.honours_retry_after || !why.retry_after) return delay;
    const nanoseconds asked = *why.retry_after;
    return std::clamp<nanoseconds>(asked, delay, delay + retry_after_slack);
}

int cost_of(const retry_constants& constants, const failure& why, const retry_facts& facts) {
    if (why.kind == error_class::throttled) return constants.throttling_cost;
    return facts.timed_out ? constants.timeout_cost : constants.cost;
}

}  // namespace

const retry_constants standard_until_2026{
    .attempts_max = 3,
    .base = milliseconds(1'000),
    .throttling_base = milliseconds(1'000),
    .delay_max = milliseconds(20'000),
    .quota = 500,
    .cost = 5,
    .throttling_cost = 5,
    .timeout_cost = 10,
    .honours_retry_after = false};

const retry_constants standard_2026{
    .attempts_max = 3,
    .base = milliseconds(50),
    .throttling_base = milliseconds(1'000),
    .delay_max = milliseconds(20'000),
    .quota = 500,
    .cost = 14,
    .throttling_cost = 5,
    .timeout_cost = 14,
    .honours_retry_after = true};

bool retry_quota::take(int cost) {
    if (left_ < cost) return false;
    left_ -= cost;
    return true;
}

void retry_quota::give_back(int cost) {
    left_ = std::min(left_ + cost, capacity_);
}

retry_attempts::retry_attempts(
    const retry_constants& constants, retry_quota& quota, random_source& random
)
    : constants_(constants), quota_(quota), random_(random) {}

void retry_attempts::succeeded() {
    quota_.give_back(attempt_ > 1 ? last_cost_ : first_try_refund);
}

retry_decision retry_attempts::failed(const failure& why, const retry_facts& facts) {
    return failed(why, facts, random_.unit());
}

retry_decision retry_attempts::failed(const failure& why, const retry_facts& facts, double drawn) {
    CHECK(drawn >= 0 && drawn <= 1);
    if (!is_retryable(why, facts)) return {.why = retry_refusal::not_retryable};
    if (attempt_ >= constants_.attempts_max) return {.why = retry_refusal::attempts_used};
    const auto own = backoff(constants_, why.kind, attempt_, drawn);
    const auto delay = with_retry_after(constants_, own, why);
    const int cost = cost_of(constants_, why, facts);
    if (!quota_.take(cost)) return {.why = retry_refusal::quota_used, .rest = delay};
    last_cost_ = cost;
    ++attempt_;
    return {.delay = delay};
}

bool may_be_clock_skew(const failure& why) {
    // The two last ones are of older lists; a measured offset is asked for in any case.
    constexpr std::array<std::string_view, 7> codes{
        "AccessDeniedException",
        "AuthFailure",
        "InvalidSignatureException",
        "RequestTimeTooSkewed",
        "SignatureDoesNotMatch",
        "RequestExpired",
        "RequestInTheFuture"};
    return std::find(codes.begin(), codes.end(), why.remote_code) != codes.end();
}

}  // namespace trainwatch::proto
