// The metric families of exposition.cpp, by subject, and the small tool that builds one.
//
// prometheus-cpp's structs are only named here; they stand in the source files.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/failure.hpp"
#include "base/time.hpp"
#include "domain/view.hpp"
#include "domain/watch_plan.hpp"
#include "wire/exposition.hpp"
#include "wire/metric_catalogue.hpp"

namespace prometheus {
struct MetricFamily;
}  // namespace prometheus

namespace trainwatch::wire {

using metric_families = std::vector<prometheus::MetricFamily>;
using metric_labels = std::vector<std::pair<std::string_view, std::string>>;

// Builds one family and appends it when it goes out of scope; a family without samples leaves no
// trace. Label values leave as valid UTF-8 of bounded length; empty ones are left out, which to
// Prometheus is the same.
class family_builder {
public:
    family_builder(metric_families& into, const metric_entry& what);
    ~family_builder();
    family_builder(const family_builder&) = delete;
    family_builder& operator=(const family_builder&) = delete;

    void add(const metric_labels& labels, double value);
    void add(const metric_labels& labels, std::uint64_t value);
    void add(const metric_labels& labels, bool value);
    void add(const metric_labels& labels, wall_time value);
    // No series when there is no value.
    void add(const metric_labels& labels, const std::optional<wall_time>& value);
    void add(const metric_labels& labels, const std::optional<double>& value);
    void add(const metric_labels& labels, const domain::histogram_view& value);

private:
    metric_families& into_;
    metric_type type_;
    std::unique_ptr<prometheus::MetricFamily> family_;
};

using jobs_shown = std::vector<const domain::job_view*>;

// The slots that have series: heard of and, of several that are one (account, region, name), the
// job created last; so no series can appear twice. None of one whose finished_retention is over.
jobs_shown shown_jobs(const domain::view& view);
// Those whose watch list switches the group on.
jobs_shown jobs_with(
    bool domain::metric_groups::*group, const jobs_shown& jobs, const domain::watch_plan& plan
);

// The labels that name a job, then `more`.
metric_labels with_identity(const domain::observation& job, metric_labels more = {});

// A family with one series a job, where `value` of it gives one.
template <class Value>
void add_each(
    metric_families& into, const metric_entry& what, const jobs_shown& jobs, Value value
) {
    family_builder family(into, what);
    for (const auto* const job : jobs)
        family.add(with_identity(*job->last), value(*job));
}

// Of something that AWS left out: nothing.
template <class Number>
std::optional<double> as_double(const std::optional<Number>& value) {
    if (!value) return std::nullopt;
    return static_cast<double>(*value);
}
inline std::optional<double> as_double(const std::optional<seconds>& value) {
    if (!value) return std::nullopt;
    return static_cast<double>(value->count());
}

// What is one label to Prometheus, however long or broken it came: for values that may come twice.
std::string label_value(std::string_view text);

// A status as AWS spells it; "Unknown" where the answer had none.
std::string status_label(std::string_view text);

// Every class, for counters that are zero from the start.
inline constexpr error_class all_error_classes[] = {
    error_class::transient,
    error_class::throttled,
    error_class::denied,
    error_class::not_found,
    error_class::rejected,
    error_class::malformed,
    error_class::internal,
};

// The default set of each job.
void add_job_families(
    metric_families& into, const jobs_shown& jobs, const domain::watch_plan& plan
);
// What watch lists switch on.
void add_phase_families(
    metric_families& into, const jobs_shown& jobs, const domain::watch_plan& plan
);
void add_final_metric_families(
    metric_families& into, const jobs_shown& jobs, const domain::watch_plan& plan
);
void add_detail_families(
    metric_families& into, const jobs_shown& jobs, const domain::watch_plan& plan
);
void add_fleet_families(metric_families& into, const domain::view& view, const jobs_shown& jobs);
// Calls to AWS and how old what we know is.
void add_polling_families(
    metric_families& into, const domain::view& view, const domain::watch_plan& plan
);
void add_alert_families(
    metric_families& into, const domain::view& view, const domain::watch_plan& plan
);
void add_process_families(
    metric_families& into, const domain::view& view, const process_facts& process
);

}  // namespace trainwatch::wire
