// The tables of the ledger, as numbered migrations, and which versions of a file are taken.
//
// The rule: a release opens files of its own version, of every earlier one (migrating them), and of
// the next one as they are, so that going back by one release works. A migration is therefore
// additive: new tables, new columns with a default or NULL, new views and indices. It never
// renames, drops or reinterprets, and a new column is not part of its table's `checksum`, which a
// release before writes without it. A file two versions ahead is refused.
#pragma once

#include <span>
#include <string_view>

#include "io/store_sqlite.hpp"

namespace trainwatch::io {

// One step: everything that makes version n of version n - 1. The first is number 1.
using store_migration = std::string_view;
std::span<const store_migration> store_migrations();

// "trwd", in the file's header: so that `file` and we know whose it is.
inline constexpr std::int64_t store_application_id = 0x74727764;

// Brings the tables to `migrations.size()`, each step in a transaction of its own. What is of
// another program, or too new, or no version at all, is trouble; `file_version` is what it was.
bool migrate(
    store_sqlite& database, std::span<const store_migration> migrations, std::int64_t& file_version
);

// For who only reads: a file of ours that was migrated once, and at most one version ahead.
bool is_readable_version(store_sqlite& database, std::size_t ours);

}  // namespace trainwatch::io
