// The invariants that hold at every moment of a run.
#include <algorithm>

#include "base/limits.hpp"
#include "judge.hpp"

namespace trainwatch::sim {
namespace {

// How often the world has the judge look.
constexpr milliseconds look_interval = std::chrono::minutes(2);
constexpr milliseconds clock_slack = std::chrono::minutes(1);

std::string label(const domain::label_map& labels, const char* name) {
    const auto found = labels.find(name);
    return found == labels.end() ? std::string() : found->second;
}

// It comes and goes with its condition: one identity may fire again.
bool is_of_watcher(const domain::label_map& labels) {
    return !labels.contains("training_job");
}

bool calls_it_running(const domain::open_primary& status) {
    return status.value == domain::primary_status::in_progress ||
        status.value == domain::primary_status::stopping;
}

double budget_of(const domain::lane& lane, domain::aws_operation operation) {
    return operation == domain::aws_operation::list ? lane.budget.list_per_second
                                                    : lane.budget.describe_per_second;
}

void forget_older(std::deque<mono_time>& sends, mono_time now) {
    while (!sends.empty() && sends.front() < now - seconds(10))
        sends.pop_front();
}

std::string told_key(const std::string& url, const std::string& identity, bool firing) {
    return url + "/" + identity + (firing ? "/f" : "/r");
}

}  // namespace

void judge::violated(const std::string& what, mono_time now) {
    // Each once: most go on until somebody mends them.
    if (violations_.size() >= 20 || !said_.insert(what).second) return;
    const auto at = std::chrono::duration_cast<seconds>(now.time_since_epoch());
    violations_.push_back("at " + std::to_string(at.count()) + " s: " + what);
}

void judge::started(const domain::watch_plan& plan, const domain::ledger& known, mono_time now) {
    plan_ = plan;
    forget_what_was_lost();
    if (!began_) began_ = clocks::true_wall(now);
    if (known.first_start) past_ = clocks::true_wall(now);
    awake_since_ = run_began_ = now;
    storage_trouble_ = false;
    clock_seen_ = false;
    sends_.assign(plan.lanes.size(), {});
    account_told_.assign(plan.lanes.size(), false);
    shared_sends_.clear();
    heard_.clear();
    stale_over_.clear();
    slots_.clear();
    told_.clear();
    known_to_.clear();
    restored_.clear();
    for (const auto& row : known.rows.alerts)
        restored_.insert(domain::identity(row.alert.labels));
    for (const auto& row : known.rows.jobs) {
        const auto& id = row.identity;
        const auto job = scene_.jobs.find_created(id.account_id, id.region, id.name, id.created);
        if (job && !row.missing) heard_[*job] = now;
    }
    for (const auto& row : known.rows.deliveries) {
        const bool is_there =
            std::any_of(plan.endpoints.begin(), plan.endpoints.end(), [&](const auto& each) {
                return each.url == row.url && each.receiver == row.receiver;
            });
        if (!is_there) continue;
        if (row.first_confirmed) {
            told_.insert(told_key(row.url, row.alert, true));
            known_to_[row.receiver].insert(row.alert);
        }
        if (row.resolved_confirmed) told_.insert(told_key(row.url, row.alert, false));
    }
}

// What is not on the disk now is forgotten; from memory it was told as a precaution.
void judge::forget_what_was_lost() {
    for (auto& [job, identities] : identities_) {
        std::erase_if(identities, [this](const auto& identity) {
            return !scene_.ledger.durable().has_alert(identity);
        });
    }
    std::erase_if(records_, [this](const auto& each) {
        return !scene_.ledger.durable().has_alert(each.first);
    });
}

void judge::reconfigured(const domain::watch_plan& plan, mono_time now) {
    for (std::size_t i = 0; i < plan.endpoints.size(); ++i) {
        const auto& next = plan.endpoints[i];
        const bool is_old = i < plan_.endpoints.size();
        if (!next.gone || (is_old && plan_.endpoints[i].gone)) continue;
        dropped_endpoints_.insert(next.url);
        std::erase_if(told_, [&](const auto& key) { return key.starts_with(next.url + "/"); });
    }
    std::erase_if(known_to_, [&](const auto& each) {
        return std::none_of(plan.endpoints.begin(), plan.endpoints.end(), [&](const auto& to) {
            return !to.gone && to.receiver == each.first;
        });
    });
    plan_ = plan;
    sends_.resize(plan.lanes.size());
    account_told_.resize(plan.lanes.size(), false);
    // A change of the budget is a change of the promise.
    for (auto& lane : sends_)
        lane.fill({});
    shared_sends_.clear();
    // Ages count by list, and a job may have another one.
    for (auto& [job, when] : heard_)
        when = now;
}

void judge::heard(std::size_t job, mono_time now) {
    heard_[job] = now;
}

void judge::called(domain::aws_operation operation, lane_id lane, mono_time now) {
    auto& sends = sends_[lane.value][static_cast<std::size_t>(operation)];
    sends.push_back(now);
    if (scene_.lie == sabotage::extra_polls) sends.push_back(now);
    if (plan_.lanes[lane.value].gone) violated("a call in a lane that is gone", now);
    check_budget(operation, lane, now);
    check_shared_budget(operation, lane, now);
}

// Requests in any sliding window of ten seconds are at most ten times the budget, and one.
void judge::check_budget(domain::aws_operation operation, lane_id lane, mono_time now) {
    auto& sends = sends_[lane.value][static_cast<std::size_t>(operation)];
    forget_older(sends, now);
    const auto allowed = budget_of(plan_.lanes[lane.value], operation) * 10 + 1;
    if (static_cast<double>(sends.size()) > allowed) {
        violated(std::string(domain::to_string(operation)) + " above the budget", now);
    }
}

// Lanes into one region that are of one account share AWS' quota, once both have answered.
void judge::check_shared_budget(domain::aws_operation operation, lane_id lane, mono_time now) {
    const auto& own = plan_.lanes[lane.value];
    const auto& account = scene_.lists.account_of(own.connection);
    std::size_t members = 0;
    double largest = 0;
    for (std::size_t i = 0; i < plan_.lanes.size(); ++i) {
        const auto& other = plan_.lanes[i];
        if (other.region != own.region || other.gone) continue;
        if (scene_.lists.account_of(other.connection) != account) continue;
        if (!account_told_[i]) return;
        ++members;
        largest = std::max(largest, budget_of(other, operation));
    }
    if (members < 2) return;
    const auto name = std::string(domain::to_string(operation));
    auto& sends = shared_sends_[name + account + own.region];
    sends.push_back(now);
    forget_older(sends, now);
    if (static_cast<double>(sends.size()) > largest * 10 + 1) {
        violated(name + " above the shared quota", now);
    }
}

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
        if (!is_of_watcher(alert.labels)) {
            check_cause(alert, identity, now);
            check_resolve(what, alert, identity, now);
            check_one_identity(alert, identity, now);
        }
        check_times(alert, identity, now);
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
    if (to.kind != domain::receiver_kind::webhook || is_of_watcher(alert.labels)) return;
    if (told_.contains(told_key(to.url, identity, firing))) {
        violated("told a webhook twice: " + identity, now);
    }
}

// startsAt of an identity never changes; endsAt of a firing alert is always at least three re-sends
// ahead at the time of sending.
void judge::check_times(
    const domain::alert_message& alert, const std::string& identity, mono_time now
) {
    const bool firing = alert.state == domain::alert_state::firing;
    // Of what an earlier run had told nothing leaves before the servers' time is known, for a
    // while.
    const bool may_know =
        clock_seen_ || (restored_.contains(identity) && now < run_began_ + limits::clock_patience);
    if (firing && may_know &&
        alert.ends_at < clocks::true_wall(now) + 3 * limits::resend_interval) {
        violated("ends too soon: " + identity, now);
    }
    if (alert.ends_at <= alert.starts_at) violated("ends before it starts: " + identity, now);
    if (is_of_watcher(alert.labels)) return;
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
    const auto& known = record_of(alert.labels, identity);
    if (!known.job) return;
    if (label(alert.annotations, "resolved_because") == "unwatched") {
        const auto& job = scene_.jobs.jobs()[*known.job];
        // Whose a job is that AWS has forgotten, its name alone can tell.
        if (job.deleted) return;
        const bool was_left = std::any_of(
            scene_.lists.history().begin(),
            scene_.lists.history().end(),
            [&](const auto& period) { return !scene_.lists.owner(period.config, job); }
        );
        if (!was_left) violated("resolved as unwatched: " + identity, now);
        return;
    }
    const auto at = known.confirmed.find(endpoint_of(what).receiver);
    if (at == known.confirmed.end() || now < at->second + limits::terminal_hold - clock_slack) {
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
}

void judge::confirmed(const core::deliver& what, mono_time now) {
    const auto& to = endpoint_of(what);
    for (const auto& alert : what.alerts) {
        const auto identity = domain::identity(alert.labels);
        const bool firing = alert.state == domain::alert_state::firing;
        if (to.gone) continue;
        told_.insert(told_key(to.url, identity, firing));
        if (!firing) continue;
        known_to_[to.receiver].insert(identity);
        if (is_of_watcher(alert.labels)) continue;
        record_of(alert.labels, identity).confirmed.emplace(to.receiver, now);
    }
}

void judge::stepped(const domain::view& shown, mono_time now) {
    check_terminal_stays(shown, now);
}

// Status never moves from terminal to non-terminal for the same job; if AWS says so, both are kept.
void judge::check_terminal_stays(const domain::view& shown, mono_time now) {
    if (slots_.size() < shown.jobs.size()) slots_.resize(shown.jobs.size());
    for (const auto slot : shown.dirty) {
        const auto& job = shown.jobs[slot];
        auto& before = slots_[slot];
        if (job.is_vacant() || !job.last) {
            before = {};
            continue;
        }
        const auto& last = *job.last;
        slot_state present{last.arn + "@" + iso8601(last.created), job.ending.has_value()};
        if (before.job == present.job && before.ended && !present.ended) {
            violated("an end was taken back: " + last.name, now);
        }
        if (present.ended && calls_it_running(last.status)) {
            violated("an ended job is shown as running: " + last.name, now);
        }
        before = std::move(present);
    }
}

void judge::looked_at(const domain::view& shown, mono_time now) {
    check_ages(shown, now);
    check_outbox(shown, now);
}

// The observation of each live job is at most as old as the bound that is published for it, or
// TrainwatchdStale fires.
void judge::check_ages(const domain::view& shown, mono_time now) {
    constexpr milliseconds turn = seconds(10);
    const auto& clock = scene_.drawn.clock;
    const bool is_dated = scene_.drawn.aws.clockless == 0 ||
        (clock.steps == 0 && clock.skew.count() == 0 && clock.drift == 0);
    if (!is_dated) return;
    std::set<std::string> firing;
    for (const auto& alert : shown.alerts) {
        if (label(alert.labels, "alertname") != "TrainwatchdStale") continue;
        const auto key = label(alert.labels, "connection") + "/" +
            label(alert.labels, "aws_region") + "/" + label(alert.labels, "watch_list");
        if (alert.state == domain::alert_state::firing) {
            firing.insert(key);
        } else {
            // While its end is being told, the same identity cannot fire again.
            stale_over_[key] = now;
        }
    }
    for (const auto& job : shown.jobs) {
        if (job.is_vacant() || !job.last || job.ending || job.missing) continue;
        const auto& last = *job.last;
        const auto known =
            scene_.jobs.find_created(last.account_id, last.region, last.name, last.created);
        if (!known || !heard_.contains(*known)) continue;
        const auto& list = job.target.watch_list;
        const auto& lane = plan_.lanes[job.target.lane.value];
        const auto key = lane.connection + "/" + lane.region + "/" + list;
        const auto bound = plan_.staleness_bound(list);
        // Half a bound is the patience before anybody is told, each time anew.
        auto due = std::max(heard_.at(*known), awake_since_) + bound + bound / 2;
        if (stale_over_.contains(key)) {
            due = std::max(due, stale_over_[key] + look_interval + bound / 2);
        }
        if (now > due + turn && !firing.contains(key)) {
            violated("stale, and nobody is told: " + last.name, now);
        }
    }
}

// Every alert is confirmed, pending or superseded: the counts add up.
void judge::check_outbox(const domain::view& shown, mono_time now) {
    for (const auto& [name, receiver] : shown.receivers) {
        std::uint64_t least = 0;
        std::uint64_t most = 0;
        const auto& known = known_to_[name];
        for (const auto& alert : shown.alerts) {
            const auto identity = domain::identity(alert.labels);
            // The watcher's own may have been told once, and fire again.
            const bool fires_again = is_of_watcher(alert.labels);
            if (known.contains(identity) && !fires_again) continue;
            ++most;
            if (fires_again) continue;
            const bool may_wait = !scene_.ledger.durable().has_alert(identity);
            const bool fires = alert.state == domain::alert_state::firing;
            if (fires && !may_wait) ++least;
        }
        if (receiver.unconfirmed >= least && receiver.unconfirmed <= most) continue;
        violated(
            name + ": " + std::to_string(receiver.unconfirmed) + " unconfirmed alerts of " +
                std::to_string(least) + " to " + std::to_string(most),
            now
        );
    }
}

}  // namespace trainwatch::sim
