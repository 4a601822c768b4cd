// Where the ledger's file lies: its lock, its rights, and its damaged predecessors beside it.
//
// Files only, no SQLite. A name is the ledger's path; -wal and -shm beside it belong to it.
#pragma once

#include <optional>
#include <string>

#include "base/failure.hpp"
#include "base/time.hpp"

namespace trainwatch::io {

// One daemon, one ledger: an advisory lock on PATH.lock, which ends with the process whatever ends
// it, so that a restart never finds it taken. The file stays; it holds the process' number.
class store_lock {
public:
    store_lock() = default;
    ~store_lock();
    store_lock(const store_lock&) = delete;
    store_lock& operator=(const store_lock&) = delete;

    // Again when somebody removed the file. Failure: another process has it. Without the right to
    // make the file there is no lock, and no failure: whoever cannot write there cannot disturb
    // anybody.
    result<void> take(const std::string& path);
    bool is_held() const { return descriptor_ >= 0; }

private:
    int descriptor_ = -1;
};

bool file_exists(const std::string& path);
// An empty log is none: SQLite makes it before it knows whether it can write.
bool has_log(const std::string& path);
// The ledger's own folder, where its parent exists; others are not ours to make.
void make_folder_of(const std::string& path);
// An empty file that the owner alone may read. Failure: errno.
int make_private_file(const std::string& path);
// Gives a finished file its name, durably: it is there as a whole or not at all. Failure: errno.
int publish_file(const std::string& from, const std::string& to);
void remove_with_logs(const std::string& path);

// Whether the path still leads to the same file.
struct file_identity {
    unsigned long device = 0;
    unsigned long number = 0;
    bool operator==(const file_identity&) const = default;
};
std::optional<file_identity> identify_file(const std::string& path);
// When the file or its log was written last, an empty log not counted; nothing without either.
std::optional<wall_time> last_written(const std::string& path);

// Renames the file and its logs to PATH.damaged-TIME (UTC), and returns that name. Of earlier ones
// the newest limits::ledger_damaged_kept stay, this one included.
result<std::string> set_aside(const std::string& path, wall_time now);
// The newest of them.
std::optional<std::string> newest_set_aside(const std::string& path);

}  // namespace trainwatch::io
