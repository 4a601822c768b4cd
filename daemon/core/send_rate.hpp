// How fast one operation may be called on one (connection, region): paced within a budget, slower
// when AWS throttles, and back to the budget when it stops.
//
// A bucket that holds one call: never a burst, and lost time is not caught up. Additive increase,
// multiplicative decrease: each refusal cuts the rate, at most once a second and never below a
// floor; after a quiet time it rises in a straight line. The rate is a function of the time since
// the last refusal, so nothing has to be woken for it to rise.
//
// What others in the account use is an estimate, and only refusals can tell of it. AWS' quota for
// lists is known (limits::list_quota): while it refuses, all of it is being used, so what AWS did
// not grant us it grants somebody else. That for describes and tags is published nowhere: there the
// part of our budget that AWS does not let us use is the least that others may be using. Without a
// refusal lately nobody is in our way and the estimate is zero, whatever they use. Other daemons
// with the same configuration are others, too.
//
// Pure: knows neither jobs nor AWS. Not an SDK's cubic limiter, which starts only at the first
// refusal and may burst: our budget is a promise to everybody else in the account.
#pragma once

#include <optional>

#include "base/time.hpp"
#include "core/call_meter.hpp"
#include "domain/aws_operation.hpp"

namespace trainwatch::core {

using domain::aws_operation;

class send_rate {
public:
    // `budget`: calls a second.
    send_rate(aws_operation operation, double budget);

    // No call before `first`.
    void start(mono_time first);
    bool may_send(mono_time now) const { return now >= next_send(); }
    // When the next call may leave.
    mono_time next_send() const;
    void sent(mono_time now);

    // The call that left at `sent` was refused. `wait`: what AWS asked for, believed up to
    // limits::retry_after_max.
    void throttled(mono_time sent, mono_time now, std::optional<milliseconds> wait);
    // No call before `until`, for another reason than the rate.
    void hold(mono_time until);
    // Takes back what hold() said.
    void release() { held_until_ = mono_time::min(); }
    // Another budget: what was learned of the quota stays in proportion to it.
    void reconfigure(double budget, mono_time now);

    // The same pace and what it has learned, for several callers: without what hold() said.
    send_rate as_shared() const;
    // Counts the calls of another caller, too: the next one may leave after the last of both.
    void join(const send_rate& other);

    // Calls a second that it allows itself.
    double rate(mono_time now) const;
    // Of these, what was not sent over the last minute.
    double headroom(mono_time now) const;
    // Calls a second that others in the account seem to make.
    double others(mono_time now) const;
    double budget() const { return budget_; }

private:
    nanoseconds quiet_time() const;
    // Of one call, between the two times.
    double earned(mono_time from, mono_time until) const;
    mono_time when_earned(mono_time from, double part) const;
    void plan(mono_time now);
    void earn(mono_time now);

    aws_operation operation_;
    double budget_;
    double floor_;
    // The rate after the last refusal, and when that was; without one it is the budget.
    double cut_;
    std::optional<mono_time> refused_at_{};
    std::optional<mono_time> cut_at_{};
    // What had been earned of the next call at that time.
    double credit_ = 1;
    mono_time credit_at_{};
    mono_time earned_at_{};
    std::optional<mono_time> sent_at_{};  // the last call
    mono_time paused_until_ = mono_time::min();
    mono_time held_until_ = mono_time::min();
    call_meter meter_{};
};

}  // namespace trainwatch::core
