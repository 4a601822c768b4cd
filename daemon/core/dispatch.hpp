// What to tell one endpoint about one alert now, if anything, and why: one pure function.
//
// Alertmanager forgets everything on restart and answers 200 to what it drops, so it is told of a
// firing alert each minute until the end, and of the end for fifteen minutes (as Prometheus does);
// where the end that it knows of is a day ahead, until it has taken that as often. A webhook is
// told once of each, until it has taken it; of the heartbeat each minute.
#pragma once

#include <optional>

#include "base/time.hpp"
#include "domain/settings.hpp"

namespace trainwatch::core {

// Where an alert stands at one endpoint.
struct standing {
    domain::receiver_kind kind = domain::receiver_kind::alertmanager;
    bool attempted = false;
    bool firing_taken = false;
    int ends_taken = 0;
    std::optional<wall_time> resolved_at{};  // at this receiver; nothing while it is to fire
    // When it took last that the alert fires: a clock that was behind may have dated the end
    // before.
    std::optional<wall_time> heard_at{};
    wall_time now{};
    bool is_heartbeat = false;
    bool is_held = false;  // told with the end of its hold, a day ahead
};

enum class dispatch {
    fire,            // not told yet, or not taken yet
    repeat_firing,   // Alertmanager's heartbeat
    resolve,         // over: say so
    repeat_resolve,  // Alertmanager may have missed it
    wait_for_end,    // a webhook knows all there is to know
    finish_told,     // over, and told
    finish_unknown,  // over, and this endpoint never heard of it
};

dispatch decide(const standing& at);

// So often an endpoint has to take the end until it knows for certain.
int ends_to_take(domain::receiver_kind kind, bool is_held);

}  // namespace trainwatch::core
