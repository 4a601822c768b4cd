#include <map>
#include <set>
#include <tuple>

#include "base/limits.hpp"
#include "core/engine.hpp"
#include "core/notes.hpp"

namespace trainwatch::core {
namespace {

using row_name = std::tuple<std::string, std::string, std::string>;  // connection, region, name

std::map<row_name, std::size_t> slots_by_name(const domain::watch_plan& plan) {
    std::map<row_name, std::size_t> slots;
    for (std::size_t i = 0; i < plan.targets.size(); ++i) {
        const auto& target = plan.targets[i];
        const auto& lane = plan.lanes[target.lane.value];
        slots.emplace(row_name{lane.connection, lane.region, target.name}, i);
    }
    return slots;
}

// Of several jobs that had the name, the newest owns it.
std::map<std::size_t, const domain::job_row*> newest_rows(
    const domain::watch_plan& plan, const domain::ledger_batch& rows
) {
    const auto slots = slots_by_name(plan);
    std::map<std::size_t, const domain::job_row*> newest;
    for (const auto& row : rows.jobs) {
        const auto& id = row.identity;
        const auto slot = slots.find({row.connection, id.region, id.name});
        if (slot == slots.end()) continue;
        auto& best = newest[slot->second];
        if (!best || best->identity.created < id.created) best = &row;
    }
    return newest;
}

// (region, name) of everything that is watched now, by whatever list or connection.
std::set<std::pair<std::string, std::string>> watched_names(const domain::watch_plan& plan) {
    std::set<std::pair<std::string, std::string>> names;
    for (const auto& target : plan.targets) {
        names.emplace(plan.lanes[target.lane.value].region, target.name);
    }
    return names;
}

std::string label(const domain::alert& alert, const char* name) {
    const auto found = alert.labels.find(name);
    return found == alert.labels.end() ? std::string() : found->second;
}

told told_by(const domain::delivery_row& row) {
    told known;
    known.attempted = true;
    known.first_confirmed = row.first_confirmed;
    known.last_confirmed = row.last_confirmed;
    known.resolved = row.resolved_confirmed;
    return known;
}

}  // namespace

void engine::restore_jobs(const domain::ledger_batch& rows) {
    std::map<domain::job_identity, std::vector<domain::transition_row>> transitions;
    for (const auto& row : rows.transitions)
        transitions[row.identity].push_back(row);
    for (const auto& [slot, row] : newest_rows(plan_, rows)) {
        auto& job = view_.jobs[slot];
        restore(job, targets_[slot].memory, *row, transitions[row->identity]);
        derive(slot, row->last_observed);
        ++job.revision;
        // What was over then has had part of its time.
        plan_retirement(
            slot, now_.mono - std::max(now_.wall - row->last_observed, milliseconds(0))
        );
        tally_.account_known(job.target.lane, row->identity.account_id);
        refresh(slot);
    }
}

void engine::restore_alerts(const domain::ledger_batch& rows) {
    using endpoint_name = std::pair<std::string, std::string>;  // receiver, url
    std::map<std::string, std::map<endpoint_name, told>> deliveries;
    for (const auto& row : rows.deliveries) {
        deliveries[row.alert].insert_or_assign({row.receiver, row.url}, told_by(row));
    }
    const auto watched = watched_names(plan_);
    for (const auto& row : rows.alerts) {
        const auto& kept = deliveries[domain::identity(row.alert.labels)];
        const bool resolved = row.alert.state == domain::alert_state::resolved;
        if (resolved && plan_.endpoints.empty()) continue;
        const auto number = book_.fire(row.alert);
        if (!number) continue;
        for (auto& [name, receiver] : view_.receivers) {
            if (!resolved) ++receiver.unconfirmed;
        }
        for (std::size_t i = 0; i < plan_.endpoints.size(); ++i) {
            const auto& endpoint = plan_.endpoints[i];
            const auto found = kept.find({endpoint.receiver, endpoint.url});
            const auto known = found == kept.end() ? told{} : found->second;
            outbox_.add(endpoint_id{i}, *number, now_.mono, known);
            if (!known.first_confirmed) continue;
            const bool first = book_.confirm(*number, receiver_of_[i], *known.first_confirmed);
            if (first && !resolved) --view_.receivers[endpoint.receiver].unconfirmed;
        }
        if (plan_.endpoints.empty()) {
            unreceived_.emplace(row.alert.starts_at + limits::terminal_hold, *number);
        }
        const auto name =
            std::pair(label(row.alert, "aws_region"), label(row.alert, "training_job"));
        if (!resolved && watched.count(name) == 0) {
            book_.end(*number, "unwatched", now_.wall);
            journal_.put(domain::alert_row{book_.alert(*number)});
        }
    }
}

}  // namespace trainwatch::core
