// An answer that has every member of the API, and each of them where it belongs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/wire/vector_files.hpp"
#include "wire/training_job_reader.hpp"

namespace trainwatch::wire::training_job_everything_test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

TEST(training_job, every_member_of_the_api_is_read_into_its_place) {
    const auto document = read_file(TRAINWATCH_TESTS_DIR "/vectors/describe_page/everything.json");
    training_job_answer answer;
    ASSERT_FALSE(read_training_job(document, answer));
    EXPECT_THAT(answer.unknown, IsEmpty());
    const auto& job = answer.job;
    EXPECT_EQ(job.training_job_name, "everything");
    EXPECT_EQ(
        job.training_job_arn, "arn:aws:sagemaker:eu-west-1:111122223333:training-job/everything"
    );
    EXPECT_EQ(job.tuning_job_arn, "TuningJobArn 3");
    EXPECT_EQ(job.labeling_job_arn, "LabelingJobArn 4");
    EXPECT_EQ(job.auto_ml_job_arn, "AutoMLJobArn 5");
    EXPECT_EQ(job.model_artifacts->s3_model_artifacts, "S3ModelArtifacts 6");
    EXPECT_EQ(job.training_job_status, "Stopping");
    EXPECT_EQ(job.secondary_status, "Uploading");
    EXPECT_EQ(job.failure_reason, "FailureReason 9");
    EXPECT_THAT(
        job.hyper_parameters,
        ElementsAre(
            Pair("HyperParameters key", "HyperParameters 10"), Pair("HyperParameters other", "")
        )
    );
    EXPECT_EQ(job.algorithm_specification->training_image, "TrainingImage 11");
    EXPECT_EQ(job.algorithm_specification->algorithm_name, "AlgorithmName 12");
    EXPECT_EQ(job.algorithm_specification->training_input_mode, "Pipe");
    EXPECT_EQ(job.algorithm_specification->metric_definitions.at(0).name, "Name 14");
    EXPECT_EQ(job.algorithm_specification->metric_definitions.at(0).regex, "Regex 15");
    EXPECT_EQ(job.algorithm_specification->metric_definitions.size(), 1U);
    EXPECT_EQ(job.algorithm_specification->enable_sagemaker_metrics_time_series, false);
    EXPECT_THAT(
        job.algorithm_specification->container_entrypoint,
        ElementsAre("ContainerEntrypoint 17", "ContainerEntrypoint 18")
    );
    EXPECT_THAT(
        job.algorithm_specification->container_arguments,
        ElementsAre("ContainerArguments 19", "ContainerArguments 20")
    );
    EXPECT_EQ(
        job.algorithm_specification->training_image_config->training_repository_access_mode, "Vpc"
    );
    EXPECT_EQ(
        job.algorithm_specification->training_image_config->training_repository_auth_config
            ->training_repository_credentials_provider_arn,
        "TrainingRepositoryCredentialsProviderArn 22"
    );
    EXPECT_EQ(job.role_arn, "RoleArn 23");
    EXPECT_EQ(job.input_data_config.at(0).channel_name, "ChannelName 24");
    EXPECT_EQ(job.input_data_config.at(0).data_source->s3_data_source->s3_data_type, "S3Prefix");
    EXPECT_EQ(job.input_data_config.at(0).data_source->s3_data_source->s3_uri, "S3Uri 26");
    EXPECT_EQ(
        job.input_data_config.at(0).data_source->s3_data_source->s3_data_distribution_type,
        "ShardedByS3Key"
    );
    EXPECT_THAT(
        job.input_data_config.at(0).data_source->s3_data_source->attribute_names,
        ElementsAre("AttributeNames 28", "AttributeNames 29")
    );
    EXPECT_THAT(
        job.input_data_config.at(0).data_source->s3_data_source->instance_group_names,
        ElementsAre("InstanceGroupNames 30", "InstanceGroupNames 31")
    );
    EXPECT_EQ(
        job.input_data_config.at(0).data_source->s3_data_source->hub_access_config->hub_content_arn,
        "HubContentArn 32"
    );
    EXPECT_EQ(
        job.input_data_config.at(0).data_source->s3_data_source->model_access_config->accept_eula,
        true
    );
    EXPECT_EQ(
        job.input_data_config.at(0).data_source->file_system_data_source->file_system_id,
        "FileSystemId 34"
    );
    EXPECT_EQ(
        job.input_data_config.at(0).data_source->file_system_data_source->file_system_access_mode,
        "rw"
    );
    EXPECT_EQ(
        job.input_data_config.at(0).data_source->file_system_data_source->file_system_type,
        "FSxLustre"
    );
    EXPECT_EQ(
        job.input_data_config.at(0).data_source->file_system_data_source->directory_path,
        "DirectoryPath 37"
    );
    EXPECT_EQ(
        job.input_data_config.at(0).data_source->dataset_source->dataset_arn, "DatasetArn 38"
    );
    EXPECT_EQ(job.input_data_config.at(0).content_type, "ContentType 39");
    EXPECT_EQ(job.input_data_config.at(0).compression_type, "None");
    EXPECT_EQ(job.input_data_config.at(0).record_wrapper_type, "RecordIO");
    EXPECT_EQ(job.input_data_config.at(0).input_mode, "Pipe");
    EXPECT_EQ(job.input_data_config.at(0).shuffle_config->seed, 1043);
    EXPECT_EQ(job.input_data_config.size(), 1U);
    EXPECT_EQ(job.output_data_config->kms_key_id, "KmsKeyId 44");
    EXPECT_EQ(job.output_data_config->s3_output_path, "S3OutputPath 45");
    EXPECT_EQ(job.output_data_config->compression_type, "NONE");
    EXPECT_EQ(job.resource_config->instance_type, "ml.trn2.48xlarge");
    EXPECT_EQ(job.resource_config->instance_count, 1048);
    EXPECT_EQ(job.resource_config->volume_size_in_gb, 1049);
    EXPECT_EQ(job.resource_config->volume_kms_key_id, "VolumeKmsKeyId 50");
    EXPECT_EQ(job.resource_config->instance_groups.at(0).instance_type, "ml.trn2.48xlarge");
    EXPECT_EQ(job.resource_config->instance_groups.at(0).instance_count, 1052);
    EXPECT_EQ(
        job.resource_config->instance_groups.at(0).instance_group_name, "InstanceGroupName 53"
    );
    EXPECT_EQ(job.resource_config->instance_groups.size(), 1U);
    EXPECT_EQ(job.resource_config->keep_alive_period_in_seconds, 1054);
    EXPECT_EQ(job.resource_config->instance_placement_config->enable_multiple_jobs, true);
    EXPECT_EQ(
        job.resource_config->instance_placement_config->placement_specifications.at(0)
            .instance_count,
        1056
    );
    EXPECT_EQ(
        job.resource_config->instance_placement_config->placement_specifications.at(0)
            .ultra_server_id,
        "UltraServerId 57"
    );
    EXPECT_EQ(job.resource_config->instance_placement_config->placement_specifications.size(), 1U);
    EXPECT_EQ(job.resource_config->training_plan_arn, "TrainingPlanArn 58");
    EXPECT_EQ(job.resource_config->instance_preferences.at(0).instance_type, "ml.trn2.48xlarge");
    EXPECT_EQ(job.resource_config->instance_preferences.at(0).instance_count, 1060);
    EXPECT_THAT(
        job.resource_config->instance_preferences.at(0).training_plan_arns,
        ElementsAre("TrainingPlanArns 61", "TrainingPlanArns 62")
    );
    EXPECT_EQ(job.resource_config->instance_preferences.size(), 1U);
    EXPECT_EQ(job.resource_config->selected_instance_type, "ml.trn2.48xlarge");
    EXPECT_EQ(job.resource_config->selected_instance_count, 1064);
    EXPECT_THAT(
        job.vpc_config->security_group_ids,
        ElementsAre("SecurityGroupIds 65", "SecurityGroupIds 66")
    );
    EXPECT_THAT(job.vpc_config->subnets, ElementsAre("Subnets 67", "Subnets 68"));
    EXPECT_EQ(job.stopping_condition->max_runtime_in_seconds, 1069);
    EXPECT_EQ(job.stopping_condition->max_wait_time_in_seconds, 1070);
    EXPECT_EQ(job.stopping_condition->max_pending_time_in_seconds, 1071);
    EXPECT_EQ(job.creation_time, from_unix_milliseconds(1763890072125));
    EXPECT_EQ(job.training_start_time, from_unix_milliseconds(1763890073125));
    EXPECT_EQ(job.training_end_time, from_unix_milliseconds(1763890074125));
    EXPECT_EQ(job.last_modified_time, from_unix_milliseconds(1763890075125));
    EXPECT_EQ(job.secondary_status_transitions.at(0).status, "Uploading");
    EXPECT_EQ(
        job.secondary_status_transitions.at(0).start_time, from_unix_milliseconds(1763890077125)
    );
    EXPECT_EQ(
        job.secondary_status_transitions.at(0).end_time, from_unix_milliseconds(1763890078125)
    );
    EXPECT_EQ(job.secondary_status_transitions.at(0).status_message, "StatusMessage 79");
    EXPECT_EQ(job.secondary_status_transitions.size(), 1U);
    EXPECT_EQ(job.final_metric_data_list.at(0).metric_name, "MetricName 80");
    EXPECT_EQ(job.final_metric_data_list.at(0).value, 81.25);
    EXPECT_EQ(job.final_metric_data_list.at(0).timestamp, from_unix_milliseconds(1763890082125));
    EXPECT_EQ(job.final_metric_data_list.size(), 1U);
    EXPECT_EQ(job.enable_network_isolation, true);
    EXPECT_EQ(job.enable_inter_container_traffic_encryption, false);
    EXPECT_EQ(job.enable_managed_spot_training, true);
    EXPECT_EQ(job.checkpoint_config->s3_uri, "S3Uri 86");
    EXPECT_EQ(job.checkpoint_config->local_path, "LocalPath 87");
    EXPECT_EQ(job.training_time_in_seconds, 1088);
    EXPECT_EQ(job.billable_time_in_seconds, 1089);
    EXPECT_EQ(job.debug_hook_config->local_path, "LocalPath 90");
    EXPECT_EQ(job.debug_hook_config->s3_output_path, "S3OutputPath 91");
    EXPECT_THAT(
        job.debug_hook_config->hook_parameters,
        ElementsAre(
            Pair("HookParameters key", "HookParameters 92"), Pair("HookParameters other", "")
        )
    );
    EXPECT_EQ(
        job.debug_hook_config->collection_configurations.at(0).collection_name, "CollectionName 93"
    );
    EXPECT_THAT(
        job.debug_hook_config->collection_configurations.at(0).collection_parameters,
        ElementsAre(
            Pair("CollectionParameters key", "CollectionParameters 94"),
            Pair("CollectionParameters other", "")
        )
    );
    EXPECT_EQ(job.debug_hook_config->collection_configurations.size(), 1U);
    EXPECT_EQ(job.experiment_config->experiment_name, "ExperimentName 95");
    EXPECT_EQ(job.experiment_config->trial_name, "TrialName 96");
    EXPECT_EQ(job.experiment_config->trial_component_display_name, "TrialComponentDisplayName 97");
    EXPECT_EQ(job.experiment_config->run_name, "RunName 98");
    EXPECT_EQ(
        job.debug_rule_configurations.at(0).rule_configuration_name, "RuleConfigurationName 99"
    );
    EXPECT_EQ(job.debug_rule_configurations.at(0).local_path, "LocalPath 100");
    EXPECT_EQ(job.debug_rule_configurations.at(0).s3_output_path, "S3OutputPath 101");
    EXPECT_EQ(job.debug_rule_configurations.at(0).rule_evaluator_image, "RuleEvaluatorImage 102");
    EXPECT_EQ(job.debug_rule_configurations.at(0).instance_type, "ml.t3.xlarge");
    EXPECT_EQ(job.debug_rule_configurations.at(0).volume_size_in_gb, 1104);
    EXPECT_THAT(
        job.debug_rule_configurations.at(0).rule_parameters,
        ElementsAre(
            Pair("RuleParameters key", "RuleParameters 105"), Pair("RuleParameters other", "")
        )
    );
    EXPECT_EQ(job.debug_rule_configurations.size(), 1U);
    EXPECT_EQ(job.tensor_board_output_config->local_path, "LocalPath 106");
    EXPECT_EQ(job.tensor_board_output_config->s3_output_path, "S3OutputPath 107");
    EXPECT_EQ(
        job.debug_rule_evaluation_statuses.at(0).rule_configuration_name,
        "RuleConfigurationName 108"
    );
    EXPECT_EQ(
        job.debug_rule_evaluation_statuses.at(0).rule_evaluation_job_arn, "RuleEvaluationJobArn 109"
    );
    EXPECT_EQ(job.debug_rule_evaluation_statuses.at(0).rule_evaluation_status, "Stopping");
    EXPECT_EQ(job.debug_rule_evaluation_statuses.at(0).status_details, "StatusDetails 111");
    EXPECT_EQ(
        job.debug_rule_evaluation_statuses.at(0).last_modified_time,
        from_unix_milliseconds(1763890112125)
    );
    EXPECT_EQ(job.debug_rule_evaluation_statuses.size(), 1U);
    EXPECT_EQ(job.profiler_config->s3_output_path, "S3OutputPath 113");
    EXPECT_EQ(job.profiler_config->profiling_interval_in_milliseconds, 1114);
    EXPECT_THAT(
        job.profiler_config->profiling_parameters,
        ElementsAre(
            Pair("ProfilingParameters key", "ProfilingParameters 115"),
            Pair("ProfilingParameters other", "")
        )
    );
    EXPECT_EQ(job.profiler_config->disable_profiler, false);
    EXPECT_EQ(
        job.profiler_rule_configurations.at(0).rule_configuration_name, "RuleConfigurationName 117"
    );
    EXPECT_EQ(job.profiler_rule_configurations.at(0).local_path, "LocalPath 118");
    EXPECT_EQ(job.profiler_rule_configurations.at(0).s3_output_path, "S3OutputPath 119");
    EXPECT_EQ(
        job.profiler_rule_configurations.at(0).rule_evaluator_image, "RuleEvaluatorImage 120"
    );
    EXPECT_EQ(job.profiler_rule_configurations.at(0).instance_type, "ml.t3.xlarge");
    EXPECT_EQ(job.profiler_rule_configurations.at(0).volume_size_in_gb, 1122);
    EXPECT_THAT(
        job.profiler_rule_configurations.at(0).rule_parameters,
        ElementsAre(
            Pair("RuleParameters key", "RuleParameters 123"), Pair("RuleParameters other", "")
        )
    );
    EXPECT_EQ(job.profiler_rule_configurations.size(), 1U);
    EXPECT_EQ(
        job.profiler_rule_evaluation_statuses.at(0).rule_configuration_name,
        "RuleConfigurationName 124"
    );
    EXPECT_EQ(
        job.profiler_rule_evaluation_statuses.at(0).rule_evaluation_job_arn,
        "RuleEvaluationJobArn 125"
    );
    EXPECT_EQ(job.profiler_rule_evaluation_statuses.at(0).rule_evaluation_status, "Stopping");
    EXPECT_EQ(job.profiler_rule_evaluation_statuses.at(0).status_details, "StatusDetails 127");
    EXPECT_EQ(
        job.profiler_rule_evaluation_statuses.at(0).last_modified_time,
        from_unix_milliseconds(1763890128125)
    );
    EXPECT_EQ(job.profiler_rule_evaluation_statuses.size(), 1U);
    EXPECT_EQ(job.profiling_status, "Enabled");
    EXPECT_EQ(job.retry_strategy->maximum_retry_attempts, 1130);
    EXPECT_THAT(
        job.environment,
        ElementsAre(Pair("Environment key", "Environment 131"), Pair("Environment other", ""))
    );
    EXPECT_EQ(job.warm_pool_status->status, "Terminated");
    EXPECT_EQ(job.warm_pool_status->resource_retained_billable_time_in_seconds, 1133);
    EXPECT_EQ(job.warm_pool_status->reused_by_job, "ReusedByJob 134");
    EXPECT_EQ(job.billable_token_count, 1135);
    EXPECT_EQ(job.infra_check_config->enable_infra_check, false);
    EXPECT_EQ(job.mlflow_config->mlflow_experiment_name, "MlflowExperimentName 137");
    EXPECT_EQ(job.mlflow_config->mlflow_resource_arn, "MlflowResourceArn 138");
    EXPECT_EQ(job.mlflow_config->mlflow_run_name, "MlflowRunName 139");
    EXPECT_EQ(job.mlflow_details->mlflow_experiment_id, "MlflowExperimentId 140");
    EXPECT_EQ(job.mlflow_details->mlflow_run_id, "MlflowRunId 141");
    EXPECT_EQ(job.model_package_config->model_package_group_arn, "ModelPackageGroupArn 142");
    EXPECT_EQ(job.model_package_config->source_model_package_arn, "SourceModelPackageArn 143");
    EXPECT_EQ(job.output_model_package_arn, "OutputModelPackageArn 144");
    EXPECT_EQ(job.progress_info->current_epoch, 1145);
    EXPECT_EQ(job.progress_info->current_step, 1146);
    EXPECT_EQ(job.progress_info->max_epoch, 1147);
    EXPECT_EQ(job.progress_info->total_step_count_per_epoch, 1148);
    EXPECT_EQ(job.remote_debug_config->enable_remote_debug, true);
    EXPECT_EQ(job.serverless_job_config->accept_eula, false);
    EXPECT_EQ(job.serverless_job_config->base_model_arn, "BaseModelArn 151");
    EXPECT_EQ(job.serverless_job_config->customization_technique, "SFT");
    EXPECT_EQ(job.serverless_job_config->evaluation_type, "LLMAJEvaluation");
    EXPECT_EQ(job.serverless_job_config->evaluator_arn, "EvaluatorArn 154");
    EXPECT_EQ(job.serverless_job_config->job_type, "FineTuning");
    EXPECT_EQ(job.serverless_job_config->peft, "LORA");
    EXPECT_EQ(job.serverless_job_config->sequence_length, "SequenceLength 157");
}

}  // namespace
}  // namespace trainwatch::wire::training_job_everything_test
