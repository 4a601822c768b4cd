// ListTrainingJobs: the request for one page, and what the answer says. No socket, no signature.
//
// An answer is read member by member in place, however many jobs it tells of; an entry that cannot
// be used is counted and harms no other. Values that this release does not know are kept verbatim
// and not named: a describe of the job names them.
#pragma once

#include <string_view>

#include "base/failure.hpp"
#include "domain/job_summary.hpp"
#include "wire/http_message.hpp"

namespace trainwatch::wire {

// The largest page, newest first, always said: the documented defaults contradict one another.
http_request encode_list_training_jobs(std::string_view host, const domain::list_query& query);

// The answer of a 200. `malformed` when it is no JSON object, or has no list of jobs: somebody
// else's answer must not pass for an empty account.
result<domain::job_page> decode_list_training_jobs(std::string_view body);

// 200 -> decode_list_training_jobs, anything else -> decode_aws_error.
result<domain::job_page> read_list_training_jobs(const http_response& response);

}  // namespace trainwatch::wire
