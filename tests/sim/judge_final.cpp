// The invariants of a world that has come to rest: faults have stopped, and everything must have
// converged.
#include <algorithm>

#include "alert_labels.hpp"
#include "base/limits.hpp"
#include "judge.hpp"

namespace trainwatch::sim {
namespace {

// Around the end of a hold nobody has to be exact.
constexpr milliseconds hold_slack = std::chrono::minutes(10);

}  // namespace

std::optional<std::size_t> judge::job_of(const domain::label_map& labels) const {
    const auto created = parse_iso8601(label(labels, "created"));
    if (!created) return std::nullopt;
    return scene_.jobs.find_created(
        label(labels, "account_id"),
        label(labels, "aws_region"),
        label(labels, "training_job"),
        *created
    );
}

void judge::at_end(const domain::view& shown, mono_time now) {
    check_health(shown, now);
    check_jobs(shown, now);
    check_alerts(now);
    check_acknowledged_end(shown, now);
    check_overdue_at_end(shown, now);
    check_receivers(shown, now);
    check_transitions(shown, now);
    check_finished(shown, now);
}

// Once faults have stopped, nothing is left of them.
void judge::check_health(const domain::view& shown, mono_time now) {
    if (shown.storage_degraded) violated("storage still degraded", now);
    if (!shown.first_pass_complete) violated("no first pass", now);
    if (shown.live != 0) violated("jobs that still live", now);
    for (std::size_t i = 0; i < shown.lanes.size(); ++i) {
        const auto& lane = shown.lanes[i];
        if (plan_.lanes[i].gone) continue;
        const auto name = plan_.lanes[i].connection + "/" + plan_.lanes[i].region;
        if (lane.heard && !lane.up) violated(name + " is still down", now);
        if (!lane.lists_refused.empty()) violated(name + ": lists still refused", now);
        if (lane.undecided > 0) violated(name + ": jobs that nobody decided on", now);
    }
}

// The view equals the truth: each job that a list has stands in it once, as it is.
void judge::check_jobs(const domain::view& shown, mono_time now) {
    std::map<std::pair<std::string, std::string>, std::vector<const domain::job_view*>> found;
    for (const auto& job : shown.jobs) {
        if (job.is_vacant()) continue;
        const auto& lane = plan_.lanes[job.target.lane.value];
        const auto& account = scene_.lists.account_of(lane.connection);
        found[{account + "/" + lane.region, job.target.name}].push_back(&job);
    }
    const auto when = clocks::true_wall(now);
    for (std::size_t i = 0; i < scene_.jobs.jobs().size(); ++i) {
        const auto& job = scene_.jobs.jobs()[i];
        if (scene_.jobs.find(job.place, job.truth.name, when) != i) continue;
        const auto list = scene_.lists.owner(job);
        const auto at = found.find({job.truth.account_id + "/" + job.truth.region, job.truth.name});
        const std::size_t times = at == found.end() ? 0 : at->second.size();
        // Where it takes a call to know whose it is, nobody asks about the past.
        const bool is_past = job.truth.ended() < past_ || !scene_.lists.was_always_owned(job) ||
            (may_lack_tags(job.place) && !was_always_named(job));
        if (is_past && times == 0) continue;
        if (times != (list ? 1U : 0U)) {
            violated(
                job.truth.name + " stands in the view " + std::to_string(times) + " times" +
                    (list ? ", list " + *list : ", and nobody wants it"),
                now
            );
            continue;
        }
        if (!list) continue;
        const auto& view = *at->second.front();
        if (!may_be_of(view.target.watch_list, i)) {
            violated(job.truth.name + " is of " + *list + ", not " + view.target.watch_list, now);
        }
        check_job(view, i, now);
    }
}

void judge::check_job(const domain::job_view& shown, std::size_t index, mono_time now) {
    const auto& job = scene_.jobs.jobs()[index];
    const auto& truth = job.truth;
    const auto expect = [&](bool holds, const char* what) {
        if (!holds) violated(truth.name + ": " + what, now);
    };
    expect(shown.last.has_value(), "never seen");
    if (!shown.last) return;
    expect(!shown.missing, "missing");
    expect(shown.last->created == truth.created, "which job");
    expect(!shown.trouble && shown.deadlines.empty(), "leftovers");
    expect(shown.ending.has_value(), "ending");
    // A page tells of the past in a few words, and of the present until somebody describes it. What
    // was let go because its tags could not be read, and is found again by them, is of the past.
    if (shown.summarised) {
        const bool is_past =
            truth.ended() < past_ || (may_lack_tags(job.place) && !was_always_named(job));
        expect(is_past || !scene_.lists.was_always_owned(job), "never described");
        return;
    }
    const bool was_explained = shown.ending == truth.true_ending();
    const bool gave_up =
        shown.ending && shown.ending->failure_class == domain::failure_class::unknown;
    expect(was_explained || gave_up, "ending");
    check_history(shown, index, now);
}

// An ended job that lists keep an eye on is described again after a day: until then the last
// answer stands, with what AWS left out of it.
void judge::check_history(const domain::job_view& shown, std::size_t index, mono_time now) {
    const auto& truth = scene_.jobs.jobs()[index].truth;
    const auto answer = shown_at(truth, clocks::true_wall(now));
    const auto& drawn = scene_.drawn;
    const bool is_mangled = drawn.aws.scrambled > 0 || drawn.aws.shortened > 0 ||
        drawn.aws.rewritten > 0 || drawn.aws.unheard_of > 0 || drawn.aws.taken_back > 0 ||
        drawn.aws.stale > 0 || drawn.aws.torn > 0;
    const bool is_listed = plan_.lanes[shown.target.lane.value].lists;
    if (is_mangled && is_listed && !drawn.run_to_resolve) {
        const auto& told = shown.last->transitions;
        const auto gone = std::count_if(
            answer->transitions.begin(),
            answer->transitions.end(),
            [&](const auto& entry) {
                return std::find(told.begin(), told.end(), entry) == told.end();
            }
        );
        missing_steps_[index] = static_cast<std::size_t>(gone);
        return;
    }
    const auto expect = [&](bool holds, const char* what) {
        if (!holds) violated(truth.name + ": " + what, now);
    };
    expect(shown.ended == truth.ended(), "end time");
    expect(!shown.contradicted_by, "contradicted");
    expect(shown.last->status == answer->status, "status");
    expect(shown.last->secondary == answer->secondary, "secondary status");
    expect(shown.last->transitions == answer->transitions, "transitions");
    expect(shown.last_transition == truth.ended(), "last transition");
    const auto interruptions =
        std::count_if(truth.phases.begin(), truth.phases.end(), [](const auto& phase) {
            return phase.status == domain::secondary_status::interrupted;
        });
    expect(shown.interruptions == static_cast<std::uint64_t>(interruptions), "interruptions");
}

// Each alarming transition has become exactly one identity, and nothing else has.
void judge::check_alerts(mono_time now) {
    std::map<std::size_t, std::set<std::string>> kept;
    for (const auto& [identity, row] : scene_.ledger.durable().alerts()) {
        if (comes_and_goes(row.alert.labels)) continue;
        const auto job = job_of(row.alert.labels);
        if (!job) {
            violated("a ledger with an alert about no job: " + identity, now);
            continue;
        }
        kept[*job].insert(identity);
        check_labels(*job, row.alert.labels, now);
    }
    for (std::size_t i = 0; i < scene_.jobs.jobs().size(); ++i) {
        const auto& job = scene_.jobs.jobs()[i];
        const auto owed = truth_of(i);
        const auto count = kept[i].size();
        const auto most =
            owed.alert == duty::never ? 0 : std::max<std::size_t>(scene_.lists.times_owned(job), 1);
        const std::size_t least = owed.alert == duty::must ? 1 : 0;
        if (count >= least && count <= most) continue;
        violated(
            job.truth.name + ": " + std::to_string(count) + " alerts for " +
                (owed.alert == duty::never ? "no reason" : job.truth.alertname()),
            now
        );
    }
}

void judge::check_labels(std::size_t index, const domain::label_map& labels, mono_time now) {
    const auto& job = scene_.jobs.jobs()[index];
    const auto& truth = job.truth;
    const auto expect = [&](bool holds, const char* what) {
        if (!holds) violated(truth.name + ": label " + what, now);
    };
    expect(label(labels, "alertname") == truth.alertname(), "alertname");
    const auto why = label(labels, "failure_class");
    expect(
        why == to_string(truth.true_ending().failure_class) || why == "unknown", "failure_class"
    );
    // Who had it when it fired: a later list, where nobody could be asked for what a filter needs.
    const bool is_its_list = may_be_of(label(labels, "watch_list"), index);
    expect(is_its_list || undescribed_.contains(job.place), "watch_list");
}

// A list that had the job once keeps it until more is known, and it stays with the label of an
// alert. Where tags could not be read, a later list may have come first.
bool judge::may_be_of(const std::string& list, std::size_t index) const {
    const auto& job = scene_.jobs.jobs()[index];
    const auto& history = scene_.lists.history();
    return may_lack_tags(job.place) ||
        std::any_of(history.begin(), history.end(), [&](const auto& period) {
               using seen = watching::status_filter;
               return scene_.lists.owner(period.config, job) == list ||
                   scene_.lists.owner(period.config, job, seen::fits_not) == list;
           });
}

// Each receiver knows of what fires, and of each end of what it knew.
void judge::check_receivers(const domain::view& shown, mono_time now) {
    for (const auto& to : plan_.endpoints) {
        if (to.gone) continue;
        for (const auto& [identity, row] : scene_.ledger.durable().alerts())
            check_told(to, row, identity, now);
    }
    check_lapses(now);
    // What has fired a moment ago is still to be confirmed.
    const auto is_new = [&](const auto& alert) {
        return clocks::true_wall(now) < alert.starts_at + hold_slack;
    };
    const auto fresh = std::count_if(shown.alerts.begin(), shown.alerts.end(), is_new);
    for (const auto& [name, receiver] : shown.receivers) {
        if (receiver.unconfirmed > static_cast<std::size_t>(fresh))
            violated(name + ": unconfirmed alerts in the view", now);
    }
}

// What is told of an end goes on at Alertmanager until somebody says that it is over, also while
// nobody is there to repeat it: else it pages anew. Found again without the former ledger, an end
// may be told again after its day.
void judge::check_lapses(mono_time now) {
    if (!paged_.empty()) return;
    for (const auto& [url, endpoint] : scene_.endpoints) {
        if (endpoint.kind() != domain::receiver_kind::alertmanager) continue;
        for (const auto& identity : endpoint.lapsed()) {
            const auto* held = endpoint.find(identity);
            const bool is_of_an_end = held != nullptr && !comes_and_goes(held->labels) &&
                !lost_.contains({url, identity});
            if (is_of_an_end) violated(url + ": paged anew, " + identity, now);
        }
    }
}

// What a rule has found is told for a day after the end of its job, and a list is late for as long
// as nothing comes.
bool judge::is_held_after_end(const domain::label_map& labels, mono_time now) const {
    if (label(labels, "alertname") == domain::overdue_alert) return true;
    const auto job = job_of(labels);
    if (!job || label(labels, "alertname") != "TrainingJobRuleIssue") return false;
    const auto ended = scene_.jobs.jobs()[*job].truth.ended();
    return clocks::true_wall(now) < ended + limits::terminal_hold + hold_slack;
}

void judge::check_told(
    const domain::endpoint& to,
    const domain::alert_row& row,
    const std::string& identity,
    mono_time now
) {
    const auto& endpoint = scene_.endpoints.at(to.url);
    const auto* held = endpoint.find(identity);
    const auto when = clocks::true_wall(now);
    const bool is_webhook = to.kind == domain::receiver_kind::webhook;
    const bool is_resolved = row.alert.state == domain::alert_state::resolved;
    if (comes_and_goes(row.alert.labels) && !is_resolved) {
        if (!is_held_after_end(row.alert.labels, now)) {
            violated("fires at the end: " + identity, now);
            return;
        }
        // When it fired last, is not known here.
        const bool is_new = when < row.alert.starts_at + hold_slack;
        if (!is_webhook && !is_new && !endpoint.fires(identity, when))
            violated(to.url + ": does not know of " + identity, now);
        return;
    }
    bool is_over = is_resolved;
    const auto known = records_.find(identity);
    if (known != records_.end()) {
        const auto at = known->second.confirmed.find(to.receiver);
        if (at != known->second.confirmed.end()) {
            const auto left = at->second + limits::terminal_hold - now;
            // Which of its answers was the one that was confirmed is not known here.
            const auto last = known->second.taken_last.find(to.receiver);
            const auto most = last == known->second.taken_last.end()
                ? left
                : std::max<nanoseconds>(left, last->second + limits::terminal_hold - now);
            if (most > -hold_slack && left < hold_slack) return;
            is_over |= most.count() < 0;
        }
    }
    if (is_resolved && row.alert.resolved_at && when - *row.alert.resolved_at < hold_slack) return;
    const auto who = to.url + ": ";
    if (is_over) {
        // One that was left out when it ended was told nothing, and holds what it had for a day.
        const bool was_left_out = dropped_endpoints_.contains(to.url);
        // Fifteen times it said 200 to the end and dropped it: more is not asked of its answers.
        const bool is_deaf = held != nullptr && held->ends_dropped >= limits::held_end_takings;
        if (!is_webhook && !was_left_out && !is_deaf && endpoint.fires(identity, when))
            violated(who + "fires on: " + identity, now);
        // What was told from memory, while the disk was in trouble, dies with the daemon.
        const auto& disk = scene_.drawn.disk;
        const bool is_from_memory = lost_.contains({to.url, identity}) ||
            (comes_and_goes(row.alert.labels) && (disk.fails > 0 || disk.hangs > 0 || disk.full));
        const bool was_told =
            held == nullptr || !held->fired || (held->resolved && *held->resolved >= *held->fired);
        if (is_webhook && !was_told && !is_from_memory && !was_left_out) {
            violated(who + "was not told the end of " + identity, now);
        }
        return;
    }
    const bool knows = is_webhook ? held != nullptr && held->fired : endpoint.fires(identity, when);
    if (!knows) violated(who + "does not know of " + identity, now);
}

}  // namespace trainwatch::sim
