// `check-config --online`: what would fail, found by trying it once.
//
// Each connection and region is asked for one watched job, all at once and with one deadline;
// whatever AWS says of the job, an answer proves keys, permission, region, clock and network. An
// Alertmanager is asked for its status; a webhook is connected to, and nothing is posted. No
// engine runs, and nothing is kept.
#pragma once

#include <string>
#include <vector>

#include "app/wiring.hpp"
#include "base/failure.hpp"
#include "base/limits.hpp"
#include "base/time.hpp"
#include "domain/credentials.hpp"
#include "domain/watch_plan.hpp"
#include "io/sagemaker_client.hpp"

namespace trainwatch::app {

struct online_report {
    bool is_well = true;
    std::vector<std::string> lines{};  // one a connection and region, then one a receiver's address

    bool operator==(const online_report&) const = default;
};

online_report check_online(
    const wiring_inputs& inputs, milliseconds within = limits::online_check_deadline
);

// "connection research, eu-west-1: ok, keys from …, account …, 84 ms, clock 4 s behind"
std::string told_of_lane(
    const domain::lane& lane,
    const domain::credential_facts& keys,
    const std::string& job,
    const io::describe_answer& answer
);

// What had not come by then: the keys of `source` (empty: no plan was made), or SageMaker's answer.
std::string told_of_silence(const std::string& source, bool has_keys, milliseconds within);

}  // namespace trainwatch::app
