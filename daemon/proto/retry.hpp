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
};

enum class retry_refusal { not_retryable, attempts_used, quota_used };

struct retry_decision {
    std::optional<nanoseconds> delay{};  // try again after it; nothing: give up
    retry_refusal why = retry_refusal::not_retryable;

    bool operator==(const retry_decision&) const = default;
};

class retry_attempts {
public:
    // `quota` and `random` outlive it.
    retry_attempts(const retry_constants& constants, retry_quota& quota, random_source& random);

    int attempt() const { return attempt_; }  // from 1
    int attempts_max() const { return constants_.attempts_max; }

    void succeeded();
    retry_decision failed(const failure& why, const retry_facts& facts);

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
