// What every alert about a job says of it, whichever rule fires: its labels and its annotations.
//
// Labels are the identity, and follow from AWS' record alone. Free text of AWS is cut to what a
// label, a page or a mail can bear, stays valid UTF-8, and as an annotation is without colours and
// other control characters: it ends in somebody's terminal. Pure; times in AWS' own milliseconds,
// written in ISO 8601.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "domain/alert.hpp"
#include "domain/view.hpp"

namespace trainwatch::core {

// A headline, not the story: the whole text is an annotation of its own.
inline constexpr std::size_t headline_bytes = 200;

// On one line: the first one is the same for each script that fails, the cause comes after it.
std::string headline_of(std::string_view text);

// In the unit of `prices`, with two digits.
std::string money(double value);

// alertname and severity, then whose job it is. An empty label is no label to Prometheus: a child
// of a tuning job has one more.
domain::label_map labels_of_job(
    const domain::job_view& job, std::string_view alertname, std::string_view severity
);

// Where it runs, since when, where to look further. What AWS did not tell is left out.
domain::label_map annotations_of_job(const domain::job_view& job);

// "Job x in account 111122223333, region eu-west-1, on 2 x ml.p4d.24xlarge, created …, ended …."
std::string place_of_job(
    const domain::observation& job, const std::optional<wall_time>& ended = std::nullopt
);

}  // namespace trainwatch::core
