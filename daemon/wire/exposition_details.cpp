#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include <prometheus/metric_family.h>

#include "base/limits.hpp"
#include "wire/exposition_parts.hpp"

namespace trainwatch::wire {
namespace {

using domain::job_view;
using domain::observation;

// What AWS calls a GB of a volume.
constexpr double gigabyte = 1U << 30U;

std::string rule_kind_label(domain::rule_kind kind) {
    return kind == domain::rule_kind::debugger ? "debugger" : "profiler";
}

std::string basis_label(domain::predicted_end::basis from) {
    return from == domain::predicted_end::basis::progress ? "progress" : "limit";
}

void add_limits(metric_families& into, const jobs_shown& jobs) {
    family_builder family(into, metric("sagemaker_training_job_limit_seconds"));
    for (const auto* const job : jobs) {
        const auto& last = *job->last;
        const std::pair<const char*, std::optional<seconds>> allowed[] = {
            {"max_runtime", last.limits.max_runtime},
            {"max_wait", last.limits.max_wait},
            {"max_pending", last.limits.max_pending},
            {"keep_alive", last.keep_alive},
        };
        for (const auto& [name, limit] : allowed)
            family.add(with_identity(last, {{"limit", name}}), as_double(limit));
    }
}

void add_prediction(metric_families& into, const jobs_shown& jobs) {
    family_builder family(into, metric("sagemaker_training_job_predicted_end_timestamp_seconds"));
    for (const auto* const job : jobs) {
        const auto& end = job->derived.predicted_end;
        // The prediction of a job that has ended would only be wrong.
        if (!end || job->ending) continue;
        family.add(with_identity(*job->last, {{"basis", basis_label(end->from)}}), end->at);
    }
}

// One of the numbers of ProgressInfo.
template <class Member>
void add_progress(
    metric_families& into, const metric_entry& what, const jobs_shown& jobs, Member member
) {
    add_each(into, what, jobs, [&](const job_view& job) {
        const auto& progress = job.last->progress;
        return progress ? as_double((*progress).*member) : std::nullopt;
    });
}

void add_progress(metric_families& into, const jobs_shown& jobs) {
    using domain::training_progress;
    const auto add = [&](const metric_entry& what, auto member) {
        add_progress(into, what, jobs, member);
    };
    add(metric("sagemaker_training_job_progress_epoch"), &training_progress::epoch);
    add(metric("sagemaker_training_job_progress_epoch_max"), &training_progress::epochs);
    add(metric("sagemaker_training_job_progress_step"), &training_progress::step);
    add(metric("sagemaker_training_job_progress_steps_per_epoch"),
        &training_progress::steps_per_epoch);
}

void add_rules(metric_families& into, const jobs_shown& jobs) {
    family_builder family(into, metric("sagemaker_training_job_rule_status"));
    for (const auto* const job : jobs) {
        std::set<std::pair<domain::rule_kind, std::string>> seen;
        for (const auto& rule : job->last->rules) {
            if (seen.size() == limits::rules_max) break;
            const auto name = label_value(rule.name);
            if (!seen.emplace(rule.kind, name).second) continue;
            family.add(
                with_identity(
                    *job->last,
                    {{"rule_kind", rule_kind_label(rule.kind)},
                     {"rule_name", name},
                     {"status", status_label(rule.status)}}
                ),
                1.0
            );
        }
    }
}

void add_warm_pool(metric_families& into, const jobs_shown& jobs) {
    {
        family_builder status(into, metric("sagemaker_training_job_warm_pool_status"));
        for (const auto* const job : jobs) {
            const auto& pool = job->last->warm_pool;
            if (!pool) continue;
            status.add(with_identity(*job->last, {{"status", status_label(pool->status)}}), 1.0);
        }
    }
    add_each(
        into,
        metric("sagemaker_training_job_warm_pool_retained_billable_seconds"),
        jobs,
        [](const job_view& job) {
            const auto& pool = job.last->warm_pool;
            return pool ? as_double(pool->retained_billable) : std::nullopt;
        }
    );
}

void add_money(metric_families& into, const jobs_shown& jobs) {
    const auto add = [&](const metric_entry& what, auto value) {
        add_each(into, what, jobs, value);
    };
    add(metric("sagemaker_training_job_billable_instance_seconds"),
        [](const job_view& job) { return job.derived.billable_instance_seconds; });
    add(metric("sagemaker_training_job_billable_tokens"),
        [](const job_view& job) { return as_double(job.last->billable_tokens); });
    add(metric("sagemaker_training_job_cost"),
        [](const job_view& job) { return job.derived.cost; });
    add(metric("sagemaker_training_job_spot_saving_ratio"), [](const job_view& job) {
        return job.last->spot ? job.derived.spot_saving_ratio : std::nullopt;
    });
    add(metric("sagemaker_training_job_interruption_lost_seconds"),
        [](const job_view& job) -> std::optional<double> {
            if (!job.last->spot) return std::nullopt;
            return std::chrono::duration<double>(job.derived.lost_to_interruptions).count();
        });
}

void add_equipment(metric_families& into, const jobs_shown& jobs) {
    const auto add = [&](const metric_entry& what, auto value) {
        add_each(into, what, jobs, value);
    };
    add(metric("sagemaker_training_job_volume_bytes"),
        [](const job_view& job) -> std::optional<double> {
            const auto size = as_double(job.last->volume_gb);
            return size ? std::optional(*size * gigabyte) : std::nullopt;
        });
    add(metric("sagemaker_training_job_network_isolation"),
        [](const job_view& job) { return as_double(job.last->network_isolation); });
    add(metric("sagemaker_training_job_traffic_encryption"),
        [](const job_view& job) { return as_double(job.last->traffic_encryption); });
    add(metric("sagemaker_training_job_checkpointing"),
        [](const job_view& job) { return !job.last->checkpoint_uri.empty(); });
    add(metric("sagemaker_training_job_retry_attempts_max"),
        [](const job_view& job) { return as_double(job.last->retry_attempts_max); });
}

}  // namespace

void add_detail_families(
    metric_families& into, const jobs_shown& jobs, const domain::watch_plan& plan
) {
    const auto chosen = jobs_with(&domain::metric_groups::details, jobs, plan);
    add_limits(into, chosen);
    add_prediction(into, chosen);
    add_progress(into, chosen);
    add_rules(into, chosen);
    add_warm_pool(into, chosen);
    add_money(into, chosen);
    add_equipment(into, chosen);
}

}  // namespace trainwatch::wire
