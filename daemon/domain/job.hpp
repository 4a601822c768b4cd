// What a training job is to us: its identity, its statuses, its outcome.
//
// Source: SageMaker DescribeTrainingJob. AWS says that both status enums may grow, so each is
// open: a value that we do not know keeps its text and is `unknown`, never an error.
#pragma once

#include <array>
#include <compare>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace trainwatch::domain {

// TrainingJobStatus.
enum class primary_status {
    unknown,
    in_progress,
    completed,
    failed,
    stopping,
    stopped,
    deleting,
};

// SecondaryStatus, and the Status of a transition.
enum class secondary_status {
    unknown,
    starting,
    pending,
    launching_ml_instances,
    preparing_training_stack,
    downloading,
    downloading_training_image,
    training,
    uploading,
    stopping,
    stopped,
    max_runtime_exceeded,
    completed,
    failed,
    interrupted,
    max_wait_time_exceeded,
    updating,
    restarting,
};

// An enum value beside the text AWS sent for it, so that tomorrow's values are shown verbatim.
template <class Enum>
struct open_value {
    Enum value = Enum::unknown;
    std::string text{};  // as AWS spells it; empty when the member was absent or null

    bool operator==(const open_value&) const = default;
};
using open_primary = open_value<primary_status>;
using open_secondary = open_value<secondary_status>;

open_primary parse_primary(std::string_view text);
open_secondary parse_secondary(std::string_view text);

// Every value of the model, as AWS spells it.
std::span<const std::string_view> primary_status_names();
std::span<const std::string_view> secondary_status_names();

// Completed, Failed, Stopped. Decided by the primary status alone: the secondary only says why.
// An unknown primary is not terminal.
bool is_terminal(primary_status value);

// How a job ended. A timeout is Stopped to AWS, and `stopped` is never success.
enum class outcome { completed, failed, max_runtime_exceeded, max_wait_exceeded, stopped };
std::string_view to_string(outcome value);

// Why a job ended badly: a bounded set, used as label `failure_class`.
// `none` goes with completed and with a user's stop.
enum class failure_class {
    none,
    algorithm,
    client,
    internal_server,
    capacity,
    resource_limit,
    image,
    permission,
    data,
    out_of_memory,
    spot,
    timeout,
    unknown,
};
std::string_view to_string(failure_class value);

// What a job that is Failed can have.
inline constexpr std::array<failure_class, 12> failed_classes{
    failure_class::algorithm,
    failure_class::client,
    failure_class::internal_server,
    failure_class::capacity,
    failure_class::resource_limit,
    failure_class::image,
    failure_class::permission,
    failure_class::data,
    failure_class::out_of_memory,
    failure_class::spot,
    failure_class::timeout,
    failure_class::unknown,
};

struct ending {
    domain::outcome outcome = outcome::stopped;
    domain::failure_class failure_class = failure_class::unknown;

    bool operator==(const ending&) const = default;
};

// Nothing while the job is not terminal. `of_reason` is the class of AWS' FailureReason
// (core/failure_reason) and counts for a job that Failed: why another one was stopped is told by
// its secondary status, whatever text AWS sent with it.
std::optional<ending> ending_of(
    const open_primary& primary, const open_secondary& secondary, failure_class of_reason
);

// (account, region, name) names a job only until it is deleted and the name is used again; the
// creation time completes the identity.
struct job_identity {
    std::string account_id{};  // twelve digits
    std::string region{};
    std::string name{};
    wall_time created{};

    auto operator<=>(const job_identity&) const = default;
};

}  // namespace trainwatch::domain
