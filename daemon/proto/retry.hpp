// Whether and when a failed call is tried again: the standard retry mode of the SDKs. Pure.
//
// Source: "Retry behavior" of the AWS SDKs and Tools reference guide, with the constants of 2026
// and those before in one table. One quota a client (service and region), never waited for; one
// `retry_attempts` a call. Polls do not use it: their next try is the scheduler's, within the
// budget of the lane.
#pragma once

#include <optional>

#include "base/failure.hpp"
#include "base/random.hpp"
#include "base/time.hpp"

namespace trainwatch::proto {

struct retry_constants {
    int attempts_max = 3;
    milliseconds base{};             // of the delay after a transient failure
    milliseconds throttling_base{};  // of the delay after a throttling one
    milliseconds delay_max{};
    int quota = 500;
    int cost = 0;
    int throttling_cost = 0;
    int timeout_cost = 0;
    bool honours_retry_after = false;

    bool operator==(const retry_constants&) const = default;
};

extern const retry_constants standard_until_2026;
extern const retry_constants standard_2026;

class retry_quota {
public:
    explicit retry_quota(int capacity) : capacity_(capacity), left_(capacity) {}
    // All of it, or false and nothing.
    bool take(int cost);
    void give_back(int cost);
    int left() const { return left_; }

private:
    int capacity_;
    int left_;
};

// What the answer's Date said, for the decision about a refused signature.
struct retry_facts {
    std::optional<milliseconds> clock_offset{};  // measured from this very answer
    bool timed_out = false;                      // connecting or reading
    milliseconds signed_offset{};                // that the refused request was signed with
};

enum class retry_refusal { not_retryable, attempts_used, quota_used };

struct retry_decision {
    std::optional<nanoseconds> delay{};  // try again after it; nothing: give up
    retry_refusal why = retry_refusal::not_retryable;
    // A caller that asks in an endless loop (a long poll) rests this long before it tells its
    // failure, so that a used quota does not make the loop a fast one.
    std::optional<nanoseconds> rest{};

    bool operator==(const retry_decision&) const = default;
};

class retry_attempts {
public:
    // `constants`, `quota` and `random` outlive it.
    retry_attempts(const retry_constants& constants, retry_quota& quota, random_source& random);

    int attempt() const { return attempt_; }  // from 1
    int attempts_max() const { return constants_.attempts_max; }

    void succeeded();
    retry_decision failed(const failure& why, const retry_facts& facts);
    // The same with the draw of the jitter, 0 to 1, as an argument.
    retry_decision failed(const failure& why, const retry_facts& facts, double drawn);

private:
    const retry_constants& constants_;
    retry_quota& quota_;
    random_source& random_;
    int attempt_ = 1;
    int last_cost_ = 0;
};

// Codes that a wrong clock may be behind.
bool may_be_clock_skew(const failure& why);

}  // namespace trainwatch::proto
