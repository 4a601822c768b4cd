#include "tests/simulator/answers.hpp"

#include <algorithm>

#include <boost/json.hpp>

#include "tests/simulator/json_text.hpp"

namespace trainwatch::simulator {
namespace {

namespace json = boost::json;

std::string bucket_path(const job_plan& plan, std::string_view folder) {
    return "s3://example-bucket/" + plan.name + "/" + std::string(folder);
}

std::string arn(const job_plan& plan, std::string_view account, const std::string& resource) {
    return "arn:aws:sagemaker:" + plan.region + ":" + std::string(account) + ":" + resource;
}

json::object string_map(const std::map<std::string, std::string>& map) {
    json::object object;
    for (const auto& [key, value] : map)
        object[key] = value;
    return object;
}

json::object algorithm(const job_plan& plan, std::string_view account) {
    const auto& wanted = plan.request.image;
    const auto usual = std::string(account) + ".dkr.ecr." + plan.region +
        ".amazonaws.com/pytorch-training:2.4-gpu";
    json::array metrics;
    metrics.push_back(json::object{{"Name", "train:loss"}, {"Regex", "loss=([0-9\\.]+)"}});
    return {
        {"TrainingImage", wanted.empty() ? usual : wanted},
        {"TrainingInputMode", "File"},
        {"MetricDefinitions", std::move(metrics)},
        {"EnableSageMakerMetricsTimeSeries", false}};
}

json::array input_data(const job_plan& plan) {
    json::object source{
        {"S3DataType", "S3Prefix"},
        {"S3Uri", bucket_path(plan, "train")},
        {"S3DataDistributionType", "FullyReplicated"}};
    json::object channel{
        {"ChannelName", "train"},
        {"DataSource", json::object{{"S3DataSource", std::move(source)}}},
        {"CompressionType", "None"},
        {"RecordWrapperType", "None"}};
    return json::array{std::move(channel)};
}

json::object resources(const job_plan& plan, const timeline& clock, std::string_view account) {
    const auto& request = plan.request;
    json::object object;
    if (request.groups.empty()) {
        object["InstanceType"] = request.instance_type;
        object["InstanceCount"] = request.instance_count;
    } else {
        // A heterogeneous cluster answers with a count of zero beside its groups.
        object["InstanceCount"] = 0;
        json::array groups;
        for (const auto& group : request.groups) {
            groups.push_back(json::object{
                {"InstanceType", group.type},
                {"InstanceCount", group.count},
                {"InstanceGroupName", group.name}});
        }
        object["InstanceGroups"] = std::move(groups);
    }
    object["VolumeSizeInGB"] = request.volume_gb;
    if (request.keep_alive) {
        object["KeepAlivePeriodInSeconds"] = request_seconds(plan, clock, *request.keep_alive);
    }
    if (!request.training_plan.empty()) {
        object["TrainingPlanArn"] = arn(plan, account, "training-plan/" + request.training_plan);
    }
    return object;
}

json::object stopping_condition(const job_plan& plan, const timeline& clock) {
    const auto& request = plan.request;
    json::object object;
    const auto add = [&](const char* name, const std::optional<milliseconds>& limit) {
        if (limit) object[name] = request_seconds(plan, clock, *limit);
    };
    add("MaxRuntimeInSeconds", request.max_runtime);
    add("MaxWaitTimeInSeconds", request.max_wait);
    add("MaxPendingTimeInSeconds", request.max_pending);
    return object;
}

json::array transitions(const job_state& state) {
    json::array list;
    for (const auto& entry : state.transitions) {
        json::object object{{"Status", entry.status}, {"StartTime", json_time(entry.start)}};
        if (entry.end) object["EndTime"] = json_time(*entry.end);
        if (!entry.message.empty()) object["StatusMessage"] = entry.message;
        list.push_back(std::move(object));
    }
    return list;
}

void add_debugger(
    json::object& answer, const job_plan& plan, const job_state& state, std::string_view account
) {
    if (plan.request.rules.empty()) return;
    json::array configurations;
    json::array statuses;
    for (const auto& rule : plan.request.rules) {
        configurations.push_back(json::object{
            {"RuleConfigurationName", rule},
            {"RuleEvaluatorImage",
             std::string(account) + ".dkr.ecr." + plan.region +
                 ".amazonaws.com/sagemaker-debugger-rules:latest"},
            {"VolumeSizeInGB", 0},
            {"RuleParameters", json::object{{"rule_to_invoke", rule}}}});
        const auto found = state.rules.find(rule);
        if (found == state.rules.end()) continue;
        statuses.push_back(json::object{
            {"RuleConfigurationName", rule},
            {"RuleEvaluationJobArn", arn(plan, account, "processing-job/" + plan.name + "-rule")},
            {"RuleEvaluationStatus", found->second.status},
            {"LastModifiedTime", json_time(found->second.modified)}});
    }
    answer["DebugHookConfig"] = json::object{{"S3OutputPath", bucket_path(plan, "debug")}};
    answer["DebugRuleConfigurations"] = std::move(configurations);
    answer["DebugRuleEvaluationStatuses"] = std::move(statuses);
}

void add_times(json::object& answer, const job_state& state) {
    if (state.training_started) answer["TrainingStartTime"] = json_time(*state.training_started);
    if (state.training_ended) answer["TrainingEndTime"] = json_time(*state.training_ended);
    if (state.training_seconds) answer["TrainingTimeInSeconds"] = *state.training_seconds;
    if (state.billable_seconds) answer["BillableTimeInSeconds"] = *state.billable_seconds;
}

json::object warm_pool(const job_state& state) {
    return {
        {"Status", state.warm_pool},
        {"ResourceRetainedBillableTimeInSeconds", state.warm_pool_seconds}};
}

bool has_ended(const job_state& state) {
    // Also while a finished job is being deleted.
    const auto& list = state.transitions;
    return is_terminal_primary(state.primary) ||
        (!list.empty() && list.back().end == list.back().start);
}

void add_metrics(json::object& answer, const job_plan& plan, const job_state& state) {
    if (plan.request.final_metrics.empty() || !state.training_ended) return;
    json::array list;
    for (const auto& [name, value] : plan.request.final_metrics) {
        list.push_back(json::object{
            {"MetricName", name},
            {"Value", value},
            // Whole seconds, unlike every other time.
            {"Timestamp", unix_milliseconds(*state.training_ended) / 1000}});
    }
    answer["FinalMetricDataList"] = std::move(list);
}

}  // namespace

std::string arn_of(const job_plan& plan, std::string_view account) {
    return arn(plan, account, "training-job/" + plan.name);
}

json::object describe_answer(
    const job_plan& plan, const job_state& state, const timeline& clock, std::string_view account
) {
    const auto& request = plan.request;
    json::object answer{{"TrainingJobName", plan.name}, {"TrainingJobArn", arn_of(plan, account)}};
    if (!request.tuning_job.empty()) {
        answer["TuningJobArn"] =
            arn(plan, account, "hyper-parameter-tuning-job/" + request.tuning_job);
    }
    if (has_ended(state)) {
        answer["ModelArtifacts"] =
            json::object{{"S3ModelArtifacts", bucket_path(plan, "output/model.tar.gz")}};
    }
    answer["TrainingJobStatus"] = state.primary;
    answer["SecondaryStatus"] = state.secondary;
    if (has_ended(state) && !plan.failure_reason.empty()) {
        answer["FailureReason"] = plan.failure_reason;
    }
    answer["HyperParameters"] = string_map(request.hyperparameters);
    answer["AlgorithmSpecification"] = algorithm(plan, account);
    answer["RoleArn"] = "arn:aws:iam::" + std::string(account) + ":role/service-role/training";
    answer["InputDataConfig"] = input_data(plan);
    answer["OutputDataConfig"] = json::object{
        {"KmsKeyId", ""}, {"S3OutputPath", bucket_path(plan, "")}, {"CompressionType", "GZIP"}};
    answer["ResourceConfig"] = resources(plan, clock, account);
    if (!state.warm_pool.empty()) answer["WarmPoolStatus"] = warm_pool(state);
    answer["StoppingCondition"] = stopping_condition(plan, clock);
    answer["CreationTime"] = json_time(state.created);
    add_times(answer, state);
    answer["LastModifiedTime"] = json_time(state.modified);
    answer["SecondaryStatusTransitions"] = transitions(state);
    add_metrics(answer, plan, state);
    answer["EnableNetworkIsolation"] = false;
    answer["EnableInterContainerTrafficEncryption"] = false;
    answer["EnableManagedSpotTraining"] = request.spot;
    if (request.spot) {
        answer["CheckpointConfig"] = json::object{
            {"S3Uri", bucket_path(plan, "checkpoints")}, {"LocalPath", "/opt/ml/checkpoints"}};
    }
    if (!request.environment.empty()) answer["Environment"] = string_map(request.environment);
    add_debugger(answer, plan, state, account);
    answer["ProfilingStatus"] = "Disabled";
    const auto extra = json::parse(request.extra_members);
    for (const auto& member : extra.as_object()) {
        answer[member.key()] = member.value();
    }
    return answer;
}

json::object summary_answer(
    const job_plan& plan, const job_state& state, std::string_view account
) {
    json::object summary{
        {"TrainingJobName", plan.name},
        {"TrainingJobArn", arn_of(plan, account)},
        {"CreationTime", json_time(state.created)}};
    if (state.training_ended) summary["TrainingEndTime"] = json_time(*state.training_ended);
    summary["LastModifiedTime"] = json_time(state.modified);
    summary["TrainingJobStatus"] = state.primary;
    summary["SecondaryStatus"] = state.secondary;
    if (!state.warm_pool.empty()) summary["WarmPoolStatus"] = warm_pool(state);
    if (!plan.request.training_plan.empty()) {
        summary["TrainingPlanArn"] =
            arn(plan, account, "training-plan/" + plan.request.training_plan);
    }
    return summary;
}

json::object child_summary_answer(
    const job_plan& plan, const job_state& state, std::string_view account
) {
    json::object summary{
        {"TrainingJobDefinitionName", "definition-1"},
        {"TrainingJobName", plan.name},
        {"TrainingJobArn", arn_of(plan, account)},
        {"CreationTime", json_time(state.created)}};
    if (state.training_started) summary["TrainingStartTime"] = json_time(*state.training_started);
    if (state.training_ended) summary["TrainingEndTime"] = json_time(*state.training_ended);
    summary["TrainingJobStatus"] = state.primary;
    summary["TunedHyperParameters"] = string_map(plan.request.hyperparameters);
    if (has_ended(state) && !plan.failure_reason.empty()) {
        summary["FailureReason"] = plan.failure_reason;
    }
    const auto metric = plan.request.final_metrics.find("ObjectiveMetric");
    if (!state.training_ended || metric == plan.request.final_metrics.end()) return summary;
    summary["FinalHyperParameterTuningJobObjectiveMetric"] = json::object{
        {"Type", "Minimize"}, {"MetricName", "validation:loss"}, {"Value", metric->second}};
    summary["ObjectiveStatus"] = "Succeeded";
    return summary;
}

json::object tags_answer(const job_plan& plan) {
    json::array tags;
    for (const auto& [key, value] : plan.request.tags) {
        tags.push_back(json::object{{"Key", key}, {"Value", value}});
    }
    return {{"Tags", std::move(tags)}};
}

}  // namespace trainwatch::simulator
