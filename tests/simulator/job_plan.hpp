// What happens to one simulated training job, in scenario time, and what it looks like at a moment.
//
// A plan is a list of moments in order: a secondary status is entered, its message is rewritten in
// place, the primary status alone changes. `state_at` folds it into what SageMaker would show.
// Knows no JSON and no socket. Source for the shapes: SageMaker's DescribeTrainingJob.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "tests/simulator/timeline.hpp"

namespace trainwatch::simulator {

enum class change {
    enters,     // `status` begins, with `primary` and the message `text`
    message,    // the current entry's message becomes `text`
    primary,    // TrainingJobStatus alone becomes `primary`
    warm_pool,  // WarmPoolStatus becomes `text`
    rule,       // the debugger rule `status` is now `text`
};

struct moment {
    milliseconds at{};  // since the job's creation
    change what = change::enters;
    std::string status{};
    std::string primary{};
    std::string text{};

    bool operator==(const moment&) const = default;
};

struct instance_group {
    std::string name{};
    std::string type{};
    int count = 1;

    bool operator==(const instance_group&) const = default;
};

// What the creator of the job asked for. Lengths of time are the scenario's.
struct job_request {
    std::string instance_type = "ml.g5.2xlarge";
    int instance_count = 1;
    std::vector<instance_group> groups{};  // when there are any, type and count are not sent
    int volume_gb = 100;
    std::optional<milliseconds> max_runtime{};
    std::optional<milliseconds> max_wait{};
    std::optional<milliseconds> max_pending{};
    std::optional<milliseconds> keep_alive{};
    bool spot = false;
    std::string training_plan{};  // name; empty: none
    std::string tuning_job{};     // name of the parent; empty: none
    std::vector<std::string> rules{};
    std::string image{};
    std::map<std::string, std::string> hyperparameters{};
    std::map<std::string, std::string> environment{};
    std::map<std::string, std::string> tags{};
    std::map<std::string, double> final_metrics{};
    std::string extra_members = "{}";  // JSON object laid over the answer
};

struct job_plan {
    std::string name{};
    std::string region{};
    std::string account{};  // empty: the simulator's
    std::string kind{};
    milliseconds created{};  // scenario time
    // Each change is stamped with its moment and can be seen this much later.
    milliseconds visibility_lag{};
    std::vector<moment> moments{};
    // Scenario time; nothing: never deleted.
    std::optional<milliseconds> gone_at{};
    std::string failure_reason{};  // shown from the terminal moment on
    double billable_share = 1.0;   // of the training time; spot pays less
    job_request request{};
};

struct transition {
    std::string status{};
    wall_time start{};
    std::optional<wall_time> end{};
    std::string message{};

    bool operator==(const transition&) const = default;
};

struct rule_state {
    std::string status{};
    wall_time modified{};

    bool operator==(const rule_state&) const = default;
};

struct job_state {
    std::string primary{};
    std::string secondary{};
    wall_time created{};
    wall_time modified{};
    std::vector<transition> transitions{};
    std::optional<wall_time> training_started{};
    std::optional<wall_time> training_ended{};
    std::optional<std::int64_t> training_seconds{};
    std::optional<std::int64_t> billable_seconds{};
    std::string warm_pool{};
    std::int64_t warm_pool_seconds = 0;
    std::map<std::string, rule_state> rules{};

    bool operator==(const job_state&) const = default;
};

// Completed, Failed or Stopped: what SageMaker calls the end of a job.
bool is_terminal_primary(const std::string& primary);

// Nothing before its creation and after its deletion.
std::optional<job_state> state_at(const job_plan& plan, const timeline& clock, wall_time now);
bool exists_at(const job_plan& plan, const timeline& clock, wall_time now);

// A length of scenario time as this job's caller states it: in whole real seconds, at least one.
std::int64_t request_seconds(const job_plan& plan, const timeline& clock, milliseconds length);

// When a moment is stamped, and when it can be seen first.
std::optional<wall_time> stamp_of(const job_plan& plan, const timeline& clock, const moment& of);
std::optional<wall_time> sight_of(const job_plan& plan, const timeline& clock, const moment& of);

// The status entry that ends the plan; null when it never ends or is deleted before.
const moment* terminal_moment(const job_plan& plan);
// As the daemon names it: completed, failed, max_runtime_exceeded, …; empty when it never ends.
std::string outcome_of(const job_plan& plan);
// The alerts that the plan, once played to its end, calls for.
std::vector<std::string> expected_alerts(const job_plan& plan);

// A user stops the job at scenario time `at`: what was to come is replaced. False when it is over.
bool stop(job_plan& plan, milliseconds at);

}  // namespace trainwatch::simulator
