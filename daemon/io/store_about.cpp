#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "io/store_rows.hpp"
#include "wire/job_arn.hpp"

namespace trainwatch::io {

namespace {

bool is_about(const domain::alert& alert, const wire::job_reference& job) {
    const auto is = [&](const char* label, const std::string& wanted) {
        const auto found = alert.labels.find(label);
        return wanted.empty() || (found != alert.labels.end() && found->second == wanted);
    };
    return is("account_id", job.account_id) && is("aws_region", job.region);
}

struct found_job {
    std::int64_t id = 0;
    domain::job_identity identity{};
};

// Oldest first. An ARN may spell the name in lower case where the name itself is not.
std::vector<found_job> identities_of(
    store_sqlite& database, const wire::job_reference& job, std::string_view arn
) {
    std::vector<found_job> found;
    store_statement rows(
        database,
        select_sql(
            "identities",
            identity_column_names(),
            "WHERE (training_job_name = ?1 AND ?2 IN ('', aws_region) AND ?3 IN ('', account_id)) "
            "OR identity_id IN (SELECT identity_id FROM jobs WHERE training_job_arn = ?4) "
            "ORDER BY creation_time, identity_id"
        )
    );
    rows.bind(std::string_view(job.name));
    rows.bind(std::string_view(job.region));
    rows.bind(std::string_view(job.account_id));
    rows.bind(job.region.empty() ? std::string_view() : arn);
    while (rows.step()) {
        auto& each = found.emplace_back();
        each.identity = read_identity(database, rows, each.id);
    }
    return found;
}

domain::transition_row read_transition(
    store_statement& rows, const domain::job_identity& identity
) {
    domain::transition_row row;
    column_reader io(rows);
    row.identity = identity;
    row.index = static_cast<std::size_t>(rows.integer());
    io("status", row.entry.status);
    io("start_time", row.entry.started);
    io("end_time", row.entry.ended);
    io("status_message", row.entry.message);
    io("observed", row.observed);
    io("counted", row.counted);
    return row;
}

void add_job(store_sqlite& database, const found_job& found, domain::ledger_batch& out) {
    store_statement transitions(
        database,
        "SELECT t.position, t.status, t.start_time, t.end_time, m.status_message, t.observed, "
        "t.counted FROM transitions AS t LEFT JOIN messages AS m USING (message_id) "
        "WHERE t.identity_id = ?1 ORDER BY t.position, t.status, t.start_time"
    );
    transitions.bind(found.id);
    std::vector<domain::transition> history;
    while (transitions.step()) {
        out.transitions.push_back(read_transition(transitions, found.identity));
        history.push_back(out.transitions.back().entry);
    }
    store_statement jobs(
        database,
        select_sql("jobs", job_column_names(), "WHERE identity_id = ?1 ORDER BY connection")
    );
    jobs.bind(found.id);
    while (jobs.step()) {
        auto& row = out.jobs.emplace_back();
        auto place = read_job_row(database, jobs, row);
        complete(row, std::move(place.extras), found.identity, history);
    }
}

void add_alerts(
    store_sqlite& database,
    const std::string& name,
    const wire::job_reference& job,
    domain::ledger_batch& out
) {
    const char* const about = "WHERE training_job = ?1 ORDER BY starts_at, alert_id";
    for (auto& row : read_alerts(database, about, bad_rows::are_damage, &name)) {
        if (!is_about(row.alert, job)) continue;
        const auto identity = domain::identity(row.alert.labels);
        const char* const of_it = "WHERE alert = ?1 ORDER BY receiver, url";
        for (auto& told : read_deliveries(database, of_it, bad_rows::are_damage, &identity))
            out.deliveries.push_back(std::move(told));
        out.alerts.push_back(std::move(row));
    }
}

}  // namespace

domain::ledger_batch read_about(
    store_sqlite& database, const wire::job_reference& job, std::string_view text
) {
    domain::ledger_batch out;
    std::set<std::string> names{job.name};
    for (const auto& found : identities_of(database, job, text)) {
        names.insert(found.identity.name);
        add_job(database, found, out);
    }
    for (const auto& name : names)
        add_alerts(database, name, job, out);
    return out;
}

// A page that is reached twice gives its rows twice.
domain::ledger_batch salvage(store_sqlite& database) {
    std::map<std::string, domain::alert_row> alerts;
    std::map<std::tuple<std::string, std::string, std::string>, domain::delivery_row> deliveries;
    database.roll_back();
    for (auto& row : read_alerts(database, "", bad_rows::are_left_out))
        alerts.insert_or_assign(domain::identity(row.alert.labels), std::move(row));
    database.roll_back();
    for (auto& row : read_deliveries(database, "", bad_rows::are_left_out)) {
        auto key = std::tuple(row.alert, row.receiver, row.url);
        deliveries.insert_or_assign(std::move(key), std::move(row));
    }
    database.roll_back();
    domain::ledger_batch out;
    for (auto& [identity, row] : alerts)
        out.alerts.push_back(std::move(row));
    for (auto& [key, row] : deliveries)
        out.deliveries.push_back(std::move(row));
    return out;
}

}  // namespace trainwatch::io
