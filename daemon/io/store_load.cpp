// What a start is told of the ledger, sound or not, writable or not.
#include <utility>

#include "base/limits.hpp"
#include "io/store_copy.hpp"
#include "io/store_file.hpp"
#include "io/store_trouble.hpp"

namespace trainwatch::io {

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

std::optional<domain::ledger> store_file::read_through(
    const std::string& name, store_access access
) {
    store_sqlite reader;
    reader.open(name, access, limits::ledger_busy);
    // Of a copy nobody else reads: its log needs no index in a file, for which there may be no
    // room.
    if (access == store_access::existing) reader.execute("PRAGMA locking_mode = EXCLUSIVE");
    store_contents all;
    const bool is_ours = is_readable_version(reader, migrations_.size());
    if (is_ours) all = read_everything(reader);
    if (const auto found = reader.trouble(); found && found->damaged) {
        damaged_ = explain_trouble(path_, "is damaged", *found);
        damaged_->cure = "it is set aside, and a new one begun, once that can be written";
        saved_ = salvage(reader);
        last_written_ = written_;
    }
    if (!damaged_ && !(is_ours && reader.ok())) return std::nullopt;
    if (!damaged_) remember_rebuilt(all);
    if (damaged_) return begin_with_what_was_saved();
    follows_rows_ = all.begun;
    return domain::ledger{!all.begun, std::move(all.rows), std::nullopt};
}

result<domain::ledger> store_file::load_without_writing(const failure& why_not) {
    close();
    // Nothing is there, and nothing can be made: a first start, and commits will say why.
    if (!file_exists(path_)) return begin_with_what_was_saved();
    auto known = read_through(path_, store_access::read_only);
    if (known) return std::move(*known);
    // What a log holds cannot be seen without taking part in it, be it in a copy's.
    if (!has_log(path_)) {
        known = read_through(path_, store_access::immutable);
    } else if (const store_copy copy(path_); copy.is_made()) {
        known = read_through(copy.path(), store_access::existing);
    }
    if (known) return std::move(*known);
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
    is_new_ = is_new_ || !all.begun;
    if (all.has_loose_messages) writer_->collect_soon();
    follows_rows_ = all.begun;
    return domain::ledger{!all.begun, std::move(all.rows), std::nullopt};
}

}  // namespace trainwatch::io
