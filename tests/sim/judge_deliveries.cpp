// The invariants of what receivers are told.
#include <algorithm>

#include "alert_labels.hpp"
#include "base/limits.hpp"
#include "judge.hpp"

namespace trainwatch::sim {
namespace {

constexpr milliseconds clock_slack = std::chrono::minutes(1);

}  // namespace

judge::record& judge::record_of(const domain::label_map& labels, const std::string& identity) {
    const auto [at, added] = records_.try_emplace(identity);
    if (added) at->second.job = job_of(labels);
    return at->second;
}

void judge::delivering(const core::deliver& what, mono_time now) {
    ++deliveries_;
    if (what.alerts.empty() || what.alerts.size() > limits::alerts_per_batch) {
        violated("a batch of " + std::to_string(what.alerts.size()), now);
    }
    if (endpoint_of(what).gone) violated("told an endpoint that is gone", now);
    for (const auto& alert : what.alerts) {
        const auto identity = domain::identity(alert.labels);
        check_commit_before_delivery(alert, identity, now);
        check_told_once(what, alert, identity, now);
        if (!comes_and_goes(alert.labels)) {
            check_cause(alert, identity, now);
            check_resolve(what, alert, identity, now);
            check_acknowledged(alert, identity, now);
            check_one_identity(alert, identity, now);
        }
        if (is_condition(alert.labels)) {
            check_condition(alert, identity, now);
            check_return(alert, identity, now);
        }
        check_overdue(alert, identity, now);
        check_texts(alert, identity, now);
        check_times(what, alert, identity, now);
        check_secrets(alert, now);
    }
}

// No delivery comes before its commit, unless storage is known to be in trouble and it says so.
void judge::check_commit_before_delivery(
    const domain::alert_message& alert, const std::string& identity, mono_time now
) {
    const bool says_so = alert.annotations.contains("storage");
    if (scene_.ledger.durable().has_alert(identity) || (says_so && storage_trouble_)) return;
    violated("delivered before its commit: " + identity, now);
}

// A webhook is told once of each event that it has taken.
void judge::check_told_once(
    const core::deliver& what,
    const domain::alert_message& alert,
    const std::string& identity,
    mono_time now
) {
    const auto& to = endpoint_of(what);
    const bool firing = alert.state == domain::alert_state::firing;
    if (to.kind != domain::receiver_kind::webhook || comes_and_goes(alert.labels)) return;
    if (told_.contains(told_key(to.url, identity, firing))) {
        violated("told a webhook twice: " + identity, now);
    }
}

// startsAt of an identity never changes; endsAt of a firing alert is always at least three re-sends
// ahead at the time of sending, or left to Alertmanager.
void judge::check_times(
    const core::deliver& what,
    const domain::alert_message& alert,
    const std::string& identity,
    mono_time now
) {
    const bool firing = alert.state == domain::alert_state::firing;
    const bool is_manager = endpoint_of(what).kind == domain::receiver_kind::alertmanager;
    // Of what an earlier run had told nothing leaves before the servers' time is known, for a
    // while. What goes on for as long as it is said need not be dated by whoever knows no time.
    const bool may_know = clock_seen_ ||
        (restored_.contains(identity) && now < run_began_ + limits::clock_patience) ||
        (is_manager && is_condition(alert.labels));
    if (firing && may_know && alert.ends_at &&
        *alert.ends_at < clocks::true_wall(now) + 3 * limits::resend_interval) {
        violated("ends too soon: " + identity, now);
    }
    if (!alert.ends_at && !(firing && is_manager)) violated("has no end: " + identity, now);
    if (alert.ends_at && *alert.ends_at <= alert.starts_at) {
        violated("ends before it starts: " + identity, now);
    }
    if (comes_and_goes(alert.labels)) return;
    auto& known = record_of(alert.labels, identity);
    if (known.starts_at == wall_time{}) known.starts_at = alert.starts_at;
    if (known.starts_at != alert.starts_at) violated("startsAt moved: " + identity, now);
}

// An alert fires only if its condition holds: the job has ended, and in the way that it says.
void judge::check_cause(
    const domain::alert_message& alert, const std::string& identity, mono_time now
) {
    const auto job = record_of(alert.labels, identity).job;
    if (!job) {
        violated("an alert about no job: " + identity, now);
        return;
    }
    const auto& truth = scene_.jobs.jobs()[*job].truth;
    if (label(alert.labels, "alertname") != truth.alertname()) {
        violated("an alert that nothing calls for: " + identity, now);
    } else if (clocks::true_wall(now) < truth.ended() - truth.primary_early) {
        violated("an alert before the end: " + identity, now);
    }
}

// No alert is resolved while its condition holds: a terminal one ends a day after its receiver has
// confirmed it, or when no list has the job any more.
void judge::check_resolve(
    const core::deliver& what,
    const domain::alert_message& alert,
    const std::string& identity,
    mono_time now
) {
    if (alert.state == domain::alert_state::firing) return;
    auto& known = record_of(alert.labels, identity);
    if (!known.job) return;
    if (label(alert.annotations, "resolved_because") == "unwatched") {
        const auto& job = scene_.jobs.jobs()[*known.job];
        // Its list may be back in a moment, and nothing else would tell of the end. Who had heard
        // may be lost with a ledger; that it is over has been told then.
        known.was_left |= !known.confirmed.empty();
        if (!known.was_left) violated("over before anybody had heard: " + identity, now);
        // Whose a job is that AWS has forgotten, its name alone can tell.
        if (job.deleted) return;
        // Where tags may not be read, no filter of tags has it, once the list is gone that had it;
        // another list may name it by the time that somebody hears.
        // Nor, where describes are refused, one that goes by what only they tell.
        const bool may_lack_details = undescribed_.contains(job.place);
        if ((may_lack_tags(job.place) || may_lack_details) && !was_always_named(job)) return;
        const bool was_left = std::any_of(
            scene_.lists.history().begin(),
            scene_.lists.history().end(),
            [&](const auto& period) {
                constexpr auto seen = watching::status_filter::fits_not;
                return !scene_.lists.owner(period.config, job, seen);
            }
        );
        if (!was_left) violated("resolved as unwatched: " + identity, now);
        return;
    }
    if (label(alert.annotations, "resolved_because") == "acknowledged") {
        if (!seen_.contains(identity)) violated("acknowledged by nobody: " + identity, now);
        return;
    }
    const auto at = known.confirmed.find(endpoint_of(what).receiver);
    // Where nobody tells the time, our clock may be set right in between.
    const auto& clock = scene_.drawn.clock;
    const auto stepped = clock.steps > 0 ? clock.step_most : milliseconds(0);
    const auto unsure =
        scene_.drawn.aws.clockless > 0 ? std::chrono::abs(clock.skew) + stepped : milliseconds(0);
    if (at == known.confirmed.end() ||
        now < at->second + limits::terminal_hold - clock_slack - unsure) {
        violated("resolved while it holds: " + identity, now);
    }
}

// Each alarming transition becomes exactly one identity.
void judge::check_one_identity(
    const domain::alert_message& alert, const std::string& identity, mono_time now
) {
    const auto job = record_of(alert.labels, identity).job;
    if (!job) return;
    auto told = identity;
    if (scene_.lie == sabotage::forged_alert) told += std::to_string(deliveries_);
    auto& identities = identities_[*job];
    identities.insert(told);
    const auto times = std::max<std::size_t>(scene_.lists.times_owned(scene_.jobs.jobs()[*job]), 1);
    if (identities.size() > times) violated("several identities: " + told, now);
    check_paged_once(*job, identity, now);
}

// Nobody is paged twice because a ledger was damaged: what Alertmanager holds merges with what it
// is told anew. Another configuration has other labels; where AWS does not explain an end, nobody
// knows its class; and where it could not be asked for what a filter needs, a later list had the
// job.
void judge::check_paged_once(std::size_t job, const std::string& identity, mono_time now) {
    const auto known = paged_.find(job);
    if (known == paged_.end() || known->second.contains(identity)) return;
    if (may_lack_tags(scene_.jobs.jobs()[job].place)) return;
    if (!was_always_the_same_configuration()) return;
    const auto& truth = scene_.jobs.jobs()[job];
    const auto list = scene_.lists.owner(truth);
    constexpr auto seen = watching::status_filter::fits_not;
    if (list != scene_.lists.owner(scene_.lists.config(), truth, seen)) return;
    const auto its_own = "watch_list=\"" + list.value_or("") + "\"";
    // Of a timeout a page knows the class; what else a describe tells is missing then.
    const auto is_unexplained = [&](const std::string& text) {
        return text.find("failure_class=\"unknown\"") != std::string::npos ||
            text.find(its_own) == std::string::npos ||
            (!truth.truth.tuning_job.empty() && text.find("tuning_job=\"") == std::string::npos);
    };
    // Tags that were not read in time label nothing.
    const auto has_tags = [](const std::string& text) {
        return text.find(",owner=\"") != std::string::npos;
    };
    const bool may_differ =
        is_unexplained(identity) ||
        std::any_of(known->second.begin(), known->second.end(), [&](const auto& former) {
            return is_unexplained(former) || has_tags(former) != has_tags(identity);
        });
    if (!may_differ) violated("paged again after damage: " + identity, now);
}

bool judge::was_always_the_same_configuration() const {
    const auto& history = scene_.lists.history();
    return std::all_of(history.begin(), history.end(), [&](const auto& each) {
        return each.config == history.front().config;
    });
}

void judge::confirmed(const core::deliver& what, mono_time now) {
    const auto& to = endpoint_of(what);
    for (const auto& alert : what.alerts) {
        const auto identity = domain::identity(alert.labels);
        const bool firing = alert.state == domain::alert_state::firing;
        if (to.gone) continue;
        told_.insert(told_key(to.url, identity, firing));
        if (!firing) continue;
        const bool is_known = known_to_[to.receiver].contains(identity);
        if (!to.can_tell) {
            known_to_[to.receiver].insert(identity);
        } else {
            taken_by_[to.url].insert(identity);
            if (untelling_.contains(to.url)) may_be_known_to_[to.receiver].insert(identity);
        }
        if (comes_and_goes(alert.labels)) continue;
        auto& known = record_of(alert.labels, identity);
        known.confirmed.emplace(to.receiver, now);
        if (!is_known) known.taken_last[to.receiver] = now;
    }
}

// An Alertmanager is asked for what it has taken alone, and not for everything at once.
void judge::asking(const core::read_back& what, mono_time now) {
    const auto& to = plan_.endpoints[what.endpoint.value];
    if (to.gone || !to.can_tell) violated("asked who cannot tell: " + to.url, now);
    if (what.alerts.size() > limits::read_back_alerts_max) {
        violated("asked for " + std::to_string(what.alerts.size()) + " alerts", now);
    }
    for (const auto& labels : what.alerts) {
        const auto identity = domain::identity(labels);
        if (labels.empty() || taken_by_[to.url].contains(identity)) continue;
        violated("asked for what was not taken: " + identity, now);
    }
}

void judge::told_back(const core::read_back& what, const std::vector<bool>& held) {
    const auto& to = plan_.endpoints[what.endpoint.value];
    untelling_.erase(to.url);
    if (to.gone) return;
    for (std::size_t i = 0; i < held.size(); ++i) {
        if (what.alerts[i].empty()) continue;
        const auto identity = domain::identity(what.alerts[i]);
        if (held[i]) {
            known_to_[to.receiver].insert(identity);
        } else {
            taken_by_[to.url].erase(identity);
        }
    }
}

// By and by it is taken at its word.
void judge::not_told(const std::string& url) {
    untelling_.insert(url);
    for (const auto& to : plan_.endpoints) {
        if (to.url != url || to.gone) continue;
        const auto& taken = taken_by_[url];
        may_be_known_to_[to.receiver].insert(taken.begin(), taken.end());
    }
}

}  // namespace trainwatch::sim
