#include "wire/training_job_table.hpp"

#include <array>

#include "wire/training_job.hpp"
#include "wire/training_job_rows.hpp"

namespace trainwatch::wire {

// NOLINTNEXTLINE(google-build-using-namespace): the table is about nothing else
using namespace aws;

// ---- the members, in the order in which AWS sends them -----------------------------------------

template <>
const structure_table& table_of<metric_definition>() {
    using it = metric_definition;
    static constexpr std::array rows{
        member<&it::name>("Name"),
        member<&it::regex>("Regex"),
    };
    static constexpr structure_table table{"MetricDefinition", rows};
    return table;
}

template <>
const structure_table& table_of<training_repository_auth_config>() {
    using it = training_repository_auth_config;
    static constexpr std::array rows{
        member<&it::training_repository_credentials_provider_arn>(
            "TrainingRepositoryCredentialsProviderArn"
        ),
    };
    static constexpr structure_table table{"TrainingRepositoryAuthConfig", rows};
    return table;
}

template <>
const structure_table& table_of<training_image_config>() {
    using it = training_image_config;
    static constexpr std::array rows{
        member<&it::training_repository_access_mode>(
            "TrainingRepositoryAccessMode", &enumerations::training_repository_access_mode
        ),
        member<&it::training_repository_auth_config>("TrainingRepositoryAuthConfig"),
    };
    static constexpr structure_table table{"TrainingImageConfig", rows};
    return table;
}

template <>
const structure_table& table_of<algorithm_specification>() {
    using it = algorithm_specification;
    static constexpr std::array rows{
        member<&it::training_image>("TrainingImage"),
        member<&it::algorithm_name>("AlgorithmName"),
        member<&it::training_input_mode>("TrainingInputMode", &enumerations::training_input_mode),
        member<&it::metric_definitions>("MetricDefinitions"),
        member<&it::enable_sagemaker_metrics_time_series>("EnableSageMakerMetricsTimeSeries"),
        member<&it::container_entrypoint>("ContainerEntrypoint"),
        member<&it::container_arguments>("ContainerArguments"),
        member<&it::training_image_config>("TrainingImageConfig"),
    };
    static constexpr structure_table table{"AlgorithmSpecification", rows};
    return table;
}

template <>
const structure_table& table_of<checkpoint_config>() {
    using it = checkpoint_config;
    static constexpr std::array rows{
        member<&it::s3_uri>("S3Uri"),
        member<&it::local_path>("LocalPath"),
    };
    static constexpr structure_table table{"CheckpointConfig", rows};
    return table;
}

template <>
const structure_table& table_of<collection_configuration>() {
    using it = collection_configuration;
    static constexpr std::array rows{
        member<&it::collection_name>("CollectionName"),
        member<&it::collection_parameters>("CollectionParameters"),
    };
    static constexpr structure_table table{"CollectionConfiguration", rows};
    return table;
}

template <>
const structure_table& table_of<debug_hook_config>() {
    using it = debug_hook_config;
    static constexpr std::array rows{
        member<&it::local_path>("LocalPath"),
        member<&it::s3_output_path>("S3OutputPath"),
        member<&it::hook_parameters>("HookParameters"),
        member<&it::collection_configurations>("CollectionConfigurations"),
    };
    static constexpr structure_table table{"DebugHookConfig", rows};
    return table;
}

template <>
const structure_table& table_of<rule_configuration>() {
    using it = rule_configuration;
    static constexpr std::array rows{
        member<&it::rule_configuration_name>("RuleConfigurationName"),
        member<&it::local_path>("LocalPath"),
        member<&it::s3_output_path>("S3OutputPath"),
        member<&it::rule_evaluator_image>("RuleEvaluatorImage"),
        member<&it::instance_type>("InstanceType", &enumerations::processing_instance_type),
        member<&it::volume_size_in_gb>("VolumeSizeInGB"),
        member<&it::rule_parameters>("RuleParameters"),
    };
    static constexpr structure_table table{"DebugRuleConfiguration", rows};
    return table;
}

template <>
const structure_table& table_of<rule_evaluation_status>() {
    using it = rule_evaluation_status;
    static constexpr std::array rows{
        member<&it::rule_configuration_name>("RuleConfigurationName"),
        member<&it::rule_evaluation_job_arn>("RuleEvaluationJobArn"),
        member<&it::rule_evaluation_status>(
            "RuleEvaluationStatus", &enumerations::rule_evaluation_status
        ),
        member<&it::status_details>("StatusDetails"),
        member<&it::last_modified_time>("LastModifiedTime"),
    };
    static constexpr structure_table table{"DebugRuleEvaluationStatus", rows};
    return table;
}

template <>
const structure_table& table_of<experiment_config>() {
    using it = experiment_config;
    static constexpr std::array rows{
        member<&it::experiment_name>("ExperimentName"),
        member<&it::trial_name>("TrialName"),
        member<&it::trial_component_display_name>("TrialComponentDisplayName"),
        member<&it::run_name>("RunName"),
    };
    static constexpr structure_table table{"ExperimentConfig", rows};
    return table;
}

template <>
const structure_table& table_of<metric_data>() {
    using it = metric_data;
    static constexpr std::array rows{
        member<&it::metric_name>("MetricName"),
        member<&it::value>("Value"),
        member<&it::timestamp>("Timestamp"),
    };
    static constexpr structure_table table{"MetricData", rows};
    return table;
}

template <>
const structure_table& table_of<infra_check_config>() {
    using it = infra_check_config;
    static constexpr std::array rows{
        member<&it::enable_infra_check>("EnableInfraCheck"),
    };
    static constexpr structure_table table{"InfraCheckConfig", rows};
    return table;
}

template <>
const structure_table& table_of<dataset_source>() {
    using it = dataset_source;
    static constexpr std::array rows{
        member<&it::dataset_arn>("DatasetArn"),
    };
    static constexpr structure_table table{"DatasetSource", rows};
    return table;
}

template <>
const structure_table& table_of<file_system_data_source>() {
    using it = file_system_data_source;
    static constexpr std::array rows{
        member<&it::file_system_id>("FileSystemId"),
        member<&it::file_system_access_mode>(
            "FileSystemAccessMode", &enumerations::file_system_access_mode
        ),
        member<&it::file_system_type>("FileSystemType", &enumerations::file_system_type),
        member<&it::directory_path>("DirectoryPath"),
    };
    static constexpr structure_table table{"FileSystemDataSource", rows};
    return table;
}

template <>
const structure_table& table_of<hub_access_config>() {
    using it = hub_access_config;
    static constexpr std::array rows{
        member<&it::hub_content_arn>("HubContentArn"),
    };
    static constexpr structure_table table{"HubAccessConfig", rows};
    return table;
}

template <>
const structure_table& table_of<model_access_config>() {
    using it = model_access_config;
    static constexpr std::array rows{
        member<&it::accept_eula>("AcceptEula"),
    };
    static constexpr structure_table table{"ModelAccessConfig", rows};
    return table;
}

template <>
const structure_table& table_of<s3_data_source>() {
    using it = s3_data_source;
    static constexpr std::array rows{
        member<&it::s3_data_type>("S3DataType", &enumerations::s3_data_type),
        member<&it::s3_uri>("S3Uri"),
        member<&it::s3_data_distribution_type>(
            "S3DataDistributionType", &enumerations::s3_data_distribution
        ),
        member<&it::attribute_names>("AttributeNames"),
        member<&it::instance_group_names>("InstanceGroupNames"),
        member<&it::hub_access_config>("HubAccessConfig"),
        member<&it::model_access_config>("ModelAccessConfig"),
    };
    static constexpr structure_table table{"S3DataSource", rows};
    return table;
}

template <>
const structure_table& table_of<data_source>() {
    using it = data_source;
    static constexpr std::array rows{
        member<&it::s3_data_source>("S3DataSource"),
        member<&it::file_system_data_source>("FileSystemDataSource"),
        member<&it::dataset_source>("DatasetSource"),
    };
    static constexpr structure_table table{"DataSource", rows};
    return table;
}

template <>
const structure_table& table_of<shuffle_config>() {
    using it = shuffle_config;
    static constexpr std::array rows{
        member<&it::seed>("Seed"),
    };
    static constexpr structure_table table{"ShuffleConfig", rows};
    return table;
}

template <>
const structure_table& table_of<channel>() {
    using it = channel;
    static constexpr std::array rows{
        member<&it::channel_name>("ChannelName"),
        member<&it::data_source>("DataSource"),
        member<&it::content_type>("ContentType"),
        member<&it::compression_type>("CompressionType", &enumerations::compression_type),
        member<&it::record_wrapper_type>("RecordWrapperType", &enumerations::record_wrapper),
        member<&it::input_mode>("InputMode", &enumerations::training_input_mode),
        member<&it::shuffle_config>("ShuffleConfig"),
    };
    static constexpr structure_table table{"Channel", rows};
    return table;
}

template <>
const structure_table& table_of<mlflow_config>() {
    using it = mlflow_config;
    static constexpr std::array rows{
        member<&it::mlflow_experiment_name>("MlflowExperimentName"),
        member<&it::mlflow_resource_arn>("MlflowResourceArn"),
        member<&it::mlflow_run_name>("MlflowRunName"),
    };
    static constexpr structure_table table{"MlflowConfig", rows};
    return table;
}

template <>
const structure_table& table_of<mlflow_details>() {
    using it = mlflow_details;
    static constexpr std::array rows{
        member<&it::mlflow_experiment_id>("MlflowExperimentId"),
        member<&it::mlflow_run_id>("MlflowRunId"),
    };
    static constexpr structure_table table{"MlflowDetails", rows};
    return table;
}

template <>
const structure_table& table_of<model_artifacts>() {
    using it = model_artifacts;
    static constexpr std::array rows{
        member<&it::s3_model_artifacts>("S3ModelArtifacts"),
    };
    static constexpr structure_table table{"ModelArtifacts", rows};
    return table;
}

template <>
const structure_table& table_of<model_package_config>() {
    using it = model_package_config;
    static constexpr std::array rows{
        member<&it::model_package_group_arn>("ModelPackageGroupArn"),
        member<&it::source_model_package_arn>("SourceModelPackageArn"),
    };
    static constexpr structure_table table{"ModelPackageConfig", rows};
    return table;
}

template <>
const structure_table& table_of<output_data_config>() {
    using it = output_data_config;
    static constexpr std::array rows{
        member<&it::kms_key_id>("KmsKeyId"),
        member<&it::s3_output_path>("S3OutputPath"),
        member<&it::compression_type>("CompressionType", &enumerations::output_compression_type),
    };
    static constexpr structure_table table{"OutputDataConfig", rows};
    return table;
}

template <>
const structure_table& table_of<profiler_config>() {
    using it = profiler_config;
    static constexpr std::array rows{
        member<&it::s3_output_path>("S3OutputPath"),
        member<&it::profiling_interval_in_milliseconds>("ProfilingIntervalInMilliseconds"),
        member<&it::profiling_parameters>("ProfilingParameters"),
        member<&it::disable_profiler>("DisableProfiler"),
    };
    static constexpr structure_table table{"ProfilerConfig", rows};
    return table;
}

template <>
const structure_table& table_of<training_progress_info>() {
    using it = training_progress_info;
    static constexpr std::array rows{
        member<&it::current_epoch>("CurrentEpoch"),
        member<&it::current_step>("CurrentStep"),
        member<&it::max_epoch>("MaxEpoch"),
        member<&it::total_step_count_per_epoch>("TotalStepCountPerEpoch"),
    };
    static constexpr structure_table table{"TrainingProgressInfo", rows};
    return table;
}

template <>
const structure_table& table_of<remote_debug_config>() {
    using it = remote_debug_config;
    static constexpr std::array rows{
        member<&it::enable_remote_debug>("EnableRemoteDebug"),
    };
    static constexpr structure_table table{"RemoteDebugConfig", rows};
    return table;
}

template <>
const structure_table& table_of<instance_group>() {
    using it = instance_group;
    static constexpr std::array rows{
        member<&it::instance_type>("InstanceType", &enumerations::training_instance_type),
        member<&it::instance_count>("InstanceCount"),
        member<&it::instance_group_name>("InstanceGroupName"),
    };
    static constexpr structure_table table{"InstanceGroup", rows};
    return table;
}

template <>
const structure_table& table_of<placement_specification>() {
    using it = placement_specification;
    static constexpr std::array rows{
        member<&it::instance_count>("InstanceCount"),
        member<&it::ultra_server_id>("UltraServerId"),
    };
    static constexpr structure_table table{"PlacementSpecification", rows};
    return table;
}

template <>
const structure_table& table_of<instance_placement_config>() {
    using it = instance_placement_config;
    static constexpr std::array rows{
        member<&it::enable_multiple_jobs>("EnableMultipleJobs"),
        member<&it::placement_specifications>("PlacementSpecifications"),
    };
    static constexpr structure_table table{"InstancePlacementConfig", rows};
    return table;
}

template <>
const structure_table& table_of<instance_preference>() {
    using it = instance_preference;
    static constexpr std::array rows{
        member<&it::instance_type>("InstanceType", &enumerations::training_instance_type),
        member<&it::instance_count>("InstanceCount"),
        member<&it::training_plan_arns>("TrainingPlanArns"),
    };
    static constexpr structure_table table{"InstancePreference", rows};
    return table;
}

template <>
const structure_table& table_of<resource_config>() {
    using it = resource_config;
    static constexpr std::array rows{
        member<&it::instance_type>("InstanceType", &enumerations::training_instance_type),
        member<&it::instance_count>("InstanceCount"),
        member<&it::volume_size_in_gb>("VolumeSizeInGB"),
        member<&it::volume_kms_key_id>("VolumeKmsKeyId"),
        member<&it::instance_groups>("InstanceGroups"),
        member<&it::keep_alive_period_in_seconds>("KeepAlivePeriodInSeconds"),
        member<&it::instance_placement_config>("InstancePlacementConfig"),
        member<&it::training_plan_arn>("TrainingPlanArn"),
        member<&it::instance_preferences>("InstancePreferences"),
        member<&it::selected_instance_type>(
            "SelectedInstanceType", &enumerations::training_instance_type
        ),
        member<&it::selected_instance_count>("SelectedInstanceCount"),
    };
    static constexpr structure_table table{"ResourceConfig", rows};
    return table;
}

template <>
const structure_table& table_of<retry_strategy>() {
    using it = retry_strategy;
    static constexpr std::array rows{
        member<&it::maximum_retry_attempts>("MaximumRetryAttempts"),
    };
    static constexpr structure_table table{"RetryStrategy", rows};
    return table;
}

template <>
const structure_table& table_of<secondary_status_transition>() {
    using it = secondary_status_transition;
    static constexpr std::array rows{
        member<&it::status>("Status", &enumerations::secondary_status),
        member<&it::start_time>("StartTime"),
        member<&it::end_time>("EndTime"),
        member<&it::status_message>("StatusMessage"),
    };
    static constexpr structure_table table{"SecondaryStatusTransition", rows};
    return table;
}

template <>
const structure_table& table_of<serverless_job_config>() {
    using it = serverless_job_config;
    static constexpr std::array rows{
        member<&it::accept_eula>("AcceptEula"),
        member<&it::base_model_arn>("BaseModelArn"),
        member<&it::customization_technique>(
            "CustomizationTechnique", &enumerations::customization_technique
        ),
        member<&it::evaluation_type>("EvaluationType", &enumerations::evaluation_type),
        member<&it::evaluator_arn>("EvaluatorArn"),
        member<&it::job_type>("JobType", &enumerations::serverless_job_type),
        member<&it::peft>("Peft", &enumerations::peft),
        member<&it::sequence_length>("SequenceLength"),
    };
    static constexpr structure_table table{"ServerlessJobConfig", rows};
    return table;
}

template <>
const structure_table& table_of<stopping_condition>() {
    using it = stopping_condition;
    static constexpr std::array rows{
        member<&it::max_runtime_in_seconds>("MaxRuntimeInSeconds"),
        member<&it::max_wait_time_in_seconds>("MaxWaitTimeInSeconds"),
        member<&it::max_pending_time_in_seconds>("MaxPendingTimeInSeconds"),
    };
    static constexpr structure_table table{"StoppingCondition", rows};
    return table;
}

template <>
const structure_table& table_of<tensor_board_output_config>() {
    using it = tensor_board_output_config;
    static constexpr std::array rows{
        member<&it::local_path>("LocalPath"),
        member<&it::s3_output_path>("S3OutputPath"),
    };
    static constexpr structure_table table{"TensorBoardOutputConfig", rows};
    return table;
}

template <>
const structure_table& table_of<vpc_config>() {
    using it = vpc_config;
    static constexpr std::array rows{
        member<&it::security_group_ids>("SecurityGroupIds"),
        member<&it::subnets>("Subnets"),
    };
    static constexpr structure_table table{"VpcConfig", rows};
    return table;
}

template <>
const structure_table& table_of<warm_pool_status>() {
    using it = warm_pool_status;
    static constexpr std::array rows{
        member<&it::status>("Status", &enumerations::warm_pool_resource_status),
        member<&it::resource_retained_billable_time_in_seconds>(
            "ResourceRetainedBillableTimeInSeconds"
        ),
        member<&it::reused_by_job>("ReusedByJob"),
    };
    static constexpr structure_table table{"WarmPoolStatus", rows};
    return table;
}

template <>
const structure_table& table_of<training_job>() {
    using it = training_job;
    static constexpr std::array rows{
        member<&it::training_job_name>("TrainingJobName"),
        member<&it::training_job_arn>("TrainingJobArn"),
        member<&it::tuning_job_arn>("TuningJobArn"),
        member<&it::labeling_job_arn>("LabelingJobArn"),
        member<&it::auto_ml_job_arn>("AutoMLJobArn"),
        member<&it::model_artifacts>("ModelArtifacts"),
        member<&it::training_job_status>("TrainingJobStatus", &enumerations::training_job_status),
        member<&it::secondary_status>("SecondaryStatus", &enumerations::secondary_status),
        member<&it::failure_reason>("FailureReason"),
        member<&it::hyper_parameters>("HyperParameters"),
        member<&it::algorithm_specification>("AlgorithmSpecification"),
        member<&it::role_arn>("RoleArn"),
        member<&it::input_data_config>("InputDataConfig"),
        member<&it::output_data_config>("OutputDataConfig"),
        member<&it::resource_config>("ResourceConfig"),
        member<&it::vpc_config>("VpcConfig"),
        member<&it::stopping_condition>("StoppingCondition"),
        member<&it::creation_time>("CreationTime"),
        member<&it::training_start_time>("TrainingStartTime"),
        member<&it::training_end_time>("TrainingEndTime"),
        member<&it::last_modified_time>("LastModifiedTime"),
        member<&it::secondary_status_transitions>("SecondaryStatusTransitions"),
        member<&it::final_metric_data_list>("FinalMetricDataList"),
        member<&it::enable_network_isolation>("EnableNetworkIsolation"),
        member<&it::enable_inter_container_traffic_encryption>(
            "EnableInterContainerTrafficEncryption"
        ),
        member<&it::enable_managed_spot_training>("EnableManagedSpotTraining"),
        member<&it::checkpoint_config>("CheckpointConfig"),
        member<&it::training_time_in_seconds>("TrainingTimeInSeconds"),
        member<&it::billable_time_in_seconds>("BillableTimeInSeconds"),
        member<&it::debug_hook_config>("DebugHookConfig"),
        member<&it::experiment_config>("ExperimentConfig"),
        member<&it::debug_rule_configurations>("DebugRuleConfigurations"),
        member<&it::tensor_board_output_config>("TensorBoardOutputConfig"),
        member<&it::debug_rule_evaluation_statuses>("DebugRuleEvaluationStatuses"),
        member<&it::profiler_config>("ProfilerConfig"),
        member<&it::profiler_rule_configurations>("ProfilerRuleConfigurations"),
        member<&it::profiler_rule_evaluation_statuses>("ProfilerRuleEvaluationStatuses"),
        member<&it::profiling_status>("ProfilingStatus", &enumerations::profiling_status),
        member<&it::retry_strategy>("RetryStrategy"),
        member<&it::environment>("Environment"),
        member<&it::warm_pool_status>("WarmPoolStatus"),
        member<&it::billable_token_count>("BillableTokenCount"),
        member<&it::infra_check_config>("InfraCheckConfig"),
        member<&it::mlflow_config>("MlflowConfig"),
        member<&it::mlflow_details>("MlflowDetails"),
        member<&it::model_package_config>("ModelPackageConfig"),
        member<&it::output_model_package_arn>("OutputModelPackageArn"),
        member<&it::progress_info>("ProgressInfo"),
        member<&it::remote_debug_config>("RemoteDebugConfig"),
        member<&it::serverless_job_config>("ServerlessJobConfig"),
    };
    static constexpr structure_table table{"DescribeTrainingJobResponse", rows};
    return table;
}

const structure_table& training_job_table() {
    return table_of<training_job>();
}

}  // namespace trainwatch::wire
