// A job's whole life, told at once, played through the rules: what would have fired, and when.
//
// The last description of a job holds its history with AWS' own times. From it follows what a
// description would have said at any moment before (`as_of`), and the rules (core/rules,
// core/conditions) judge that, as they would have then. When a verdict changes is found by asking
// them, so that no threshold is written down twice: what AWS reports divides a life into stretches,
// and within one each verdict changes at most once, because it rests on times that only grow.
//
// Times are AWS' own, as if every moment had been seen: the daemon is later by the age of its last
// look. What a description does not tell of the past (progress, billable time, messages that AWS
// has rewritten) is not made up. Pure. Source: DescribeTrainingJob's SecondaryStatusTransitions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/conditions.hpp"
#include "core/failure_reason.hpp"
#include "domain/job_summary.hpp"
#include "domain/ledger.hpp"
#include "domain/view.hpp"

namespace trainwatch::core {

struct life {
    const domain::observation& whole;
    wall_time until{};  // when `whole` was true; nothing is judged after that
    domain::target target{};
};

// What AWS would have told at that time; nothing before the job was created.
std::optional<domain::observation> as_of(const life& of, wall_time at);

struct replay_rules {
    const list_wishes& wishes;
    const domain::label_map& configured;  // labels that the configuration adds to the identity
    const failure_classifier& reasons;
    std::optional<seconds> longest_sibling{};  // core/siblings
};

struct replayed_alert {
    domain::alert_row row{};           // its starts_at is when it fires
    std::optional<wall_time> ended{};  // nothing: it still fires

    bool operator==(const replayed_alert&) const = default;
};

// In the order of their beginnings.
std::vector<replayed_alert> replay(const life& of, const replay_rules& by);

// TrainingJobOverdue of a list that was watched from `since` to `until`: each stretch in which no
// job of it completed for longer than `within`.
struct expectation {
    const std::string& watch_list;
    milliseconds within{};
    const domain::alert_choice& choice;
    const domain::label_map& configured;
    const std::vector<wall_time>& completions;  // oldest first
    wall_time since{};
    wall_time until{};
};
std::vector<replayed_alert> replay_expectation(const expectation& of);

// Whether a job of which a list page has told is worth a description: one that completed quickly
// can hardly have been in one phase for too long. (It can still have been near a limit of some
// minutes, and a rule can have found something.)
bool may_have_alerted(const domain::job_summary& job, const domain::job_limits& limits);

}  // namespace trainwatch::core
