// A scenario file: which jobs there are, and who may see them. YAML in, plans out, strict.
//
// Every error is reported at once with its line. The format is described in README.md; the same
// reader takes one job as JSON (which is YAML) for the control port.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/simulator/access_plan.hpp"
#include "tests/simulator/job_plan.hpp"

namespace trainwatch::simulator {

struct scenario {
    std::vector<job_plan> plans{};
    access_plan access{};
    std::vector<std::string> errors{};  // "file:line:column: path: message"
};

// `region`: of the jobs that name none.
scenario read_scenario(std::string_view text, std::string_view file, std::string_view region);
// One job, whose `created` counts from `now`.
scenario read_job(std::string_view text, std::string_view region, milliseconds now);

// Two jobs that would have one name at the same time: the later one, or null.
const job_plan* find_collision(const std::vector<job_plan>& plans);

}  // namespace trainwatch::simulator
