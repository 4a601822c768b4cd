// What the daemon says of itself and of lists as a whole: a connection that is down, a status that
// nobody knows, a list without a completion, a heartbeat.
#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "base/limits.hpp"
#include "core/engine.hpp"
#include "core/label_of.hpp"
#include "core/rules_of_watcher.hpp"

namespace trainwatch::core {
namespace {

// Among the counters, because it is one number of a list.
constexpr const char* expected_metric = "trainwatchd_watch_list_expected_since_timestamp_seconds";
// Of the names of alerts that the daemon fires about itself.
constexpr std::string_view watcher_prefix = "Trainwatchd";

// Nothing: nobody expects anything of the list any more.
domain::counter_row expectation_row(const std::string& list, std::optional<wall_time> since) {
    return {expected_metric, {{"watch_list", list}}, since ? unix_seconds(*since) : 0, {}};
}

}  // namespace

// Fires what has come to hold, ends what holds no more. While word of its last end is under way,
// it fires a moment later.
void engine::follow(
    own_alert& known, bool holds, const std::function<domain::alert_row()>& make, const char* over
) {
    const bool fires = !known.identity.empty();
    if (fires == holds) return;
    if (holds) {
        if (const auto number = fire(make())) known.identity = book_.key(*number);
        return;
    }
    const auto identity = std::exchange(known.identity, {});
    if (const auto number = book_.find(identity)) end_alert(*number, over);
}

void engine::watch_over() {
    if (drain_until_) return;
    watch_connections();
    watch_unknown_statuses();
    watch_expectations();
    const bool asked =
        std::any_of(plan_.endpoints.begin(), plan_.endpoints.end(), [](const auto& endpoint) {
            return endpoint.heartbeat && !endpoint.gone;
        });
    follow(
        heartbeat_, asked, [&] { return heartbeat_of_today(); }, "not_asked_for"
    );
}

domain::alert_row engine::heartbeat_of_today() const {
    return trainwatchd_heartbeat(plan_.replica, now_.wall, plan_.global.labels);
}

// With other labels it is another one: it never ends, and would have the former ones for ever.
void engine::renew_heartbeat() {
    if (heartbeat_.identity.empty()) return;
    if (heartbeat_.identity == domain::identity(heartbeat_of_today().alert.labels)) return;
    follow(heartbeat_, false, {}, "restarted");
}

void engine::watch_connections() {
    down_lanes_.resize(view_.lanes.size());
    for (std::size_t i = 0; i < view_.lanes.size(); ++i) {
        const auto& lane = plan_.lanes[i];
        auto& known = down_lanes_[i];
        // Before anybody has answered, it is as it was when the last run ended.
        const bool lists_only = view_.lanes[i].up && finds_none(lane_id{i});
        const bool is_heard_down = !view_.lanes[i].up || lists_only;
        const bool is_down =
            !lane.gone && (view_.lanes[i].heard ? is_heard_down : known.holds.believed());
        // What comes back and goes again at once is still down.
        const bool believed = known.holds.observe(
            is_down, now_.mono, limits::connection_down_patience, limits::connection_up_patience
        );
        const auto make = [&] {
            std::string detail = lanes_[i].down_because;
            const auto connection = view_.connections.find(lane.connection);
            const bool has_trouble =
                connection != view_.connections.end() && connection->second.trouble;
            if (detail.empty() && has_trouble) detail = connection->second.trouble->detail;
            if (detail.empty()) detail = view_.lanes[i].lists_refused;
            if (lists_only) detail = lanes_[i].lists_said;
            return trainwatchd_connection_down(
                {lane,
                 std::move(detail),
                 limits::connection_down_patience,
                 plan_.replica,
                 lists_only},
                now_.wall,
                plan_.global.labels
            );
        };
        follow(known, believed && !lane.gone, make, lane.gone ? "unwatched" : "recovered");
        if (is_down) renew(known, make);
    }
}

// Which of the two statuses of a live job this release does not know.
void engine::note_statuses(std::size_t slot) {
    for (auto& [status, known] : unknown_statuses_)
        known.slots.erase(slot);
    const auto& job = view_.jobs[slot];
    if (!job.last || job.ending || job.missing || !is_watched(slot)) return;
    const auto note = [&](const char* member, bool is_known, const std::string& text) {
        if (is_known || text.empty()) return;
        const std::pair<std::string, std::string> status(member, text);
        const bool has_room = unknown_statuses_.size() < limits::unknown_statuses_max;
        if (!has_room && !unknown_statuses_.contains(status)) return;
        unknown_statuses_[status].slots.insert(slot);
    };
    const auto& last = *job.last;
    note(
        "TrainingJobStatus", last.status.value != domain::primary_status::unknown, last.status.text
    );
    note(
        "SecondaryStatus",
        last.secondary.value != domain::secondary_status::unknown,
        last.secondary.text
    );
}

void engine::watch_unknown_statuses() {
    for (auto at = unknown_statuses_.begin(); at != unknown_statuses_.end();) {
        auto& known = at->second;
        const bool believed = known.told.holds.observe(
            !known.slots.empty(), now_.mono, milliseconds(0), limits::stale_calm
        );
        const auto make = [&, &status = at->first] {
            const auto& job = *view_.jobs[*known.slots.begin()].last;
            return trainwatchd_unknown_status(
                {status.first, status.second, job, plan_.replica}, now_.wall, plan_.global.labels
            );
        };
        // The last job that had it may be gone before it could be told.
        const bool may_fire = !known.slots.empty() || !known.told.identity.empty();
        follow(known.told, believed && may_fire, make, "over");
        if (!known.slots.empty()) renew(known.told, make);
        const bool is_over = !believed && known.slots.empty() && known.told.identity.empty();
        at = is_over ? unknown_statuses_.erase(at) : std::next(at);
    }
}

// Whether the completions of the list would be seen.
bool engine::sees_list(const std::string& watch_list) const {
    bool any = false;
    for (std::size_t i = 0; i < lists_of_lane_.size(); ++i) {
        if (!lists_of_lane_[i].contains(watch_list)) continue;
        if (!view_.lanes[i].up || is_blind(lane_id{i})) return false;
        any = true;
    }
    return any && view_.first_pass_complete;
}

// TrainingJobOverdue. A list that is new is given its time from then on.
void engine::watch_expectations() {
    next_expectation_.reset();
    for (const auto& [list, traits] : plan_.lists) {
        if (!traits.completed_within) continue;
        auto& expected = expectations_[list];
        if (!expected.since) {
            expected.since = now_.wall;
            journal_.put(expectation_row(list, now_.wall));
        }
        const auto completed = view_.fleet.last_completed.find(list);
        std::optional<wall_time> last;
        if (completed != view_.fleet.last_completed.end()) last = completed->second;
        const auto due =
            std::max(*expected.since, last.value_or(*expected.since)) + *traits.completed_within;
        const bool is_late = now_.wall >= due;
        if (!is_late) next_expectation_ = std::min(next_expectation_.value_or(due), due);
        // Who does not see does not judge.
        if (is_late && expected.told.identity.empty() && !sees_list(list)) {
            // Its patience begins when it sees again.
            expected.told.holds.observe(false, now_.mono, limits::settle_patience, {});
            continue;
        }
        const bool believed = expected.told.holds.observe(
            is_late, now_.mono, limits::settle_patience, milliseconds(0)
        );
        const auto make = [&, &name = list, &wants = traits] {
            const auto choice = wants.alerts.find(domain::overdue_alert);
            const auto chosen =
                choice == wants.alerts.end() ? domain::alert_choice{} : choice->second;
            auto row = training_job_overdue(
                {name, *wants.completed_within, last, *expected.since, chosen.severity},
                now_.wall,
                plan_.alert_labels(name)
            );
            if (!chosen.runbook_url.empty()) {
                row.alert.annotations["runbook_url"] = chosen.runbook_url;
            }
            return row;
        };
        const bool is_over = !believed && !expected.told.identity.empty();
        follow(expected.told, believed, make, is_over ? why_in_time(expected.told, last) : "");
        if (is_late) renew(expected.told, make);
    }
    for (auto at = expectations_.begin(); at != expectations_.end();) {
        if (plan_.traits(at->first).completed_within || plan_.left_out.contains(at->first)) {
            ++at;
            continue;
        }
        const bool is_there =
            std::any_of(lists_of_lane_.begin(), lists_of_lane_.end(), [&](const auto& lists) {
                return lists.contains(at->first);
            });
        follow(at->second.told, false, {}, is_there ? "switched_off" : "unwatched");
        journal_.put(expectation_row(at->first, std::nullopt));
        at = expectations_.erase(at);
    }
}

// A list is late no more when a job of it has completed, and when it is given more time.
const char* engine::why_in_time(const own_alert& told, const std::optional<wall_time>& completed)
    const {
    const auto number = book_.find(told.identity);
    if (!number || !completed) return "limit_raised";
    const auto former = label_of(book_.alert(*number).annotations, "last_completed_at");
    return former == iso8601(*completed) ? "limit_raised" : "completed";
}

void engine::restore_expectations(const std::vector<domain::counter_row>& counters) {
    for (const auto& row : counters) {
        if (row.metric != expected_metric || !std::isfinite(row.value) || row.value <= 0) continue;
        const auto list = label_of(row.labels, "watch_list");
        if (!plan_.traits(list).completed_within && !plan_.left_out.contains(list)) {
            journal_.put(expectation_row(list, std::nullopt));
            continue;
        }
        expectations_[list].since = from_unix_milliseconds(std::llround(row.value * 1000));
    }
}

void engine::put_expectations() {
    for (const auto& [list, expected] : expectations_) {
        if (expected.since) journal_.put(expectation_row(list, expected.since));
    }
}

// What goes on over a restart, until it is over. Whether the ledger can be written is established
// anew, and what another replica said of itself is its own.
bool engine::goes_on(alert_number number) {
    const auto& labels = book_.alert(number).labels;
    const auto alertname = label_of(labels, "alertname");
    const bool is_ours = label_of(labels, "replica") == plan_.replica;
    if (is_ours && alertname == "TrainwatchdUnknownStatus") {
        auto& told =
            unknown_statuses_[{label_of(labels, "member"), label_of(labels, "value")}].told;
        told.identity = book_.key(number);
        told.holds = debounced(true);
        return true;
    }
    const bool is_of_a_lane =
        alertname == "TrainwatchdStale" || alertname == "TrainwatchdConnectionDown";
    if (is_ours && is_of_a_lane) return goes_on_in_its_lane(number, alertname);
    if (alertname == "TrainwatchdHeartbeat") {
        // Under the name and the labels of today: whoever waits for it has to know whose it is.
        if (book_.key(number) != domain::identity(heartbeat_of_today().alert.labels)) return false;
        heartbeat_.identity = book_.key(number);
        return true;
    }
    if (alertname != domain::overdue_alert) return false;
    const auto list = label_of(labels, "watch_list");
    if (!plan_.traits(list).completed_within && !plan_.left_out.contains(list)) return false;
    auto& told = expectations_[list].told;
    told.identity = book_.key(number);
    told.holds = debounced(true);
    return true;
}

bool engine::goes_on_in_its_lane(alert_number number, const std::string& alertname) {
    const auto& labels = book_.alert(number).labels;
    const auto list = label_of(labels, "watch_list");
    for (std::size_t i = 0; i < plan_.lanes.size(); ++i) {
        const auto& lane = plan_.lanes[i];
        const bool is_it = !lane.gone && lane.connection == label_of(labels, "connection") &&
            lane.region == label_of(labels, "aws_region");
        if (!is_it) continue;
        if (alertname == "TrainwatchdStale") {
            if (!lists_of_lane_[i].contains(list)) return false;
            stale_alerts_[{lane_id{i}, list}] = book_.key(number);
            stale_watch_.was_broken({lane_id{i}, list});
        } else {
            down_lanes_.resize(plan_.lanes.size());
            down_lanes_[i] = {debounced(true), book_.key(number)};
        }
        return true;
    }
    return false;
}

std::optional<mono_time> engine::next_watch() const {
    std::optional<mono_time> next;
    const auto consider = [&](const std::optional<mono_time>& at) {
        if (at && (!next || *at < *next)) next = at;
    };
    for (const auto& each : down_lanes_)
        consider(each.holds.turns_at());
    consider(storage_alert_.holds.turns_at());
    for (const auto& [status, known] : unknown_statuses_)
        consider(known.told.holds.turns_at());
    for (const auto& [list, expected] : expectations_)
        consider(expected.told.holds.turns_at());
    if (next_expectation_) consider(mono_of(*next_expectation_));
    if (!held_conditions_.empty() && is_time_told()) {
        consider(mono_of(held_conditions_.begin()->first));
    }
    return next;
}

bool engine::is_of_watcher(const domain::alert& alert) const {
    return label_of(alert.labels, "alertname").starts_with(watcher_prefix);
}

// The list that says who is to hear of the alert: in place of one that is there no more, the one
// that has the job now, or its name, or would have it if the job were in the view. Nothing: that is
// not decided yet, or nobody would. No name: somebody would, and everybody is told.
std::optional<std::string> engine::list_to_ask(const domain::alert& alert) const {
    const auto is_there = [this](const std::string& list) {
        return std::any_of(lists_of_lane_.begin(), lists_of_lane_.end(), [&](const auto& lists) {
            return lists.contains(list);
        });
    };
    auto list = label_of(alert.labels, "watch_list");
    if (list.empty() || is_there(list)) return list;
    const auto list_of_slot = [&](std::size_t slot) {
        const auto& present = view_.jobs[slot].target.watch_list;
        return is_there(present) ? std::optional(present) : std::nullopt;
    };
    const auto name = label_of(alert.labels, "training_job");
    // All its jobs may be an earlier list's: it is there all the same, and waits for one of its
    // own.
    if (name.empty()) return plan_.lists.contains(list) ? std::optional(list) : std::nullopt;
    if (const auto slot = slot_about(alert)) return list_of_slot(*slot);
    std::optional<std::string> found;
    for (std::size_t i = 0; i < plan_.lanes.size(); ++i) {
        const auto& lane = plan_.lanes[i];
        if (lane.region != label_of(alert.labels, "aws_region") || lane.gone) continue;
        const auto& account = view_.lanes[i].account_id;
        if (!account.empty() && account != label_of(alert.labels, "account_id")) continue;
        const auto slot = slot_of(lane_id{i}, name);
        if (slot && is_watched(*slot)) return list_of_slot(*slot);
        const auto decided = taken_up_.decide({lane_id{i}, name, {}, nullptr, nullptr});
        if (decided.answer == claim_answer::nobody) continue;
        // Of a job that has left the view more may never be known.
        found = decided.answer == claim_answer::claimed ? decided.watch_list : std::string();
    }
    return found;
}

// Whether the endpoint is to hear of an alert of the list.
bool engine::is_for(endpoint_id endpoint, const std::string& alertname, const std::string& list)
    const {
    const auto& to = plan_.endpoints[endpoint.value];
    if (alertname == "TrainwatchdHeartbeat") return to.heartbeat;
    // What the daemon says of itself is everybody's.
    if (alertname.starts_with(watcher_prefix)) return true;
    const auto& wanted = plan_.traits(list).receivers;
    return wanted.empty() || std::find(wanted.begin(), wanted.end(), to.receiver) != wanted.end();
}

// Where nobody can tell, everybody: better that than nobody.
std::vector<bool> engine::addressees_of(const domain::alert& alert) const {
    std::vector<bool> addressed(receivers_.size(), false);
    const auto alertname = label_of(alert.labels, "alertname");
    const auto list = list_to_ask(alert).value_or(std::string());
    for (std::size_t i = 0; i < receiver_of_.size(); ++i) {
        if (is_for(endpoint_id{i}, alertname, list)) addressed[receiver_of_[i]] = true;
    }
    return addressed;
}

}  // namespace trainwatch::core
