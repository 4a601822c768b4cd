#include "wire/job_query_tables.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "wire/job_query.hpp"

namespace trainwatch::wire {
namespace {

using domain::job_view;
using domain::view;
using domain::watch_plan;
using texts = std::vector<std::string>;

// ---- what a filter compares --------------------------------------------------------------------

std::string_view status(const job_view& job, const watch_plan&) {
    return job.last ? std::string_view(job.last->status.text) : std::string_view();
}
std::string_view secondary_status(const job_view& job, const watch_plan&) {
    return job.last ? std::string_view(job.last->secondary.text) : std::string_view();
}
std::string_view outcome(const job_view& job, const watch_plan&) {
    return job.ending ? domain::to_string(job.ending->outcome) : std::string_view();
}
std::string_view failure_class(const job_view& job, const watch_plan&) {
    return job.ending ? domain::to_string(job.ending->failure_class) : std::string_view();
}
std::string_view fingerprint(const job_view& job, const watch_plan&) {
    return job.derived.failure_fingerprint;
}
std::string_view state(const job_view& job, const watch_plan&) {
    return to_string(state_of(job));
}
std::string_view watch_list(const job_view& job, const watch_plan&) {
    return job.target.watch_list;
}
std::string_view connection(const job_view& job, const watch_plan& plan) {
    return plan.lanes[job.target.lane.value].connection;
}
std::string_view aws_region(const job_view& job, const watch_plan& plan) {
    return region_of(job, plan);
}
std::string_view account_id(const job_view& job, const watch_plan&) {
    return job.last ? std::string_view(job.last->account_id) : std::string_view();
}
std::string_view name(const job_view& job, const watch_plan&) {
    return job.target.name;
}

// ---- what it may be compared with --------------------------------------------------------------

std::optional<texts> anything(const view&, const watch_plan&) {
    return std::nullopt;
}

// Those that this release knows, and those that AWS has sent since.
std::optional<texts> statuses(const view& seen, const watch_plan& plan) {
    std::set<std::string_view> found;
    for (const auto& job : seen.jobs)
        found.insert(status(job, plan));
    for (const auto known : domain::primary_status_names())
        found.insert(known);
    found.erase("");
    return texts(found.begin(), found.end());
}
std::optional<texts> secondary_statuses(const view& seen, const watch_plan& plan) {
    std::set<std::string_view> found;
    for (const auto& job : seen.jobs)
        found.insert(secondary_status(job, plan));
    for (const auto known : domain::secondary_status_names())
        found.insert(known);
    found.erase("");
    return texts(found.begin(), found.end());
}

template <class Enum>
std::optional<texts> names_up_to(Enum last) {
    texts names;
    for (int i = 0; i <= static_cast<int>(last); ++i)
        names.emplace_back(to_string(static_cast<Enum>(i)));
    return names;
}
std::optional<texts> outcomes(const view&, const watch_plan&) {
    return names_up_to(domain::outcome::stopped);
}
std::optional<texts> failure_classes(const view&, const watch_plan&) {
    return names_up_to(domain::failure_class::unknown);
}
std::optional<texts> states(const view&, const watch_plan&) {
    return names_up_to(job_state::missing);
}

std::optional<texts> watch_lists(const view&, const watch_plan& plan) {
    texts names;
    for (const auto& [list, traits] : plan.lists)
        names.push_back(list);
    return names;
}
std::optional<texts> connections(const view&, const watch_plan& plan) {
    std::set<std::string> names;
    for (const auto& lane : plan.lanes)
        names.insert(lane.connection);
    return texts(names.begin(), names.end());
}
std::optional<texts> regions(const view& seen, const watch_plan& plan) {
    std::set<std::string> names;
    for (const auto& job : seen.jobs)
        names.insert(region_of(job, plan));
    for (const auto& lane : plan.lanes)
        names.insert(lane.region);
    return texts(names.begin(), names.end());
}

// ---- what jobs are sorted by -------------------------------------------------------------------

std::optional<double> milliseconds_of(const std::optional<wall_time>& at) {
    if (!at) return std::nullopt;
    return static_cast<double>(unix_milliseconds(*at));
}
std::optional<double> number_of(const std::optional<seconds>& length) {
    if (!length) return std::nullopt;
    return static_cast<double>(length->count());
}

std::optional<double> by_name(const job_view&) {
    return std::nullopt;
}
std::optional<double> by_created(const job_view& job) {
    return job.last ? milliseconds_of(job.last->created) : std::nullopt;
}
std::optional<double> by_started(const job_view& job) {
    return job.last ? milliseconds_of(job.last->training_started) : std::nullopt;
}
std::optional<double> by_ended(const job_view& job) {
    return milliseconds_of(job.ended);
}
std::optional<double> by_last_transition(const job_view& job) {
    return milliseconds_of(job.last_transition);
}
std::optional<double> by_deadline(const job_view& job) {
    std::optional<double> first;
    for (const auto& deadline : job.deadlines) {
        const auto at = milliseconds_of(deadline.at);
        if (!first || *at < *first) first = at;
    }
    return first;
}
std::optional<double> by_observed(const job_view& job) {
    return milliseconds_of(job.last_observed);
}
std::optional<double> by_training_seconds(const job_view& job) {
    return job.last ? number_of(job.last->training_time) : std::nullopt;
}
std::optional<double> by_billable_seconds(const job_view& job) {
    return job.last ? number_of(job.last->billable_time) : std::nullopt;
}
std::optional<double> by_interruptions(const job_view& job) {
    if (!job.last) return std::nullopt;
    return static_cast<double>(job.interruptions);
}
std::optional<double> by_cost(const job_view& job) {
    return job.derived.cost;
}

constexpr std::array<job_filter, 11> filters{{
    {"state", state, states},
    {"status", status, statuses},
    {"secondary_status", secondary_status, secondary_statuses},
    {"outcome", outcome, outcomes},
    {"failure_class", failure_class, failure_classes},
    {"fingerprint", fingerprint, anything, false, 16, "0123456789abcdef", "sixteen hex digits"},
    {"watch_list", watch_list, watch_lists},
    {"connection", connection, connections},
    {"account_id", account_id, anything, false, 12, "0123456789", "twelve digits"},
    {"aws_region", aws_region, regions},
    {"name", name, anything, true},
}};

constexpr std::array<job_order, 11> orders{{
    {"name", by_name},
    {"created", by_created},
    {"started", by_started},
    {"ended", by_ended},
    {"last_transition", by_last_transition},
    {"deadline", by_deadline},
    {"observed", by_observed},
    {"training_seconds", by_training_seconds},
    {"billable_seconds", by_billable_seconds},
    {"interruptions", by_interruptions},
    {"cost", by_cost},
}};

}  // namespace

std::span<const job_filter> job_filters() {
    return filters;
}

std::span<const job_order> job_orders() {
    return orders;
}

}  // namespace trainwatch::wire
