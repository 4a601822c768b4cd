// Those who are told: Alertmanagers and webhooks, by address, with faults as drawn.
//
// An Alertmanager merges by labels, takes what is good of a batch that it refuses, lets an alert
// expire at its endsAt, and forgets everything on a restart. A webhook takes each event once; its
// sender has to be certain. Both keep what they were told, so that the world can be asked who
// knows.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/failure.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "core/action.hpp"
#include "domain/settings.hpp"
#include "faults.hpp"

namespace trainwatch::sim {

// What one endpoint knows of one alert.
struct held_alert {
    domain::label_map labels{};
    wall_time starts_at{};
    wall_time ends_at{};                  // it fires until then
    std::optional<mono_time> fired{};     // taken last
    std::optional<mono_time> resolved{};  // likewise
    int ends_dropped = 0;                 // said 200 to and not taken, since it was told last
};

class receiver_endpoint {
public:
    receiver_endpoint(std::uint64_t seed, domain::receiver_kind kind, const receiver_faults& drawn)
        : random_(seed), telling_(~seed), kind_(kind), faults_(drawn) {}

    // `poisoned`: it rejects what is about this job.
    result<domain::receipt> take(
        const core::deliver& what, mono_time now, const std::string& poisoned
    );

    // Which of them it holds; `refuses`: whoever stands before it lets no question through.
    result<std::vector<bool>> tell(const core::read_back& what, mono_time now, bool refuses);

    domain::receiver_kind kind() const { return kind_; }
    bool fires(const std::string& identity, wall_time now) const;
    const std::map<std::string, held_alert>& held() const { return held_; }
    const held_alert* find(const std::string& identity) const;

    // Identities that had ended there for want of word, and fired anew.
    const std::set<std::string>& lapsed() const { return lapsed_; }

    void go_down(mono_time until) { down_until_ = until; }
    void restart();
    void calm_down() { calm_ = true; }
    // It answers 200 and keeps nothing, for good.
    void turn_deaf() { deaf_ = true; }

private:
    bool chance(double of) { return !calm_ && of > 0 && random_.unit() < of; }
    void keep(const domain::alert_message& alert, mono_time now);
    void drop(const core::deliver& what);

    random_source random_;
    random_source telling_;  // of its own: what is asked changes nothing of what is taken
    domain::receiver_kind kind_;
    receiver_faults faults_;
    std::map<std::string, held_alert> held_{};
    std::set<std::string> lapsed_{};
    std::optional<mono_time> down_until_{};
    bool calm_ = false;
    bool deaf_ = false;
};

}  // namespace trainwatch::sim
