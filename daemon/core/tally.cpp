#include "core/tally.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/limits.hpp"
#include "base/time.hpp"
#include "core/histograms.hpp"

namespace trainwatch::core {
namespace {

using domain::failure_class;
using domain::fleet_key;
using domain::outcome;

// Every end that may happen, beside those of a job that Failed.
constexpr std::array<std::pair<outcome, failure_class>, 5> ends_without_failure{{
    {outcome::completed, failure_class::none},
    {outcome::max_runtime_exceeded, failure_class::timeout},
    {outcome::max_wait_exceeded, failure_class::timeout},
    {outcome::stopped, failure_class::none},
    {outcome::stopped, failure_class::unknown},
}};

// The statuses that AWS still uses; others get their counter when they are first seen.
constexpr std::array<const char*, 9> phases{
    "Starting",
    "Pending",
    "Downloading",
    "Training",
    "Uploading",
    "Interrupted",
    "Restarting",
    "Updating",
    "Stopping",
};
constexpr std::array<const char*, 5> ends{
    "Completed", "Failed", "Stopped", "MaxRuntimeExceeded", "MaxWaitTimeExceeded"};

constexpr std::array<error_class, 7> classes{
    error_class::transient,
    error_class::throttled,
    error_class::denied,
    error_class::not_found,
    error_class::rejected,
    error_class::malformed,
    error_class::internal,
};

fleet_key fleet_of_job(const domain::observation& job, const std::string& watch_list) {
    return {job.account_id, job.region, watch_list};
}

}  // namespace

tally::tally(const domain::watch_plan& plan, domain::view& view) : view_(view) {
    view_.detection_lag = lag_histogram();
    for (const auto* phase : phases) {
        view_.fleet.phase_duration.emplace(phase, phase_histogram());
    }
    view_.fleet.duration.try_emplace(outcome::failed, duration_histogram());
    for (const auto& [how, why] : ends_without_failure) {
        view_.fleet.duration.try_emplace(how, duration_histogram());
    }
    reconfigure(plan);
}

void tally::reconfigure(const domain::watch_plan& plan) {
    region_of_.clear();
    lists_.clear();
    all_lists_ = plan.left_out;
    accounts_.clear();
    for (std::size_t i = 0; i < plan.lanes.size(); ++i) {
        region_of_.push_back(plan.lanes[i].region);
        operation(lane_id{i}, domain::aws_operation::describe);
        if (plan.lanes[i].lists) operation(lane_id{i}, domain::aws_operation::list);
    }
    for (const auto& target : plan.targets)
        lists_[target.lane].insert(target.watch_list);
    for (const auto& rule : plan.discovery) {
        for (const auto lane : rule.lanes)
            lists_[lane].insert(rule.watch_list);
    }
    for (const auto& [lane, lists] : lists_)
        all_lists_.insert(lists.begin(), lists.end());
    for (const auto& [list, traits] : plan.lists)
        all_lists_.insert(list);
    drop_zeros();
    for (const auto& endpoint : plan.endpoints) {
        if (endpoint.gone) continue;
        const auto [at, added] = view_.receivers.try_emplace(endpoint.receiver);
        if (!at->second.latency.buckets.empty()) continue;
        at->second.latency = latency_histogram();
        for (const auto why : classes)
            at->second.failed[why] = 0;
    }
}

// With its zeros from its first mention on.
domain::operation_view& tally::operation(lane_id lane, domain::aws_operation which) {
    const auto [at, added] = view_.lanes[lane.value].operations.try_emplace(which);
    auto& known = at->second;
    if (known.duration.buckets.empty()) {
        known.duration = request_histogram();
        known.requests["ok"] = 0;
        for (const auto why : classes)
            known.requests[std::string(to_string(why))] = 0;
    }
    return known;
}

void tally::add_zeros(const fleet_key& fleet) {
    for (const auto* status : phases)
        view_.fleet.transitions.try_emplace({fleet, status}, 0U);
    for (const auto* status : ends)
        view_.fleet.transitions.try_emplace({fleet, status}, 0U);
    for (const auto& [how, why] : ends_without_failure) {
        view_.fleet.finished.try_emplace({fleet, how, why}, 0U);
    }
    for (const auto why : domain::failed_classes) {
        view_.fleet.finished.try_emplace({fleet, outcome::failed, why}, 0U);
    }
}

// Of a list that is not there any more there is nothing to come.
void tally::drop_zeros() {
    const auto is_over = [&](const auto& counter) {
        const auto& [key, count] = counter;
        return count == 0 && !all_lists_.contains(std::get<0>(key).watch_list);
    };
    std::erase_if(view_.fleet.transitions, is_over);
    std::erase_if(view_.fleet.finished, is_over);
}

void tally::account_known(lane_id lane, const std::string& account_id) {
    if (!accounts_.insert({lane, account_id}).second) return;
    const auto lists = lists_.find(lane);
    if (lists == lists_.end()) return;
    for (const auto& list : lists->second) {
        add_zeros({account_id, region_of_[lane.value], list});
    }
}

void tally::left(const domain::transition& entry) {
    if (!entry.ended) return;
    const auto& status = entry.status.text;
    auto& histogram =
        view_.fleet.phase_duration.try_emplace(status, phase_histogram()).first->second;
    histogram.observe(std::max(0.0, in_seconds(*entry.ended - entry.started)));
    marks_.phase_duration.insert(status);
}

void tally::ended(
    const fleet_key& fleet,
    const domain::observation& job,
    const domain::ending& ending,
    const std::optional<wall_time>& ended
) {
    ++view_.fleet.finished[{fleet, ending.outcome, ending.failure_class}];
    marks_.finished.insert({fleet, ending.outcome, ending.failure_class});
    if (!ended) return;
    // From creation: what the person waited for it.
    view_.fleet.duration[ending.outcome].observe(std::max(0.0, in_seconds(*ended - job.created)));
    marks_.duration.insert(ending.outcome);
}

// AWS' billable time is wall-clock time; each instance costs it.
void tally::bill(const fleet_key& fleet, const domain::observation& job) {
    for (const auto& group : job.instances) {
        view_.fleet.billable_instance_seconds[{fleet, group.instance_type, job.spot}] +=
            static_cast<double>(job.billable_time->count()) * static_cast<double>(group.count);
        marks_.billable_instance_seconds.insert({fleet, group.instance_type, job.spot});
    }
}

void tally::entered(const fleet_key& fleet, const std::string& status) {
    ++view_.fleet.transitions[{fleet, status}];
    marks_.transitions.insert({fleet, status});
}

void tally::completed(const std::string& watch_list, wall_time when) {
    auto& last = view_.fleet.last_completed[watch_list];
    if (when <= last) return;
    last = when;
    marks_.last_completed.insert(watch_list);
}

void tally::count(
    const domain::job_view& job,
    job_memory& memory,
    const std::vector<domain::finding>& findings,
    wall_time now
) {
    if (findings.empty() && !job.ending) return;
    const auto fleet = fleet_of_job(*job.last, job.target.watch_list);
    for (const auto& finding : findings) {
        if (const auto* came = std::get_if<domain::transition_entered>(&finding)) {
            if (came->seen == domain::seen_as::old) continue;
            entered(fleet, came->entry.status.text);
            if (came->seen == domain::seen_as::live) {
                // Below zero only by the difference of two clocks.
                // A list page may have told of the status before the describe that dates it.
                const auto& told = memory.told;
                const bool by_page = told && told->secondary.text == came->entry.status.text &&
                    told->heard >= came->entry.started;
                const auto heard = by_page ? std::min(told->heard, now) : now;
                const auto lag = std::max(milliseconds(0), heard - came->entry.started);
                view_.detection_lag.observe(in_seconds(lag));
            }
        } else if (const auto* gone = std::get_if<domain::transition_left>(&finding)) {
            if (gone->seen != domain::seen_as::old) left(gone->entry);
        } else if (const auto* end = std::get_if<domain::job_ended>(&finding)) {
            if (end->seen != domain::seen_as::old && !end->corrected) {
                ended(fleet, *job.last, end->ending, end->ended);
            }
        } else if (const auto* unknown = std::get_if<domain::unknown_value_seen>(&finding)) {
            // Names that AWS chooses: in practice a handful, and bounded in any case.
            auto& counts = view_.unknown_values;
            const bool room = counts.size() < limits::unknown_members_max;
            ++counts[room || counts.contains(unknown->member) ? unknown->member : "other"];
        }
    }
    if (!job.ending) return;
    if (job.ending->outcome == outcome::completed && job.ended) {
        completed(job.target.watch_list, *job.ended);
    }
    // The billable time may come later than the end.
    if (memory.counted && !memory.billed && job.last->billable_time) {
        memory.billed = true;
        bill(fleet, *job.last);
    }
}

void tally::restore(const domain::ledger_batch& rows) {
    if (rows.counters.empty()) {
        // Of a release that kept none: what its rows stand for is written with the first batch.
        recount(rows);
        return;
    }
    for (const auto& row : rows.jobs)
        add_zeros(fleet_of_job(row.last, row.watch_list));
    for (const auto& row : rows.counters) {
        if (const auto fleet = fleet_of(row)) add_zeros(*fleet);
        take_in(view_.fleet, row);
    }
    drop_zeros();
}

std::vector<domain::counter_row> tally::take_changed() {
    return counter_rows(view_.fleet, std::exchange(marks_, {}));
}

std::vector<domain::counter_row> tally::all() const {
    return counter_rows(view_.fleet, marks_of_all(view_.fleet));
}

void tally::recount(const domain::ledger_batch& rows) {
    std::map<domain::job_identity, std::string> lists;
    for (const auto& row : rows.jobs) {
        lists[row.identity] = row.watch_list;
        const auto fleet = fleet_of_job(row.last, row.watch_list);
        add_zeros(fleet);
        if (!row.ending) continue;
        if (row.ending->outcome == outcome::completed && row.ended) {
            completed(row.watch_list, *row.ended);
        }
        if (!row.counted) continue;
        ended(fleet, row.last, *row.ending, row.ended);
        if (row.last.billable_time) bill(fleet, row.last);
    }
    for (const auto& row : rows.transitions) {
        const auto list = lists.find(row.identity);
        if (!row.counted || list == lists.end()) continue;
        const fleet_key fleet{row.identity.account_id, row.identity.region, list->second};
        entered(fleet, row.entry.status.text);
        const auto known = std::find(ends.begin(), ends.end(), row.entry.status.text);
        if (known == ends.end()) left(row.entry);
    }
}

void tally::request(lane_id lane, domain::aws_operation which, const std::string& code) {
    ++operation(lane, which).requests[code];
}

void tally::request_took(lane_id lane, domain::aws_operation which, nanoseconds took) {
    const std::chrono::duration<double> duration = std::max(took, nanoseconds(0));
    operation(lane, which).duration.observe(duration.count());
}

void tally::notified(const std::string& receiver, std::size_t alerts) {
    view_.receivers[receiver].notifications += alerts;
}

void tally::notification_failed(const std::string& receiver, error_class why, std::size_t alerts) {
    view_.receivers[receiver].failed[why] += alerts;
}

void tally::first_confirmed(const std::string& receiver, milliseconds latency) {
    view_.receivers[receiver].latency.observe(in_seconds(std::max(latency, milliseconds(0))));
}

}  // namespace trainwatch::core
