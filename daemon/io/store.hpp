// The ledger on the disk: an SQLite file with every row of domain/ledger.hpp, on a thread of its
// own. daemon/README.md describes its tables for people with sqlite3.
//
// Failures name the file and the cure. After one, the next commit tries again, and whoever lost
// rows by it writes them anew: nothing half-written stays. A file whose content is wrong stands
// aside as NAME.damaged-TIME (io/store_place.hpp), and a new one is begun.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "base/failure.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"
#include "domain/ledger.hpp"
#include "io/byte_stream.hpp"
#include "io/clock.hpp"

namespace trainwatch::io {

class store {
public:
    virtual ~store() = default;
    // Once, before the first commit. A ledger that can be read but not written is read.
    virtual task<result<domain::ledger>> load() = 0;
    // When it was written last, also where it cannot be read; nothing without a ledger. While
    // nothing else is asked.
    virtual std::optional<wall_time> written() const = 0;
    // Durable once this returns. Batches come in the order of their ids, one at a time.
    virtual task<result<void>> commit(commit_id id, domain::ledger_batch batch) = 0;
    // To be called now and then, and cheap: about once a minute, if anything was committed, the log
    // is copied into the file, so that a log which is lost costs no more. A commit that comes
    // meanwhile waits for it.
    virtual void tend() = 0;
    // Every row about the jobs of this name, or about the one with this ARN; oldest job first.
    virtual task<result<domain::ledger_batch>> about(std::string job) = 0;
};

// The ledger's file in a state directory.
std::string ledger_file(const std::string& directory);

// Kept in memory and gone with the store, in place of a file's path.
inline constexpr const char* in_memory = ":memory:";

// Makes the folder that `path` is in, where it is missing, and locks the ledger for this process.
// Failure: another daemon has it. A folder that cannot be written is none: commits will say so.
// `time` outlives the store.
result<std::unique_ptr<store>> create_store(
    const boost::asio::any_io_executor& executor, const clock& time, const std::string& path
);

// `store::about` from the file, whether a daemon runs or not. Reads only, and waits for nobody.
result<domain::ledger_batch> read_about(const std::string& path, const std::string& job);

}  // namespace trainwatch::io
