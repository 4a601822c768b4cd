#include "io/store_schema.hpp"

#include <array>
#include <string>

namespace trainwatch::io {

namespace {

// Times are milliseconds since 1970, UTC. An empty text is NULL where the member may be absent.
// Members of AWS' answers are named as there, in snake_case.
constexpr std::string_view first_version = R"sql(
CREATE TABLE identities (           -- which job: a name is one only until it is used again
    identity_id INTEGER PRIMARY KEY,
    account_id TEXT NOT NULL,
    aws_region TEXT NOT NULL,
    training_job_name TEXT NOT NULL,
    creation_time INTEGER NOT NULL,
    checksum INTEGER NOT NULL,
    UNIQUE (training_job_name, creation_time, aws_region, account_id)
) STRICT;

CREATE TABLE messages (             -- StatusMessages: many transitions have the same
    message_id INTEGER PRIMARY KEY,
    digest INTEGER NOT NULL,        -- of the text, to find it by
    status_message TEXT NOT NULL,
    checksum INTEGER NOT NULL
) STRICT;
CREATE INDEX messages_by_digest ON messages (digest);

CREATE TABLE transitions (          -- SecondaryStatusTransitions, what AWS took back included
    identity_id INTEGER NOT NULL REFERENCES identities ON DELETE CASCADE,
    position INTEGER NOT NULL,
    status TEXT NOT NULL,
    start_time INTEGER NOT NULL,
    end_time INTEGER,
    message_id INTEGER,             -- NULL: an empty message
    observed INTEGER NOT NULL,      -- when we saw it first
    counted INTEGER NOT NULL,       -- in the metrics
    checksum INTEGER NOT NULL,
    PRIMARY KEY (identity_id, position, status, start_time)
) STRICT, WITHOUT ROWID;

CREATE TABLE jobs (                 -- the last answer about each job, a connection
    job_id INTEGER PRIMARY KEY,
    identity_id INTEGER NOT NULL REFERENCES identities,
    connection TEXT NOT NULL,
    watch_list TEXT,
    training_job_arn TEXT,
    training_job_status TEXT,
    secondary_status TEXT,
    failure_reason TEXT,
    outcome TEXT,                   -- completed, failed, max_runtime_exceeded, …; NULL: not ended
    failure_class TEXT,
    ended INTEGER,
    first_observed INTEGER NOT NULL,
    last_observed INTEGER NOT NULL,
    already_ended INTEGER NOT NULL, -- it was over when we first looked
    counted INTEGER NOT NULL,       -- its end, in the metrics
    missing INTEGER NOT NULL,       -- AWS does not know it any more
    summarised INTEGER NOT NULL,    -- known from ListTrainingJobs only
    tags TEXT,                      -- JSON; NULL: never read
    training_start_time INTEGER,
    training_end_time INTEGER,
    last_modified_time INTEGER,
    training_time_in_seconds INTEGER,
    billable_time_in_seconds INTEGER,
    max_runtime_in_seconds INTEGER,
    max_wait_time_in_seconds INTEGER,
    max_pending_time_in_seconds INTEGER,
    instance_type TEXT,
    instance_count INTEGER,
    instance_groups TEXT,           -- JSON, where there is more than a type and a count
    enable_managed_spot_training INTEGER NOT NULL,
    algorithm TEXT,
    tuning_job TEXT,
    auto_ml_job TEXT,
    labeling_job TEXT,
    experiment TEXT,
    trial TEXT,
    model_artifacts TEXT,
    output_path TEXT,
    output_model_package TEXT,
    final_metrics TEXT,             -- JSON
    rules TEXT,                     -- JSON: debugger and profiler rules
    warm_pool TEXT,                 -- JSON
    progress TEXT,                  -- JSON
    keep_alive_period_in_seconds INTEGER,
    retry_attempts_max INTEGER,
    volume_size_in_gb INTEGER,
    billable_token_count INTEGER,
    enable_network_isolation INTEGER,
    enable_inter_container_traffic_encryption INTEGER,
    checkpoint_uri TEXT,
    training_plan_arn TEXT,
    unknown_members TEXT,           -- JSON: what this release does not know of an answer
    told_identity TEXT,             -- JSON, where the answer names itself otherwise
    history TEXT,                   -- JSON, where the last answer's transitions are not the table's
    checksum INTEGER NOT NULL,
    UNIQUE (identity_id, connection)
) STRICT;

CREATE TABLE alerts (
    alert_id INTEGER PRIMARY KEY,
    identity TEXT NOT NULL UNIQUE,  -- name{label="value",…}: what deliveries refer to
    alertname TEXT,                 -- some of the labels
    severity TEXT,
    training_job TEXT,
    account_id TEXT,
    aws_region TEXT,
    watch_list TEXT,
    labels TEXT NOT NULL,           -- JSON, all of them
    annotations TEXT NOT NULL,      -- JSON
    state TEXT NOT NULL,            -- firing, resolved
    starts_at INTEGER NOT NULL,
    resolved_at INTEGER,
    reason TEXT,                    -- why it fired
    checksum INTEGER NOT NULL
) STRICT;
CREATE INDEX alerts_by_job ON alerts (training_job);

CREATE TABLE deliveries (           -- of each alert, what each receiver has confirmed
    alert TEXT NOT NULL,            -- alerts.identity
    receiver TEXT NOT NULL,
    url TEXT NOT NULL,
    first_confirmed INTEGER,
    last_confirmed INTEGER,
    resolved_confirmed INTEGER NOT NULL,  -- 0, once, or as often as the end has to be taken
    checksum INTEGER NOT NULL,
    PRIMARY KEY (alert, receiver, url)
) STRICT, WITHOUT ROWID;

CREATE TABLE counters (             -- the fleet's, as they stand
    metric TEXT NOT NULL,
    labels TEXT NOT NULL,           -- JSON
    value REAL,                     -- of a histogram its sum
    buckets TEXT,                   -- JSON, of a histogram
    checksum INTEGER NOT NULL,
    PRIMARY KEY (metric, labels)
) STRICT, WITHOUT ROWID;

CREATE TABLE facts (                -- schema_version, last_complete_sweep, begun, rebuilt
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL,
    checksum INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE VIEW jobs_readable AS
SELECT i.training_job_name, i.account_id, i.aws_region,
    strftime('%Y-%m-%dT%H:%M:%fZ', i.creation_time / 1000.0, 'unixepoch') AS creation_time,
    j.watch_list, j.training_job_status, j.secondary_status, j.outcome, j.failure_class,
    j.failure_reason, j.instance_type, j.instance_count,
    strftime('%Y-%m-%dT%H:%M:%fZ', j.training_start_time / 1000.0, 'unixepoch')
        AS training_start_time,
    strftime('%Y-%m-%dT%H:%M:%fZ', j.ended / 1000.0, 'unixepoch') AS ended,
    strftime('%Y-%m-%dT%H:%M:%fZ', j.first_observed / 1000.0, 'unixepoch') AS first_observed,
    strftime('%Y-%m-%dT%H:%M:%fZ', j.last_observed / 1000.0, 'unixepoch') AS last_observed,
    j.billable_time_in_seconds, j.max_runtime_in_seconds, j.tags, j.training_job_arn,
    j.connection
FROM jobs AS j JOIN identities AS i USING (identity_id);

CREATE VIEW timeline AS
SELECT i.training_job_name, i.account_id, i.aws_region,
    strftime('%Y-%m-%dT%H:%M:%fZ', i.creation_time / 1000.0, 'unixepoch') AS creation_time,
    t.position, t.status,
    strftime('%Y-%m-%dT%H:%M:%fZ', t.start_time / 1000.0, 'unixepoch') AS start_time,
    strftime('%Y-%m-%dT%H:%M:%fZ', t.end_time / 1000.0, 'unixepoch') AS end_time,
    (t.end_time - t.start_time) / 1000.0 AS seconds,
    strftime('%Y-%m-%dT%H:%M:%fZ', t.observed / 1000.0, 'unixepoch') AS observed,
    m.status_message
FROM transitions AS t JOIN identities AS i USING (identity_id)
    LEFT JOIN messages AS m USING (message_id);

CREATE VIEW alerts_readable AS
SELECT a.alertname, a.severity, a.state, a.training_job, a.aws_region, a.watch_list,
    strftime('%Y-%m-%dT%H:%M:%fZ', a.starts_at / 1000.0, 'unixepoch') AS starts_at,
    strftime('%Y-%m-%dT%H:%M:%fZ', a.resolved_at / 1000.0, 'unixepoch') AS resolved_at,
    a.reason, d.receiver, d.url,
    strftime('%Y-%m-%dT%H:%M:%fZ', d.first_confirmed / 1000.0, 'unixepoch') AS first_confirmed,
    d.resolved_confirmed, a.labels, a.annotations
FROM alerts AS a LEFT JOIN deliveries AS d ON d.alert = a.identity;
)sql";

constexpr std::array<store_migration, 1> migrations_of_ours{first_version};

// The version stands in two places: a damaged one must not look like a newer release's file.
bool set_version(store_sqlite& database, std::int64_t version) {
    store_statement put(
        database,
        "INSERT INTO facts (name, value, checksum) VALUES (?1, ?2, ?3) "
        "ON CONFLICT DO UPDATE SET value = excluded.value, checksum = excluded.checksum"
    );
    put.bind(std::string_view("schema_version"));
    put.bind(version);
    put.bind_checksum();
    put.run();
    return database.execute("PRAGMA user_version = " + std::to_string(version));
}

bool is_version_sure(store_sqlite& database, std::int64_t version) {
    store_statement asked(
        database, "SELECT name, value, checksum FROM facts WHERE name = 'schema_version'"
    );
    if (!asked.step()) return false;
    asked.text();
    const auto written = asked.integer();
    return asked.is_intact() && written == version;
}

bool apply(store_sqlite& database, store_migration step, std::int64_t version) {
    const bool done = database.execute("BEGIN IMMEDIATE") && database.execute(std::string(step)) &&
        set_version(database, version) && database.execute("COMMIT");
    database.blame_the_statement();
    return done;
}

}  // namespace

std::span<const store_migration> store_migrations() {
    return migrations_of_ours;
}

bool migrate(
    store_sqlite& database, std::span<const store_migration> migrations, std::int64_t& file_version
) {
    const auto ours = static_cast<std::int64_t>(migrations.size());
    file_version = database.number("PRAGMA user_version");
    const auto is_empty = database.number("SELECT count(*) FROM sqlite_schema") == 0;
    if (!database.ok()) return false;
    if (!is_empty || file_version != 0) {
        if (database.number("PRAGMA application_id") != store_application_id) {
            database.report_damage("it is not a ledger of trainwatchd");
        } else if (!is_version_sure(database, file_version)) {
            database.report_damage("its version is not certain");
        }
    } else {
        database.execute("PRAGMA application_id = " + std::to_string(store_application_id));
    }
    if (!database.ok() || file_version > ours) return database.ok();
    for (auto version = file_version + 1; version <= ours; ++version)
        apply(database, migrations[static_cast<std::size_t>(version - 1)], version);
    return database.ok();
}

bool is_readable_version(store_sqlite& database, std::size_t ours) {
    const auto version = database.number("PRAGMA user_version");
    return database.number("PRAGMA application_id") == store_application_id && version >= 1 &&
        version <= static_cast<std::int64_t>(ours) + 1 && is_version_sure(database, version);
}

}  // namespace trainwatch::io
