#include "io/store_statements.hpp"

#include <utility>
#include <vector>

#include "io/store_rows.hpp"

namespace trainwatch::io {

namespace {

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
    std::string out;
    for (const auto& part : parts) {
        if (!out.empty()) out += separator;
        out += part;
    }
    return out;
}

// A row takes the place of the one with the same key; columns of a later release keep their values.
std::string upsert_sql(
    const std::string& table, std::vector<std::string> columns, const std::string& key
) {
    columns.emplace_back("checksum");
    std::vector<std::string> places;
    std::vector<std::string> updates;
    for (const auto& column : columns) {
        places.push_back("?" + std::to_string(places.size() + 1));
        updates.push_back(column + " = excluded." + column);
    }
    return "INSERT INTO " + table + " (" + join(columns, ", ") + ") VALUES (" + join(places, ", ") +
        ") ON CONFLICT (" + key + ") DO UPDATE SET " + join(updates, ", ");
}

}  // namespace

store_statements::store_statements(store_sqlite& database)
    : find_identity(
          database,
          "SELECT identity_id FROM identities WHERE training_job_name = ?1 "
          "AND creation_time = ?2 AND aws_region = ?3 AND account_id = ?4"
      )
    , add_identity(
          database,
          "INSERT INTO identities (account_id, aws_region, training_job_name, creation_time, "
          "checksum) VALUES (?1, ?2, ?3, ?4, ?5)"
      )
    , find_message(
          database, "SELECT message_id FROM messages WHERE digest = ?1 AND status_message = ?2"
      )
    , add_message(
          database, "INSERT INTO messages (digest, status_message, checksum) VALUES (?1, ?2, ?3)"
      )
    , put_fact(database, upsert_sql("facts", {"name", "value"}, "name"))
    , get_fact(database, "SELECT value FROM facts WHERE name = ?1")
    , put_transition(
          database,
          upsert_sql(
              "transitions", transition_column_names(), "identity_id, position, status, start_time"
          )
      )
    , history(
          database,
          "SELECT t.status, t.start_time, t.end_time, m.status_message FROM transitions AS t "
          "LEFT JOIN messages AS m USING (message_id) WHERE t.identity_id = ?1 "
          "ORDER BY t.position, t.status, t.start_time"
      )
    , put_job(database, upsert_sql("jobs", job_column_names(), "identity_id, connection"))
    , jobs_of(
          database,
          select_sql("jobs", job_column_names(), "WHERE identity_id = ?1 AND history IS NULL")
      )
    , put_alert(database, upsert_sql("alerts", alert_column_names(), "identity"))
    , put_delivery(
          database, upsert_sql("deliveries", delivery_column_names(), "alert, receiver, url")
      )
    , put_counter(database, upsert_sql("counters", counter_column_names(), "metric, labels"))
    , forget_job(database, "DELETE FROM jobs WHERE identity_id = ?1 AND connection = ?2")
    , forget_identity(
          database,
          "DELETE FROM identities WHERE identity_id = ?1 "
          "AND NOT EXISTS (SELECT 1 FROM jobs WHERE identity_id = ?1)"
      )
    , forget_alert(database, "DELETE FROM alerts WHERE identity = ?1")
    , forget_deliveries(database, "DELETE FROM deliveries WHERE alert = ?1")
    , collect(
          database,
          "DELETE FROM messages WHERE message_id NOT IN "
          "(SELECT message_id FROM transitions WHERE message_id IS NOT NULL)"
      )
    , free_pages(database, "PRAGMA freelist_count") {}

}  // namespace trainwatch::io
