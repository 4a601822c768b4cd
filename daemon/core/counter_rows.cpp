#include "core/counter_rows.hpp"

#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <string_view>
#include <utility>

#include "core/histograms.hpp"

namespace trainwatch::core {
namespace {

using domain::counter_row;
using domain::failure_class;
using domain::fleet_key;
using domain::fleet_view;
using domain::label_map;
using domain::outcome;

constexpr const char* transitions = "sagemaker_training_job_transitions_total";
constexpr const char* finished = "sagemaker_training_jobs_finished_total";
constexpr const char* last_completed = "sagemaker_training_job_last_completed_timestamp_seconds";
constexpr const char* phase_duration = "sagemaker_training_job_phase_duration_seconds";
constexpr const char* duration = "sagemaker_training_job_duration_seconds";
constexpr const char* billable_seconds = "sagemaker_training_billable_instance_seconds_total";

constexpr std::array<outcome, 5> outcomes{
    outcome::completed,
    outcome::failed,
    outcome::max_runtime_exceeded,
    outcome::max_wait_exceeded,
    outcome::stopped,
};

std::optional<outcome> outcome_called(std::string_view text) {
    for (const auto each : outcomes) {
        if (to_string(each) == text) return each;
    }
    return std::nullopt;
}

std::optional<failure_class> class_called(std::string_view text) {
    if (to_string(failure_class::none) == text) return failure_class::none;
    for (const auto each : domain::failed_classes) {
        if (to_string(each) == text) return each;
    }
    return std::nullopt;
}

const std::string* label(const counter_row& row, const char* name) {
    const auto at = row.labels.find(name);
    return at == row.labels.end() ? nullptr : &at->second;
}

label_map labels_of(const fleet_key& fleet) {
    return {
        {"account_id", fleet.account_id},
        {"aws_region", fleet.region},
        {"watch_list", fleet.watch_list}};
}

counter_row row_of(const char* metric, label_map labels, double value) {
    return {metric, std::move(labels), value, {}};
}

counter_row row_of(const char* metric, label_map labels, const domain::histogram_view& of) {
    return {metric, std::move(labels), of.sum, of.buckets};
}

// Up to 2^53 a double counts exactly.
std::uint64_t count_of(const counter_row& row) {
    return row.value > 0 ? static_cast<std::uint64_t>(std::llround(row.value)) : 0U;
}

// A count of buckets that is not ours is a histogram with other bounds.
void take_in(domain::histogram_view& histogram, const counter_row& row) {
    if (row.buckets.size() != histogram.buckets.size()) return;
    histogram.buckets = row.buckets;
    histogram.sum = row.value;
}

void take_in_ends(fleet_view& fleet, const fleet_key& of, const counter_row& row) {
    const auto* how = label(row, "outcome");
    const auto* why = label(row, "failure_class");
    if (!how || !why) return;
    const auto known_how = outcome_called(*how);
    const auto known_why = class_called(*why);
    if (known_how && known_why) fleet.finished[{of, *known_how, *known_why}] = count_of(row);
}

void take_in_bill(fleet_view& fleet, const fleet_key& of, const counter_row& row) {
    const auto* type = label(row, "instance_type");
    const auto* spot = label(row, "spot");
    if (!type || !spot) return;
    fleet.billable_instance_seconds[{of, *type, *spot == "true"}] = row.value;
}

}  // namespace

counter_marks marks_of_all(const fleet_view& fleet) {
    counter_marks marks;
    for (const auto& [key, count] : fleet.transitions) {
        if (count > 0) marks.transitions.insert(key);
    }
    for (const auto& [key, count] : fleet.finished) {
        if (count > 0) marks.finished.insert(key);
    }
    for (const auto& [list, at] : fleet.last_completed)
        marks.last_completed.insert(list);
    const auto holds_any = [](const domain::histogram_view& histogram) {
        for (const auto count : histogram.buckets) {
            if (count > 0) return true;
        }
        return false;
    };
    for (const auto& [status, histogram] : fleet.phase_duration) {
        if (holds_any(histogram)) marks.phase_duration.insert(status);
    }
    for (const auto& [how, histogram] : fleet.duration) {
        if (holds_any(histogram)) marks.duration.insert(how);
    }
    for (const auto& [key, spent] : fleet.billable_instance_seconds)
        marks.billable_instance_seconds.insert(key);
    return marks;
}

std::vector<counter_row> counter_rows(const fleet_view& fleet, const counter_marks& marks) {
    std::vector<counter_row> rows;
    for (const auto& key : marks.transitions) {
        auto labels = labels_of(std::get<0>(key));
        labels.emplace("secondary_status", std::get<1>(key));
        const auto count = static_cast<double>(fleet.transitions.at(key));
        rows.push_back(row_of(transitions, std::move(labels), count));
    }
    for (const auto& key : marks.finished) {
        auto labels = labels_of(std::get<0>(key));
        labels.emplace("outcome", to_string(std::get<1>(key)));
        labels.emplace("failure_class", to_string(std::get<2>(key)));
        const auto count = static_cast<double>(fleet.finished.at(key));
        rows.push_back(row_of(finished, std::move(labels), count));
    }
    for (const auto& list : marks.last_completed) {
        const auto at = static_cast<double>(unix_milliseconds(fleet.last_completed.at(list)));
        rows.push_back(row_of(last_completed, {{"watch_list", list}}, at / 1000));
    }
    for (const auto& status : marks.phase_duration) {
        const label_map labels{{"secondary_status", status}};
        rows.push_back(row_of(phase_duration, labels, fleet.phase_duration.at(status)));
    }
    for (const auto how : marks.duration) {
        const label_map labels{{"outcome", std::string(to_string(how))}};
        rows.push_back(row_of(duration, labels, fleet.duration.at(how)));
    }
    for (const auto& key : marks.billable_instance_seconds) {
        auto labels = labels_of(std::get<0>(key));
        labels.emplace("instance_type", std::get<1>(key));
        labels.emplace("spot", std::get<2>(key) ? "true" : "false");
        const auto spent = fleet.billable_instance_seconds.at(key);
        rows.push_back(row_of(billable_seconds, std::move(labels), spent));
    }
    return rows;
}

std::optional<fleet_key> fleet_of(const counter_row& row) {
    if (row.metric != transitions && row.metric != finished && row.metric != billable_seconds) {
        return std::nullopt;
    }
    const auto* account = label(row, "account_id");
    const auto* region = label(row, "aws_region");
    const auto* list = label(row, "watch_list");
    if (!account || !region || !list) return std::nullopt;
    return fleet_key{*account, *region, *list};
}

void take_in(fleet_view& fleet, const counter_row& row) {
    if (!std::isfinite(row.value)) return;
    if (const auto of = fleet_of(row)) {
        const auto* status = label(row, "secondary_status");
        if (row.metric == finished) {
            take_in_ends(fleet, *of, row);
        } else if (row.metric == billable_seconds) {
            take_in_bill(fleet, *of, row);
        } else if (status) {
            fleet.transitions[{*of, *status}] = count_of(row);
        }
    } else if (row.metric == last_completed) {
        const auto* list = label(row, "watch_list");
        const milliseconds since_epoch(std::llround(row.value * 1000));
        if (list) fleet.last_completed[*list] = wall_time(since_epoch);
    } else if (row.metric == phase_duration) {
        const auto* status = label(row, "secondary_status");
        if (!status) return;
        const auto at = fleet.phase_duration.try_emplace(*status, phase_histogram()).first;
        take_in(at->second, row);
    } else if (row.metric == duration) {
        const auto* how = label(row, "outcome");
        const auto known = how ? outcome_called(*how) : std::nullopt;
        if (!known) return;
        const auto at = fleet.duration.try_emplace(*known, duration_histogram()).first;
        take_in(at->second, row);
    }
}

}  // namespace trainwatch::core
