#include "tests/simulator/api.hpp"

#include <array>
#include <span>
#include <utility>

#include <boost/json.hpp>

#include "tests/simulator/answers.hpp"
#include "tests/simulator/json_text.hpp"
#include "tests/simulator/list_jobs.hpp"
#include "tests/simulator/names.hpp"
#include "tests/simulator/request_reader.hpp"

namespace trainwatch::simulator {
namespace {

namespace json = boost::json;

struct call {
    const json::object& input;
    const fleet& jobs;
    std::string_view region;
    const api_options& options;
    wall_time now;
};

constexpr std::array<std::string_view, 6> statuses{
    "InProgress", "Completed", "Failed", "Stopping", "Stopped", "Deleting"};
constexpr std::array<std::string_view, 2> orders{"Ascending", "Descending"};
constexpr std::array<std::string_view, 3> sort_keys{"Name", "CreationTime", "Status"};
constexpr std::array<std::string_view, 4> child_sort_keys{
    "Name", "CreationTime", "Status", "FinalObjectiveMetricValue"};
constexpr std::array<std::string_view, 4> warm_pool_statuses{
    "Available", "Terminated", "Reused", "InUse"};
constexpr std::string_view name_pattern = "^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}";

bool is_part_of_a_name(std::string_view text) {
    return text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-"
           ) == std::string_view::npos &&
        !text.empty();
}

bool is_arn(std::string_view text) {
    return text.starts_with("arn:aws") && text.find(":sagemaker:") != std::string_view::npos;
}

api_error not_found() {
    return validation_error("Requested resource not found.");
}

api_result<json::object> describe(const call& of) {
    request_reader reader(of.input);
    const auto name = reader.text(
        "TrainingJobName",
        {.required = true,
         .shortest = 1,
         .longest = 63,
         .pattern = name_pattern,
         .matches = [](std::string_view text) { return is_resource_name(text); }}
    );
    if (auto error = reader.error()) return *error;
    const auto* job = of.jobs.find(of.region, *name, of.now);
    if (job == nullptr) return not_found();
    const auto state = state_at(job->plan, of.jobs.clock(), of.now);
    return describe_answer(job->plan, *state, of.jobs.clock(), of.jobs.account());
}

void read_order(request_reader& reader, list_query& query, std::span<const std::string_view> keys) {
    if (auto by = reader.text("SortBy", {.values = keys})) query.sort_by = *by;
    const auto order = reader.text("SortOrder", {.values = orders});
    query.descending = order == "Descending";
    query.status = reader.text("StatusEquals", {.values = statuses}).value_or("");
    const auto most = reader.number("MaxResults", {.least = 1, .most = 100});
    query.max_results = static_cast<std::size_t>(most.value_or(10));
    query.next_token = reader.text("NextToken", {.longest = 8192}).value_or("");
}

api_result<json::object> list(const call& of) {
    request_reader reader(of.input);
    list_query query;
    query.created_after = reader.time("CreationTimeAfter");
    query.created_before = reader.time("CreationTimeBefore");
    query.modified_after = reader.time("LastModifiedTimeAfter");
    query.modified_before = reader.time("LastModifiedTimeBefore");
    const text_constraint part{
        .longest = 63, .pattern = "[a-zA-Z0-9\\-]+", .matches = is_part_of_a_name};
    query.name_contains = reader.text("NameContains", part).value_or("");
    const text_constraint pool{.values = warm_pool_statuses};
    query.warm_pool = reader.text("WarmPoolStatusEquals", pool).value_or("");
    const text_constraint plan{
        .shortest = 50,
        .longest = 2048,
        .pattern = "arn:aws[a-z\\-]*:sagemaker:[a-z0-9\\-]*:[0-9]{12}:training-plan/.*",
        .matches = is_arn};
    query.training_plan_arn = reader.text("TrainingPlanArnEquals", plan).value_or("");
    read_order(reader, query, sort_keys);
    if (auto error = reader.error()) return *error;
    if (of.options.short_pages) query.max_results = (query.max_results + 1) / 2;
    const auto page =
        list_jobs(of.jobs, of.region, query, of.options.creation_time_filters_after_paging, of.now);
    if (!page) return page.error();
    json::array summaries;
    for (const auto& job : page->jobs) {
        summaries.push_back(summary_answer(*job.plan, job.state, of.jobs.account()));
    }
    json::object answer{{"TrainingJobSummaries", std::move(summaries)}};
    if (!page->next_token.empty()) answer["NextToken"] = page->next_token;
    return answer;
}

api_result<json::object> list_children(const call& of) {
    request_reader reader(of.input);
    list_query query;
    const auto name = reader.text(
        "HyperParameterTuningJobName",
        {.required = true,
         .shortest = 1,
         .longest = 32,
         .pattern = "[a-zA-Z0-9](-*[a-zA-Z0-9]){0,31}",
         .matches = [](std::string_view text) { return is_resource_name(text, 32); }}
    );
    read_order(reader, query, child_sort_keys);
    if (auto error = reader.error()) return *error;
    query.tuning_job = *name;
    const auto page = list_jobs(of.jobs, of.region, query, false, of.now);
    if (!page) return page.error();
    if (page->jobs.empty() && query.next_token.empty() && query.status.empty()) {
        return api_error{.type = "ResourceNotFound", .message = "Requested resource not found."};
    }
    json::array summaries;
    for (const auto& job : page->jobs) {
        summaries.push_back(child_summary_answer(*job.plan, job.state, of.jobs.account()));
    }
    json::object answer{{"TrainingJobSummaries", std::move(summaries)}};
    if (!page->next_token.empty()) answer["NextToken"] = page->next_token;
    return answer;
}

api_result<json::object> list_tags(const call& of) {
    request_reader reader(of.input);
    const auto arn = reader.text(
        "ResourceArn",
        {.required = true,
         .longest = 256,
         .pattern = "arn:aws[a-z-]*:sagemaker:[a-z0-9-]*:[0-9]{12}:.+",
         .matches = is_arn}
    );
    reader.number("MaxResults", {.least = 50});
    reader.text("NextToken", {.longest = 8192});
    if (auto error = reader.error()) return *error;
    const auto name = arn->substr(arn->rfind('/') + 1);
    const auto* job = of.jobs.find(of.region, name, of.now);
    if (job == nullptr || arn_of(job->plan, of.jobs.account()) != *arn) return not_found();
    return tags_answer(job->plan);
}

using operation = api_result<json::object> (*)(const call&);
constexpr std::array<std::pair<std::string_view, operation>, 4> operations{{
    {"DescribeTrainingJob", describe},
    {"ListTrainingJobs", list},
    {"ListTrainingJobsForHyperParameterTuningJob", list_children},
    {"ListTags", list_tags},
}};

std::optional<json::object> parse_object(std::string_view body) {
    boost::system::error_code code;
    const auto value = json::parse(json::string_view(body.data(), body.size()), code);
    if (code || !value.is_object()) return std::nullopt;
    return value.get_object();
}

}  // namespace

bool is_operation(std::string_view name) {
    for (const auto& [known, function] : operations) {
        if (known == name) return true;
    }
    return false;
}

api_result<std::string> perform(
    std::string_view name,
    std::string_view body,
    const fleet& jobs,
    std::string_view region,
    const api_options& options,
    wall_time now
) {
    const auto input = parse_object(body);
    if (!input) return api_error{.type = "SerializationException"};
    for (const auto& [known, function] : operations) {
        if (known != name) continue;
        auto answer = function({*input, jobs, region, options, now});
        if (!answer) return answer.error();
        return json_text(*answer);
    }
    return api_error{.type = "UnknownOperationException"};
}

std::string error_body(const api_error& error) {
    json::object body{{"__type", error.type}};
    if (!error.message.empty()) body["message"] = error.message;
    return json_text(body);
}

std::string named_job(std::string_view body) {
    const auto input = parse_object(body);
    if (!input) return "";
    const auto* name = input->if_contains("TrainingJobName");
    if (name == nullptr || !name->is_string()) return "";
    return std::string(name->get_string().data(), name->get_string().size());
}

bool has_page_token(std::string_view body) {
    const auto input = parse_object(body);
    const auto* token = input ? input->if_contains("NextToken") : nullptr;
    return token != nullptr && token->is_string() && !token->get_string().empty();
}

}  // namespace trainwatch::simulator
