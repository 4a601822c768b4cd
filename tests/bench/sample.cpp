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
    std::string text = R"j({"TrainingJobName":")j" + name +
        R"j(","TrainingJobArn":"arn:aws:sagemaker:eu-west-1:111122223333:training-job/)j" + name +
        R"j(","TrainingJobStatus":"InProgress","SecondaryStatus":"Uploading",)j";
    text += R"j("HyperParameters":{)j";
    for (int i = 0; i < 20; ++i) {
        text += i == 0 ? "" : ",";
        text += "\"parameter_" + std::to_string(i) + "\":\"value " + std::to_string(i * 37) + "\"";
    }
    text += R"j(},"AlgorithmSpecification":{
        "TrainingImage":"111122223333.dkr.ecr.eu-west-1.amazonaws.com/pytorch-training:2.4-gpu",
        "TrainingInputMode":"File","MetricDefinitions":[
        {"Name":"train:loss","Regex":"loss=([0-9\\.]+)"},
        {"Name":"validation:accuracy","Regex":"acc=([0-9\\.]+)"}],
        "EnableSageMakerMetricsTimeSeries":false},
        "RoleArn":"arn:aws:iam::111122223333:role/service-role/Training",
        "InputDataConfig":[{"ChannelName":"train","DataSource":{"S3DataSource":{
        "S3DataType":"S3Prefix","S3Uri":"s3://example-bucket/train",
        "S3DataDistributionType":"FullyReplicated"}},"CompressionType":"None"}],
        "OutputDataConfig":{"KmsKeyId":"","S3OutputPath":"s3://example-bucket/out"},
        "ResourceConfig":{"InstanceType":"ml.p4d.24xlarge","InstanceCount":8,"VolumeSizeInGB":500},
        "StoppingCondition":{"MaxRuntimeInSeconds":86400,"MaxWaitTimeInSeconds":172800},
        "CreationTime":1763890000.123,"TrainingStartTime":1763890200.123,
        "LastModifiedTime":1763891105.5,"SecondaryStatusTransitions":[)j" +
        transitions() + R"j(],"FinalMetricDataList":[
        {"MetricName":"train:loss","Value":0.123,"Timestamp":1763891000},
        {"MetricName":"validation:accuracy","Value":0.91,"Timestamp":1763891000}],
        "EnableNetworkIsolation":false,"EnableInterContainerTrafficEncryption":false,
        "EnableManagedSpotTraining":true,"CheckpointConfig":{"S3Uri":"s3://example-bucket/c"},
        "TrainingTimeInSeconds":900,"ProfilingStatus":"Disabled"})j";
    // As AWS sends it: on one line.
    std::erase(text, '\n');
    for (auto at = text.find("  "); at != std::string::npos; at = text.find("  "))
        text.erase(at, 2);
    return text;
}

}  // namespace trainwatch::bench
