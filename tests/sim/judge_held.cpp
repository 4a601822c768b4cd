// What fires is held by each Alertmanager, at every moment once faults have stopped: nobody hears
// of it late, and no gap between two re-sends lets it end there.
#include "alert_labels.hpp"
#include "base/limits.hpp"
#include "judge.hpp"

namespace trainwatch::sim {
namespace {

// An endpoint that has failed is tried again within a minute, and what was taken in vain is told
// again with the next re-send.
constexpr milliseconds patience = std::chrono::minutes(5);
// Around the end of a hold nobody has to be exact.
constexpr milliseconds hold_slack = std::chrono::minutes(10);

}  // namespace

// It ends there by its day, or has.
bool judge::may_be_over_at(const std::string& receiver, const std::string& identity, mono_time now)
    const {
    const auto known = records_.find(identity);
    if (known == records_.end()) return false;
    // Where nobody tells the time, a clock that was set brings the end nearer.
    const auto& clock = scene_.drawn.clock;
    const bool is_unsure = scene_.drawn.aws.clockless > 0 && clock.steps > 0;
    const auto early = is_unsure ? clock.step_most + hold_slack : hold_slack;
    const auto at = known->second.confirmed.find(receiver);
    return at != known->second.confirmed.end() && now > at->second + limits::terminal_hold - early;
}

void judge::check_held(const domain::view& shown, mono_time now) {
    std::set<std::string> firing;
    for (const auto& row : shown.alerts) {
        if (row.state != domain::alert_state::firing) continue;
        const auto identity = domain::identity(row.labels);
        firing.insert(identity);
        const auto since = fires_since_.try_emplace(identity, now).first->second;
        if (!calm_since_) continue;
        const auto from = std::max({since, *calm_since_, configured_at_, awake_since_});
        if (now < from + patience) continue;
        for (const auto& to : plan_.endpoints) {
            const bool is_asked = !to.gone && to.kind == domain::receiver_kind::alertmanager;
            if (!is_asked || may_be_over_at(to.receiver, identity, now)) continue;
            if (!scene_.endpoints.at(to.url).fires(identity, clocks::true_wall(now))) {
                violated(to.url + " does not hold what fires: " + identity, now);
            }
        }
    }
    std::erase_if(fires_since_, [&](const auto& each) { return !firing.contains(each.first); });
}

}  // namespace trainwatch::sim
