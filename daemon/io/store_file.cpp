#include "io/store_file.hpp"

#include <algorithm>
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
    is_new_ = true;
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
    // Copied into the file at the end, its log would make it one of today.
    database_->leave_log();
    close();
    last_written_ = written_;
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

// Of a ledger that was there: its log without it, or what an earlier run set aside, and ended
// before it had begun a new one.
result<void> store_file::look_for_remains() {
    // Known since an earlier try.
    if (damaged_) return {};
    // Removed while we run, it was no damage.
    const auto aside = was_replaced_ ? std::nullopt : newest_set_aside(path_);
    if (aside) written_ = std::max(written_, last_written(*aside));
    if (file_exists(path_ + "-wal")) {
        const auto log = set_aside(path_, time_.now().wall);
        if (log.has_error()) return log.error();
        damaged_ = failure{
            .kind = error_class::internal,
            .detail = "ledger " + path_ + ": missing, and only its log is there",
            .cure = "the log stands aside as " + log.value() + "-wal"};
    } else if (aside) {
        damaged_ = failure{
            .kind = error_class::internal,
            .detail = "ledger " + path_ + ": missing, and a damaged one stands aside",
            .cure = "it is " + *aside + "; move that away, too, for a first start"};
    } else {
        return {};
    }
    last_written_ = written_;
    store_sqlite reader;
    if (aside && reader.open(*aside, store_access::immutable, milliseconds(0))) {
        saved_ = salvage(reader);
    }
    return {};
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
    // Before anything is opened: that makes a log, and may write the file.
    written_ = last_written(path_);
    if (!file_exists(path_)) {
        if (auto known = look_for_remains(); known.has_error()) return known;
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
        written_ = time_.now().wall;
        // Without its log it would be a first start again: nobody hears of this one before.
        if (is_new_) tend();
        return {};
    }
    auto why = explain("cannot be written");
    const bool only_waits = database.trouble()->is_busy() || database.trouble()->is_disk_full();
    database.roll_back();
    // Anything else may have left the connection in a state of its own; the next one looks anew.
    if (!only_waits && !is_in_memory()) close();
    return why;
}

// What fails here is tried again, and commits will say why.
void store_file::tend() {
    if (!database_ || is_in_memory()) return;
    bool is_copied = false;
    {
        store_statement asked(*database_, "PRAGMA wal_checkpoint(PASSIVE)");
        const bool told = asked.step() && asked.integer() == 0;
        const auto in_log = told ? asked.integer() : -1;
        is_copied = told && asked.integer() == in_log;
    }
    if (!database_->ok()) database_->roll_back();
    if (is_copied) is_new_ = false;
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
