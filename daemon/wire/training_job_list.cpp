#include "wire/training_job_list.hpp"

#include <optional>
#include <string>
#include <utility>

#include "base/limits.hpp"
#include "wire/job_arn.hpp"
#include "wire/sagemaker_call.hpp"
#include "wire/training_job_reader.hpp"

namespace trainwatch::wire {
namespace {

std::string owned(const aws::text& text) {
    return std::string(text.value_or(std::string_view()));
}

// Epoch seconds with a fraction of three digits; a double would not hold each millisecond for sure.
std::string epoch_seconds(wall_time time) {
    const auto all = unix_milliseconds(time);
    const auto below = all < 0;
    const auto magnitude = below ? -all : all;
    auto fraction = std::to_string(magnitude % 1000);
    fraction.insert(0, 3 - fraction.size(), '0');
    return (below ? "-" : "") + std::to_string(magnitude / 1000) + "." + fraction;
}

std::optional<domain::job_summary> summarize(const aws::training_job_summary& entry) {
    const auto name = entry.training_job_name.value_or(std::string_view());
    const auto arn = split_job_arn(entry.training_job_arn.value_or(std::string_view()));
    // A name that no job can have is shown and asked for nowhere.
    if (!arn || !entry.creation_time || !job_name_problem(name).empty()) return {};
    domain::job_summary job;
    job.name = std::string(name);
    job.arn = owned(entry.training_job_arn);
    job.account_id = std::string(arn->account_id);
    job.region = std::string(arn->region);
    job.partition = std::string(arn->partition);
    job.created = *entry.creation_time;
    job.ended = entry.training_end_time;
    job.modified = entry.last_modified_time;
    job.status = domain::parse_primary(entry.training_job_status.value_or(std::string_view()));
    job.secondary = domain::parse_secondary(entry.secondary_status.value_or(std::string_view()));
    if (entry.warm_pool_status) job.warm_pool_status = owned(entry.warm_pool_status->status);
    return job;
}

}  // namespace

http_request encode_list_training_jobs(std::string_view host, const domain::list_query& query) {
    std::string body = "{\"MaxResults\":" + std::to_string(limits::list_page_jobs) +
        R"(,"SortBy":"CreationTime","SortOrder":"Descending")";
    if (query.created_after) {
        body += ",\"CreationTimeAfter\":" + epoch_seconds(*query.created_after);
    }
    if (query.created_before) {
        body += ",\"CreationTimeBefore\":" + epoch_seconds(*query.created_before);
    }
    if (!query.token.empty()) body += ",\"NextToken\":" + json_quoted(query.token);
    body += '}';
    return sagemaker_request(host, "ListTrainingJobs", std::move(body));
}

result<domain::job_page> decode_list_training_jobs(std::string_view body) {
    if (body.size() > limits::answer_bytes_max) return malformed_answer("answer is too long");
    training_job_list_answer answer;
    const auto error = read_training_job_list(body, answer);
    if (error) return malformed_answer("answer is not a JSON object: " + error.message());
    const auto& entries = answer.list.training_job_summaries;
    if (!entries) return malformed_answer("answer without TrainingJobSummaries");
    domain::job_page page;
    page.unreadable = answer.stray_entries;
    page.next_token = owned(answer.list.next_token);
    page.jobs.reserve(entries->size());
    for (const auto& entry : *entries) {
        if (auto job = summarize(entry)) {
            page.jobs.push_back(std::move(*job));
        } else {
            ++page.unreadable;
        }
    }
    return page;
}

result<domain::job_page> read_list_training_jobs(const http_response& response) {
    return read_sagemaker_answer(response, decode_list_training_jobs);
}

}  // namespace trainwatch::wire
