// The kinds of training job that a scenario can ask for, and the plans they become.
//
// Each kind documents its truth: how such a job ends and which alert it calls for. Pure; times are
// the scenario's. The order of statuses and their messages follow SageMaker's documentation and
// published logs (README.md).
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tests/simulator/job_plan.hpp"

namespace trainwatch::simulator {

struct message_change {
    milliseconds after{};  // since the phase's begin
    std::string text{};
};

// One entry of the kind `custom`.
struct phase_spec {
    std::string status{};
    std::string primary = "InProgress";
    std::optional<milliseconds> lasts{};  // nothing: for good
    std::string message{};
    std::vector<message_change> messages{};
};

// A job of a scenario, as its author wrote it.
struct job_spec {
    std::string name{};
    std::string region{};
    std::string account{};  // empty: the simulator's
    std::string kind{};
    milliseconds created{};                           // scenario time
    std::map<std::string, milliseconds> durations{};  // by status: each occurrence lasts so long
    std::string stays_in{};                           // this status is never left
    std::string failure_reason{};                     // empty: the kind's own
    int cycles = 2;                                   // interruptions of a spot job
    milliseconds late = std::chrono::minutes(5);  // a limit is enforced this much after it passed
    std::optional<milliseconds> deleted_after{};  // since the end
    milliseconds gap = std::chrono::minutes(1);   // between deletion and re-use of the name
    milliseconds visibility_lag{};
    std::optional<double> billable_share{};
    std::vector<phase_spec> phases{};
    job_request request{};
};

struct kind_description {
    std::string_view name{};
    std::string_view truth{};
};
std::span<const kind_description> kinds();
// What `durations` and `stays_in` may name.
std::span<const std::string_view> known_phases();

// One plan, or one for each life of the name. `spec.kind` is one of kinds().
std::vector<job_plan> plans_of(const job_spec& spec);

}  // namespace trainwatch::simulator
