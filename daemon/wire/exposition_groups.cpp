#include <map>
#include <memory>
#include <optional>

#include <prometheus/metric_family.h>

#include "base/limits.hpp"
#include "wire/exposition_parts.hpp"

namespace trainwatch::wire {

void add_phase_families(
    metric_families& into, const jobs_shown& jobs, const domain::watch_plan& plan
) {
    family_builder family(into, metric("sagemaker_training_job_phase_seconds"));
    for (const auto* const job : jobs_with(&domain::metric_groups::phases, jobs, plan)) {
        std::map<std::string, double> spent;
        for (const auto& phase : job->derived.phases) {
            // The first stay goes on: nought would look like none.
            if (phase.since && phase.times == 1) continue;
            spent[label_value(status_label(phase.status))] +=
                std::chrono::duration<double>(phase.spent).count();
        }
        for (const auto& [status, time] : spent)
            family.add(with_identity(*job->last, {{"secondary_status", status}}), time);
    }
}

void add_final_metric_families(
    metric_families& into, const jobs_shown& jobs, const domain::watch_plan& plan
) {
    const auto chosen = jobs_with(&domain::metric_groups::final_metrics, jobs, plan);
    // A name that came twice would make the whole page unreadable to Prometheus: the latest value
    // counts.
    const auto for_each_metric = [](const domain::job_view& job, auto use) {
        std::map<std::string, const domain::final_metric*> latest;
        for (const auto& final : job.last->final_metrics) {
            const auto name = label_value(final.name);
            const auto known = latest.find(name);
            if (known == latest.end()) {
                if (latest.size() < limits::final_metrics_max) latest.emplace(name, &final);
            } else if (known->second->at <= final.at) {
                known->second = &final;
            }
        }
        for (const auto& [name, final] : latest)
            use(name, *final);
    };
    {
        family_builder values(into, metric("sagemaker_training_job_final_metric"));
        for (const auto* const job : chosen) {
            for_each_metric(*job, [&](const auto& name, const auto& final) {
                values.add(with_identity(*job->last, {{"metric", name}}), final.value);
            });
        }
    }
    family_builder times(into, metric("sagemaker_training_job_final_metric_timestamp_seconds"));
    for (const auto* const job : chosen) {
        for_each_metric(*job, [&](const auto& name, const auto& final) {
            times.add(with_identity(*job->last, {{"metric", name}}), final.at);
        });
    }
}

}  // namespace trainwatch::wire
