#include "core/send_rate.hpp"

#include <algorithm>
#include <cmath>

#include "base/limits.hpp"

namespace trainwatch::core {
namespace {

using real_seconds = std::chrono::duration<double>;

// The configuration forbids less; this keeps an interval a number.
constexpr double budget_least = 0.001;

double floor_of(aws_operation operation) {
    return operation == aws_operation::list ? limits::list_rate_floor : limits::describe_rate_floor;
}

// Upwards: at that time the part is earned, not almost.
nanoseconds rounded_up(double length) {
    return nanoseconds(static_cast<std::int64_t>(std::ceil(length * 1e9)));
}

}  // namespace

send_rate::send_rate(aws_operation operation, double budget)
    : operation_(operation)
    , budget_(std::max(budget, budget_least))
    , floor_(budget_ * floor_of(operation))
    , cut_(budget_) {}

void send_rate::start(mono_time first) {
    credit_ = 1;
    credit_at_ = first;
    earned_at_ = first;
    meter_.start(first);
}

mono_time send_rate::next_send() const {
    return std::max({earned_at_, paused_until_, held_until_});
}

void send_rate::sent(mono_time now) {
    credit_ = 0;
    credit_at_ = now;
    sent_at_ = now;
    plan(now);
    meter_.sent(now);
}

void send_rate::hold(mono_time until) {
    held_until_ = std::max(held_until_, until);
}

void send_rate::reconfigure(double budget, mono_time now) {
    earn(now);
    const double before = budget_;
    budget_ = std::max(budget, budget_least);
    floor_ = budget_ * floor_of(operation_);
    cut_ *= budget_ / before;
    plan(credit_at_);
}

send_rate send_rate::as_shared() const {
    auto shared = *this;
    shared.release();
    return shared;
}

void send_rate::join(const send_rate& other) {
    meter_.join(other.meter_);
    if (!other.sent_at_) return;
    sent_at_ = std::max(sent_at_.value_or(*other.sent_at_), *other.sent_at_);
    if (*sent_at_ >= credit_at_) {
        credit_ = 0;
        credit_at_ = *sent_at_;
    } else {
        // Since then a refusal has changed the rate, or the lane has not begun.
        credit_ = std::min(credit_, earned(*sent_at_, credit_at_));
    }
    plan(credit_at_);
}

// At a low rate a second says nothing: at least one call has to have gone well.
nanoseconds send_rate::quiet_time() const {
    return std::max<nanoseconds>(limits::rate_quiet_time, rounded_up(1 / cut_));
}

double send_rate::rate(mono_time now) const {
    if (!refused_at_) return budget_;
    const real_seconds rising = now - *refused_at_ - quiet_time();
    const double risen = std::max(rising.count(), 0.0) * limits::rate_increase * budget_;
    return std::min(cut_ + risen, budget_);
}

double send_rate::headroom(mono_time now) const {
    return std::max(rate(now) - meter_.sent_rate(now), 0.0);
}

double send_rate::others(mono_time now) const {
    if (operation_ != aws_operation::list) return budget_ - rate(now);
    const double refused = meter_.refused_rate(now);
    if (refused <= 0) return 0;
    // Whoever configures more than the usual quota has been granted more.
    const double quota = std::max(limits::list_quota, budget_);
    const double granted = std::max(meter_.sent_rate(now) - refused, 0.0);
    return std::max(quota - granted, 0.0);
}

double send_rate::earned(mono_time from, mono_time until) const {
    if (until <= from) return 0;
    if (!refused_at_) return real_seconds(until - from).count() * budget_;
    const auto rise_from = *refused_at_ + quiet_time();
    const double slope = limits::rate_increase * budget_;
    const auto full_at = rise_from + rounded_up((budget_ - cut_) / slope);
    double sum = 0;
    if (from < rise_from) {
        sum += cut_ * real_seconds(std::min(until, rise_from) - from).count();
    }
    const auto ramp_from = std::clamp(from, rise_from, full_at);
    const auto ramp_until = std::clamp(until, rise_from, full_at);
    const double mean = (rate(ramp_from) + rate(ramp_until)) / 2;
    sum += mean * real_seconds(ramp_until - ramp_from).count();
    if (until > full_at) {
        sum += budget_ * real_seconds(until - std::max(from, full_at)).count();
    }
    return sum;
}

// The inverse of earned(): piece by piece, flat, rising, flat.
mono_time send_rate::when_earned(mono_time from, double part) const {
    if (part <= 0) return from;
    if (!refused_at_) return from + rounded_up(part / budget_);
    const auto rise_from = *refused_at_ + quiet_time();
    const double slope = limits::rate_increase * budget_;
    const auto full_at = rise_from + rounded_up((budget_ - cut_) / slope);
    if (from < rise_from) {
        const double flat = earned(from, rise_from);
        if (part <= flat) return from + rounded_up(part / cut_);
        part -= flat;
        from = rise_from;
    }
    if (from < full_at) {
        const double ramp = earned(from, full_at);
        if (part <= ramp) {
            // part = r t + slope t² / 2
            const double r = rate(from);
            return from + rounded_up((std::sqrt(r * r + 2 * slope * part) - r) / slope);
        }
        part -= ramp;
        from = full_at;
    }
    return from + rounded_up(part / budget_);
}

void send_rate::plan(mono_time now) {
    earned_at_ = when_earned(now, 1 - credit_);
}

// Puts down what was earned so far, before the rate changes.
void send_rate::earn(mono_time now) {
    if (now <= credit_at_) return;
    credit_ = std::min(credit_ + earned(credit_at_, now), 1.0);
    credit_at_ = now;
}

void send_rate::throttled(mono_time sent, mono_time now, std::optional<milliseconds> wait) {
    const nanoseconds asked = std::min(wait.value_or(milliseconds(0)), limits::retry_after_max);
    if (asked > nanoseconds(0)) paused_until_ = std::max(paused_until_, now + asked);
    earn(now);
    meter_.refused(now);
    const double present = rate(now);
    // What left before the last cut tells nothing about the rate since.
    const bool tells =
        !cut_at_ || (sent >= *cut_at_ && now - *cut_at_ >= limits::rate_cut_interval);
    if (tells) cut_at_ = now;
    cut_ = tells ? std::max(present * limits::rate_decrease, floor_) : present;
    refused_at_ = now;
    // A call that was allowed already is still allowed: the rate of what follows is lower.
    plan(credit_at_);
}

}  // namespace trainwatch::core
