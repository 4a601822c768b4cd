#include "wire/exposition.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <tuple>
#include <utility>

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include "base/check.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "wire/exposition_parts.hpp"

namespace trainwatch::wire {
namespace {

std::vector<prometheus::ClientMetric::Label> checked(const metric_labels& labels) {
    std::vector<prometheus::ClientMetric::Label> valid;
    valid.reserve(labels.size());
    for (const auto& [name, value] : labels) {
        if (value.empty()) continue;
        valid.push_back({std::string(name), label_value(value)});
    }
    return valid;
}

prometheus::MetricType type_of(metric_type type) {
    switch (type) {
        case metric_type::gauge:
            return prometheus::MetricType::Gauge;
        case metric_type::counter:
            return prometheus::MetricType::Counter;
        case metric_type::histogram:
            return prometheus::MetricType::Histogram;
    }
    return prometheus::MetricType::Untyped;
}

// prometheus-cpp writes "Nan"; the format's word is "NaN". Only values end a line so: newlines in
// labels are escaped.
void spell_nan(std::string& text) {
    constexpr std::string_view theirs = " Nan\n";
    for (auto at = text.find(theirs); at != std::string::npos; at = text.find(theirs, at)) {
        text[at + 3] = 'N';
    }
}

}  // namespace

family_builder::family_builder(metric_families& into, const metric_entry& what)
    : into_(into), type_(what.type), family_(std::make_unique<prometheus::MetricFamily>()) {
    family_->name = what.name;
    family_->help = what.help;
    family_->type = type_of(what.type);
}

family_builder::~family_builder() {
    if (!family_->metric.empty()) into_.push_back(std::move(*family_));
}

void family_builder::add(const metric_labels& labels, double value) {
    CHECK(type_ != metric_type::histogram);
    auto& metric = family_->metric.emplace_back();
    metric.label = checked(labels);
    (type_ == metric_type::counter ? metric.counter.value : metric.gauge.value) = value;
}

void family_builder::add(const metric_labels& labels, std::uint64_t value) {
    add(labels, static_cast<double>(value));
}

void family_builder::add(const metric_labels& labels, bool value) {
    add(labels, value ? 1.0 : 0.0);
}

void family_builder::add(const metric_labels& labels, wall_time value) {
    add(labels, unix_seconds(value));
}

void family_builder::add(const metric_labels& labels, const std::optional<wall_time>& value) {
    if (value) add(labels, *value);
}

void family_builder::add(const metric_labels& labels, const std::optional<double>& value) {
    if (value) add(labels, *value);
}

void family_builder::add(const metric_labels& labels, const domain::histogram_view& value) {
    CHECK(type_ == metric_type::histogram);
    auto& metric = family_->metric.emplace_back();
    metric.label = checked(labels);
    auto& histogram = metric.histogram;
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < value.buckets.size(); ++i) {
        count += value.buckets[i];
        if (i < value.bounds.size()) histogram.bucket.push_back({count, value.bounds[i]});
    }
    histogram.bucket.push_back({count, std::numeric_limits<double>::infinity()});
    histogram.sample_count = count;
    histogram.sample_sum = value.sum;
}

namespace {

// Of two rows of one name: a newer job's; else, of one job that two connections watch, that of the
// connection which knows its end, or is not in trouble with it.
bool is_newer(const domain::job_view& row, const domain::job_view& than) {
    if (row.last->created != than.last->created) return row.last->created > than.last->created;
    if (row.ending.has_value() != than.ending.has_value()) return row.ending.has_value();
    return than.trouble && !row.trouble;
}

}  // namespace

jobs_shown shown_jobs(const domain::view& view) {
    std::map<std::tuple<std::string_view, std::string_view, std::string_view>, std::size_t> slots;
    jobs_shown shown;
    for (const auto& job : view.jobs) {
        if (!job.last) continue;
        const auto [at, added] = slots.try_emplace(
            {job.last->account_id, job.last->region, job.last->name}, shown.size()
        );
        if (added) {
            shown.push_back(&job);
        } else if (is_newer(job, *shown[at->second])) {
            shown[at->second] = &job;
        }
    }
    // Only now: an older job of the name must not take the place of the one that left.
    std::erase_if(shown, [](const auto* const job) { return job->retired; });
    return shown;
}

jobs_shown jobs_with(
    bool domain::metric_groups::*group, const jobs_shown& jobs, const domain::watch_plan& plan
) {
    jobs_shown chosen;
    for (const auto* const job : jobs) {
        if (plan.traits(job->target.watch_list).metrics.*group) chosen.push_back(job);
    }
    return chosen;
}

metric_labels with_identity(const domain::observation& job, metric_labels more) {
    metric_labels labels{
        {"training_job", job.name}, {"account_id", job.account_id}, {"aws_region", job.region}};
    for (auto& label : more)
        labels.push_back(std::move(label));
    return labels;
}

std::string label_value(std::string_view text) {
    return valid_utf8(text, limits::label_bytes_max);
}

std::string status_label(std::string_view text) {
    return text.empty() ? "Unknown" : std::string(text);
}

std::string render_metrics(
    const domain::view& view, const domain::watch_plan& plan, const process_facts& process
) {
    metric_families families;
    const auto jobs = shown_jobs(view);
    add_job_families(families, jobs, plan);
    add_phase_families(families, jobs, plan);
    add_final_metric_families(families, jobs, plan);
    add_detail_families(families, jobs, plan);
    add_fleet_families(families, view, jobs);
    add_polling_families(families, view, plan);
    add_alert_families(families, view, plan);
    add_process_families(families, view, process);
    std::ostringstream out;
    prometheus::TextSerializer().Serialize(out, families);
    auto text = std::move(out).str();
    spell_nan(text);
    return text;
}

}  // namespace trainwatch::wire
