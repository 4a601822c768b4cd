#include <algorithm>
#include <unordered_map>
#include <utility>

#include "io/store_rows.hpp"

namespace trainwatch::io {

namespace {

// A damaged file may claim anything: more is made room for when it comes.
std::size_t count(store_sqlite& database, const std::string& table) {
    const auto rows = database.number("SELECT count(*) FROM " + table);
    constexpr std::int64_t most = 4'000'000;
    return static_cast<std::size_t>(std::clamp(rows, std::int64_t{0}, most));
}

struct known_identity {
    std::int64_t id = 0;
    domain::job_identity identity{};
    std::size_t first = 0;  // its transitions, in the list of all
    std::size_t last = 0;
};

struct known_message {
    std::string text{};
    bool used = false;
};
using known_messages = std::unordered_map<std::int64_t, known_message>;

// In the order of their ids.
std::vector<known_identity> read_identities(store_sqlite& database) {
    std::vector<known_identity> all;
    store_statement rows(
        database, select_sql("identities", identity_column_names(), "ORDER BY identity_id")
    );
    while (rows.step()) {
        auto& known = all.emplace_back();
        known.identity = read_identity(database, rows, known.id);
    }
    return all;
}

known_messages read_messages(store_sqlite& database) {
    known_messages all;
    store_statement rows(
        database,
        "SELECT message_id, digest, status_message, checksum FROM messages ORDER BY message_id"
    );
    while (rows.step()) {
        const auto id = rows.integer();
        rows.restart_checksum();
        rows.integer();
        all[id].text = rows.text();
        if (!rows.is_intact()) report_bad_row(database, "messages");
    }
    return all;
}

// The present row of `transition_column_names`, but for its identity.
std::int64_t read_transition(
    store_sqlite& database,
    store_statement& rows,
    known_messages& messages,
    domain::transition_row& row
) {
    column_reader io(rows);
    const auto identity = rows.integer();
    row.index = static_cast<std::size_t>(rows.integer());
    io("status", row.entry.status);
    io("start_time", row.entry.started);
    io("end_time", row.entry.ended);
    const auto message = rows.integer_or_null();
    io("observed", row.observed);
    io("counted", row.counted);
    if (!io.is_intact()) report_bad_row(database, "transitions");
    if (message) {
        const auto found = messages.find(*message);
        if (found == messages.end()) {
            database.report_damage("a transition's message is missing in it");
        } else {
            found->second.used = true;
            row.entry.message = found->second.text;
        }
    }
    return identity;
}

std::vector<domain::transition_row> read_transitions(
    store_sqlite& database, std::vector<known_identity>& identities, known_messages& messages
) {
    std::vector<domain::transition_row> all;
    all.reserve(count(database, "transitions"));
    store_statement rows(
        database,
        select_sql(
            "transitions",
            transition_column_names(),
            "ORDER BY identity_id, position, status, start_time"
        )
    );
    auto owner = identities.begin();
    while (rows.step()) {
        auto& row = all.emplace_back();
        const auto identity = read_transition(database, rows, messages, row);
        while (owner != identities.end() && owner->id < identity)
            ++owner;
        if (owner == identities.end() || owner->id != identity) {
            database.report_damage("a transition's job is missing in it");
            break;
        }
        row.identity = owner->identity;
        if (owner->last == 0) owner->first = all.size() - 1;
        owner->last = all.size();
    }
    return all;
}

std::vector<domain::transition> entries(
    const std::vector<domain::transition_row>& all, std::size_t first, std::size_t last
) {
    std::vector<domain::transition> list;
    list.reserve(last - first);
    for (std::size_t i = first; i < last; ++i)
        list.push_back(all[i].entry);
    return list;
}

std::vector<domain::job_row> read_jobs(
    store_sqlite& database,
    const std::vector<known_identity>& identities,
    const std::vector<domain::transition_row>& transitions
) {
    std::vector<domain::job_row> all;
    all.reserve(count(database, "jobs"));
    store_statement rows(database, select_sql("jobs", job_column_names(), "ORDER BY job_id"));
    while (rows.step()) {
        auto& row = all.emplace_back();
        auto place = read_job_row(database, rows, row);
        const auto owner = std::lower_bound(
            identities.begin(),
            identities.end(),
            place.identity,
            [](const known_identity& known, std::int64_t id) { return known.id < id; }
        );
        if (owner == identities.end() || owner->id != place.identity) {
            database.report_damage("a job's identity is missing in it");
            break;
        }
        std::vector<domain::transition> history;
        if (!place.extras.history) history = entries(transitions, owner->first, owner->last);
        complete(row, std::move(place.extras), owner->identity, std::move(history));
    }
    return all;
}

void read_facts(store_sqlite& database, store_contents& into) {
    store_statement rows(database, select_sql("facts", {"name", "value"}, ""));
    while (rows.step()) {
        const std::string name(rows.text());
        const auto value = rows.integer();
        if (!rows.is_intact()) report_bad_row(database, "facts");
        if (name == fact_begun) into.begun = true;
        if (name == fact_rebuilt) into.rebuilt = from_unix_milliseconds(value);
        if (name == fact_sweep) into.rows.last_complete_sweep = from_unix_milliseconds(value);
    }
}

}  // namespace

store_contents read_everything(store_sqlite& database) {
    store_contents all;
    read_facts(database, all);
    auto identities = read_identities(database);
    auto messages = read_messages(database);
    all.rows.transitions = read_transitions(database, identities, messages);
    all.rows.jobs = read_jobs(database, identities, all.rows.transitions);
    all.rows.alerts = read_alerts(database, "ORDER BY alert_id");
    all.rows.deliveries = read_deliveries(database, "ORDER BY alert, receiver, url");
    all.rows.counters = read_counters(database);
    all.has_loose_messages = std::any_of(messages.begin(), messages.end(), [](const auto& each) {
        return !each.second.used;
    });
    return all;
}

}  // namespace trainwatch::io
