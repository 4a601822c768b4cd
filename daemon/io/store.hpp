// Keeps the ledger's rows. In memory for now: SQLite slips in behind the same interface.
#pragma once

#include <memory>

#include "base/failure.hpp"
#include "base/ids.hpp"
#include "domain/ledger.hpp"
#include "io/byte_stream.hpp"

namespace trainwatch::io {

class store {
public:
    virtual ~store() = default;
    virtual task<result<domain::ledger>> load() = 0;
    // Durable once this returns. Batches come in the order of their ids, one at a time.
    virtual task<result<void>> commit(commit_id id, domain::ledger_batch batch) = 0;
};

std::unique_ptr<store> create_memory_store();

}  // namespace trainwatch::io
