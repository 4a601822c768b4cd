// Which findings about a job call for an alert, and how it reads: one function a rule.
//
// Pure: job state in, alert out, with the reason why it fires in one sentence, which the ledger
// keeps for whoever asks later. Labels are the identity and follow from AWS' record alone, so
// that a restart or a second replica makes the same alert; what varies is an annotation. Knows
// nothing of receivers, of times of delivery, or of what fired before (core/alert_book).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domain/alert.hpp"
#include "domain/alert_choice.hpp"
#include "domain/finding.hpp"
#include "domain/ledger.hpp"
#include "domain/view.hpp"

namespace trainwatch::core {

// The end of a job, by its outcome; nothing for one that needs no alert, or where the list has
// switched it off. `now` becomes startsAt.
//
// TrainingJobFailed: AWS says Failed. TrainingJobMaxRuntimeExceeded, TrainingJobMaxWaitExceeded:
// AWS stopped the job at its limit; to AWS it is Stopped, never Failed, and many tools call that a
// success. TrainingJobStopped: somebody stopped it; off unless a list wants it.
std::optional<domain::alert_row> alert_of_end(
    const domain::job_view& job,
    const domain::job_ended& end,
    wall_time now,
    const domain::alert_choices& choices = {}
);

// Whether it is about the end of a job: it fires until its hold is over or somebody has seen it.
bool is_terminal_alert(const domain::alert& alert);

// All rules on all findings about the job, which is as it is after them. `configured` are the
// labels that the configuration adds to the identity (watch_plan::alert_labels); a rule's own label
// of the same name stays. `choices` are the list's.
std::vector<domain::alert_row> alerts_for(
    const domain::job_view& job,
    const std::vector<domain::finding>& findings,
    wall_time now,
    const domain::label_map& configured = {},
    const domain::alert_choices& choices = {}
);

}  // namespace trainwatch::core
