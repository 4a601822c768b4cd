// Why a job that was asked for on the command line cannot be had, and what to do about it.
//
// Pure: the view's trouble in, one line for a person out. Knows no terminal and no exit code.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/failure.hpp"
#include "base/time.hpp"
#include "domain/view.hpp"
#include "wire/settings_jobs.hpp"

namespace trainwatch::app {

// What was tried so far.
struct search {
    bool first_pass_complete = false;  // each job was asked for, a lost answer several times
    milliseconds since_start{};
    // AWS may not know a job for a moment after its creation: so long that is no error.
    milliseconds unknown_patience{};
    // A job that was seen is not found any more, and that is believed.
    bool is_gone = false;
};

// Empty while there is hope. What heals by itself (an outage, throttling) is a problem only while
// the job was never seen.
std::string problem_of(
    const wire::wanted_job& wanted, const domain::job_view& job, const search& tried
);

// "what AWS or the network said: what to do"
std::string explain_trouble(error_class kind, std::string_view detail, std::string_view cure);

// Names that AWS does not know, all in one line. At least one.
std::string explain_unknown(const std::vector<wire::wanted_job>& jobs);

}  // namespace trainwatch::app
