// The invariants that hold at every moment of a run.
#include <algorithm>

#include "alert_labels.hpp"
#include "base/limits.hpp"
#include "judge.hpp"

namespace trainwatch::sim {
namespace {

// How often the world has the judge look.
constexpr milliseconds look_interval = std::chrono::minutes(2);

bool calls_it_running(const domain::open_primary& status) {
    return status.value == domain::primary_status::in_progress ||
        status.value == domain::primary_status::stopping;
}

}  // namespace

void judge::violated(const std::string& what, mono_time now) {
    // Each once: most go on until somebody mends them.
    if (violations_.size() >= 20 || !said_.insert(what).second) return;
    const auto at = std::chrono::duration_cast<seconds>(now.time_since_epoch());
    violations_.push_back("at " + std::to_string(at.count()) + " s: " + what);
}

void judge::started(const domain::watch_plan& plan, const domain::ledger& known, mono_time now) {
    for (const auto& former : plan_.endpoints) {
        const bool is_there =
            std::any_of(plan.endpoints.begin(), plan.endpoints.end(), [&](const auto& each) {
                return each.url == former.url && each.receiver == former.receiver;
            });
        if (!is_there) dropped_endpoints_.insert(former.url);
    }
    plan_ = plan;
    if (known.damaged) note_damage(known, now);
    forget_what_was_lost(known);
    // One that has kept nothing begins again.
    if (!began_ || (known.first_start && !known.damaged)) began_ = clocks::true_wall(now);
    if (known.first_start) past_ = clocks::true_wall(now);
    const bool may_be_undated =
        scene_.drawn.aws.clockless > 0 && (!clock_seen_ || storage_trouble_);
    if (began_ && may_be_undated && run_began_ < now) {
        undated_.emplace_back(
            clocks::true_wall(run_began_), clocks::true_wall(now) + clock_error(now)
        );
    }
    awake_since_ = run_began_ = configured_at_ = now;
    fires_since_.clear();
    storage_trouble_ = false;
    clock_seen_ = false;
    sends_.assign(plan.lanes.size(), {});
    account_told_.assign(plan.lanes.size(), false);
    shared_sends_.clear();
    heard_.clear();
    explained_.clear();
    due_since_.clear();
    stale_over_.clear();
    slots_.clear();
    revisions_.clear();
    counted_.clear();
    told_.clear();
    known_to_.clear();
    may_be_known_to_.clear();
    taken_by_.clear();
    untelling_.clear();
    tags_wanted_since_.clear();
    tries_.clear();
    forget_acknowledged(known);
    restored_.clear();
    gone_.clear();
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
        // Saved without its alert, it says nothing to anybody: a webhook may be told again.
        if (!restored_.contains(row.alert)) continue;
        if (row.first_confirmed) {
            told_.insert(told_key(row.url, row.alert, true));
            known_to_[row.receiver].insert(row.alert);
        }
        if (row.resolved_confirmed) told_.insert(told_key(row.url, row.alert, false));
    }
}

// Without the former ledger, what ended within the hold is found again, or since it was written
// last: that is longer ago where nobody noticed for days.
void judge::note_damage(const domain::ledger& known, mono_time now) {
    const auto& clock = scene_.drawn.clock;
    const bool clock_is_good = clock.skew.count() == 0 && clock.steps == 0 && clock.drift == 0;
    auto from = clocks::true_wall(now) - limits::terminal_hold;
    const auto& written = known.rows.last_complete_sweep;
    if (clock_is_good && written) from = std::min(from, *written);
    found_from_ = std::max(found_from_, from);
    for (const auto& [identity, told] : records_) {
        if (told.job && !told.confirmed.empty()) paged_[*told.job].insert(identity);
    }
}

// What is not on the disk now is forgotten; from memory it was told as a precaution. So is who has
// heard of it, where the word of that did not reach the disk.
void judge::forget_what_was_lost(const domain::ledger& known) {
    std::set<std::pair<std::string, std::string>> kept;
    std::set<std::pair<std::string, std::string>> kept_there;
    for (const auto& row : known.rows.deliveries) {
        if (!row.first_confirmed) continue;
        kept.emplace(row.receiver, row.alert);
        kept_there.emplace(row.url, row.alert);
    }
    for (const auto& [url, endpoint] : scene_.endpoints) {
        for (const auto& [identity, held] : endpoint.held()) {
            if (held.fired && !kept_there.contains({url, identity})) lost_.emplace(url, identity);
        }
    }
    for (auto& [identity, told] : records_) {
        std::erase_if(told.confirmed, [&, &alert = identity](const auto& each) {
            return !kept.contains({each.first, alert});
        });
    }
    for (auto& [job, identities] : identities_) {
        std::erase_if(identities, [this](const auto& identity) {
            return !scene_.ledger.durable().has_alert(identity);
        });
    }
    std::erase_if(records_, [this](const auto& each) {
        const bool is_lost = !scene_.ledger.durable().has_alert(each.first);
        for (const auto& [url, endpoint] : scene_.endpoints)
            if (is_lost) lost_.emplace(url, each.first);
        return is_lost;
    });
}

void judge::reconfigured(const domain::watch_plan& plan, mono_time now) {
    configured_at_ = now;
    gone_.clear();
    for (std::size_t i = 0; i < plan.endpoints.size(); ++i) {
        const auto& next = plan.endpoints[i];
        const bool is_old = i < plan_.endpoints.size();
        if (!next.gone || (is_old && plan_.endpoints[i].gone)) continue;
        dropped_endpoints_.insert(next.url);
        taken_by_.erase(next.url);
        untelling_.erase(next.url);
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
    // A receiver that comes back begins anew.
    std::erase_if(counted_, [](const auto& each) {
        return each.first.ends_with("/notifications");
    });
    // A change of the budget is a change of the promise.
    for (auto& lane : sends_)
        lane.fill({});
    shared_sends_.clear();
    due_since_.clear();
    // Ages count by list, and a job may have another one.
    for (auto& [job, when] : heard_)
        when = now;
}

void judge::heard(std::size_t job, mono_time now) {
    heard_[job] = now;
}

void judge::stepped(const domain::view& shown, mono_time now) {
    check_terminal_stays(shown, now);
    check_sums(shown, now);
    check_dirty(shown, now);
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
        slot_state present{
            last.arn + "@" + iso8601(last.created),
            job.target.watch_list,
            job.ending.has_value(),
            now};
        const bool is_known = before.job == present.job;
        if (is_known && before.watch_list == present.watch_list) present.since = before.since;
        if (is_known && before.ended && !present.ended) {
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
    check_due(shown, now);
    check_held(shown, now);
    check_outbox(shown, now);
    check_counters(shown, now);
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
    for (std::size_t slot = 0; slot < shown.jobs.size(); ++slot) {
        const auto& job = shown.jobs[slot];
        if (job.is_vacant() || !job.last || job.ending || job.missing) continue;
        const auto& last = *job.last;
        const auto known =
            scene_.jobs.find_created(last.account_id, last.region, last.name, last.created);
        if (!known || !heard_.contains(*known)) continue;
        const auto& list = job.target.watch_list;
        const auto& lane = plan_.lanes[job.target.lane.value];
        const auto key = lane.connection + "/" + lane.region + "/" + list;
        const auto bound = plan_.staleness_bound(list);
        // Half a bound is the patience before anybody is told, each time anew, and nothing is
        // promised of a job before it is known whose it is.
        const auto heard = std::max(heard_.at(*known), awake_since_);
        auto due = std::max<mono_time>(heard + bound, slots_[slot].since) + bound / 2;
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
        const auto& may_be_known = may_be_known_to_[name];
        for (const auto& alert : shown.alerts) {
            const auto identity = domain::identity(alert.labels);
            // The watcher's own may have been told once, and fire again.
            const bool fires_again = comes_and_goes(alert.labels);
            if (known.contains(identity) && !fires_again) continue;
            ++most;
            if (fires_again || may_be_known.contains(identity)) continue;
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
