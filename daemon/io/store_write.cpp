#include <algorithm>
#include <set>
#include <utility>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "io/store_rows.hpp"
#include "io/store_statements.hpp"

namespace trainwatch::io {

namespace {

std::string label(const domain::alert& alert, const char* name) {
    const auto found = alert.labels.find(name);
    return found == alert.labels.end() ? std::string() : found->second;
}

}  // namespace

store_writer::store_writer(store_sqlite& database)
    : database_(database), use_(std::make_unique<store_statements>(database)) {}

store_writer::~store_writer() = default;

void store_writer::collect_soon() {
    writes_since_collection_ = limits::ledger_collection_writes;
}

std::optional<std::int64_t> store_writer::find_identity(const domain::job_identity& identity) {
    auto& find = use_->find_identity;
    find.bind(std::string_view(identity.name));
    find.bind(unix_milliseconds(identity.created));
    find.bind(std::string_view(identity.region));
    find.bind(std::string_view(identity.account_id));
    if (!find.step()) return std::nullopt;
    const auto id = find.integer();
    find.reset();
    return id;
}

std::int64_t store_writer::identity_id(const domain::job_identity& identity) {
    if (const auto known = find_identity(identity)) return *known;
    auto& add = use_->add_identity;
    add.bind(std::string_view(identity.account_id));
    add.bind(std::string_view(identity.region));
    add.bind(std::string_view(identity.name));
    add.bind(unix_milliseconds(identity.created));
    add.bind_checksum();
    add.run();
    return database_.last_row_id();
}

std::optional<std::int64_t> store_writer::message_id(const std::string& text) {
    if (text.empty()) return std::nullopt;
    const auto digest = static_cast<std::int64_t>(fnv1a(text));
    auto& find = use_->find_message;
    find.bind(digest);
    find.bind(std::string_view(text));
    if (find.step()) {
        const auto id = find.integer();
        find.reset();
        return id;
    }
    auto& add = use_->add_message;
    add.bind(digest);
    add.bind(std::string_view(text));
    add.bind_checksum();
    add.run();
    return database_.last_row_id();
}

std::vector<domain::transition> store_writer::history_of(std::int64_t identity) {
    std::vector<domain::transition> list;
    auto& rows = use_->history;
    rows.bind(identity);
    while (rows.step()) {
        auto& entry = list.emplace_back();
        entry.status = domain::parse_secondary(rows.text());
        entry.started = from_unix_milliseconds(rows.integer());
        if (const auto ended = rows.integer_or_null()) entry.ended = from_unix_milliseconds(*ended);
        entry.message = rows.text();
    }
    return list;
}

void store_writer::put_fact(std::string_view name, std::int64_t value) {
    use_->put_fact.bind(name);
    use_->put_fact.bind(value);
    use_->put_fact.bind_checksum();
    use_->put_fact.run();
}

void store_writer::put(const domain::transition_row& row) {
    const auto identity = identity_id(row.identity);
    const auto message = message_id(row.entry.message);
    auto& put = use_->put_transition;
    put.bind(identity);
    put.bind(static_cast<std::int64_t>(row.index));
    put.bind(std::string_view(row.entry.status.text));
    put.bind(unix_milliseconds(row.entry.started));
    column_writer io(put);
    io("end_time", row.entry.ended);
    io("message_id", message);
    io("observed", row.observed);
    io("counted", row.counted);
    put.bind_checksum();
    put.run();
}

void store_writer::put(const domain::job_row& row) {
    const auto identity = identity_id(row.identity);
    const auto& last = row.last;
    job_extras extras;
    const wire::told_identity told{
        last.name, last.account_id, last.region, last.partition, last.created};
    const auto& id = row.identity;
    const wire::told_identity usual{
        id.name, id.account_id, id.region, partition_of(last.arn), id.created};
    if (told != usual) extras.told = told;
    if (last.transitions != history_of(identity)) extras.history = last.transitions;
    auto& put = use_->put_job;
    put.bind(identity);
    put.bind(std::string_view(row.connection));
    column_writer io(put);
    job_columns(io, row, extras);
    put.bind_checksum();
    put.run();
}

void store_writer::put(const domain::alert_row& row) {
    const auto identity = domain::identity(row.alert.labels);
    std::array<std::string, alert_label_columns.size()> labels;
    auto& put = use_->put_alert;
    put.bind(std::string_view(identity));
    column_writer io(put);
    for (std::size_t i = 0; i < labels.size(); ++i) {
        labels[i] = label(row.alert, alert_label_columns[i]);
        io(alert_label_columns[i], labels[i]);
    }
    alert_columns(io, row);
    put.bind_checksum();
    put.run();
}

void store_writer::put(const domain::delivery_row& row) {
    column_writer io(use_->put_delivery);
    delivery_columns(io, row);
    use_->put_delivery.bind_checksum();
    use_->put_delivery.run();
}

void store_writer::put(const domain::counter_row& row) {
    column_writer io(use_->put_counter);
    counter_columns(io, row);
    use_->put_counter.bind_checksum();
    use_->put_counter.run();
}

// A job's transitions stay as long as any connection has it.
void store_writer::forget(const domain::job_row_key& key) {
    const auto identity = find_identity(key.identity);
    if (!identity) return;
    use_->forget_job.bind(*identity);
    use_->forget_job.bind(std::string_view(key.connection));
    use_->forget_job.run();
    use_->forget_identity.bind(*identity);
    use_->forget_identity.run();
}

void store_writer::forget_alert(const std::string& identity) {
    use_->forget_deliveries.bind(std::string_view(identity));
    use_->forget_deliveries.run();
    use_->forget_alert.bind(std::string_view(identity));
    use_->forget_alert.run();
}

// Jobs whose list of transitions is the table's, and that this batch does not write although it
// writes transitions of theirs: their list stays what it was.
std::vector<domain::job_row> store_writer::jobs_left_behind(const domain::ledger_batch& batch) {
    std::set<std::pair<domain::job_identity, std::string>> written;
    for (const auto& row : batch.jobs)
        written.emplace(row.identity, row.connection);
    std::set<domain::job_identity> touched;
    for (const auto& row : batch.transitions)
        touched.insert(row.identity);
    std::vector<domain::job_row> left;
    for (const auto& identity : touched) {
        const auto id = find_identity(identity);
        if (!id) continue;
        const auto history = history_of(*id);
        use_->jobs_of.bind(*id);
        while (use_->jobs_of.step()) {
            domain::job_row job;
            auto place = read_job_row(database_, use_->jobs_of, job);
            if (written.contains({identity, job.connection})) continue;
            complete(job, std::move(place.extras), identity, history);
            left.push_back(std::move(job));
        }
    }
    return left;
}

void store_writer::tidy_up() {
    if (writes_since_collection_ >= limits::ledger_collection_writes) {
        use_->collect.run();
        writes_since_collection_ = 0;
    }
    std::int64_t free = 0;
    if (use_->free_pages.step()) free = use_->free_pages.integer();
    use_->free_pages.reset();
    if (free > limits::ledger_free_pages_kept) {
        const auto pages =
            std::min(free - limits::ledger_free_pages_kept, limits::ledger_vacuum_pages);
        database_.execute("PRAGMA incremental_vacuum(" + std::to_string(pages) + ")");
    }
}

void store_writer::mark_rebuilt(wall_time last_written) {
    put_fact(fact_rebuilt, unix_milliseconds(last_written));
}

void store_writer::write(const domain::ledger_batch& batch) {
    database_.execute("DELETE FROM facts WHERE name = '" + std::string(fact_rebuilt) + "'");
    use_->get_fact.bind(fact_begun);
    const bool begun = use_->get_fact.step();
    use_->get_fact.reset();
    if (!begun) put_fact(fact_begun, 1);
    const auto left_behind = jobs_left_behind(batch);
    for (const auto& row : batch.transitions)
        put(row);
    for (const auto& row : batch.jobs)
        put(row);
    for (const auto& row : left_behind)
        put(row);
    for (const auto& row : batch.alerts)
        put(row);
    for (const auto& row : batch.deliveries)
        put(row);
    for (const auto& row : batch.counters)
        put(row);
    for (const auto& key : batch.forgotten_jobs)
        forget(key);
    for (const auto& identity : batch.forgotten_alerts)
        forget_alert(identity);
    if (batch.last_complete_sweep) {
        const auto next = unix_milliseconds(*batch.last_complete_sweep);
        use_->get_fact.bind(fact_sweep);
        const bool is_later = use_->get_fact.step() && use_->get_fact.integer() >= next;
        use_->get_fact.reset();
        if (!is_later) put_fact(fact_sweep, next);
    }
    writes_since_collection_ += batch.transitions.size() + batch.forgotten_jobs.size();
    tidy_up();
}

}  // namespace trainwatch::io
