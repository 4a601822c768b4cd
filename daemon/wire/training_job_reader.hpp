// JSON text -> aws::training_job, by the description in wire/training_job_table.
//
// Judges nothing: absent, null and of the wrong type are the same, and what the description does
// not know is named in `unknown`. Only text that is no JSON object, or absurdly nested, is an
// error. Private to wire/.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include <boost/system/error_code.hpp>

#include "domain/observation.hpp"
#include "wire/training_job.hpp"

namespace trainwatch::wire {

// Neither copied nor moved: `job` points into `owned` and into the text it was read from.
struct training_job_answer {
    aws::training_job job{};
    std::vector<domain::unknown_value> unknown{};  // each once, ordered, bounded
    std::deque<std::string> owned{};               // texts that had escapes

    training_job_answer() = default;
    training_job_answer(const training_job_answer&) = delete;
    training_job_answer& operator=(const training_job_answer&) = delete;
};

// `document` outlives the answer. Text with half characters is repaired first. On an error the
// answer is of no use.
boost::system::error_code read_training_job(std::string_view document, training_job_answer& into);

}  // namespace trainwatch::wire
