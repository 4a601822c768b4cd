// The ledger's rows in SQLite's tables: writing a batch, reading everything or what is about a job.
//
// Within a transaction of the caller's. Trouble stays in the connection (io/store_sqlite.hpp); a
// row that is not what was written is damage. Owned beside the connection, which outlives it.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/ledger.hpp"
#include "io/store_columns.hpp"
#include "io/store_sqlite.hpp"
#include "wire/job_arn.hpp"

namespace trainwatch::io {

struct store_statements;

class store_writer {
public:
    explicit store_writer(store_sqlite& database);
    ~store_writer();

    void write(const domain::ledger_batch& batch);
    // This file follows on one that was damaged; until the next write, which makes it a ledger.
    void mark_rebuilt(wall_time last_written);
    // Messages that no transition has any more are known to be there.
    void collect_soon();

private:
    std::optional<std::int64_t> find_identity(const domain::job_identity& identity);
    std::int64_t identity_id(const domain::job_identity& identity);
    std::optional<std::int64_t> message_id(const std::string& text);
    std::vector<domain::transition> history_of(std::int64_t identity);

    void put_fact(std::string_view name, std::int64_t value);
    void put(const domain::transition_row& row);
    void put(const domain::job_row& row);
    void put(const domain::alert_row& row);
    void put(const domain::delivery_row& row);
    void put(const domain::counter_row& row);
    void forget(const domain::job_row_key& key);
    void forget_alert(const std::string& identity);
    std::vector<domain::job_row> jobs_left_behind(const domain::ledger_batch& batch);
    void tidy_up();

    store_sqlite& database_;
    std::unique_ptr<store_statements> use_;
    std::size_t writes_since_collection_ = 0;
};

struct store_contents {
    bool begun = false;  // something was committed once
    // Nothing was since a damaged file was set aside; when that one was written last.
    std::optional<wall_time> rebuilt{};
    domain::ledger_batch rows{};
    bool has_loose_messages = false;
};
store_contents read_everything(store_sqlite& database);

// The rows about the jobs of this name, or about the one with this ARN, which `text` is then.
domain::ledger_batch read_about(
    store_sqlite& database, const wire::job_reference& job, std::string_view text
);

// Of a damaged file what can be read and is what was written: alerts and their deliveries.
domain::ledger_batch salvage(store_sqlite& database);

// ---- between the two halves

inline constexpr std::string_view fact_begun = "begun";
inline constexpr std::string_view fact_sweep = "last_complete_sweep";
inline constexpr std::string_view fact_rebuilt = "rebuilt";

// "SELECT <columns>, checksum FROM <table> <rest>"
std::string select_sql(
    std::string_view table, const std::vector<std::string>& columns, std::string_view rest
);
std::vector<std::string> job_column_names();
std::vector<std::string> alert_column_names();
std::vector<std::string> delivery_column_names();
std::vector<std::string> counter_column_names();
std::vector<std::string> transition_column_names();
std::vector<std::string> identity_column_names();

// Labels that have a column of their own, between `identity` and `labels`.
inline constexpr std::array alert_label_columns{
    "alertname", "severity", "training_job", "account_id", "aws_region", "watch_list"};

// What to do about a row that is not what was written.
enum class bad_rows { are_damage, are_left_out };
void report_bad_row(store_sqlite& database, const char* table);

// `rest` is the statement after the table's name, `parameter` its only one.
std::vector<domain::alert_row> read_alerts(
    store_sqlite& database,
    const char* rest,
    bad_rows bad = bad_rows::are_damage,
    const std::string* parameter = nullptr
);
std::vector<domain::delivery_row> read_deliveries(
    store_sqlite& database,
    const char* rest,
    bad_rows bad = bad_rows::are_damage,
    const std::string* parameter = nullptr
);
std::vector<domain::counter_row> read_counters(store_sqlite& database);
// The present row of `identity_column_names`.
domain::job_identity read_identity(store_sqlite& database, store_statement& rows, std::int64_t& id);
// What the ARN says; empty where it is none.
std::string partition_of(std::string_view arn);

// Reads the present row of `job_column_names`, and says whose it is. What stands elsewhere is to be
// put in by complete(). Damage is reported to the connection.
struct job_place {
    std::int64_t identity = 0;
    job_extras extras{};
};
job_place read_job_row(store_sqlite& database, store_statement& from, domain::job_row& into);
// `history` is what the table of transitions has; the list is that unless `extras` has another.
void complete(
    domain::job_row& row,
    job_extras extras,
    const domain::job_identity& identity,
    std::vector<domain::transition> history
);

}  // namespace trainwatch::io
