// The checkers of sim/world: during the run, and at its end.
#include <algorithm>

#include "base/limits.hpp"
#include "world.hpp"

namespace trainwatch::sim {
namespace {

std::string label(const domain::label_map& labels, const char* name) {
    const auto found = labels.find(name);
    return found == labels.end() ? std::string() : found->second;
}

// It comes and goes with its condition: one identity may fire again.
bool is_of_watcher(const domain::label_map& labels) {
    return labels.count("training_job") == 0;
}

// A crash while the disk takes nothing forgets that it fired: Alertmanager lets it end by its
// endsAt, and a webhook hears of its end only if it comes again.
bool is_of_disk(const domain::label_map& labels) {
    return label(labels, "alertname") == "TrainwatchdStorageDegraded";
}

}  // namespace

bool is_about(const domain::label_map& labels, const std::string& job) {
    return !job.empty() && label(labels, "training_job") == job;
}

// In any ten seconds not more than the budget allows, and one.
void world::check_budget(std::size_t lane) {
    auto& sends = sends_[lane];
    while (!sends.empty() && sends.front() < now_ - seconds(10))
        sends.pop_front();
    const auto allowed = plan_.lanes[lane].budget.describe_per_second * 10 + 1;
    if (static_cast<double>(sends.size()) > allowed) violated("polls above the budget");
}

// Lanes into one region are of one account here: once both have answered, AWS' quota is theirs
// together.
void world::check_shared_budget(const std::string& region) {
    std::size_t members = 0;
    double largest = 0;
    for (std::size_t lane = 0; lane < plan_.lanes.size(); ++lane) {
        if (plan_.lanes[lane].region != region) continue;
        if (!account_told_[lane]) return;
        ++members;
        largest = std::max(largest, plan_.lanes[lane].budget.describe_per_second);
    }
    if (members < 2) return;
    auto& sends = shared_sends_[region];
    sends.push_back(now_);
    while (sends.front() < now_ - seconds(10))
        sends.pop_front();
    if (static_cast<double>(sends.size()) > largest * 10 + 1)
        violated("polls above the shared quota");
}

void world::check_delivery(const core::deliver& what) {
    if (what.alerts.empty() || what.alerts.size() > limits::alerts_per_batch) {
        violated("a batch of " + std::to_string(what.alerts.size()));
    }
    const auto& endpoint = endpoints_[what.endpoint.value];
    const bool is_webhook =
        plan_.endpoints[what.endpoint.value].kind == domain::receiver_kind::webhook;
    for (const auto& alert : what.alerts) {
        auto labels = alert.labels;
        if (chosen_.lie == sabotage::forged_alert && what.endpoint.value == 0) {
            labels["failure_class"] = std::to_string(deliveries_);
        }
        const auto identity = domain::identity(alert.labels);
        const bool firing = alert.state == domain::alert_state::firing;
        const bool degraded = alert.annotations.count("storage") > 0;
        if (!ledger_.has_alert(identity) && !(degraded && storage_trouble_)) {
            violated("delivered before its commit: " + identity);
        }
        if (is_webhook && !is_of_watcher(alert.labels) &&
            endpoint.confirmed.count(identity + (firing ? "/f" : "/r")) > 0) {
            violated("told a webhook twice: " + identity);
        }
        if (firing && samples_seen_ &&
            alert.ends_at < true_wall(now_) + 3 * limits::resend_interval) {
            violated("ends too soon: " + identity);
        }
        if (alert.ends_at <= alert.starts_at) violated("ends before it starts: " + identity);
        if (is_of_watcher(alert.labels)) continue;
        const auto [start, added] = starts_.emplace(identity, alert.starts_at);
        if (!added && start->second != alert.starts_at && !ever_trouble_) {
            violated("startsAt moved: " + identity);
        }
        const auto created = parse_iso8601(label(alert.labels, "created"));
        identities_[{label(alert.labels, "training_job") + "/" + label(alert.labels, "aws_region") +
                         "/" + label(alert.labels, "watch_list"),
                     created.value_or(wall_time{})}]
            .insert(domain::identity(labels));
    }
    result_.alerts += what.alerts.size();
}

void world::check_final() {
    if (!running_) {
        violated("the engine is not running at the end");
        return;
    }
    check_jobs();
    check_alerts();
    check_receivers();
    check_counters();
    if (engine_->view().storage_degraded) violated("storage still degraded");
    if (!engine_->view().first_pass_complete) violated("no first pass");
    for (const auto& lane : engine_->view().lanes) {
        if (lane.heard && !lane.up) violated("a lane is still down");
    }
}

// The view equals the truth.
void world::check_jobs() {
    std::uint64_t live = 0;
    for (std::size_t i = 0; i < slots_.size(); ++i) {
        const auto& job = engine_->view().jobs[i];
        const auto& truth = job_of(i);
        const auto expect = [&](bool holds, const char* what) {
            if (!holds) violated(truth.name + ": " + what);
        };
        expect(job.last.has_value(), "never seen");
        if (!job.last) continue;
        const auto shown = shown_at(truth, true_wall(now_));
        expect(job.missing == slots_[i].deleted.has_value(), "missing or not");
        expect(job.last->created == truth.created, "which job");
        expect(job.last->status == shown->status, "status");
        expect(job.last->secondary == shown->secondary, "secondary status");
        // Of a deleted job the last answer stands, and that may have been scrambled.
        expect(job.missing || job.last->transitions == shown->transitions, "transitions");
        expect(job.ending == truth.true_ending(), "ending");
        expect(job.ended == truth.ended(), "end time");
        expect(!job.contradicted_by && !job.trouble && job.deadlines.empty(), "leftovers");
        expect(job.last_transition == truth.ended(), "last transition");
        std::uint64_t interruptions = 0;
        for (const auto& phase : truth.phases) {
            interruptions += phase.status == domain::secondary_status::interrupted ? 1U : 0U;
        }
        expect(job.interruptions == interruptions, "interruptions");
        live += job.last && !job.ending && !job.missing ? 1U : 0U;
    }
    if (live != engine_->view().live) violated("the number of live jobs");
}

// Exactly one identity for each end that calls for an alert, none for any other.
void world::check_alerts() {
    std::map<std::tuple<std::string, std::string, std::string>, std::vector<std::string>> kept;
    std::size_t of_watcher = 0;
    for (const auto& [identity, row] : ledger_.alerts()) {
        const auto& labels = row.alert.labels;
        if (is_of_watcher(labels)) {
            ++of_watcher;
            continue;
        }
        kept[{label(labels, "training_job"),
              label(labels, "aws_region") + label(labels, "watch_list"),
              label(labels, "created")}]
            .push_back(identity);
    }
    std::size_t called_for = 0;
    // Two lanes of one region may each have a name: the same job to AWS' eyes, drawn twice here.
    for (std::size_t i = 0; i < slots_.size(); ++i) {
        for (const auto& job : slots_[i].lives) {
            const auto& list = plan_.targets[i].watch_list;
            const auto found = kept.find({job.name, job.region + list, iso8601(job.created)});
            const std::size_t count = found == kept.end() ? 0 : found->second.size();
            const bool calls = !job.alertname().empty() && !is_old(job);
            called_for += calls ? 1U : 0U;
            if (count != (calls ? 1U : 0U)) {
                violated(
                    job.name + ": " + std::to_string(count) + " alerts for " +
                    (calls ? job.alertname() : "no reason")
                );
                continue;
            }
            if (!calls) continue;
            const auto& labels = ledger_.alerts().at(found->second.front()).alert.labels;
            if (label(labels, "alertname") != job.alertname()) violated(job.name + ": alertname");
            if (label(labels, "failure_class") != to_string(job.true_ending().failure_class)) {
                violated(job.name + ": failure_class");
            }
        }
    }
    if (ledger_.alerts().size() - of_watcher != called_for)
        violated("alerts that no job calls for");
    for (const auto& [job, identities] : identities_) {
        if (identities.size() > 1) violated("several identities were sent for " + job.first);
    }
}

// Each receiver knows: of what fires within the last minute, of what ended once.
void world::check_receivers() {
    for (std::size_t i = 0; i < endpoints_.size(); ++i) {
        const auto& endpoint = endpoints_[i];
        const bool is_webhook = plan_.endpoints[i].kind == domain::receiver_kind::webhook;
        for (const auto& [identity, row] : ledger_.alerts()) {
            const auto firing = endpoint.firing.find(identity);
            if (is_of_watcher(row.alert.labels)) {
                // The picture is fresh again: nobody is left with an alert that nothing ends.
                const auto over = endpoint.resolved.find(identity);
                const bool was_told = firing != endpoint.firing.end();
                if (row.alert.state == domain::alert_state::firing) {
                    violated("fires at the end: " + identity);
                } else if (was_told && is_webhook && !is_of_disk(row.alert.labels) &&
                           (over == endpoint.resolved.end() || over->second < firing->second)) {
                    violated(
                        "endpoint " + std::to_string(i) + " was not told the end of " + identity
                    );
                }
                continue;
            }
            if (firing == endpoint.firing.end()) {
                violated("endpoint " + std::to_string(i) + " never heard of " + identity);
                continue;
            }
            if (faults_.run_to_resolve) {
                if (endpoint.resolved.count(identity) == 0) {
                    violated(
                        "endpoint " + std::to_string(i) + " was not told the end of " + identity
                    );
                }
                continue;
            }
            const auto age = now_ - firing->second;
            if (!is_webhook && age > limits::resend_interval + seconds(10)) {
                violated("endpoint " + std::to_string(i) + " was not told again of " + identity);
            }
        }
    }
    for (const auto& [name, receiver] : engine_->view().receivers) {
        if (receiver.unconfirmed != 0) violated(name + ": unconfirmed alerts in the view");
    }
    const auto& shown = engine_->view().alerts;
    const auto count_of_jobs = [](const auto& alerts, auto labels_of) {
        return static_cast<std::size_t>(std::count_if(
            alerts.begin(),
            alerts.end(),
            [&](const auto& each) { return !is_of_watcher(labels_of(each)); }
        ));
    };
    const auto seen = count_of_jobs(shown, [](const auto& alert) { return alert.labels; });
    const auto kept =
        count_of_jobs(ledger_.alerts(), [](const auto& row) { return row.second.alert.labels; });
    if (seen != (faults_.run_to_resolve ? 0 : kept)) {
        violated("alerts in the view: " + std::to_string(seen) + " of " + std::to_string(kept));
    }
}

void world::check_counters() {
    std::map<domain::ending, std::uint64_t, bool (*)(const domain::ending&, const domain::ending&)>
        truth([](const domain::ending& a, const domain::ending& b) {
            return std::pair(a.outcome, a.failure_class) < std::pair(b.outcome, b.failure_class);
        });
    std::uint64_t steps = 0;
    for (const auto& slot : slots_) {
        for (const auto& job : slot.lives) {
            if (is_old(job)) continue;
            ++truth[job.true_ending()];
            steps += job.phases.size();
        }
    }
    std::uint64_t counted_ends = 0;
    for (const auto& [key, count] : engine_->view().fleet.finished) {
        counted_ends += count;
        const auto& [fleet, how, why] = key;
        std::uint64_t all = 0;
        for (const auto& [other, n] : engine_->view().fleet.finished) {
            if (std::get<1>(other) == how && std::get<2>(other) == why) all += n;
        }
        const auto expected = truth.find({how, why});
        if (all != (expected == truth.end() ? 0U : expected->second)) {
            violated(
                "finished jobs: " + std::string(to_string(how)) + "/" +
                std::string(to_string(why)) + " " + std::to_string(all)
            );
        }
    }
    std::uint64_t ends = 0;
    for (const auto& [how, count] : truth)
        ends += count;
    if (counted_ends != ends) violated("finished jobs: " + std::to_string(counted_ends));
    // A crash without a working disk forgets rows, and with them what they counted.
    if (ever_trouble_) return;
    std::uint64_t counted = 0;
    for (const auto& [key, count] : engine_->view().fleet.transitions)
        counted += count;
    if (counted != steps) {
        violated("transitions: " + std::to_string(counted) + " of " + std::to_string(steps));
    }
}

}  // namespace trainwatch::sim
