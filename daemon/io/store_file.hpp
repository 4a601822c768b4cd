// One ledger file: opened when it is needed, begun when it is missing, set aside when it is
// damaged, read and written. Blocks; io/store.cpp puts it on a thread.
//
// Trouble (no space, no rights, a lock) leaves the file where it is, and the next call tries again.
// Damage ends in a new file. What has to be known of rows that are gone is in the answers:
// `ledger::damaged`, and a commit that fails because the file it followed is not there any more.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/failure.hpp"
#include "domain/ledger.hpp"
#include "io/clock.hpp"
#include "io/store_place.hpp"
#include "io/store_rows.hpp"
#include "io/store_schema.hpp"
#include "io/store_sqlite.hpp"

namespace trainwatch::io {

class store_file {
public:
    // `path` may be `in_memory`. `time` outlives it. Tests give other migrations: another release.
    store_file(
        const clock& time,
        std::string path,
        std::span<const store_migration> migrations = store_migrations()
    );
    ~store_file();

    // Failure: another process has the ledger.
    result<void> lock();

    result<domain::ledger> load();
    result<void> commit(const domain::ledger_batch& batch);
    // Copies the log into the file: a log that is lost costs what was written since.
    void tend();
    // When the file was written last, as a start found it or by us since; nothing without one.
    std::optional<wall_time> written() const { return written_; }
    result<domain::ledger_batch> about(const std::string& job);

private:
    bool is_in_memory() const;
    // With a connection that can write, and a file that is sound as far as it can be known.
    result<void> ensure_open(milliseconds busy);
    result<void> look_for_remains();
    result<void> begin_new();
    bool begin_with_saved(store_sqlite& fresh);
    result<void> open_existing(milliseconds busy);
    result<void> prepare_to_write();
    result<void> replace_damaged(const store_trouble& found);
    void remember_rebuilt(store_contents& found);
    result<domain::ledger> load_without_writing(const failure& why_not);
    std::optional<domain::ledger> read_through(const std::string& name, store_access access);
    domain::ledger begin_with_what_was_saved();
    bool is_sound();
    void close();
    // The trouble of the connection, as a failure.
    failure explain(const std::string& what) const;

    const clock& time_;
    const std::string path_;
    const std::span<const store_migration> migrations_;
    store_lock lock_{};
    std::unique_ptr<store_sqlite> database_{};
    std::unique_ptr<store_writer> writer_{};
    std::optional<file_identity> opened_{};
    // What became of a damaged predecessor, until it is told; and what was saved of it.
    std::optional<failure> damaged_{};
    domain::ledger_batch saved_{};
    std::optional<wall_time> last_written_{};  // the predecessor was
    std::optional<wall_time> written_{};       // the file was, with its log
    bool is_new_ = false;                      // the file alone has no commit in it yet
    bool checked_ = false;                     // the whole file, since it was opened
    bool was_replaced_ = false;                // behind our back, and nobody was told yet
    bool follows_rows_ = false;                // rows were read from a file, or written to it
};

}  // namespace trainwatch::io
