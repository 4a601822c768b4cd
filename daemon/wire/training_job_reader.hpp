// JSON text -> aws::training_job, or a list of jobs or tags, by the description in
// wire/training_job_table.
//
// Judges nothing: absent, null and of the wrong type are the same, and what the description does
// not know is named in `unknown`. Only text that is no JSON object, or absurdly nested, is an
// error. Private to wire/.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include <boost/system/error_code.hpp>

#include "domain/observation.hpp"
#include "wire/training_job.hpp"
#include "wire/training_job_summary.hpp"

namespace trainwatch::wire {

// Neither copied nor moved: what was read points into `owned` and into the text it was read from.
struct answer_notes {
    std::vector<domain::unknown_value> unknown{};  // each once, ordered, bounded
    std::size_t stray_entries = 0;    // of lists of structures: null, or of another type
    std::deque<std::string> owned{};  // texts that had escapes

    answer_notes() = default;
    answer_notes(const answer_notes&) = delete;
    answer_notes& operator=(const answer_notes&) = delete;
};

struct training_job_answer : answer_notes {
    aws::training_job job{};
};
struct training_job_list_answer : answer_notes {
    aws::training_job_list list{};
};
struct tag_list_answer : answer_notes {
    aws::tag_list list{};
};

// `document` outlives the answer. Text with half characters is repaired first. On an error the
// answer is of no use.
boost::system::error_code read_training_job(std::string_view document, training_job_answer& into);
boost::system::error_code read_training_job_list(
    std::string_view document, training_job_list_answer& into
);
boost::system::error_code read_tag_list(std::string_view document, tag_list_answer& into);

}  // namespace trainwatch::wire
