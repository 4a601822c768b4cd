// What a watch list wants of the alerts about its jobs: `alerts:` and `limits:` of the list.
//
// Alerts go by alertname. Where a list says nothing, a rule's own defaults hold (core/rules,
// core/conditions). A severity is a label, and so part of the identity: another one is that of
// alerts which fire from then on.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace trainwatch::domain {

struct alert_choice {
    std::optional<bool> enabled{};
    std::string severity{};     // empty: the rule's own
    std::string runbook_url{};  // what to do about it; empty: none
    // Thresholds, each of one alert; empty: the rule's own.
    // TrainingJobNearDeadline: parts of MaxRuntimeInSeconds, 0.8 is 80 %.
    std::optional<double> warning_at{};
    std::optional<double> critical_at{};
    std::optional<milliseconds> after{};  // TrainingJobPastDeadline: beyond the limit
    // TrainingJobSpotLoop: so many interruptions, in so long.
    std::optional<unsigned> interruptions{};
    std::optional<milliseconds> within{};

    bool operator==(const alert_choice&) const = default;
};

using alert_choices = std::map<std::string, alert_choice, std::less<>>;

// How long a job may be in a phase, by SecondaryStatus; zero: for ever.
using phase_limits = std::map<std::string, milliseconds, std::less<>>;

// `limits:`
struct job_limits {
    phase_limits phases{};  // those that the list gives; the others are the defaults
    // Of BillableTimeInSeconds, which is wall-clock time, whatever the number of instances.
    std::optional<milliseconds> billable{};
    std::optional<double> cost{};  // in the unit of `prices`

    bool operator==(const job_limits&) const = default;
};

// About how a job ended: they fire until their hold is over or somebody has seen them.
inline constexpr std::array<std::string_view, 4> end_alerts{
    "TrainingJobFailed",
    "TrainingJobMaxRuntimeExceeded",
    "TrainingJobMaxWaitExceeded",
    "TrainingJobStopped"};

// About what holds of a job for as long as it holds.
inline constexpr std::array<std::string_view, 7> condition_alerts{
    "TrainingJobNearDeadline",
    "TrainingJobPastDeadline",
    "TrainingJobStuck",
    "TrainingJobSpotLoop",
    "TrainingJobRuleIssue",
    "TrainingJobOverBudget",
    "TrainingJobSuspiciousLimit"};

// About a list as a whole.
inline constexpr std::string_view overdue_alert = "TrainingJobOverdue";

}  // namespace trainwatch::domain
