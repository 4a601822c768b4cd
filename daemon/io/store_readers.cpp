#include "io/store_rows.hpp"
#include "wire/job_arn.hpp"

namespace trainwatch::io {

namespace {

template <class Row>
std::vector<std::string> names_of(
    std::vector<std::string> keys, void (*columns)(column_names&, Row&)
) {
    column_names io{std::move(keys)};
    Row row;
    columns(io, row);
    return std::move(io.names);
}

void job_names(column_names& io, domain::job_row& row) {
    job_extras extras;
    job_columns(io, row, extras);
}

}  // namespace

void report_bad_row(store_sqlite& database, const char* table) {
    database.report_damage(std::string("a row of its table ") + table + " is not what was written");
}

std::string select_sql(
    std::string_view table, const std::vector<std::string>& columns, std::string_view rest
) {
    std::string sql = "SELECT ";
    for (const auto& column : columns)
        sql += column + ", ";
    sql += "checksum FROM ";
    sql += table;
    sql += ' ';
    sql += rest;
    return sql;
}

std::vector<std::string> identity_column_names() {
    return {"identity_id", "account_id", "aws_region", "training_job_name", "creation_time"};
}

std::vector<std::string> transition_column_names() {
    return {
        "identity_id",
        "position",
        "status",
        "start_time",
        "end_time",
        "message_id",
        "observed",
        "counted"};
}

std::vector<std::string> job_column_names() {
    return names_of({"identity_id", "connection"}, job_names);
}

std::vector<std::string> alert_column_names() {
    std::vector<std::string> keys{"identity"};
    keys.insert(keys.end(), alert_label_columns.begin(), alert_label_columns.end());
    return names_of<domain::alert_row>(std::move(keys), alert_columns);
}

std::vector<std::string> delivery_column_names() {
    return names_of<domain::delivery_row>({}, delivery_columns);
}

std::vector<std::string> counter_column_names() {
    return names_of<domain::counter_row>({}, counter_columns);
}

domain::job_identity read_identity(
    store_sqlite& database, store_statement& rows, std::int64_t& id
) {
    domain::job_identity identity;
    id = rows.integer();
    // SQLite chose it after the checksum was made.
    rows.restart_checksum();
    identity.account_id = rows.text();
    identity.region = rows.text();
    identity.name = rows.text();
    identity.created = from_unix_milliseconds(rows.integer());
    if (!rows.is_intact()) report_bad_row(database, "identities");
    return identity;
}

std::string partition_of(std::string_view arn) {
    const auto places = wire::split_job_arn(arn);
    return places ? std::string(places->partition) : std::string();
}

job_place read_job_row(store_sqlite& database, store_statement& from, domain::job_row& into) {
    job_place place;
    column_reader io(from);
    place.identity = from.integer();
    into.connection = from.text();
    job_columns(io, into, place.extras);
    if (!io.is_intact()) report_bad_row(database, "jobs");
    return place;
}

void complete(
    domain::job_row& row,
    job_extras extras,
    const domain::job_identity& identity,
    std::vector<domain::transition> history
) {
    auto& last = row.last;
    row.identity = identity;
    if (auto& told = extras.told) {
        last.name = std::move(told->name);
        last.account_id = std::move(told->account_id);
        last.region = std::move(told->region);
        last.partition = std::move(told->partition);
        last.created = told->created;
    } else {
        last.name = identity.name;
        last.account_id = identity.account_id;
        last.region = identity.region;
        last.partition = partition_of(last.arn);
        last.created = identity.created;
    }
    last.transitions = extras.history ? std::move(*extras.history) : std::move(history);
}

std::vector<domain::alert_row> read_alerts(
    store_sqlite& database, const char* rest, bad_rows bad, const std::string* parameter
) {
    std::vector<domain::alert_row> all;
    store_statement rows(database, select_sql("alerts", alert_column_names(), rest));
    if (parameter) rows.bind(std::string_view(*parameter));
    while (rows.step()) {
        auto& row = all.emplace_back();
        column_reader io(rows);
        rows.text();  // the labels say it too
        for (std::size_t i = 0; i < alert_label_columns.size(); ++i)
            rows.text_or_null();
        alert_columns(io, row);
        if (!io.is_intact()) {
            if (bad == bad_rows::are_damage) report_bad_row(database, "alerts");
            all.pop_back();
        }
    }
    return all;
}

std::vector<domain::delivery_row> read_deliveries(
    store_sqlite& database, const char* rest, bad_rows bad, const std::string* parameter
) {
    std::vector<domain::delivery_row> all;
    store_statement rows(database, select_sql("deliveries", delivery_column_names(), rest));
    if (parameter) rows.bind(std::string_view(*parameter));
    while (rows.step()) {
        auto& row = all.emplace_back();
        column_reader io(rows);
        delivery_columns(io, row);
        if (!io.is_intact()) {
            if (bad == bad_rows::are_damage) report_bad_row(database, "deliveries");
            all.pop_back();
        }
    }
    return all;
}

std::vector<domain::counter_row> read_counters(store_sqlite& database) {
    std::vector<domain::counter_row> all;
    store_statement rows(
        database, select_sql("counters", counter_column_names(), "ORDER BY metric, labels")
    );
    while (rows.step()) {
        auto& row = all.emplace_back();
        column_reader io(rows);
        counter_columns(io, row);
        if (!io.is_intact()) report_bad_row(database, "counters");
    }
    return all;
}

}  // namespace trainwatch::io
