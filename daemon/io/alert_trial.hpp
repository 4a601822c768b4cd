// One alert to one endpoint, to see whether it arrives: as the daemon sends it (io/notifier), and
// then asked for.
//
// An Alertmanager says 200 to what it drops, so it is asked whether it holds the alert. Of a
// webhook nothing can be asked; it is told of the end at once, since nothing there ends by itself.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/failure.hpp"
#include "base/time.hpp"
#include "domain/alert.hpp"
#include "domain/settings.hpp"
#include "io/clock.hpp"
#include "io/http_client.hpp"
#include "wire/alertmanager_alerts.hpp"
#include "wire/url.hpp"

namespace trainwatch::io {

struct timed_receipt {
    result<domain::receipt> outcome;
    nanoseconds took{};
};

struct alert_trial {
    timed_receipt posted;
    // The receiver's clock minus ours, where it said its time.
    std::optional<milliseconds> clock_offset{};
    // Of an Alertmanager that took it: all that it holds with these labels.
    std::optional<result<std::vector<wire::held_alert>>> read_back{};
    // Of a webhook that took it.
    std::optional<timed_receipt> ended{};
};

// `time` outlives the call. To an Alertmanager whose clock is far ahead the alert is sent once
// more, dated by that clock, as the daemon does it.
task<alert_trial> try_alert(
    domain::receiver_kind kind,
    wire::url where,
    http_client_options with,
    const clock& time,
    domain::alert_message alert,
    nanoseconds within,
    std::string secret = {}
);

}  // namespace trainwatch::io
