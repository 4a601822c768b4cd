#include "wire/training_job_enumerations.hpp"

#include <array>

namespace trainwatch::wire::enumerations {
namespace {

constexpr auto training_repository_access_mode_values = std::to_array<std::string_view>({
    "Platform",
    "Vpc",
});
constexpr auto training_input_mode_values = std::to_array<std::string_view>({
    "FastFile",
    "File",
    "Pipe",
});
constexpr auto processing_instance_type_values = std::to_array<std::string_view>({
    "ml.c4.2xlarge",   "ml.c4.4xlarge",    "ml.c4.8xlarge",    "ml.c4.xlarge",    "ml.c5.18xlarge",
    "ml.c5.2xlarge",   "ml.c5.4xlarge",    "ml.c5.9xlarge",    "ml.c5.xlarge",    "ml.c6i.12xlarge",
    "ml.c6i.16xlarge", "ml.c6i.24xlarge",  "ml.c6i.2xlarge",   "ml.c6i.32xlarge", "ml.c6i.4xlarge",
    "ml.c6i.8xlarge",  "ml.c6i.xlarge",    "ml.c7i.12xlarge",  "ml.c7i.16xlarge", "ml.c7i.24xlarge",
    "ml.c7i.2xlarge",  "ml.c7i.48xlarge",  "ml.c7i.4xlarge",   "ml.c7i.8xlarge",  "ml.c7i.large",
    "ml.c7i.xlarge",   "ml.c8i.12xlarge",  "ml.c8i.16xlarge",  "ml.c8i.24xlarge", "ml.c8i.2xlarge",
    "ml.c8i.32xlarge", "ml.c8i.48xlarge",  "ml.c8i.4xlarge",   "ml.c8i.8xlarge",  "ml.c8i.96xlarge",
    "ml.c8i.xlarge",   "ml.g4dn.12xlarge", "ml.g4dn.16xlarge", "ml.g4dn.2xlarge", "ml.g4dn.4xlarge",
    "ml.g4dn.8xlarge", "ml.g4dn.xlarge",   "ml.g5.12xlarge",   "ml.g5.16xlarge",  "ml.g5.24xlarge",
    "ml.g5.2xlarge",   "ml.g5.48xlarge",   "ml.g5.4xlarge",    "ml.g5.8xlarge",   "ml.g5.xlarge",
    "ml.g6.12xlarge",  "ml.g6.16xlarge",   "ml.g6.24xlarge",   "ml.g6.2xlarge",   "ml.g6.48xlarge",
    "ml.g6.4xlarge",   "ml.g6.8xlarge",    "ml.g6.xlarge",     "ml.g6e.12xlarge", "ml.g6e.16xlarge",
    "ml.g6e.24xlarge", "ml.g6e.2xlarge",   "ml.g6e.48xlarge",  "ml.g6e.4xlarge",  "ml.g6e.8xlarge",
    "ml.g6e.xlarge",   "ml.g7.12xlarge",   "ml.g7.24xlarge",   "ml.g7.2xlarge",   "ml.g7.48xlarge",
    "ml.g7.4xlarge",   "ml.g7.8xlarge",    "ml.g7e.12xlarge",  "ml.g7e.24xlarge", "ml.g7e.2xlarge",
    "ml.g7e.48xlarge", "ml.g7e.4xlarge",   "ml.g7e.8xlarge",   "ml.m4.10xlarge",  "ml.m4.16xlarge",
    "ml.m4.2xlarge",   "ml.m4.4xlarge",    "ml.m4.xlarge",     "ml.m5.12xlarge",  "ml.m5.24xlarge",
    "ml.m5.2xlarge",   "ml.m5.4xlarge",    "ml.m5.large",      "ml.m5.xlarge",    "ml.m6i.12xlarge",
    "ml.m6i.16xlarge", "ml.m6i.24xlarge",  "ml.m6i.2xlarge",   "ml.m6i.32xlarge", "ml.m6i.4xlarge",
    "ml.m6i.8xlarge",  "ml.m6i.large",     "ml.m6i.xlarge",    "ml.m7i.12xlarge", "ml.m7i.16xlarge",
    "ml.m7i.24xlarge", "ml.m7i.2xlarge",   "ml.m7i.48xlarge",  "ml.m7i.4xlarge",  "ml.m7i.8xlarge",
    "ml.m7i.large",    "ml.m7i.xlarge",    "ml.m8i.12xlarge",  "ml.m8i.16xlarge", "ml.m8i.24xlarge",
    "ml.m8i.2xlarge",  "ml.m8i.32xlarge",  "ml.m8i.48xlarge",  "ml.m8i.4xlarge",  "ml.m8i.8xlarge",
    "ml.m8i.96xlarge", "ml.m8i.large",     "ml.m8i.xlarge",    "ml.p2.16xlarge",  "ml.p2.8xlarge",
    "ml.p2.xlarge",    "ml.p3.16xlarge",   "ml.p3.2xlarge",    "ml.p3.8xlarge",   "ml.p5.4xlarge",
    "ml.r5.12xlarge",  "ml.r5.16xlarge",   "ml.r5.24xlarge",   "ml.r5.2xlarge",   "ml.r5.4xlarge",
    "ml.r5.8xlarge",   "ml.r5.large",      "ml.r5.xlarge",     "ml.r5d.12xlarge", "ml.r5d.16xlarge",
    "ml.r5d.24xlarge", "ml.r5d.2xlarge",   "ml.r5d.4xlarge",   "ml.r5d.8xlarge",  "ml.r5d.large",
    "ml.r5d.xlarge",   "ml.r6i.12xlarge",  "ml.r6i.16xlarge",  "ml.r6i.24xlarge", "ml.r6i.2xlarge",
    "ml.r6i.32xlarge", "ml.r6i.4xlarge",   "ml.r6i.8xlarge",   "ml.r6i.large",    "ml.r6i.xlarge",
    "ml.r7i.12xlarge", "ml.r7i.16xlarge",  "ml.r7i.24xlarge",  "ml.r7i.2xlarge",  "ml.r7i.48xlarge",
    "ml.r7i.4xlarge",  "ml.r7i.8xlarge",   "ml.r7i.large",     "ml.r7i.xlarge",   "ml.r8i.12xlarge",
    "ml.r8i.16xlarge", "ml.r8i.24xlarge",  "ml.r8i.2xlarge",   "ml.r8i.32xlarge", "ml.r8i.48xlarge",
    "ml.r8i.4xlarge",  "ml.r8i.8xlarge",   "ml.r8i.96xlarge",  "ml.r8i.large",    "ml.r8i.xlarge",
    "ml.t3.2xlarge",   "ml.t3.large",      "ml.t3.medium",     "ml.t3.xlarge",
});
constexpr auto rule_evaluation_status_values = std::to_array<std::string_view>({
    "Error",
    "InProgress",
    "IssuesFound",
    "NoIssuesFound",
    "Stopped",
    "Stopping",
});
constexpr auto file_system_access_mode_values = std::to_array<std::string_view>({
    "ro",
    "rw",
});
constexpr auto file_system_type_values = std::to_array<std::string_view>({
    "EFS",
    "FSxLustre",
});
constexpr auto s3_data_type_values = std::to_array<std::string_view>({
    "AugmentedManifestFile",
    "Converse",
    "ManifestFile",
    "S3Prefix",
});
constexpr auto s3_data_distribution_values = std::to_array<std::string_view>({
    "FullyReplicated",
    "ShardedByS3Key",
});
constexpr auto compression_type_values = std::to_array<std::string_view>({
    "Gzip",
    "None",
});
constexpr auto record_wrapper_values = std::to_array<std::string_view>({
    "None",
    "RecordIO",
});
constexpr auto output_compression_type_values = std::to_array<std::string_view>({
    "GZIP",
    "NONE",
});
constexpr auto training_instance_type_values = std::to_array<std::string_view>({
    "ml.c4.2xlarge",       "ml.c4.4xlarge",       "ml.c4.8xlarge",         "ml.c4.xlarge",
    "ml.c5.18xlarge",      "ml.c5.2xlarge",       "ml.c5.4xlarge",         "ml.c5.9xlarge",
    "ml.c5.xlarge",        "ml.c5n.18xlarge",     "ml.c5n.2xlarge",        "ml.c5n.4xlarge",
    "ml.c5n.9xlarge",      "ml.c5n.xlarge",       "ml.c6i.12xlarge",       "ml.c6i.16xlarge",
    "ml.c6i.24xlarge",     "ml.c6i.2xlarge",      "ml.c6i.32xlarge",       "ml.c6i.4xlarge",
    "ml.c6i.8xlarge",      "ml.c6i.xlarge",       "ml.c7i.12xlarge",       "ml.c7i.16xlarge",
    "ml.c7i.24xlarge",     "ml.c7i.2xlarge",      "ml.c7i.48xlarge",       "ml.c7i.4xlarge",
    "ml.c7i.8xlarge",      "ml.c7i.large",        "ml.c7i.xlarge",         "ml.c8i.12xlarge",
    "ml.c8i.16xlarge",     "ml.c8i.24xlarge",     "ml.c8i.2xlarge",        "ml.c8i.32xlarge",
    "ml.c8i.48xlarge",     "ml.c8i.4xlarge",      "ml.c8i.8xlarge",        "ml.c8i.96xlarge",
    "ml.c8i.xlarge",       "ml.g4dn.12xlarge",    "ml.g4dn.16xlarge",      "ml.g4dn.2xlarge",
    "ml.g4dn.4xlarge",     "ml.g4dn.8xlarge",     "ml.g4dn.xlarge",        "ml.g5.12xlarge",
    "ml.g5.16xlarge",      "ml.g5.24xlarge",      "ml.g5.2xlarge",         "ml.g5.48xlarge",
    "ml.g5.4xlarge",       "ml.g5.8xlarge",       "ml.g5.xlarge",          "ml.g6.12xlarge",
    "ml.g6.16xlarge",      "ml.g6.24xlarge",      "ml.g6.2xlarge",         "ml.g6.48xlarge",
    "ml.g6.4xlarge",       "ml.g6.8xlarge",       "ml.g6.xlarge",          "ml.g6e.12xlarge",
    "ml.g6e.16xlarge",     "ml.g6e.24xlarge",     "ml.g6e.2xlarge",        "ml.g6e.48xlarge",
    "ml.g6e.4xlarge",      "ml.g6e.8xlarge",      "ml.g6e.xlarge",         "ml.g7.12xlarge",
    "ml.g7.24xlarge",      "ml.g7.2xlarge",       "ml.g7.48xlarge",        "ml.g7.4xlarge",
    "ml.g7.8xlarge",       "ml.g7e.12xlarge",     "ml.g7e.24xlarge",       "ml.g7e.2xlarge",
    "ml.g7e.48xlarge",     "ml.g7e.4xlarge",      "ml.g7e.8xlarge",        "ml.m4.10xlarge",
    "ml.m4.16xlarge",      "ml.m4.2xlarge",       "ml.m4.4xlarge",         "ml.m4.xlarge",
    "ml.m5.12xlarge",      "ml.m5.24xlarge",      "ml.m5.2xlarge",         "ml.m5.4xlarge",
    "ml.m5.large",         "ml.m5.xlarge",        "ml.m6i.12xlarge",       "ml.m6i.16xlarge",
    "ml.m6i.24xlarge",     "ml.m6i.2xlarge",      "ml.m6i.32xlarge",       "ml.m6i.4xlarge",
    "ml.m6i.8xlarge",      "ml.m6i.large",        "ml.m6i.xlarge",         "ml.m7i.12xlarge",
    "ml.m7i.16xlarge",     "ml.m7i.24xlarge",     "ml.m7i.2xlarge",        "ml.m7i.48xlarge",
    "ml.m7i.4xlarge",      "ml.m7i.8xlarge",      "ml.m7i.large",          "ml.m7i.xlarge",
    "ml.m8i.12xlarge",     "ml.m8i.16xlarge",     "ml.m8i.24xlarge",       "ml.m8i.2xlarge",
    "ml.m8i.32xlarge",     "ml.m8i.48xlarge",     "ml.m8i.4xlarge",        "ml.m8i.8xlarge",
    "ml.m8i.96xlarge",     "ml.m8i.large",        "ml.m8i.xlarge",         "ml.p2.16xlarge",
    "ml.p2.8xlarge",       "ml.p2.xlarge",        "ml.p3.16xlarge",        "ml.p3.2xlarge",
    "ml.p3.8xlarge",       "ml.p3dn.24xlarge",    "ml.p4d.24xlarge",       "ml.p4de.24xlarge",
    "ml.p5.48xlarge",      "ml.p5.4xlarge",       "ml.p5e.48xlarge",       "ml.p5en.48xlarge",
    "ml.p6-b200.48xlarge", "ml.p6-b300.48xlarge", "ml.p6e-gb200.36xlarge", "ml.r5.12xlarge",
    "ml.r5.16xlarge",      "ml.r5.24xlarge",      "ml.r5.2xlarge",         "ml.r5.4xlarge",
    "ml.r5.8xlarge",       "ml.r5.large",         "ml.r5.xlarge",          "ml.r5d.12xlarge",
    "ml.r5d.16xlarge",     "ml.r5d.24xlarge",     "ml.r5d.2xlarge",        "ml.r5d.4xlarge",
    "ml.r5d.8xlarge",      "ml.r5d.large",        "ml.r5d.xlarge",         "ml.r6i.12xlarge",
    "ml.r6i.16xlarge",     "ml.r6i.24xlarge",     "ml.r6i.2xlarge",        "ml.r6i.32xlarge",
    "ml.r6i.4xlarge",      "ml.r6i.8xlarge",      "ml.r6i.large",          "ml.r6i.xlarge",
    "ml.r7i.12xlarge",     "ml.r7i.16xlarge",     "ml.r7i.24xlarge",       "ml.r7i.2xlarge",
    "ml.r7i.48xlarge",     "ml.r7i.4xlarge",      "ml.r7i.8xlarge",        "ml.r7i.large",
    "ml.r7i.xlarge",       "ml.r8i.12xlarge",     "ml.r8i.16xlarge",       "ml.r8i.24xlarge",
    "ml.r8i.2xlarge",      "ml.r8i.32xlarge",     "ml.r8i.48xlarge",       "ml.r8i.4xlarge",
    "ml.r8i.8xlarge",      "ml.r8i.96xlarge",     "ml.r8i.large",          "ml.r8i.xlarge",
    "ml.t3.2xlarge",       "ml.t3.large",         "ml.t3.medium",          "ml.t3.xlarge",
    "ml.trn1.2xlarge",     "ml.trn1.32xlarge",    "ml.trn1n.32xlarge",     "ml.trn2.48xlarge",
});
constexpr auto secondary_status_values = std::to_array<std::string_view>({
    "Completed",
    "Downloading",
    "DownloadingTrainingImage",
    "Failed",
    "Interrupted",
    "LaunchingMLInstances",
    "MaxRuntimeExceeded",
    "MaxWaitTimeExceeded",
    "Pending",
    "PreparingTrainingStack",
    "Restarting",
    "Starting",
    "Stopped",
    "Stopping",
    "Training",
    "Updating",
    "Uploading",
});
constexpr auto customization_technique_values = std::to_array<std::string_view>({
    "DPO",
    "RLAIF",
    "RLVR",
    "SFT",
});
constexpr auto evaluation_type_values = std::to_array<std::string_view>({
    "BenchmarkEvaluation",
    "CustomScorerEvaluation",
    "LLMAJEvaluation",
});
constexpr auto serverless_job_type_values = std::to_array<std::string_view>({
    "Evaluation",
    "FineTuning",
});
constexpr auto peft_values = std::to_array<std::string_view>({
    "LORA",
});
constexpr auto warm_pool_resource_status_values = std::to_array<std::string_view>({
    "Available",
    "InUse",
    "Reused",
    "Terminated",
});
constexpr auto training_job_status_values = std::to_array<std::string_view>({
    "Completed",
    "Deleting",
    "Failed",
    "InProgress",
    "Stopped",
    "Stopping",
});
constexpr auto profiling_status_values = std::to_array<std::string_view>({
    "Disabled",
    "Enabled",
});

template <std::size_t Size>
consteval std::span<const std::string_view> sorted(const std::array<std::string_view, Size>& values
) {
    if (!std::is_sorted(values.begin(), values.end())) throw "the values are not sorted";
    return values;
}

}  // namespace

constinit const enumeration training_repository_access_mode{
    "TrainingRepositoryAccessMode", sorted(training_repository_access_mode_values)};
constinit const enumeration training_input_mode{
    "TrainingInputMode", sorted(training_input_mode_values)};
constinit const enumeration processing_instance_type{
    "ProcessingInstanceType", sorted(processing_instance_type_values)};
constinit const enumeration rule_evaluation_status{
    "RuleEvaluationStatus", sorted(rule_evaluation_status_values)};
constinit const enumeration file_system_access_mode{
    "FileSystemAccessMode", sorted(file_system_access_mode_values)};
constinit const enumeration file_system_type{"FileSystemType", sorted(file_system_type_values)};
constinit const enumeration s3_data_type{"S3DataType", sorted(s3_data_type_values)};
constinit const enumeration s3_data_distribution{
    "S3DataDistribution", sorted(s3_data_distribution_values)};
constinit const enumeration compression_type{"CompressionType", sorted(compression_type_values)};
constinit const enumeration record_wrapper{"RecordWrapper", sorted(record_wrapper_values)};
constinit const enumeration output_compression_type{
    "OutputCompressionType", sorted(output_compression_type_values)};
constinit const enumeration training_instance_type{
    "TrainingInstanceType", sorted(training_instance_type_values)};
constinit const enumeration secondary_status{"SecondaryStatus", sorted(secondary_status_values)};
constinit const enumeration customization_technique{
    "CustomizationTechnique", sorted(customization_technique_values)};
constinit const enumeration evaluation_type{"EvaluationType", sorted(evaluation_type_values)};
constinit const enumeration serverless_job_type{
    "ServerlessJobType", sorted(serverless_job_type_values)};
constinit const enumeration peft{"Peft", sorted(peft_values)};
constinit const enumeration warm_pool_resource_status{
    "WarmPoolResourceStatus", sorted(warm_pool_resource_status_values)};
constinit const enumeration training_job_status{
    "TrainingJobStatus", sorted(training_job_status_values)};
constinit const enumeration profiling_status{"ProfilingStatus", sorted(profiling_status_values)};

}  // namespace trainwatch::wire::enumerations
