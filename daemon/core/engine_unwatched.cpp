// Alerts about jobs that no list has any more: they end, saying so. Whether a filter still has a
// job that is in no slot may take a page, a describe or its tags to tell: until then its alerts
// stay.
#include <algorithm>
#include <string>

#include "core/engine.hpp"
#include "core/label_of.hpp"
#include "core/notes.hpp"
#include "core/notes_of_lists.hpp"
#include "core/rules.hpp"
#include "core/tracker.hpp"

namespace trainwatch::core {
namespace {

// The job of that creation, not of that name alone.
bool is_about(const domain::alert& alert, const domain::job_summary& job) {
    return label_of(alert.labels, "training_job") == job.name &&
        label_of(alert.labels, "aws_region") == job.region &&
        label_of(alert.labels, "account_id") == job.account_id &&
        label_of(alert.labels, "created") == iso8601(job.created);
}

}  // namespace

// No list has it any more: its alerts end, saying so.
void engine::unwatch(std::size_t slot) {
    const auto& job = view_.jobs[slot];
    const auto& region = plan_.lanes[job.target.lane.value].region;
    // The same name in another account is another job. Where AWS has not told of this one, nothing
    // was alerted.
    const auto account_id = job.last ? job.last->account_id : std::string();
    std::vector<alert_number> over;
    for (const auto& [key, alert] : book_.numbers()) {
        const auto& labels = book_.alert(alert).labels;
        const auto name = labels.find("training_job");
        const auto place = labels.find("aws_region");
        if (name == labels.end() || name->second != job.target.name) continue;
        if (place == labels.end() || place->second != region) continue;
        const auto account = labels.find("account_id");
        if (account != labels.end() && account->second != account_id) continue;
        over.push_back(alert);
    }
    for (const auto alert : over)
        unwatched_.emplace(alert, job.target.lane);
    say(note_of_unwatched(job, region));
    release_slot(slot);
}

// Once everybody has found a place: the same job may be watched through another connection, or
// through the same one under another name.
void engine::end_unwatched_alerts() {
    for (const auto& [alert, lane] : std::exchange(unwatched_, {})) {
        if (is_unwatched(alert, lane)) end_as_unwatched(alert);
    }
    for (auto at = unheard_.begin(); at != unheard_.end();) {
        const auto alert = *at;
        const bool is_known = book_.knows(alert);
        if (is_known && is_unheard(alert)) {
            ++at;
            continue;
        }
        at = unheard_.erase(at);
        if (is_known && is_unwatched(alert, {})) end_alert(alert, "unwatched");
    }
}

void engine::end_as_unwatched(alert_number alert) {
    if (is_unheard(alert)) {
        unheard_.insert(alert);
    } else {
        end_alert(alert, "unwatched");
    }
}

// A job failed while it was watched, and nobody who is to hear of it has: should its list be gone
// for a moment only, nothing else would ever tell of it.
bool engine::is_unheard(alert_number alert) const {
    const auto& about = book_.alert(alert);
    if (!is_terminal_alert(about) || about.state == domain::alert_state::resolved) return false;
    bool is_awaited = false;
    for (std::size_t i = 0; i < receivers_.size(); ++i) {
        if (book_.is_confirmed(alert, i)) return false;
        const bool is_there = view_.receivers.contains(receivers_[i]);
        is_awaited = is_awaited || (is_there && book_.is_addressed(alert, i));
    }
    return is_awaited;
}

// Whether the lane is of the account and region of the alert's job, as far as is known.
bool engine::may_have(lane_id lane, const domain::alert& alert) const {
    const auto& planned = plan_.lanes[lane.value];
    if (planned.gone || planned.region != label_of(alert.labels, "aws_region")) return false;
    const auto& account_id = view_.lanes[lane.value].account_id;
    return account_id.empty() || account_id == label_of(alert.labels, "account_id");
}

// Whether some list still has the job that the alert is about; in `but` none has.
engine::watched engine::who_watches(const domain::alert& alert, std::optional<lane_id> but) const {
    const auto name = label_of(alert.labels, "training_job");
    if (name.empty()) return watched::no;
    const auto created = parse_iso8601(label_of(alert.labels, "created"));
    auto found = watched::no;
    for (std::size_t i = 0; i < plan_.lanes.size(); ++i) {
        if (but == lane_id{i} || !may_have(lane_id{i}, alert)) continue;
        const auto slot = slot_of(lane_id{i}, name);
        if (slot && is_watched(*slot)) return watched::yes;
        // This very job was turned down here: several lanes may do so, one after the other.
        if (created && lanes_[i].foreign.contains({*created, name})) continue;
        // It may have made room for others, or be deleted: a filter has not forgotten it.
        // Where tags are refused, no filter of tags matches.
        static const domain::label_map no_tags{};
        const auto* const tags = lanes_[i].tags_refused ? &no_tags : nullptr;
        const auto decided = taken_up_.decide({lane_id{i}, name, {}, nullptr, tags});
        if (slot || decided.answer != claim_answer::nobody) found = watched::maybe;
    }
    return found;
}

// The slot of the very job that the alert is about.
std::optional<std::size_t> engine::slot_about(const domain::alert& alert) const {
    for (std::size_t i = 0; i < plan_.lanes.size(); ++i) {
        if (plan_.lanes[i].region != label_of(alert.labels, "aws_region")) continue;
        const auto slot = slot_of(lane_id{i}, label_of(alert.labels, "training_job"));
        if (!slot || !is_watched(*slot) || !view_.jobs[*slot].last) continue;
        const auto& last = *view_.jobs[*slot].last;
        const bool is_it = last.account_id == label_of(alert.labels, "account_id") &&
            iso8601(last.created) == label_of(alert.labels, "created");
        if (is_it) return slot;
    }
    return std::nullopt;
}

// Whether its jobs are to be watched nobody can tell until the file of the list is mended or goes.
bool engine::is_of_a_left_out_list(const domain::alert& alert) const {
    return plan_.left_out.contains(label_of(alert.labels, "watch_list"));
}

bool engine::is_unwatched(alert_number alert, std::optional<lane_id> but) {
    if (is_of_a_left_out_list(book_.alert(alert))) return false;
    const auto who = who_watches(book_.alert(alert), but);
    if (who == watched::maybe) doubtful_.insert(alert);
    return who == watched::no;
}

// Now it is known that the job is nobody's in this lane.
void engine::end_doubtful_alerts(lane_id lane, const domain::job_summary& nobodys) {
    for (auto at = doubtful_.begin(); at != doubtful_.end();) {
        const auto alert = *at;
        if (!book_.knows(alert)) {
            at = doubtful_.erase(at);
            continue;
        }
        ++at;
        if (!is_about(book_.alert(alert), nobodys)) continue;
        doubtful_.erase(alert);
        unwatched_.emplace(alert, lane);
    }
}

}  // namespace trainwatch::core
