// What is wrong with a ledger's file, in words that name the file and what a person can do.
#pragma once

#include <cstdint>
#include <string>

#include "base/failure.hpp"
#include "io/store_sqlite.hpp"

namespace trainwatch::io {

// `what` completes "ledger PATH: …": "cannot be written". A lock is `transient`, all else
// `internal`.
failure explain_trouble(
    const std::string& path, const std::string& what, const store_trouble& trouble
);
// The operating system's refusal, as errno.
failure explain_system(const std::string& path, const std::string& what, int number);
// The file is of a release that this one cannot go back to.
failure too_new(const std::string& path, std::int64_t version, std::int64_t ours);

}  // namespace trainwatch::io
