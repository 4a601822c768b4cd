#include "io/store_file.hpp"

#include <cerrno>
#include <utility>

#include "base/limits.hpp"
#include "io/store.hpp"
#include "io/store_trouble.hpp"

namespace trainwatch::io {

store_file::store_file(
    const clock& time, std::string path, std::span<const store_migration> migrations
)
    : time_(time), path_(std::move(path)), migrations_(migrations) {}

store_file::~store_file() {
    close();
}

bool store_file::is_in_memory() const {
    return path_ == in_memory;
}

result<void> store_file::lock() {
    if (is_in_memory()) return {};
    make_folder_of(path_);
    return lock_.take(path_);
}

// Statements first: a connection with some left does not close, nor tidy up its log.
void store_file::close() {
    writer_.reset();
    database_.reset();
    opened_.reset();
    checked_ = false;
}

failure store_file::explain(const std::string& what) const {
    return explain_trouble(path_, what, *database_->trouble());
}

// In a file of another name, so that a ledger is there as a whole or not at all.
result<void> store_file::begin_new() {
    if (is_in_memory()) {
        database_ = std::make_unique<store_sqlite>();
        std::int64_t version = 0;
        const bool made = database_->open(path_, store_access::fresh, milliseconds(0)) &&
            migrate(*database_, migrations_, version);
        if (!made) return explain("cannot be begun");
        return {};
    }
    const std::string name = path_ + ".new";
    remove_with_logs(name);
    if (const int refused = make_private_file(name)) {
        return explain_system(path_, "cannot be begun", refused);
    }
    {
        store_sqlite fresh;
        std::int64_t version = 0;
        // Synced once, below: until it has its name, nobody misses it.
        const bool made = fresh.open(name, store_access::existing, limits::ledger_busy) &&
            fresh.execute("PRAGMA auto_vacuum = INCREMENTAL; PRAGMA synchronous = OFF") &&
            migrate(fresh, migrations_, version) && (!damaged_ || begin_with_saved(fresh));
        if (!made) {
            auto why = explain_trouble(path_, "cannot be begun", *fresh.trouble());
            remove_with_logs(name);
            return why;
        }
    }
    if (const int refused = publish_file(name, path_)) {
        return explain_system(path_, "cannot be begun", refused);
    }
    return {};
}

// What was saved is in the new file from its beginning, and that it is no whole ledger.
bool store_file::begin_with_saved(store_sqlite& fresh) {
    store_writer writer(fresh);
    fresh.execute("BEGIN IMMEDIATE");
    if (!saved_.empty()) writer.write(saved_);
    writer.mark_rebuilt(last_written_.value_or(time_.now().wall));
    return fresh.execute("COMMIT");
}

result<void> store_file::open_existing(milliseconds busy) {
    database_ = std::make_unique<store_sqlite>();
    auto& database = *database_;
    std::int64_t version = 0;
    database.open(path_, store_access::existing, busy);
    const bool is_empty = database.number("SELECT count(*) FROM sqlite_schema") == 0;
    // It got its name when it had its tables.
    if (database.ok() && is_empty) database.report_damage("it is empty");
    const bool opened = database.ok() && migrate(database, migrations_, version);
    if (!opened) return explain("cannot be opened");
    if (version > static_cast<std::int64_t>(migrations_.size()) + 1) {
        return too_new(path_, version, static_cast<std::int64_t>(migrations_.size()));
    }
    opened_ = identify_file(path_);
    return prepare_to_write();
}

result<void> store_file::prepare_to_write() {
    auto& database = *database_;
    // Each commit is on the disk before anybody hears of it.
    const auto mode = database.text("PRAGMA journal_mode = WAL");
    database.execute(
        "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = " +
        std::to_string(limits::ledger_wal_pages) +
        "; PRAGMA journal_size_limit = " + std::to_string(limits::ledger_wal_bytes_kept)
    );
    writer_ = std::make_unique<store_writer>(database);
    if (!database.ok()) return explain("cannot be written");
    if (mode != "wal" && !is_in_memory()) {
        return explain_system(path_, "cannot have a write-ahead log there", ENOTSUP);
    }
    return {};
}

// Its alerts, as far as they can be read, go into the new file: nobody is paged twice for them.
result<void> store_file::replace_damaged(const store_trouble& found) {
    auto why = explain_trouble(path_, "is damaged", found);
    domain::ledger_batch saved = salvage(*database_);
    close();
    last_written_ = last_written(path_);
    auto aside = set_aside(path_, time_.now().wall);
    if (aside.has_error()) return aside.error();
    why.cure = "it stands aside as " + aside.value() + ", and a new one is begun";
    damaged_ = std::move(why);
    saved_ = std::move(saved);
    if (auto begun = begin_new(); begun.has_error()) return begun;
    if (auto opened = open_existing(limits::ledger_busy); opened.has_error()) return opened;
    checked_ = true;
    return {};
}

// Every page, which reads the whole file.
bool store_file::is_sound() {
    const auto verdict = database_->text("PRAGMA quick_check(1)");
    if (!database_->ok() || verdict == "ok") return database_->ok();
    // A page that the disk refused is told as a finding, too. Whoever reads rows hears which it is.
    read_everything(*database_);
    if (!database_->ok() && !database_->trouble()->damaged) return false;
    database_->roll_back();
    database_->report_damage(verdict);
    return false;
}

result<void> store_file::ensure_open(milliseconds busy) {
    // Removed or replaced under us: what is written there is lost with the last descriptor.
    if (database_ && opened_ && identify_file(path_) != opened_) {
        close();
        was_replaced_ = true;
    }
    if (database_) return {};
    if (is_in_memory()) {
        if (auto begun = begin_new(); begun.has_error()) return begun;
        checked_ = true;
        return prepare_to_write();
    }
    if (auto alone = lock(); alone.has_error()) return alone;
    if (!file_exists(path_)) {
        // A log without its file is what is left of a ledger.
        if (file_exists(path_ + "-wal")) {
            last_written_ = last_written(path_);
            auto aside = set_aside(path_, time_.now().wall);
            if (aside.has_error()) return aside.error();
            damaged_ = failure{
                .kind = error_class::internal,
                .detail = "ledger " + path_ + ": missing, and only its log is there",
                .cure = "the log stands aside as " + aside.value() + "-wal"};
        }
        if (auto begun = begin_new(); begun.has_error()) return begun;
    }
    auto done = open_existing(busy);
    if (done.has_value() && !checked_) checked_ = is_sound();
    if (database_->ok() && done.has_value()) return done;
    const auto found = database_->trouble();
    if (found && found->damaged) return replace_damaged(*found);
    close();
    if (done.has_error()) return done;
    return explain_trouble(path_, "cannot be read", *found);
}

domain::ledger store_file::begin_with_what_was_saved() {
    domain::ledger rest{true, std::move(saved_), std::exchange(damaged_, std::nullopt)};
    saved_ = {};
    follows_rows_ = !rest.rows.empty();
    if (rest.damaged) rest.rows.last_complete_sweep = last_written_;
    return rest;
}

// An earlier run set a damaged file aside, and ended before it had written anything: to this one
// it is as damaged.
void store_file::remember_rebuilt(store_contents& found) {
    if (!found.rebuilt) return;
    damaged_ = failure{
        .kind = error_class::internal,
        .detail = "ledger " + path_ + ": begun anew because it was damaged, and not written since",
        .cure = "what it was stands aside as " + path_ + ".damaged-…"};
    saved_ = std::move(found.rows);
    last_written_ = found.rebuilt;
}

result<domain::ledger> store_file::load_without_writing(const failure& why_not) {
    close();
    // Nothing is there, and nothing can be made: a first start, and commits will say why.
    if (!file_exists(path_)) return begin_with_what_was_saved();
    for (const auto access : {store_access::read_only, store_access::immutable}) {
        // What a log holds cannot be seen without taking part in it.
        if (access == store_access::immutable && file_exists(path_ + "-wal")) continue;
        store_sqlite reader;
        if (!reader.open(path_, access, limits::ledger_busy)) continue;
        const bool known = is_readable_version(reader, migrations_.size());
        auto all = read_everything(reader);
        if (!known || !reader.ok()) continue;
        remember_rebuilt(all);
        if (damaged_) return begin_with_what_was_saved();
        follows_rows_ = all.begun;
        return domain::ledger{!all.begun, std::move(all.rows), std::nullopt};
    }
    return why_not;
}

result<domain::ledger> store_file::load() {
    const auto opened = ensure_open(limits::ledger_busy_at_start);
    if (opened.has_error()) return load_without_writing(opened.error());
    store_contents all;
    if (!damaged_) all = read_everything(*database_);
    if (const auto found = database_->trouble(); found && found->damaged) {
        if (const auto done = replace_damaged(*found); done.has_error()) return done.error();
    } else if (found) {
        return load_without_writing(explain("cannot be read"));
    }
    database_->wait_for_others(limits::ledger_busy);
    remember_rebuilt(all);
    if (damaged_) return begin_with_what_was_saved();
    if (all.has_loose_messages) writer_->collect_soon();
    follows_rows_ = all.begun;
    return domain::ledger{!all.begun, std::move(all.rows), std::nullopt};
}

result<void> store_file::commit(const domain::ledger_batch& batch) {
    if (auto opened = ensure_open(limits::ledger_busy); opened.has_error()) return opened;
    if (damaged_) {
        // Whoever asked has to write everything again.
        saved_ = {};
        follows_rows_ = false;
        return std::exchange(damaged_, std::nullopt).value();
    }
    if (std::exchange(was_replaced_, false) && std::exchange(follows_rows_, false)) {
        return failure{
            .kind = error_class::internal,
            .detail = "ledger " + path_ + ": was removed or replaced while the daemon ran",
            .cure = "it is begun anew with all that is known"};
    }
    auto& database = *database_;
    database.wait_for_others(limits::ledger_busy);
    database.execute("BEGIN IMMEDIATE");
    writer_->write(batch);
    if (database.execute("COMMIT")) {
        follows_rows_ = true;
        return {};
    }
    auto why = explain("cannot be written");
    const bool only_waits = database.trouble()->is_busy() || database.trouble()->is_disk_full();
    database.roll_back();
    // Anything else may have left the connection in a state of its own; the next one looks anew.
    if (!only_waits && !is_in_memory()) close();
    return why;
}

result<domain::ledger_batch> store_file::about(const std::string& job) {
    const auto reference = wire::read_job_reference(job);
    if (reference.has_error()) return reference.error();
    if (auto opened = ensure_open(limits::ledger_busy); opened.has_error()) return opened.error();
    auto rows = io::read_about(*database_, *reference, job);
    if (database_->ok()) return rows;
    auto why = explain("cannot be read");
    close();
    return why;
}

}  // namespace trainwatch::io
