// Whoever watches the fleet: the shipped engine, or a reference to hold it against. All speak the
// engine's language: events in, actions out, and a time to be woken.
//
// round_robin: a describe of each job in turn, new ones by a look at the newest page. oracle: knows
// every change at once and still has to see it with the same calls; nobody can be better.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "core/action.hpp"
#include "core/event.hpp"
#include "domain/view.hpp"
#include "domain/watch_plan.hpp"
#include "ruler.hpp"
#include "workload.hpp"

namespace trainwatch::sim {

class watcher {
public:
    virtual ~watcher() = default;
    virtual core::actions step(const core::event& happened, instant now) = 0;
    virtual std::optional<mono_time> next_wakeup() const = 0;
    // What the latest step changed in its picture.
    virtual void report(ruler& held, wall_time now) = 0;
    // What is wrong with its picture at the end: each job that is live must be in it, once.
    virtual std::vector<std::string> complaints(wall_time settled, wall_time now) const = 0;
    // The engine's; the references have none.
    virtual const domain::view* view() const { return nullptr; }
};

std::unique_ptr<watcher> create_engine_watcher(
    const workload& fleet, const domain::watch_plan& plan, std::uint64_t seed
);
std::unique_ptr<watcher> create_round_robin(const workload& fleet, const domain::lane& lane);
std::unique_ptr<watcher> create_oracle(const workload& fleet, const domain::lane& lane);

}  // namespace trainwatch::sim
