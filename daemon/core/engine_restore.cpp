#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "base/limits.hpp"
#include "core/engine.hpp"
#include "core/history.hpp"
#include "core/label_of.hpp"
#include "core/notes.hpp"
#include "core/rules.hpp"
#include "core/taken_up.hpp"

namespace trainwatch::core {
namespace {

using row_name = std::tuple<std::string, std::string, std::string>;  // connection, region, name

// Of several jobs that had the name, the newest owns it.
std::map<row_name, const domain::job_row*> newest_rows(const domain::ledger_batch& rows) {
    std::map<row_name, const domain::job_row*> newest;
    for (const auto& row : rows.jobs) {
        const auto& id = row.identity;
        auto& best = newest[{row.connection, id.region, id.name}];
        if (!best || best->identity.created < id.created) best = &row;
    }
    return newest;
}

std::map<std::pair<std::string, std::string>, lane_id> lanes_by_name(const domain::watch_plan& plan
) {
    std::map<std::pair<std::string, std::string>, lane_id> lanes;
    for (std::size_t i = 0; i < plan.lanes.size(); ++i) {
        lanes.emplace(std::pair(plan.lanes[i].connection, plan.lanes[i].region), lane_id{i});
    }
    return lanes;
}

// The end that an alert is about, as text.
std::string end_of(const domain::alert& alert) {
    std::string text;
    for (const auto* name : {"alertname", "account_id", "aws_region", "training_job", "created"})
        text += label_of(alert.labels, name) + "/";
    return text;
}

// Its end was told, and nobody could be asked about it.
bool is_unexplained(const domain::job_row& row) {
    if (!row.ending || !row.counted) return false;
    const auto& told = row.last.transitions;
    return std::none_of(told.begin(), told.end(), [](const auto& entry) {
        return is_terminal_entry(entry.status.value);
    });
}

// When the last run wrote for the last time, as far as its rows tell.
wall_time last_written(const domain::ledger_batch& rows) {
    auto last = rows.last_complete_sweep.value_or(wall_time{});
    for (const auto& row : rows.jobs)
        last = std::max(last, row.last_observed);
    for (const auto& row : rows.alerts)
        last = std::max({last, row.alert.starts_at, row.alert.resolved_at.value_or(wall_time{})});
    for (const auto& row : rows.deliveries)
        last = std::max(last, row.last_confirmed.value_or(wall_time{}));
    return last;
}

told told_by(const domain::delivery_row& row) {
    told known;
    known.attempted = true;
    known.first_confirmed = row.first_confirmed;
    known.last_confirmed = row.last_confirmed;
    known.ends_taken = static_cast<int>(
        std::clamp<std::int64_t>(row.resolved_confirmed, 0, limits::held_end_takings)
    );
    known.has_row = true;
    return known;
}

}  // namespace

// The slot of a job that an earlier run watched: its own, where the name is explicit; a new one,
// where the list that had it still discovers. What it has become since, pages will tell.
std::optional<std::size_t> engine::slot_to_restore(lane_id lane, const domain::job_row& row) {
    if (const auto slot = slot_of(lane, row.identity.name)) return slot;
    const claim_facts facts{
        lane,
        row.identity.name,
        row.last.status.value,
        row.summarised ? nullptr : &row.last,
        row.tags ? &*row.tags : nullptr};
    auto decided = claims_.decide(facts);
    if (decided.answer == claim_answer::nobody) {
        // Its list took it up in another status.
        decided = claims_of_taken_up(plan_, row.watch_list).decide(facts);
    }
    if (decided.answer == claim_answer::nobody) return std::nullopt;
    // Until more is known it stays where it was, though that list may be gone.
    const bool is_claimed = decided.answer == claim_answer::claimed;
    const auto slot = take_slot(lane, row.identity.name, slot_use::candidate);
    adopt(slot, slot_use::discovered, is_claimed ? decided.watch_list : row.watch_list);
    targets_[slot].may_move = !is_claimed;
    return slot;
}

void engine::restore_jobs(const domain::ledger_batch& rows) {
    std::map<domain::job_identity, std::vector<domain::transition_row>> transitions;
    for (const auto& row : rows.transitions)
        transitions[row.identity].push_back(row);
    const auto lanes = lanes_by_name(plan_);
    std::set<domain::job_row_key> in_view;
    for (const auto& [name, row] : newest_rows(rows)) {
        const auto lane = lanes.find({row->connection, row->identity.region});
        if (lane == lanes.end()) continue;
        const auto found = slot_to_restore(lane->second, *row);
        if (!found) continue;
        in_view.insert({row->connection, row->identity});
        const auto slot = *found;
        auto& job = view_.jobs[slot];
        auto& target = targets_[slot];
        restore(job, target.memory, *row, transitions[row->identity]);
        target.tags = row->tags;
        target.tags_told = row->tags.has_value();
        set_tag_labels(slot);
        if (target.may_move && !row->tags) want_tags(slot);
        derive(slot, row->last_observed);
        if (!row->summarised) {
            target.shown_secondary = row->last.secondary.text;
            target.shown_modified = row->last.modified;
        }
        set_undescribed(slot, row->summarised && !row->ending);
        if (is_unexplained(*row)) set_news(slot, news_kind::ended, now_.mono);
        touch(slot);
        // What was over then has had part of its time.
        plan_retirement(
            slot, now_.mono - std::max(now_.wall - row->last_observed, milliseconds(0))
        );
        if (is_of_the_past(slot)) {
            retirement_.cancel(slot);
            job.retired = true;
        }
        tally_.account_known(job.target.lane, row->identity.account_id);
        refresh(slot);
    }
    for (const auto& row : rows.jobs) {
        if (row.ending && row.ending->outcome == domain::outcome::completed) {
            siblings_.ran(row.last);
        }
        if (!in_view.contains({row.connection, row.identity})) restore_let_go(row);
    }
}

// An endpoint of which the disk knows nothing may have been told all the same: the word of it came
// too late for it, if the last run ended soon after the alert did. What the daemon says of itself
// comes and goes with that very disk.
told engine::known_to(
    const domain::endpoint& endpoint, const domain::alert& alert, const told_map& kept
) const {
    const auto at = kept.find({endpoint.receiver, endpoint.url});
    const bool of_watcher = !is_terminal_alert(alert);
    // What is known may be of the last time that it fired; what nobody has confirmed is of this
    // one, however the clock was corrected in between.
    const auto confirmed = at == kept.end() ? std::nullopt : at->second.last_confirmed;
    const bool was_over =
        at != kept.end() && at->second.ends_taken > 0 && alert.state == domain::alert_state::firing;
    const bool is_before = confirmed && *confirmed + limits::clock_tolerance < alert.starts_at;
    const bool is_former = of_watcher && (was_over || is_before);
    if (at != kept.end() && !is_former) return at->second;
    told unknown;
    // Of a damaged ledger the alert may be left, and no word of who was told.
    const auto resolved_at = alert.resolved_at.value_or(now_.wall);
    unknown.attempted = is_ledger_damaged_ ||
        (of_watcher ? now_.wall - resolved_at < limits::terminal_hold
                    : kept_until_ - resolved_at < limits::resolved_resend_for);
    return unknown;
}

// It is over, and at no endpoint of today is anybody to be told of it.
bool engine::is_history(const domain::alert& alert, const told_map& kept) const {
    if (alert.state != domain::alert_state::resolved || !alert.resolved_at) return false;
    if (now_.wall - *alert.resolved_at >= bounds_.ledger_retention) return true;
    return std::all_of(plan_.endpoints.begin(), plan_.endpoints.end(), [&](const auto& endpoint) {
        const auto known = known_to(endpoint, alert, kept);
        const standing here{
            .kind = endpoint.kind,
            .attempted = known.attempted,
            .firing_taken = known.first_confirmed.has_value(),
            .ends_taken = known.ends_taken,
            .resolved_at = alert.resolved_at,
            .heard_at = known.last_confirmed,
            .now = now_.wall,
            .is_held = is_terminal_alert(alert)};
        const auto next = decide(here);
        return endpoint.gone || next == dispatch::finish_told || next == dispatch::finish_unknown;
    });
}

void engine::restore_alerts(const domain::ledger_batch& rows) {
    kept_until_ = last_written(rows);
    std::map<std::string, told_map> deliveries;
    for (const auto& row : rows.deliveries) {
        deliveries[row.alert].insert_or_assign({row.receiver, row.url}, told_by(row));
    }
    if (!rows.alerts.empty()) clock_wait_until_ = now_.mono + limits::clock_patience;
    const auto owners = owners_of(rows);
    for (const auto& row : rows.alerts) {
        auto key = domain::identity(row.alert.labels);
        if (is_terminal_alert(row.alert)) remember_end(row.alert);
        const auto fingerprint = row.alert.annotations.find("failure_fingerprint");
        if (fingerprint != row.alert.annotations.end()) {
            same_reasons_.note(fingerprint->second, row.alert.starts_at);
        }
        const auto& kept = deliveries[key];
        if (is_another_shards(row.alert, owners)) {
            // That one has a copy of this ledger, and tells what becomes of it. Here the row stays
            // as it is until it is old.
            over_alerts_.put(key, row.alert.resolved_at.value_or(row.alert.starts_at));
        } else if (is_history(row.alert, kept)) {
            over_alerts_.put(key, *row.alert.resolved_at);
        } else {
            restore_alert(row, kept);
        }
    }
}

// An end is alerted once, whatever labels it would have by now: another list or connection may see
// the job, its class may be another, and after a ledger was damaged no row of it may be there.
void engine::remember_end(const domain::alert& alert) {
    told_ends_[end_of(alert)].insert(domain::identity(alert.labels));
    if (told_ends_.size() > 2 * bounds_.ledger_alerts) told_ends_.erase(told_ends_.begin());
}

bool engine::was_told_of_the_same_end(const domain::alert& alert) const {
    const auto known = told_ends_.find(end_of(alert));
    return known != told_ends_.end() && !known->second.contains(domain::identity(alert.labels));
}

// Those in the book that tell of this end.
std::vector<alert_number> engine::alerts_of_end(const domain::alert& alert) const {
    std::vector<alert_number> found;
    const auto known = told_ends_.find(end_of(alert));
    if (known == told_ends_.end()) return found;
    for (const auto& identity : known->second) {
        if (const auto number = book_.find(identity)) found.push_back(*number);
    }
    return found;
}

// Who was told stays told, whoever the list's receivers are by now. Where nobody can tell whose the
// alert is they alone go on to hear of an end that fires, if there are any; of a damaged ledger
// some may be missing. What is over, and what goes on and is over with its list, everybody is told
// the end of: one may have heard of it in the moment before the daemon was killed.
std::vector<bool> engine::who_had(const domain::alert& alert, const told_map& kept) const {
    std::vector<bool> told(receivers_.size(), false);
    for (std::size_t i = 0; i < plan_.endpoints.size(); ++i) {
        const auto& to = plan_.endpoints[i];
        if (kept.contains({to.receiver, to.url})) told[receiver_of_[i]] = true;
    }
    const bool is_told = std::find(told.begin(), told.end(), true) != told.end();
    const bool goes_on = alert.state != domain::alert_state::resolved && is_terminal_alert(alert);
    if (is_told && goes_on && !is_ledger_damaged_ && !list_to_ask(alert)) return told;
    const auto addressed = addressees_of(alert);
    for (std::size_t i = 0; i < addressed.size(); ++i)
        told[i] = told[i] || addressed[i];
    return told;
}

// Why one that fired when the last run ended does not go on.
const char* engine::why_not_restored(const domain::alert& alert) const {
    if (!label_of(alert.labels, "training_job").empty()) return "unwatched";
    if (label_of(alert.labels, "alertname") != domain::overdue_alert) return "restarted";
    return list_to_ask(alert) ? "switched_off" : "unwatched";
}

void engine::restore_alert(const domain::alert_row& row, const told_map& kept) {
    const bool resolved = row.alert.state == domain::alert_state::resolved;
    const auto addressed = who_had(row.alert, kept);
    const auto number = book_.fire(row.alert, row.reason, addressed);
    if (!number) return;
    if (resolved) {
        remember_ending(row.alert);
    } else {
        restore_condition(*number);
    }
    for (std::size_t i = 0; i < receivers_.size(); ++i) {
        if (!resolved && addressed[i]) ++view_.receivers[receivers_[i]].unconfirmed;
    }
    // It may have ended while nobody watched; Alertmanager has been told that it goes on for
    // longer.
    const bool is_unseen = !resolved && !condition_key(row.alert.labels).empty();
    if (is_unseen) unseen_.insert(*number);
    const auto due = is_unseen ? now_.mono + limits::unseen_patience : now_.mono;
    // Of several endpoints of a receiver, whichever took it first began its hold.
    std::map<std::size_t, wall_time> confirmed;
    for (std::size_t i = 0; i < plan_.endpoints.size(); ++i) {
        if (!addressed[receiver_of_[i]]) continue;
        const auto known = known_to(plan_.endpoints[i], row.alert, kept);
        outbox_.add(endpoint_id{i}, *number, due, known);
        if (!known.first_confirmed) continue;
        auto& first = confirmed.try_emplace(receiver_of_[i], *known.first_confirmed).first->second;
        first = std::min(first, *known.first_confirmed);
    }
    for (const auto& [receiver, when] : confirmed) {
        book_.confirm(*number, receiver, when);
        if (!resolved) --view_.receivers[receivers_[receiver]].unconfirmed;
    }
    if (!has_receivers()) {
        unreceived_.emplace(row.alert.starts_at + limits::terminal_hold, *number);
    }
    if (resolved || goes_on(*number) || !is_unwatched(*number, {})) return;
    if (is_unheard(*number)) {
        unheard_.insert(*number);
        return;
    }
    // A condition of an earlier run is established anew, or over.
    book_.end(*number, why_not_restored(row.alert), now_.wall);
    journal_.put(book_.row(*number));
}

}  // namespace trainwatch::core
