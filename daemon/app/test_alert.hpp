// `test-alert`: one harmless alert through every receiver of the configuration, and what each
// answered (io/alert_trial). Reads the configuration and the environment's proxies; needs no AWS
// keys, asks AWS nothing, and leaves the daemon alone.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "app/alert_trial_text.hpp"
#include "app/found_names.hpp"
#include "app/options.hpp"
#include "base/limits.hpp"
#include "wire/proxy.hpp"

namespace trainwatch::app {

struct alert_test {
    std::vector<domain::receiver_settings> receivers{};
    std::map<std::string, wire::proxy_rules> proxies{};  // by receiver
    found_names names{};                                 // of their addresses with "dns+"
    domain::alert_message alert{};
};

struct alert_test_report {
    bool is_well = true;
    std::vector<std::string> lines{};  // one an address, in the configuration's order

    bool operator==(const alert_test_report&) const = default;
};

// Everywhere at once, with one deadline.
alert_test_report perform_alert_test(
    const alert_test& test, milliseconds within = limits::delivery_deadline
);

// A line an address on standard output. The exit code: 0 when every one took it, else 1.
int test_alert(const options& chosen);

}  // namespace trainwatch::app
