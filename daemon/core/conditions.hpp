// What holds of a job for as long as it holds, and calls for an alert meanwhile: near or past its
// deadline, stuck, interrupted over and over, a rule's finding, over its budget, a limit that looks
// like an accident.
//
// Pure functions of the job as AWS told of it last and of when that was: what nobody has seen since
// is not judged, so that a silence of AWS makes no alert of its own (TrainwatchdStale is there for
// that). Each verdict rests on times and counts that only grow while the job stays as it is, so
// that it does not come and go; it ends with a change that AWS reports. Which of them fire already
// is core/standing_alerts' to know, when to look again the engine's.
//
// Sources: StoppingCondition, SecondaryStatusTransitions, DebugRuleEvaluationStatuses,
// ProfilerRuleEvaluationStatuses of DescribeTrainingJob; managed spot training.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "domain/alert.hpp"
#include "domain/alert_choice.hpp"
#include "domain/ledger.hpp"
#include "domain/settings.hpp"
#include "domain/view.hpp"

namespace trainwatch::core {

// One that holds. `key`: which of the conditions of a job it is, whatever its labels.
struct condition {
    std::string key{};
    domain::alert_row alert{};  // starts_at is left to whoever fires it
    bool is_marginal = false;   // it holds because it fires: what it says stays as it is
};

struct job_facts {
    const domain::job_view& job;  // described at least once
    // Its entries, those that AWS has dropped since included, oldest first (core/tracker).
    const std::vector<domain::transition>& history;
    wall_time seen{};                          // when it was so, on AWS' clock
    std::optional<seconds> longest_sibling{};  // core/siblings
    bool waited_for_capacity = false;          // in the present phase, whatever AWS says by now
    // Keys of those that fire. What a job has used may turn out to be a little less: an
    // interruption is learned of late, an answer is an older one. They stay, not to come again.
    std::set<std::string> firing{};
};

struct list_wishes {
    const domain::alert_choices& alerts;
    const domain::job_limits& limits;
    const domain::price_map& prices;
};

// All that hold, in no order that matters.
std::vector<condition> conditions_of(const job_facts& of, const list_wishes& wishes);

// The key that a firing alert about a job has, by its labels; empty: it is no condition's.
std::string condition_key(const domain::label_map& labels);

// Whether AWS says of the present phase that there are no machines to be had.
bool waits_for_capacity(const domain::observation& job);

// How long a job may be in a phase when its list does not say; zero: for ever.
milliseconds phase_limit(std::string_view secondary_status);

}  // namespace trainwatch::core
