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
        valid.push_back({std::string(name), valid_utf8(value, limits::label_bytes_max)});
    }
    return valid;
}

prometheus::MetricType type_of(family_builder::kind kind) {
    switch (kind) {
        case family_builder::kind::gauge:
            return prometheus::MetricType::Gauge;
        case family_builder::kind::counter:
            return prometheus::MetricType::Counter;
        case family_builder::kind::histogram:
            return prometheus::MetricType::Histogram;
    }
    return prometheus::MetricType::Untyped;
}

}  // namespace

family_builder::family_builder(
    metric_families& into, kind type, std::string_view name, std::string_view help
)
    : into_(into), kind_(type), family_(std::make_unique<prometheus::MetricFamily>()) {
    family_->name = name;
    family_->help = help;
    family_->type = type_of(type);
}

family_builder::~family_builder() {
    if (!family_->metric.empty()) into_.push_back(std::move(*family_));
}

void family_builder::add(const metric_labels& labels, double value) {
    CHECK(kind_ != kind::histogram);
    auto& metric = family_->metric.emplace_back();
    metric.label = checked(labels);
    (kind_ == kind::counter ? metric.counter.value : metric.gauge.value) = value;
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

void family_builder::add(const metric_labels& labels, const domain::histogram_view& value) {
    CHECK(kind_ == kind::histogram);
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

std::vector<const domain::job_view*> shown_jobs(const domain::view& view) {
    std::map<std::tuple<std::string_view, std::string_view, std::string_view>, std::size_t> slots;
    std::vector<const domain::job_view*> shown;
    for (const auto& job : view.jobs) {
        if (!job.last) continue;
        const auto [at, added] = slots.try_emplace(
            {job.last->account_id, job.last->region, job.last->name}, shown.size()
        );
        if (added) {
            shown.push_back(&job);
        } else if (shown[at->second]->last->created < job.last->created) {
            shown[at->second] = &job;
        }
    }
    return shown;
}

std::string status_label(std::string_view text) {
    return text.empty() ? "Unknown" : std::string(text);
}

std::string render_metrics(
    const domain::view& view, const domain::watch_plan& plan, const process_facts& process
) {
    metric_families families;
    const auto jobs = shown_jobs(view);
    add_job_families(families, jobs);
    add_fleet_families(families, view, jobs);
    add_polling_families(families, view, plan);
    add_alert_families(families, view, plan);
    add_process_families(families, view, process);
    std::ostringstream out;
    prometheus::TextSerializer().Serialize(out, families);
    return std::move(out).str();
}

}  // namespace trainwatch::wire
