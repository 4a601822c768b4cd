// The one place that decides. Pure: no clock, no I/O, no log; the same events with the same times
// and seed give the same actions, byte for byte.
//
// step() runs to completion and never throws on the world's behaviour. Time moves only by its
// argument: `mono` schedules, `wall` is compared with AWS' times, and a jump of the wall clock
// moves no poll. Owned by app/wiring, driven by app/driver and by tests/sim.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "base/time.hpp"
#include "core/action.hpp"
#include "core/event.hpp"
#include "domain/view.hpp"
#include "domain/watch_plan.hpp"

namespace trainwatch::core {

class engine {
public:
    // `seed` feeds jitter only.
    engine(domain::watch_plan plan, std::uint64_t seed);
    ~engine();
    engine(const engine&) = delete;
    engine& operator=(const engine&) = delete;

    actions step(const event& happened, instant now);

    // When to send `woke` at the latest; nothing while only an answer can bring news.
    std::optional<mono_time> next_wakeup() const;

    // Valid until the next step().
    const domain::view& view() const;
    const domain::watch_plan& plan() const;

private:
    class implementation;
    std::unique_ptr<implementation> self_;
};

}  // namespace trainwatch::core
