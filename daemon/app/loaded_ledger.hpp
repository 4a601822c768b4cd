// What the engine is told of the ledger at the start, and people of one that cannot be read.
//
// To the engine that one is as good as gone, which it calls damaged: nothing of it is known. It is
// not: it stays where it is, of a newer release, locked, or on a disk that refuses.
#pragma once

#include <optional>

#include "base/failure.hpp"
#include "base/time.hpp"
#include "core/action.hpp"
#include "domain/ledger.hpp"

namespace trainwatch::app {

// `written`: when it was last, as the store found it. What ended since may not have been alerted.
domain::ledger ledger_for_engine(
    result<domain::ledger> loaded, const std::optional<wall_time>& written
);

// Makes the engine's word of a damaged ledger that of one which cannot be read; others stay.
void tell_as_unreadable(core::note& what);

}  // namespace trainwatch::app
