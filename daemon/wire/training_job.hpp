// A whole DescribeTrainingJob answer, typed: AWS' structures and members under their own names.
//
// A job is a set of views into the text that it was read from (wire/training_job_reader owns that
// text), so that reading costs next to nothing and whoever keeps a value copies it. Everything is
// optional: AWS omits "required" members, and null is absent. Enumerations stay texts, because AWS
// adds values; wire/training_job_table says which are known. Structures that hold the same members
// share a type. Source: the SageMaker API reference and its model.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.hpp"

namespace trainwatch::wire::aws {

using text = std::optional<std::string_view>;  // an empty text is not an absent one
using integer = std::optional<std::int64_t>;
using number = std::optional<double>;
using flag = std::optional<bool>;
using moment = std::optional<wall_time>;
using text_list = std::vector<std::string_view>;
using text_map = std::vector<std::pair<std::string_view, std::string_view>>;  // in AWS' order

struct metric_definition {
    text name{};
    text regex{};
};

struct training_repository_auth_config {
    text training_repository_credentials_provider_arn{};
};

struct training_image_config {
    text training_repository_access_mode{};
    std::optional<aws::training_repository_auth_config> training_repository_auth_config{};
};

struct algorithm_specification {
    text training_image{};
    text algorithm_name{};
    text training_input_mode{};
    std::vector<metric_definition> metric_definitions{};
    flag enable_sagemaker_metrics_time_series{};
    text_list container_entrypoint{};
    text_list container_arguments{};
    std::optional<aws::training_image_config> training_image_config{};
};

struct checkpoint_config {
    text s3_uri{};
    text local_path{};
};

struct collection_configuration {
    text collection_name{};
    text_map collection_parameters{};
};

struct debug_hook_config {
    text local_path{};
    text s3_output_path{};
    text_map hook_parameters{};
    std::vector<collection_configuration> collection_configurations{};
};

// DebugRuleConfiguration, ProfilerRuleConfiguration.
struct rule_configuration {
    text rule_configuration_name{};
    text local_path{};
    text s3_output_path{};
    text rule_evaluator_image{};
    text instance_type{};
    integer volume_size_in_gb{};
    text_map rule_parameters{};
};

// DebugRuleEvaluationStatus, ProfilerRuleEvaluationStatus.
struct rule_evaluation_status {
    text rule_configuration_name{};
    text rule_evaluation_job_arn{};
    text rule_evaluation_status{};
    text status_details{};
    moment last_modified_time{};
};

struct experiment_config {
    text experiment_name{};
    text trial_name{};
    text trial_component_display_name{};
    text run_name{};
};

struct metric_data {
    text metric_name{};
    number value{};
    moment timestamp{};
};

struct infra_check_config {
    flag enable_infra_check{};
};

struct dataset_source {
    text dataset_arn{};
};

struct file_system_data_source {
    text file_system_id{};
    text file_system_access_mode{};
    text file_system_type{};
    text directory_path{};
};

struct hub_access_config {
    text hub_content_arn{};
};

struct model_access_config {
    flag accept_eula{};
};

struct s3_data_source {
    text s3_data_type{};
    text s3_uri{};
    text s3_data_distribution_type{};
    text_list attribute_names{};
    text_list instance_group_names{};
    std::optional<aws::hub_access_config> hub_access_config{};
    std::optional<aws::model_access_config> model_access_config{};
};

struct data_source {
    std::optional<aws::s3_data_source> s3_data_source{};
    std::optional<aws::file_system_data_source> file_system_data_source{};
    std::optional<aws::dataset_source> dataset_source{};
};

struct shuffle_config {
    integer seed{};
};

struct channel {
    text channel_name{};
    std::optional<aws::data_source> data_source{};
    text content_type{};
    text compression_type{};
    text record_wrapper_type{};
    text input_mode{};
    std::optional<aws::shuffle_config> shuffle_config{};
};

struct mlflow_config {
    text mlflow_experiment_name{};
    text mlflow_resource_arn{};
    text mlflow_run_name{};
};

struct mlflow_details {
    text mlflow_experiment_id{};
    text mlflow_run_id{};
};

struct model_artifacts {
    text s3_model_artifacts{};
};

struct model_package_config {
    text model_package_group_arn{};
    text source_model_package_arn{};
};

struct output_data_config {
    text kms_key_id{};
    text s3_output_path{};
    text compression_type{};
};

struct profiler_config {
    text s3_output_path{};
    integer profiling_interval_in_milliseconds{};
    text_map profiling_parameters{};
    flag disable_profiler{};
};

struct training_progress_info {
    integer current_epoch{};
    integer current_step{};
    integer max_epoch{};
    integer total_step_count_per_epoch{};
};

struct remote_debug_config {
    flag enable_remote_debug{};
};

struct instance_group {
    text instance_type{};
    integer instance_count{};
    text instance_group_name{};
};

struct placement_specification {
    integer instance_count{};
    text ultra_server_id{};
};

struct instance_placement_config {
    flag enable_multiple_jobs{};
    std::vector<placement_specification> placement_specifications{};
};

struct instance_preference {
    text instance_type{};
    integer instance_count{};
    text_list training_plan_arns{};
};

struct resource_config {
    text instance_type{};
    integer instance_count{};
    integer volume_size_in_gb{};
    text volume_kms_key_id{};
    std::vector<instance_group> instance_groups{};
    integer keep_alive_period_in_seconds{};
    std::optional<aws::instance_placement_config> instance_placement_config{};
    text training_plan_arn{};
    std::vector<instance_preference> instance_preferences{};
    text selected_instance_type{};
    integer selected_instance_count{};
};

struct retry_strategy {
    integer maximum_retry_attempts{};
};

struct secondary_status_transition {
    text status{};
    moment start_time{};
    moment end_time{};
    text status_message{};
};

struct serverless_job_config {
    flag accept_eula{};
    text base_model_arn{};
    text customization_technique{};
    text evaluation_type{};
    text evaluator_arn{};
    text job_type{};
    text peft{};
    text sequence_length{};
};

struct stopping_condition {
    integer max_runtime_in_seconds{};
    integer max_wait_time_in_seconds{};
    integer max_pending_time_in_seconds{};
};

struct tensor_board_output_config {
    text local_path{};
    text s3_output_path{};
};

struct vpc_config {
    text_list security_group_ids{};
    text_list subnets{};
};

struct warm_pool_status {
    text status{};
    integer resource_retained_billable_time_in_seconds{};
    text reused_by_job{};
};

// DescribeTrainingJobResponse.
struct training_job {
    text training_job_name{};
    text training_job_arn{};
    text tuning_job_arn{};
    text labeling_job_arn{};
    text auto_ml_job_arn{};
    std::optional<aws::model_artifacts> model_artifacts{};
    text training_job_status{};
    text secondary_status{};
    text failure_reason{};
    text_map hyper_parameters{};
    std::optional<aws::algorithm_specification> algorithm_specification{};
    text role_arn{};
    std::vector<channel> input_data_config{};
    std::optional<aws::output_data_config> output_data_config{};
    std::optional<aws::resource_config> resource_config{};
    std::optional<aws::vpc_config> vpc_config{};
    std::optional<aws::stopping_condition> stopping_condition{};
    moment creation_time{};
    moment training_start_time{};
    moment training_end_time{};
    moment last_modified_time{};
    std::vector<secondary_status_transition> secondary_status_transitions{};
    std::vector<metric_data> final_metric_data_list{};
    flag enable_network_isolation{};
    flag enable_inter_container_traffic_encryption{};
    flag enable_managed_spot_training{};
    std::optional<aws::checkpoint_config> checkpoint_config{};
    integer training_time_in_seconds{};
    integer billable_time_in_seconds{};
    std::optional<aws::debug_hook_config> debug_hook_config{};
    std::optional<aws::experiment_config> experiment_config{};
    std::vector<rule_configuration> debug_rule_configurations{};
    std::optional<aws::tensor_board_output_config> tensor_board_output_config{};
    std::vector<rule_evaluation_status> debug_rule_evaluation_statuses{};
    std::optional<aws::profiler_config> profiler_config{};
    std::vector<rule_configuration> profiler_rule_configurations{};
    std::vector<rule_evaluation_status> profiler_rule_evaluation_statuses{};
    text profiling_status{};
    std::optional<aws::retry_strategy> retry_strategy{};
    text_map environment{};
    std::optional<aws::warm_pool_status> warm_pool_status{};
    integer billable_token_count{};
    std::optional<aws::infra_check_config> infra_check_config{};
    std::optional<aws::mlflow_config> mlflow_config{};
    std::optional<aws::mlflow_details> mlflow_details{};
    std::optional<aws::model_package_config> model_package_config{};
    text output_model_package_arn{};
    std::optional<aws::training_progress_info> progress_info{};
    std::optional<aws::remote_debug_config> remote_debug_config{};
    std::optional<aws::serverless_job_config> serverless_job_config{};
};

}  // namespace trainwatch::wire::aws
