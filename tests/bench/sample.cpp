#include "tests/bench/sample.hpp"

#include <array>

namespace trainwatch::bench {
namespace {

std::string transitions() {
    constexpr std::array<const char*, 12> phases{
        "Starting",
        "Downloading",
        "Training",
        "Interrupted",
        "Starting",
        "Downloading",
        "Training",
        "Interrupted",
        "Starting",
        "Downloading",
        "Training",
        "Uploading"};
    std::string text;
    for (std::size_t i = 0; i < phases.size(); ++i) {
        const std::string start = std::to_string(1763890000 + 100 * i) + ".123";
        const std::string end = std::to_string(1763890100 + 100 * i) + ".123";
        text += (i == 0 ? "" : ",");
        text += R"({"Status":")" + std::string(phases[i]) + R"(","StartTime":)" + start;
        if (i + 1 < phases.size()) text += R"(,"EndTime":)" + end;
        text += R"(,"StatusMessage":"The job is in this phase, as its message says"})";
    }
    return text;
}

}  // namespace

std::string sample_answer() {
    const std::string name = sample_job;
    std::string text = R"({"TrainingJobName":")" + name +
        R"(","TrainingJobArn":"arn:aws:sagemaker:eu-west-1:111122223333:training-job/)" + name +
        R"(","TrainingJobStatus":"InProgress","SecondaryStatus":"Uploading",)";
    text += R"("HyperParameters":{)";
    for (int i = 0; i < 20; ++i) {
        text += (i == 0 ? "\"" : ",\"");
        text +=
            "parameter_" + std::to_string(i) + R"(":"\"value )" + std::to_string(i * 37) + "\\\"\"";
    }
    text += R"(},"AlgorithmSpecification":{"TrainingImage":"111122223333.dkr.ecr.eu-west-1.)"
            R"(amazonaws.com/pytorch-training:2.4-gpu","TrainingInputMode":"File",)"
            R"("MetricDefinitions":[{"Name":"train:loss","Regex":"loss=([0-9\\.]+)"
},)"
            R"({"Name":"validation:accuracy","Regex":"acc=([0-9\\.]+)"
}],)"
            R"("EnableSageMakerMetricsTimeSeries":false},)"
            R"("RoleArn":"arn:aws:iam::111122223333:role/service-role/Training",)"
            R"("InputDataConfig":[{"ChannelName":"train","DataSource":{"S3DataSource":)"
            R"({"S3DataType":"S3Prefix","S3Uri":"s3://example-bucket/train",)"
            R"("S3DataDistributionType":"FullyReplicated"}},"CompressionType":"None"}],)"
            R"("OutputDataConfig":{"KmsKeyId":"","S3OutputPath":"s3://example-bucket/out"},)"
            R"("ResourceConfig":{"InstanceType":"ml.p4d.24xlarge","InstanceCount":8,)"
            R"("VolumeSizeInGB":500},"StoppingCondition":{"MaxRuntimeInSeconds":86400,)"
            R"("MaxWaitTimeInSeconds":172800},"CreationTime":1763890000.123,)"
            R"("TrainingStartTime":1763890200.123,"LastModifiedTime":1763891105.5,)"
            R"("SecondaryStatusTransitions":[)" +
            transitions() +
            R"(],"FinalMetricDataList":[{"MetricName":"train:loss","Value":0.123,)"
            R"("Timestamp":1763891000},{"MetricName":"validation:accuracy","Value":0.91,)"
            R"("Timestamp":1763891000}],"EnableNetworkIsolation":false,)"
            R"("EnableInterContainerTrafficEncryption":false,"EnableManagedSpotTraining":true,)"
            R"("CheckpointConfig":{"S3Uri":"s3://example-bucket/checkpoints"},)"
            R"("TrainingTimeInSeconds":900,"ProfilingStatus":"Disabled"})";
return text;
}

}  // namespace trainwatch::bench
