#include "wire/sagemaker.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/limits.hpp"
#include "base/plain_text.hpp"
#include "base/text.hpp"
#include "wire/job_arn.hpp"
#include "wire/sagemaker_call.hpp"
#include "wire/training_job_reader.hpp"

namespace trainwatch::wire {

namespace {

// ---- names -------------------------------------------------------------------------------------

// The name at the end of an ARN; a plain name is its own.
std::string name_of(std::string_view arn_or_name) {
    return std::string(arn_or_name.substr(arn_or_name.rfind('/') + 1));
}

// registry.host/repository:tag@digest -> repository:tag
std::string image_name(std::string_view image) {
    image = image.substr(0, image.find('@'));
    const auto slash = image.find('/');
    const bool has_registry = slash != std::string_view::npos &&
        image.substr(0, slash).find_first_of(".:") != std::string_view::npos;
    if (has_registry) image.remove_prefix(slash + 1);
    return std::string(image);
}

// ---- parts of the answer -----------------------------------------------------------------------

std::string owned(const aws::text& text) {
    return std::string(text.value_or(std::string_view()));
}

// Nothing for what no job has: less than no time, or more than three thousand years.
std::optional<seconds> as_seconds(const aws::integer& number) {
    constexpr std::int64_t sane_max = 100'000'000'000;
    if (!number || *number < 0 || *number > sane_max) return {};
    return seconds(*number);
}

std::optional<std::int64_t> as_count(const aws::integer& number) {
    return number && *number >= 0 ? number : std::nullopt;
}

std::vector<domain::transition> read_transitions(
    const std::vector<aws::secondary_status_transition>& entries
) {
    std::vector<domain::transition> read;
    read.reserve(entries.size());
    for (const auto& entry : entries) {
        // Both are an entry's identity: without them there is nothing to follow.
        if (!entry.status || entry.status->empty() || !entry.start_time) continue;
        auto& transition = read.emplace_back();
        transition.status = domain::parse_secondary(*entry.status);
        transition.started = *entry.start_time;
        transition.ended = entry.end_time;
        transition.message = owned(entry.status_message);
    }
    return read;
}

void add_instances(
    std::vector<domain::instance_group>& into,
    const aws::text& type,
    const aws::integer& count,
    const aws::text& group = {}
) {
    if (!type || type->empty()) return;
    into.push_back({std::string(*type), as_count(count).value_or(0), owned(group)});
}

void read_resources(const aws::resource_config& resources, domain::observation& seen) {
    for (const auto& group : resources.instance_groups) {
        add_instances(
            seen.instances, group.instance_type, group.instance_count, group.instance_group_name
        );
    }
    // Of several preferences, the one that AWS chose.
    if (seen.instances.empty()) {
        add_instances(
            seen.instances, resources.selected_instance_type, resources.selected_instance_count
        );
    }
    if (seen.instances.empty()) {
        add_instances(seen.instances, resources.instance_type, resources.instance_count);
    }
    seen.keep_alive = as_seconds(resources.keep_alive_period_in_seconds);
    seen.volume_gb = as_count(resources.volume_size_in_gb);
    seen.training_plan = owned(resources.training_plan_arn);
}

void read_times(const aws::training_job& job, domain::observation& seen) {
    seen.training_started = job.training_start_time;
    seen.training_ended = job.training_end_time;
    seen.modified = job.last_modified_time;
    seen.training_time = as_seconds(job.training_time_in_seconds);
    seen.billable_time = as_seconds(job.billable_time_in_seconds);
    seen.billable_tokens = as_count(job.billable_token_count);
    if (const auto& limits = job.stopping_condition) {
        seen.limits.max_runtime = as_seconds(limits->max_runtime_in_seconds);
        seen.limits.max_wait = as_seconds(limits->max_wait_time_in_seconds);
        seen.limits.max_pending = as_seconds(limits->max_pending_time_in_seconds);
    }
    if (job.retry_strategy) {
        seen.retry_attempts_max = as_count(job.retry_strategy->maximum_retry_attempts);
    }
}

void read_labels(const aws::training_job& job, domain::observation& seen) {
    if (const auto& algorithm = job.algorithm_specification) {
        seen.algorithm = algorithm->algorithm_name && !algorithm->algorithm_name->empty()
            ? name_of(*algorithm->algorithm_name)
            : image_name(algorithm->training_image.value_or(std::string_view()));
    }
    seen.tuning_job = name_of(job.tuning_job_arn.value_or(std::string_view()));
    seen.auto_ml_job = name_of(job.auto_ml_job_arn.value_or(std::string_view()));
    seen.labeling_job = name_of(job.labeling_job_arn.value_or(std::string_view()));
    if (job.experiment_config) {
        seen.experiment = owned(job.experiment_config->experiment_name);
        seen.trial = owned(job.experiment_config->trial_name);
    }
    seen.spot = job.enable_managed_spot_training.value_or(false);
    seen.network_isolation = job.enable_network_isolation;
    seen.traffic_encryption = job.enable_inter_container_traffic_encryption;
}

void read_places(const aws::training_job& job, domain::observation& seen) {
    if (job.model_artifacts) seen.model_artifacts = owned(job.model_artifacts->s3_model_artifacts);
    if (job.output_data_config) seen.output_path = owned(job.output_data_config->s3_output_path);
    if (job.checkpoint_config) seen.checkpoint_uri = owned(job.checkpoint_config->s3_uri);
    seen.output_model_package = owned(job.output_model_package_arn);
}

void read_rules(
    const std::vector<aws::rule_evaluation_status>& rules,
    domain::rule_kind kind,
    std::vector<domain::rule_evaluation>& into
) {
    for (const auto& rule : rules) {
        into.push_back(
            {kind,
             owned(rule.rule_configuration_name),
             owned(rule.rule_evaluation_status),
             owned(rule.status_details),
             rule.last_modified_time}
        );
    }
}

// What may still change after the end, and what a job tells of its training.
void read_course(const aws::training_job& job, domain::observation& seen) {
    read_rules(job.debug_rule_evaluation_statuses, domain::rule_kind::debugger, seen.rules);
    read_rules(job.profiler_rule_evaluation_statuses, domain::rule_kind::profiler, seen.rules);
    for (const auto& metric : job.final_metric_data_list) {
        if (!metric.metric_name || !metric.value) continue;
        seen.final_metrics.push_back({owned(metric.metric_name), *metric.value, metric.timestamp});
    }
    if (const auto& pool = job.warm_pool_status) {
        seen.warm_pool = domain::warm_pool{
            owned(pool->status),
            as_seconds(pool->resource_retained_billable_time_in_seconds),
            owned(pool->reused_by_job)};
    }
    if (const auto& progress = job.progress_info) {
        seen.progress = domain::training_progress{
            as_count(progress->current_epoch),
            as_count(progress->max_epoch),
            as_count(progress->current_step),
            as_count(progress->total_step_count_per_epoch)};
    }
}

// Ordered and each once, as the reader leaves them.
void add_unknown(std::vector<domain::unknown_value>& all, domain::unknown_value found) {
    const auto at = std::lower_bound(all.begin(), all.end(), found);
    if (at == all.end() || *at != found) all.insert(at, std::move(found));
}

result<domain::observation> observe(training_job_answer& answer, std::string_view asked) {
    const auto& job = answer.job;
    const auto name = job.training_job_name.value_or(std::string_view());
    if (name.empty()) return malformed_answer("answer without TrainingJobName");
    if (name != asked) return malformed_answer("answer names another job: " + std::string(name));
    const auto arn = split_job_arn(job.training_job_arn.value_or(std::string_view()));
    if (!arn) return malformed_answer("answer without a usable TrainingJobArn");
    if (!job.creation_time) return malformed_answer("answer without CreationTime");
    // Without a status the job is neither running nor over: one that this release does not know.
    const auto status = job.training_job_status.value_or(std::string_view());

    domain::observation seen;
    seen.partition = std::string(arn->partition);
    seen.region = std::string(arn->region);
    seen.account_id = std::string(arn->account_id);
    seen.name = std::string(name);
    seen.arn = owned(job.training_job_arn);
    seen.created = *job.creation_time;
    seen.status = domain::parse_primary(status);
    seen.secondary = domain::parse_secondary(job.secondary_status.value_or(std::string_view()));
    seen.failure_reason = owned(job.failure_reason);
    // Of blanks and escape sequences alone: it tells as little as none.
    if (trim(plain_text(seen.failure_reason)).empty()) seen.failure_reason.clear();
    seen.transitions = read_transitions(job.secondary_status_transitions);
    if (job.resource_config) read_resources(*job.resource_config, seen);
    read_times(job, seen);
    read_labels(job, seen);
    read_places(job, seen);
    read_course(job, seen);
    seen.unknown = std::move(answer.unknown);
    if (status.empty()) add_unknown(seen.unknown, {"TrainingJobStatus", {}});
    return seen;
}

}  // namespace

http_request encode_describe_training_job(std::string_view host, std::string_view job_name) {
    return sagemaker_request(
        host, "DescribeTrainingJob", "{\"TrainingJobName\":" + json_quoted(job_name) + "}"
    );
}

result<domain::observation> decode_describe_training_job(
    std::string_view body, std::string_view asked
) {
    if (body.size() > limits::answer_bytes_max) return malformed_answer("answer is too long");
    training_job_answer answer;
    const auto error = read_training_job(body, answer);
    if (error) return malformed_answer("answer is not a JSON object: " + error.message());
    return observe(answer, asked);
}

result<domain::observation> read_describe_training_job(
    const http_response& response, std::string_view asked
) {
    return read_sagemaker_answer(response, [asked](std::string_view body) {
        return decode_describe_training_job(body, asked);
    });
}

}  // namespace trainwatch::wire
