// A fleet for the figures of the ledger: jobs with eight transitions each, as SageMaker has them.
//
// Names of 48 characters, AWS' usual messages, and one job in ten that failed with words of its
// own. Made here, always the same.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "domain/ledger.hpp"

namespace trainwatch::bench {

inline constexpr std::size_t transitions_per_job = 8;

inline std::string fleet_name(std::size_t number) {
    auto digits = std::to_string(number);
    return "bench-resnet-50-imagenet-2026-11-24-09-12-" + std::string(6 - digits.size(), '0') +
        digits;
}

inline domain::job_row fleet_job(std::size_t number) {
    struct phase {
        const char* status;
        const char* message;
    };
    static constexpr std::array<phase, transitions_per_job> phases{{
        {"Starting", "Starting the training job"},
        {"Pending", "Training job waiting for capacity"},
        {"Starting", "Preparing the instances for training"},
        {"Downloading", "Downloading input data"},
        {"Training", "Training image download completed. Training in progress."},
        {"Stopping", "Stopping the training job"},
        {"Uploading", "Uploading generated training model"},
        {"Failed", "Training job failed"},
    }};
    domain::job_row row;
    const auto name = fleet_name(number);
    const auto created =
        from_unix_milliseconds(1'763'890'000'123 + 60'000 * static_cast<int>(number));
    row.identity = {"111122223333", "eu-west-1", name, created};
    row.connection = "research";
    row.watch_list = "nightly";
    auto& last = row.last;
    last.name = name;
    last.arn = "arn:aws:sagemaker:eu-west-1:111122223333:training-job/" + name;
    last.account_id = "111122223333";
    last.region = "eu-west-1";
    last.partition = "aws";
    last.created = created;
    last.status = domain::parse_primary("Failed");
    last.secondary = domain::parse_secondary("Failed");
    auto begin = created;
    for (const auto& phase : phases) {
        last.transitions.push_back(
            {domain::parse_secondary(phase.status), begin, begin + seconds(97), phase.message}
        );
        begin += seconds(97);
    }
    if (number % 10 == 0) {
        last.failure_reason =
            "AlgorithmError: ExecuteUserScriptError: ExitCode 1, ErrorMessage "
            "\"RuntimeError: the loss is not finite at step " +
            std::to_string(number) + "\"";
        last.transitions.back().message = last.failure_reason;
    }
    last.training_started = created + seconds(200);
    last.training_ended = begin;
    last.modified = begin;
    last.training_time = seconds(576);
    last.billable_time = seconds(576);
    last.limits.max_runtime = seconds(86'400);
    last.instances = {{"ml.p4d.24xlarge", 8, ""}};
    last.algorithm = "pytorch-training:2.4-gpu";
    last.output_path = "s3://example-bucket/out";
    row.first_observed = created + seconds(5);
    row.last_observed = begin + seconds(60);
    row.ending = domain::ending{domain::outcome::failed, domain::failure_class::algorithm};
    row.ended = begin;
    row.counted = true;
    return row;
}

inline void add_to_batch(domain::ledger_batch& batch, domain::job_row job) {
    for (std::size_t i = 0; i < job.last.transitions.size(); ++i) {
        const auto& entry = job.last.transitions[i];
        batch.transitions.push_back({job.identity, i, entry, entry.started + seconds(5), true});
    }
    batch.jobs.push_back(std::move(job));
}

inline domain::ledger_batch fleet_batch(std::size_t first, std::size_t count) {
    domain::ledger_batch batch;
    for (std::size_t number = first; number < first + count; ++number)
        add_to_batch(batch, fleet_job(number));
    return batch;
}

}  // namespace trainwatch::bench
