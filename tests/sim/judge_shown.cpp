// The invariants of what is shown and said: one instant in all numbers, and no secret.
#include "judge.hpp"

namespace trainwatch::sim {
namespace {

struct lane_sums {
    std::size_t live = 0;
    std::map<std::string, wall_time> oldest{};
};

bool is_live(const domain::job_view& job) {
    return !job.is_vacant() && job.last && !job.ending && !job.missing;
}

std::string text_of(const domain::fleet_key& fleet) {
    return fleet.account_id + "/" + fleet.region + "/" + fleet.watch_list;
}

}  // namespace

// What is shown of the fleet equals what is shown of its jobs, after every step.
void judge::check_sums(const domain::view& shown, mono_time now) {
    std::size_t watched = 0;
    std::uint64_t live = 0;
    std::vector<lane_sums> lanes(shown.lanes.size());
    for (const auto& job : shown.jobs) {
        if (job.is_vacant()) continue;
        ++watched;
        if (!is_live(job)) continue;
        ++live;
        auto& lane = lanes[job.target.lane.value];
        ++lane.live;
        if (!job.last_observed) continue;
        const auto at = lane.oldest.try_emplace(job.target.watch_list, *job.last_observed).first;
        at->second = std::min(at->second, *job.last_observed);
    }
    if (watched != shown.watched) violated("torn: watched", now);
    if (live != shown.live) violated("torn: live", now);
    for (std::size_t i = 0; i < lanes.size(); ++i) {
        if (lanes[i].live != shown.lanes[i].live) violated("torn: live jobs of a lane", now);
        if (lanes[i].oldest != shown.lanes[i].oldest_observation) {
            violated("torn: the oldest observation of a lane", now);
        }
    }
}

// Whoever renders a job when it changes has to be told of each change.
void judge::check_dirty(const domain::view& shown, mono_time now) {
    auto dirty = shown.dirty.begin();
    revisions_.resize(shown.jobs.size());
    for (std::size_t slot = 0; slot < shown.jobs.size(); ++slot) {
        const bool is_dirty = dirty != shown.dirty.end() && *dirty == slot;
        if (is_dirty) ++dirty;
        const auto revision = shown.jobs[slot].revision;
        if (!is_dirty && revision != revisions_[slot]) violated("torn: an untold change", now);
        revisions_[slot] = revision;
    }
    if (dirty != shown.dirty.end()) violated("torn: changed slots out of order", now);
}

// No counter runs backwards while the daemon runs.
void judge::check_counters(const domain::view& shown, mono_time now) {
    const auto look = [&](const std::string& name, std::uint64_t value) {
        auto& before = counted_[name];
        if (value < before) violated("counts backwards: " + name, now);
        before = value;
    };
    for (const auto& [key, count] : shown.fleet.transitions)
        look(text_of(std::get<0>(key)) + "/" + std::get<1>(key), count);
    for (const auto& [key, count] : shown.fleet.finished) {
        const auto how = std::string(to_string(std::get<1>(key)));
        const auto why = std::string(to_string(std::get<2>(key)));
        look(text_of(std::get<0>(key)) + "/" + how + "/" + why, count);
    }
    for (const auto& [name, receiver] : shown.receivers)
        look(name + "/notifications", receiver.notifications);
}

// No secret stands in a log line, in an alert or in what is sent with one.
void judge::check_secret(const std::string& text, const std::string& where, mono_time now) {
    if (text.find(watching::secret) != std::string::npos) violated("a secret in " + where, now);
}

void judge::check_secrets(const domain::alert_message& alert, mono_time now) {
    for (const auto& [name, value] : alert.labels)
        check_secret(value, name, now);
    for (const auto& [name, value] : alert.annotations)
        check_secret(value, name, now);
}

void judge::noted(const core::note& what, mono_time now) {
    for (const auto& [name, value] : what.fields)
        check_secret(value, what.name, now);
}

}  // namespace trainwatch::sim
