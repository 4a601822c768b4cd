// What `test-alert` sends, and what it says of each endpoint's answer. Pure: time and answers are
// arguments, and nothing that is secret comes out.
#pragma once

#include <string>

#include "base/time.hpp"
#include "domain/alert.hpp"
#include "domain/settings.hpp"
#include "io/alert_trial.hpp"

namespace trainwatch::app {

// Who sends a test, and when.
struct test_sender {
    std::string host{};     // its name
    std::string replica{};  // label `replica`; empty: none
    wall_time at{};
};

// Each test is an alert of its own (label `test`, its time), so that one minute's test does not
// hide the next one's; it ends by itself (limits::test_alert_lasts).
domain::alert_message make_test_alert(
    const test_sender& sender, const domain::label_map& configured
);

// How an endpoint is called on the screen. The address of a webhook may be a secret: of it only
// scheme and host are shown, and of one that a file holds nothing but the file.
std::string shown_endpoint(const domain::receiver_settings& receiver, const std::string& url);

struct trial_line {
    std::string text{};  // without the endpoint's name; one line, safe for a terminal
    bool is_well = false;

    bool operator==(const trial_line&) const = default;
};

// `url`: where it was sent; its path and query do not come out in the words of a webhook.
trial_line told_of_trial(
    const io::alert_trial& trial,
    const domain::receiver_settings& receiver,
    const std::string& url,
    const domain::alert_message& sent
);

// An endpoint that could not be tried at all.
trial_line told_of_no_trial(const failure& why);

}  // namespace trainwatch::app
