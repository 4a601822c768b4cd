// What holds of a job for as long as it holds (core/conditions): what has come to hold fires, what
// holds no more ends.
#include <algorithm>
#include <set>
#include <utility>

#include "base/limits.hpp"
#include "core/conditions.hpp"
#include "core/deadlines.hpp"
#include "core/engine.hpp"
#include "core/history.hpp"
#include "core/label_of.hpp"
#include "core/tracker.hpp"

namespace trainwatch::core {
namespace {

// By either status or by its last entry: AWS tells of an end in several steps, and whatever the
// others still say, nothing goes on any more.
bool is_ending(const domain::observation& job) {
    if (terminal_status(job) || is_settling(job)) return true;
    return !job.transitions.empty() && is_terminal_entry(job.transitions.back().status.value);
}

// Of the present phase; nothing where AWS tells of none.
std::optional<wall_time> phase_start(const domain::observation& job) {
    if (job.transitions.empty()) return std::nullopt;
    return job.transitions.back().started;
}

// Why a condition of the job holds no more.
const char* why_over(const domain::job_view& job, bool is_of_former_job, bool is_wanted) {
    if (is_of_former_job) return "name_reused";
    if (job.missing) return "deleted";
    if (job.ending || is_ending(*job.last)) return "job_ended";
    return is_wanted ? "over" : "switched_off";
}

}  // namespace

// After every word on the job. Nothing that AWS has not told of since is judged: an end that no
// describe has explained yet has no say either.
void engine::judge(std::size_t slot) {
    const auto& job = view_.jobs[slot];
    if (!job.last || !job.last_observed || !is_watched(slot)) return;
    const auto identity = identity_of(*job.last);
    // Two lists may name it, each with limits of its own: the first of them judges.
    const auto lane = job.target.lane;
    for (const auto twin : twins_of(lane, identity)) {
        if (comes_before(twin, lane, precedence_of(slot))) return;
    }
    const auto known = standing_.about(identity);
    // AWS rewrites the message in place: that it spoke of capacity is to be remembered.
    if (waits_for_capacity(*job.last)) targets_[slot].capacity_wait = phase_start(*job.last);
    // Of most jobs nothing fires: a word on one of those costs no text.
    const auto created = known.empty() ? std::string() : iso8601(identity.created);
    std::set<std::string> fires;
    for (const auto& each : known) {
        const bool is_over = book_.alert(each.alert).state == domain::alert_state::resolved;
        if (!is_over && each.created == created) fires.insert(each.key);
    }
    if (!is_latest_word(slot)) return;
    auto holding = conditions_of_slot(slot, std::move(fires));
    if (known.empty() && holding.empty()) return;
    // A page tells of no limit and no rule: what held when it was described last is not over.
    const bool is_ending_now = !job.ending && is_ending(*job.last);
    const bool is_half_told = job.summarised && !job.missing && !job.ending && !is_ending_now;
    std::set<std::string> firing;
    for (const auto& each : known) {
        if (book_.alert(each.alert).state == domain::alert_state::resolved) continue;
        const bool is_of_former_job = each.created != created;
        // What a rule found outlives the job: its describe is still to come.
        const bool outlives = is_ending_now && !job.missing && is_of_a_rule(each.alert);
        if ((is_half_told || outlives) && !is_of_former_job) {
            firing.insert(each.key);
            if (unseen_.erase(each.alert) > 0) tell_now(each.alert);
            continue;
        }
        const auto same = std::find_if(holding.begin(), holding.end(), [&](const auto& one) {
            return one.key == each.key;
        });
        const bool holds = !is_of_former_job && same != holding.end();
        if (holds) {
            firing.insert(each.key);
            if (!same->is_marginal) renew(each.alert, same->alert.alert.annotations);
            if (unseen_.erase(each.alert) > 0) tell_now(each.alert);
            if (job.ending) hold_after_end(slot, each.alert);
        } else {
            const bool is_wanted = wants(job.target.watch_list, book_.alert(each.alert));
            end_alert(each.alert, why_over(job, is_of_former_job, is_wanted));
        }
    }
    // Labels are the identity, and some may still be read: the next word on the job tells it again.
    if (must_wait_for_tags(slot)) return;
    auto configured = plan_.alert_labels(job.target.watch_list);
    for (const auto& [name, value] : job.tag_labels)
        configured.insert_or_assign(name, value);
    for (auto& each : holding) {
        if (!firing.insert(each.key).second) continue;
        auto& alert = each.alert.alert;
        alert.starts_at = now_.wall;
        alert.labels.insert(configured.begin(), configured.end());
        // While word of its last end is under way, it fires a moment later.
        const auto number = fire(std::move(each.alert));
        if (number && job.ending) hold_after_end(slot, *number);
    }
}

// Of AWS' servers one may know less than another that has answered before: what has fired would
// end, or come again, and be taken back in a moment. If all say so for long enough it is so.
bool engine::is_latest_word(std::size_t slot) {
    auto& words = targets_[slot].words;
    const auto& job = view_.jobs[slot];
    const auto& last = *job.last;
    const bool ends = job.ending || is_ending(last);
    const bool is_past = ends || is_past_its_work(last);
    if (words.created != last.created) words = {last.created};
    if (ends) words.called_ended = now_.mono;
    if (is_past) words.called_past_its_work = now_.mono;
    if (last.modified && (!words.newest || *last.modified >= *words.newest)) {
        words.newest = last.modified;
        words.newest_told = now_.mono;
    }
    const auto is_recent = [&](mono_time told) {
        return now_.mono < told + limits::settle_patience;
    };
    if (ends) return true;
    const auto& further = is_past ? words.called_ended : words.called_past_its_work;
    if (further && is_recent(*further)) return false;
    return !last.modified || *last.modified >= *words.newest || !is_recent(words.newest_told);
}

// What the last run knew of that, for an answer from an older server that the next run gets first.
void engine::remember_ending(const domain::alert& over) {
    const auto because = label_of(over.annotations, "resolved_because");
    if (because != "job_ended" && because != "over") return;
    if (kept_until_ - over.resolved_at.value_or(kept_until_) >= limits::settle_patience) return;
    const auto slot = slot_about(over);
    if (!slot || !view_.jobs[*slot].last) return;
    auto& words = targets_[*slot].words;
    words.created = view_.jobs[*slot].last->created;
    words.called_past_its_work = now_.mono;
    if (because == "job_ended") words.called_ended = now_.mono;
}

bool engine::is_of_a_rule(alert_number alert) const {
    return book_.alert(alert).labels.contains("rule_name");
}

// Whether the list has not switched such alerts off, be it by taking back the limit.
bool engine::wants(const std::string& watch_list, const domain::alert& alert) const {
    const auto& traits = plan_.traits(watch_list);
    const auto name = label_of(alert.labels, "alertname");
    const bool is_of_a_budget = name == "TrainingJobOverBudget";
    if (is_of_a_budget && !traits.limits.billable && !traits.limits.cost) return false;
    if (name == "TrainingJobStuck") {
        const auto limit = traits.limits.phases.find(label_of(alert.labels, "secondary_status"));
        if (limit != traits.limits.phases.end() && limit->second == milliseconds(0)) return false;
    }
    const auto& choices = traits.alerts;
    const auto choice = choices.find(name);
    return choice == choices.end() || choice->second.enabled.value_or(true);
}

std::vector<condition> engine::conditions_of_slot(std::size_t slot, std::set<std::string> firing)
    const {
    const auto& job = view_.jobs[slot];
    if (job.missing || job.summarised) return {};
    const bool is_over = job.ending || is_ending(*job.last);
    // Most jobs that have ended have no rules, and nothing more is to be found.
    if (is_over && (!job.ending || job.last->rules.empty() || is_hold_over(slot))) return {};
    // What had ended before anybody looked is shown, and no news.
    if (job.ending && !targets_[slot].memory.counted) return {};
    static const std::vector<domain::transition> none{};
    const auto& memory = targets_[slot].memory;
    // What AWS has told and does not tell now happened all the same.
    const bool is_longer = job.last->spot || !memory.retired.empty();
    const auto history = is_longer ? history_of(job, memory) : none;
    const auto& traits = plan_.traits(job.target.watch_list);
    return conditions_of(
        {job,
         history,
         *job.last_observed,
         // Looked up by what its name has in common with others, for each word on a job.
         job.last->limits.max_runtime ? siblings_.longest(*job.last) : std::nullopt,
         targets_[slot].capacity_wait && targets_[slot].capacity_wait == phase_start(*job.last),
         std::move(firing)},
        {traits.alerts, traits.limits, plan_.prices}
    );
}

// What a rule found stays for a while after the end of its job, as the end itself does.
wall_time engine::hold_of(std::size_t slot) const {
    const auto& job = view_.jobs[slot];
    return job.ended.value_or(*job.last_observed) + limits::terminal_hold;
}

bool engine::is_hold_over(std::size_t slot) const {
    return hold_of(slot) <= now_.wall;
}

void engine::hold_after_end(std::size_t slot, alert_number alert) {
    held_conditions_.emplace(hold_of(slot), alert);
}

// Their jobs are in no slot that AWS has told of: perhaps because another connection has them by
// now, or the same one under another name. Until it is known that none has, what was told of them
// last stands; who finds the job judges it.
void engine::end_orphans() {
    if (now_.mono >= orphans_look_) orphans_.merge(std::exchange(waiting_orphans_, {}));
    for (const auto alert : std::exchange(orphans_, {})) {
        if (!book_.knows(alert)) continue;
        const auto& about = book_.alert(alert);
        if (slot_about(about) || about.state == domain::alert_state::resolved) continue;
        if (may_be_found(about)) {
            waiting_orphans_.insert(alert);
            orphans_look_ = now_.mono + limits::orphans_interval;
        } else {
            const bool has_list = plan_.lists.contains(label_of(about.labels, "watch_list"));
            const bool is_watched = has_list && who_watches(about, {}) != watched::no;
            end_alert(alert, is_watched ? "job_ended" : "unwatched");
        }
    }
}

// Whether some lane may still tell of the job: it has not described who bears the name, or has not
// read its pages down to the horizon.
bool engine::may_be_found(const domain::alert& alert) const {
    const auto name = label_of(alert.labels, "training_job");
    for (std::size_t i = 0; i < plan_.lanes.size(); ++i) {
        const auto& lane = lanes_[i];
        if (!may_have(lane_id{i}, alert)) continue;
        const auto slot = slot_of(lane_id{i}, name);
        if (slot && (!is_watched(*slot) || !view_.jobs[*slot].last)) {
            // Of a name that AWS does not know, nobody will tell.
            if (!view_.jobs[*slot].missing) return true;
            continue;
        }
        const bool is_searched = lane.pages && lane.pages->reached_horizon();
        if (slot || is_searched) continue;
        const auto decided = taken_up_.decide({lane_id{i}, name, {}, nullptr, nullptr});
        if (lane.pages && decided.answer != claim_answer::nobody) return true;
    }
    return false;
}

void engine::end_held_conditions() {
    if (!is_time_told()) return;
    while (!held_conditions_.empty() && held_conditions_.begin()->first <= now_.wall) {
        const auto alert = held_conditions_.begin()->second;
        held_conditions_.erase(held_conditions_.begin());
        if (!book_.knows(alert)) continue;
        // Its list is back, and so is the job: what AWS tells of it decides.
        const auto slot = slot_about(book_.alert(alert));
        if (slot && !view_.jobs[*slot].ending) continue;
        end_alert(alert, "hold");
    }
}

// One of an earlier run. Its job may have ended meanwhile, and may be in no slot any more: then
// nobody will judge it; what a rule found ends by itself, everything else now.
void engine::restore_condition(alert_number number) {
    const auto& alert = book_.alert(number);
    standing_.add(alert.labels, number);
    if (condition_key(alert.labels).empty()) return;
    const auto slot = slot_about(alert);
    if (!slot && is_of_a_left_out_list(alert)) {
        // Nobody judges it while the list is left out, which may be for ever.
        held_conditions_.emplace(now_.wall + limits::terminal_hold, number);
    } else if (!slot && !is_of_a_rule(number)) {
        orphans_.insert(number);
    } else if (!slot) {
        held_conditions_.emplace(alert.starts_at + limits::terminal_hold, number);
    } else if (view_.jobs[*slot].ending) {
        hold_after_end(*slot, number);
    }
}

}  // namespace trainwatch::core
