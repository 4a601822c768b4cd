// The checkers and the samples of sim/fleet.
#include <algorithm>

#include "fleet.hpp"

namespace trainwatch::sim {
namespace {

constexpr milliseconds sample_interval = std::chrono::minutes(1);
constexpr std::size_t page_size = 100;

}  // namespace

cover cover_of(const workload& jobs, wall_time when) {
    cover found;
    const auto& all = jobs.jobs();
    auto next = static_cast<std::size_t>(
        std::upper_bound(
            all.begin(),
            all.end(),
            when,
            [](wall_time at, const fleet_job& job) { return at < job.created; }
        ) -
        all.begin()
    );
    const std::size_t newest = next;
    std::size_t left = 0;  // of the present range
    while (next > 0) {
        --next;
        if (left > 0) --left;
        if (!jobs.is_live(next, when)) continue;
        ++found.live;
        found.known = newest - next;
        if (left > 0) continue;
        ++found.ranges;
        left = page_size;
    }
    return found;
}

// In any ten seconds not more than the budget allows, and one.
void fleet::count_call(aws_operation which) {
    auto& sent = sends_[which];
    sent.push_back(now_);
    if (chosen_.lie == fleet_lie::extra_calls) sent.push_back(now_);
    sent.erase(sent.begin(), std::find_if(sent.begin(), sent.end(), [this](mono_time at) {
                   return at >= now_ - seconds(10);
               }));
    const double rate = which == aws_operation::list ? chosen_.budget.list_per_second
                                                     : chosen_.budget.describe_per_second;
    if (static_cast<double>(sent.size()) > rate * 10 + 1) {
        violated(std::string(domain::to_string(which)) + ": calls above the budget");
    }
    if (in_storm(wall(now_))) ++storm_sent_;
}

void fleet::sample() {
    const auto at = wall(now_);
    if (at >= measured_to_) return;
    const auto found = cover_of(jobs_, at);
    ++samples_;
    out_.floor_s += static_cast<double>(found.ranges) / chosen_.budget.list_per_second;
    out_.live += static_cast<double>(found.live);
    if (found.live > 0) {
        out_.finished +=
            static_cast<double>(found.known - found.live) / static_cast<double>(found.live);
    }
    if (const auto* shown = watcher_->view()) look_at_promises(*shown);
    schedule(now_ + sample_interval, [this] { sample(); });
}

// What the watcher says of its promises.
void fleet::look_at_promises(const domain::view& shown) {
    const auto& sweep = shown.lanes[0].sweep;
    if (sweep && sweep->feasible(chosen_.tight_bound) <= chosen_.tight_bound)
        out_.tight_feasible += 1;
    for (const auto& alert : shown.alerts) {
        if (alert.state != domain::alert_state::firing) continue;
        if (alert.labels.at("alertname") == "TrainwatchdStale")
            ++out_.stale[alert.labels.at("watch_list")];
    }
}

// Exactly one identity for each end that calls for one, since the beginning; of those that ended
// within the hour before, at most one; none for any other.
void fleet::check_alerts(wall_time settled) {
    for (std::size_t job = 0; job < jobs_.jobs().size(); ++job) {
        const auto& truth = jobs_.jobs()[job];
        const auto found = alerts_.extract(workload::name(job));
        const std::size_t count = found.empty() ? 0 : found.mapped().size();
        out_.alerts += count;
        const bool calls =
            is_alarming(truth.end) && truth.ended >= jobs_.began() && truth.ended < settled;
        const auto lookback = jobs_.began() - plan_.global.lookback - seconds(1);
        const bool may = is_alarming(truth.end) && truth.ended >= lookback;
        if (count > 1) violated(workload::name(job) + ": several alerts");
        if (calls && count == 0) violated(workload::name(job) + ": no alert");
        if (!may && count > 0) violated(workload::name(job) + ": an alert for no reason");
        if (count != 1) continue;
        const auto* expected =
            truth.end == fate::timed_out ? "TrainingJobMaxRuntimeExceeded/" : "TrainingJobFailed/";
        if (!found.mapped().begin()->starts_with(expected)) {
            violated(workload::name(job) + ": another alert than its end calls for");
        }
    }
    for (const auto& [name, identities] : alerts_)
        violated(name + ": an alert for a job that is long past");
}

}  // namespace trainwatch::sim
