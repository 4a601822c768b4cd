// Jobs as the engine would show them, made by hand: nothing here is computed by the daemon.
#pragma once

#include <string>

#include "domain/view.hpp"

namespace trainwatch::wire {

// Minutes after 2026-11-24 09:00:00 UTC.
inline wall_time minute(std::int64_t count) {
    return from_unix_milliseconds(1'795'510'800'000 + count * 60'000);
}

inline domain::transition entry(
    const std::string& status, std::int64_t from, std::int64_t to, const std::string& message
) {
    return {domain::parse_secondary(status), minute(from), minute(to), message};
}

inline domain::job_view job_named(const std::string& name) {
    domain::job_view job;
    job.target.name = name;
    auto& last = job.last.emplace();
    last.name = name;
    last.arn = "arn:aws:sagemaker:eu-west-1:111122223333:training-job/" + name;
    last.account_id = "111122223333";
    last.region = "eu-west-1";
    last.partition = "aws";
    last.created = minute(0);
    last.status = domain::parse_primary("InProgress");
    return job;
}

// Four minutes to start, then training; 80 % of its two hours are used at minute 100.
inline domain::job_view running_view() {
    auto job = job_named("resnet");
    auto& last = *job.last;
    last.secondary = domain::parse_secondary("Training");
    last.transitions = {
        entry("Starting", 0, 3, "Preparing the instances for training"),
        entry("Downloading", 3, 4, "Downloading the training image"),
        entry("Training", 4, 4, "Training image download completed. Training in progress.")};
    last.transitions.back().ended.reset();
    last.training_started = minute(4);
    last.modified = minute(7);
    last.limits.max_runtime = seconds(7200);
    last.instances = {{"ml.p4d.24xlarge", 2, ""}};
    last.algorithm = "pytorch-training:2.4-gpu";
    job.deadlines = {{domain::deadline_kind::max_runtime, minute(124)}};
    job.derived.predicted_end =
        domain::predicted_end{minute(130), domain::predicted_end::basis::progress};
    return job;
}

inline domain::job_view failed_view() {
    auto job = job_named("bert-finetune-42");
    auto& last = *job.last;
    last.status = domain::parse_primary("Failed");
    last.secondary = domain::parse_secondary("Failed");
    last.failure_reason =
        "AlgorithmError: ExecuteUserScriptError:\nExitCode 1\nErrorMessage \"RuntimeError: CUDA "
        "out "
        "of memory. Tried to allocate 2.50 GiB\n  \x1b[31mTraceback\x1b[0m (most recent call "
        "last)\n"
        "    File \"train.py\", line 214\n\"\xE2\x80\xAE"
        "dlrow\xE2\x80\xAC 模型訓練失敗 🔥 at C:\\data";
    last.transitions = {
        entry("Starting", 0, 2, "Preparing the instances for training"),
        entry("Training", 2, 72, "Training in progress."),
        entry("Failed", 72, 72, last.failure_reason)};
    last.training_started = minute(2);
    last.training_ended = minute(72);
    last.training_time = seconds(4200);
    last.billable_time = seconds(4200);
    last.limits.max_runtime = seconds(7200);
    last.instances = {{"ml.g5.12xlarge", 1, ""}};
    job.ending = domain::ending{domain::outcome::failed, domain::failure_class::algorithm};
    job.ended = minute(72);
    job.derived.billable_instance_seconds = 4200;
    job.derived.failure_fingerprint = "0123456789abcdef";
    return job;
}

// Interrupted once, and over midnight.
inline domain::job_view spot_view() {
    auto job = job_named("spot-gpt2");
    auto& last = *job.last;
    last.status = domain::parse_primary("Completed");
    last.secondary = domain::parse_secondary("Completed");
    last.transitions = {
        entry("Starting", 0, 10, "Preparing the instances for training"),
        entry("Training", 10, 700, "Training in progress."),
        entry("Interrupted", 700, 760, "Training job interrupted: spot capacity was reclaimed"),
        entry("Starting", 760, 800, ""),
        entry("Training", 800, 1500, "Training in progress."),
        entry("Uploading", 1500, 1510, "Uploading generated training model"),
        entry("Completed", 1510, 1510, "Training job completed")};
    last.training_started = minute(10);
    last.training_ended = minute(1510);
    last.training_time = seconds(83'400);
    last.billable_time = seconds(25'020);
    last.instances = {{"ml.g5.2xlarge", 4, ""}};
    last.spot = true;
    last.model_artifacts = "s3://example-bucket/spot-gpt2/output/model.tar.gz";
    last.checkpoint_uri = "s3://example-bucket/spot-gpt2/checkpoints";
    job.ending = domain::ending{domain::outcome::completed, domain::failure_class::none};
    job.ended = minute(1510);
    job.interruptions = 1;
    job.derived.lost_to_interruptions = std::chrono::minutes(100);
    job.derived.spot_saving_ratio = 0.7;
    job.derived.billable_instance_seconds = 100'080;
    job.derived.cost = 31.25;
    return job;
}

// One of each thing that AWS can say.
inline domain::job_view full_view() {
    auto job = running_view();
    auto& last = *job.last;
    last.instances = {{"ml.p4d.24xlarge", 2, "learners"}, {"ml.c5.18xlarge", 8, "actors"}};
    last.volume_gb = 500;
    last.tuning_job = "tune-lr";
    last.experiment = "exp-7";
    last.trial = "trial-3";
    last.training_plan = "arn:aws:sagemaker:eu-west-1:111122223333:training-plan/moe";
    last.training_time = seconds(45);
    last.billable_tokens = 1'000'000;
    last.output_path = "s3://example-bucket/resnet/";
    last.output_model_package = "arn:aws:sagemaker:eu-west-1:111122223333:model-package/m/1";
    last.network_isolation = true;
    last.traffic_encryption = true;
    last.retry_attempts_max = 3;
    last.progress = domain::training_progress{3, 10, 120, 500};
    last.final_metrics = {{"train:loss", 0.25, minute(90)}, {"validation:accuracy", 1, {}}};
    last.rules = {
        {domain::rule_kind::debugger,
         "LossNotDecreasing",
         "IssuesFound",
         "At step 300",
         minute(95)},
        {domain::rule_kind::profiler, "ProfilerReport", "InProgress", "", {}}};
    last.warm_pool = domain::warm_pool{"Reused", seconds(600), "next-job"};
    last.keep_alive = seconds(3600);
    last.unknown = {{"NewMember", ""}, {"SecondaryStatus", "Hibernating"}};
    return job;
}

inline domain::job_view minimal_view() {
    auto job = job_named("minimal");
    job.last->arn.clear();
    return job;
}

}  // namespace trainwatch::wire
