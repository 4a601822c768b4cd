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
    enum class kind { gauge, counter, histogram };

    family_builder(metric_families& into, kind type, std::string_view name, std::string_view help);
    ~family_builder();
    family_builder(const family_builder&) = delete;
    family_builder& operator=(const family_builder&) = delete;

    void add(const metric_labels& labels, double value);
    void add(const metric_labels& labels, std::uint64_t value);
    void add(const metric_labels& labels, bool value);
    void add(const metric_labels& labels, wall_time value);
    // Nothing when there is no time.
    void add(const metric_labels& labels, const std::optional<wall_time>& value);
    void add(const metric_labels& labels, const domain::histogram_view& value);

private:
    metric_families& into_;
    kind kind_;
    std::unique_ptr<prometheus::MetricFamily> family_;
};

// The slots that have series: heard of and, of several that are one (account, region, name), the
// job created last; so no series can appear twice.
std::vector<const domain::job_view*> shown_jobs(const domain::view& view);

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

void add_job_families(metric_families& into, const std::vector<const domain::job_view*>& jobs);
void add_fleet_families(
    metric_families& into,
    const domain::view& view,
    const std::vector<const domain::job_view*>& jobs
);
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
