// What a watch list wants of the alerts about its jobs: `alerts:` of the list.
//
// By alertname. Where a list says nothing, a rule's own defaults hold (core/rules). A severity is a
// label, and so part of the identity: another one is that of alerts which fire from then on.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace trainwatch::domain {

struct alert_choice {
    std::optional<bool> enabled{};
    std::string severity{};  // empty: the rule's own

    bool operator==(const alert_choice&) const = default;
};

using alert_choices = std::map<std::string, alert_choice, std::less<>>;

// About the end of a job.
inline constexpr std::array<std::string_view, 4> job_alerts{
    "TrainingJobFailed",
    "TrainingJobMaxRuntimeExceeded",
    "TrainingJobMaxWaitExceeded",
    "TrainingJobStopped"};

}  // namespace trainwatch::domain
