#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "wire/api_json.hpp"
#include "wire/api_json_parts.hpp"
#include "wire/found_elsewhere.hpp"
#include "wire/lane_operations.hpp"

namespace trainwatch::wire {
namespace {

void write_jobs(json_writer& out, const domain::view& view) {
    std::map<job_state, std::size_t> counts;
    std::size_t watched = 0;
    const found_elsewhere elsewhere(view);
    for (const auto& job : view.jobs) {
        if (job.is_vacant() || elsewhere.has(job)) continue;
        ++watched;
        ++counts[state_of(job)];
    }
    out.begin_object("jobs");
    out.member("watched", watched);
    for (const auto state :
         {job_state::live, job_state::ended, job_state::missing, job_state::unseen}) {
        out.member(to_string(state), counts[state]);
    }
    out.end_object();
}

void write_operation(
    json_writer& out,
    domain::aws_operation operation,
    double budget,
    const domain::operation_view& seen
) {
    out.begin_object();
    out.member("operation", to_string(operation));
    out.member("budget_per_second", budget);
    out.member("rate_limit_per_second", seen.rate);
    out.member("headroom_per_second", seen.headroom);
    out.member("others_per_second_estimate", seen.others);
    out.begin_object("requests");
    for (const auto& [code, count] : seen.requests)
        out.member(code, count);
    out.end_object();
    out.end_object();
}

void write_sweep(json_writer& out, const std::optional<domain::sweep_view>& seen) {
    if (!seen) {
        out.null("sweep");
        return;
    }
    out.begin_object("sweep");
    out.member("complete", seen->complete);
    out.member("known_jobs", seen->known);
    out.member("windows", seen->windows);
    out.member("pages", seen->pages);
    out.member("floor_seconds", seen->floor);
    out.member("feasible_staleness_bound_seconds", seen->feasible_bound);
    out.end_object();
}

void write_lane(
    json_writer& out, const domain::lane& lane, const domain::lane_view& seen, wall_time now
) {
    out.begin_object();
    out.member("connection", lane.connection);
    out.member("aws_region", lane.region);
    out.member("up", seen.heard ? std::optional(seen.works()) : std::nullopt);
    out.text_or_null("account_id", seen.account_id);
    out.begin_array("operations");
    for (const auto operation : operations_of(lane, seen))
        write_operation(out, operation, budget_of(lane, operation), seen.operation(operation));
    out.end_array();
    out.member("live_jobs", seen.live);
    write_sweep(out, seen.sweep);
    out.text_or_null("lists_refused", seen.lists_refused);
    out.text_or_null("tags_refused", seen.tags_refused);
    out.member("clock_offset_seconds", seen.clock_offset);
    out.begin_array("oldest_observations");
    for (const auto& [list, at] : seen.oldest_observation) {
        out.begin_object();
        out.member("watch_list", list);
        out.member("at", at);
        out.member("age_seconds", std::max(now - at, milliseconds(0)));
        out.end_object();
    }
    out.end_array();
    out.end_object();
}

void write_connection(
    json_writer& out, const std::string& name, const domain::connection_view& seen
) {
    out.begin_object();
    out.member("name", name);
    out.text_or_null("credential_source", seen.credentials.source);
    out.text_or_null("account_id", seen.credentials.account_id);
    out.member("credentials_expire_at", seen.credentials.expires);
    out.begin_object("credential_fetches");
    for (const auto& [code, count] : seen.credential_fetches)
        out.member(code, count);
    out.end_object();
    if (seen.trouble) {
        out.begin_object("trouble");
        out.member("class", to_string(seen.trouble->kind));
        out.text_or_null("detail", seen.trouble->detail);
        out.text_or_null("cure", seen.trouble->cure);
        out.end_object();
    } else {
        out.null("trouble");
    }
    out.end_object();
}

// Without addresses: a webhook's may be a secret.
void write_receivers(json_writer& out, const domain::view& view, const domain::watch_plan& plan) {
    out.begin_array("receivers");
    for (const auto& [name, seen] : view.receivers) {
        std::size_t endpoints = 0;
        const char* kind = "alertmanager";
        for (const auto& endpoint : plan.endpoints) {
            if (endpoint.receiver != name) continue;
            ++endpoints;
            if (endpoint.kind == domain::receiver_kind::webhook) kind = "webhook";
        }
        out.begin_object();
        out.member("name", name);
        out.member("kind", kind);
        out.member("endpoints", endpoints);
        out.member("notifications", seen.notifications);
        out.begin_object("failed");
        for (const auto& [reason, count] : seen.failed)
            out.member(to_string(reason), count);
        out.end_object();
        out.member("unconfirmed", seen.unconfirmed);
        out.end_object();
    }
    out.end_array();
}

void write_documents(json_writer& out, const document_figures& documents) {
    out.begin_object("documents");
    out.member("kept", documents.kept);
    out.member("bytes", documents.bytes);
    out.member("bytes_max", documents.bytes_max);
    out.member("dropped", documents.dropped);
    out.end_object();
}

}  // namespace

std::string render_status(
    const domain::view& view,
    const domain::watch_plan& plan,
    const process_facts& process,
    const document_figures& documents,
    wall_time now
) {
    const auto started = from_unix_milliseconds(std::llround(process.start_time_seconds * 1000.0));
    const auto firing = std::count_if(view.alerts.begin(), view.alerts.end(), [](const auto& one) {
        return one.state == domain::alert_state::firing;
    });
    json_writer out;
    out.begin_object();
    out.member("version", process.version);
    out.member("revision", process.revision);
    out.member("started_at", started);
    out.member("uptime_seconds", std::max(now - started, milliseconds(0)));
    out.member("first_pass_complete", view.first_pass_complete);
    out.member("staleness_bound_seconds", plan.global.staleness_bound);
    write_jobs(out, view);
    out.member("alerts_firing", firing);
    out.begin_array("lanes");
    for (std::size_t i = 0; i < plan.lanes.size(); ++i) {
        if (!plan.lanes[i].gone) write_lane(out, plan.lanes[i], lane_of(view, i), now);
    }
    out.end_array();
    out.begin_array("connections");
    for (const auto& [name, seen] : view.connections)
        write_connection(out, name, seen);
    out.end_array();
    write_receivers(out, view, plan);
    out.begin_object("storage");
    out.member("degraded", view.storage_degraded);
    out.end_object();
    write_documents(out, documents);
    out.member("late_answers", view.late_answers);
    out.begin_object("unknown_values");
    for (const auto& [member, count] : view.unknown_values)
        out.member(member, count);
    out.end_object();
    out.end_object();
    return out.take();
}

}  // namespace trainwatch::wire
