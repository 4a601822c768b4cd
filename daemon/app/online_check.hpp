// `check-config --online`: what would fail, found by trying it once.
//
// Each connection and region is asked what the daemon would ask (app/lane_trial), all at once and
// with one deadline. An Alertmanager is asked for its status; a webhook is connected to, and
// nothing is posted. No engine runs, and nothing is kept.
#pragma once

#include <string>
#include <vector>

#include "app/wiring.hpp"
#include "base/failure.hpp"
#include "base/limits.hpp"
#include "base/time.hpp"

namespace trainwatch::app {

struct online_report {
    bool is_well = true;
    std::vector<std::string> lines{};  // one a connection and region, then one a receiver's address

    bool operator==(const online_report&) const = default;
};

online_report check_online(
    const wiring_inputs& inputs, milliseconds within = limits::online_check_deadline
);

// What had not come by then: the keys of `source` (empty: no plan was made), or SageMaker's answer.
std::string told_of_silence(const std::string& source, bool has_keys, milliseconds within);

}  // namespace trainwatch::app
