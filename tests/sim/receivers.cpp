#include "receivers.hpp"

#include <algorithm>

#include "clocks.hpp"

namespace trainwatch::sim {
namespace {

constexpr milliseconds wait_most = std::chrono::minutes(2);
// Alertmanager's own default: so long after it was told last an alert ends that has no end.
constexpr milliseconds resolve_timeout = std::chrono::minutes(5);

wall_time end_of(const domain::alert_message& alert, mono_time now) {
    return alert.ends_at.value_or(clocks::true_wall(now) + resolve_timeout);
}

failure make_failure(error_class kind, const char* detail) {
    failure why;
    why.kind = kind;
    why.detail = detail;
    return why;
}

bool is_about(const domain::label_map& labels, const std::string& job) {
    const auto found = labels.find("training_job");
    return !job.empty() && found != labels.end() && found->second == job;
}

}  // namespace

result<domain::receipt> receiver_endpoint::take(
    const core::deliver& what, mono_time now, const std::string& poisoned
) {
    if (!calm_ && down_until_ && now < *down_until_) {
        auto why = make_failure(error_class::transient, "connection refused");
        why.code = make_error_code(boost::system::errc::connection_refused);
        return why;
    }
    if (chance(faults_.fails)) return make_failure(error_class::transient, "503");
    if (chance(faults_.asks_to_wait)) {
        auto why = make_failure(error_class::throttled, "429");
        why.retry_after =
            milliseconds(random_.below(static_cast<std::uint64_t>(wait_most.count())));
        return why;
    }
    const bool is_manager = kind_ == domain::receiver_kind::alertmanager;
    if (deaf_ || (is_manager && chance(faults_.lies))) {
        drop(what);
        return domain::receipt{};
    }
    const bool is_wrong =
        std::any_of(what.alerts.begin(), what.alerts.end(), [&](const auto& each) {
            return (!calm_ && is_about(each.labels, poisoned)) ||
                end_of(each, now) <= each.starts_at;
        });
    // A webhook takes all or nothing.
    if (is_wrong && !is_manager) return make_failure(error_class::rejected, "400");
    for (const auto& alert : what.alerts) {
        const bool is_good =
            (calm_ || !is_about(alert.labels, poisoned)) && end_of(alert, now) > alert.starts_at;
        if (is_good) keep(alert, now);
    }
    if (is_wrong) return make_failure(error_class::rejected, "400");
    return domain::receipt{};
}

result<std::vector<bool>> receiver_endpoint::tell(
    const core::read_back& what, mono_time now, bool refuses
) {
    if (refuses) return make_failure(error_class::denied, "403");
    const bool is_down = !calm_ && down_until_ && now < *down_until_;
    const bool fails = !calm_ && faults_.fails > 0 && telling_.unit() < faults_.fails;
    if (is_down || fails) return make_failure(error_class::transient, "503");
    std::vector<bool> held;
    for (const auto& labels : what.alerts) {
        const bool is_there =
            !labels.empty() && fires(domain::identity(labels), clocks::true_wall(now));
        held.push_back(is_there);
    }
    return held;
}

void receiver_endpoint::drop(const core::deliver& what) {
    for (const auto& alert : what.alerts) {
        if (alert.state != domain::alert_state::resolved) continue;
        const auto known = held_.find(domain::identity(alert.labels));
        if (known != held_.end()) ++known->second.ends_dropped;
    }
}

// Overlapping intervals are one alert: from the first start on, until the latest word on its end.
void receiver_endpoint::keep(const domain::alert_message& alert, mono_time now) {
    auto [at, added] = held_.try_emplace(domain::identity(alert.labels));
    auto& known = at->second;
    const bool overlaps = !added && alert.starts_at <= known.ends_at;
    // Nobody said that it was over, and whoever asked meanwhile believed it.
    const bool fires = alert.state == domain::alert_state::firing;
    const bool was_firing = known.fired && (!known.resolved || *known.resolved < *known.fired);
    if (fires && was_firing && known.ends_at < clocks::true_wall(now)) {
        lapsed_.insert(domain::identity(alert.labels));
    }
    if (added) known.labels = alert.labels;
    known.starts_at = overlaps ? std::min(known.starts_at, alert.starts_at) : alert.starts_at;
    const auto end = end_of(alert, now);
    // One that it was given once rules while it lies further ahead.
    const bool is_shorter = !alert.ends_at && overlaps && known.ends_at > end;
    if (!is_shorter) known.ends_at = end;
    (alert.state == domain::alert_state::firing ? known.fired : known.resolved) = now;
    known.ends_dropped = 0;
}

bool receiver_endpoint::fires(const std::string& identity, wall_time now) const {
    const auto* known = find(identity);
    return known != nullptr && known->ends_at > now;
}

const held_alert* receiver_endpoint::find(const std::string& identity) const {
    const auto at = held_.find(identity);
    return at == held_.end() ? nullptr : &at->second;
}

// An Alertmanager's alerts are in its memory only.
void receiver_endpoint::restart() {
    if (kind_ == domain::receiver_kind::alertmanager) held_.clear();
}

}  // namespace trainwatch::sim
