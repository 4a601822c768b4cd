#include "app/loaded_ledger.hpp"

#include <utility>

namespace trainwatch::app {

// A store that cannot be read is no reason not to watch: AWS' own history rebuilds the state. It is
// no first start either: an earlier run may have alerted.
domain::ledger ledger_for_engine(
    result<domain::ledger> loaded, const std::optional<wall_time>& written
) {
    if (loaded.has_value()) return std::move(loaded.value());
    domain::ledger known;
    known.damaged = loaded.error();
    known.rows.last_complete_sweep = written;
    return known;
}

void tell_as_unreadable(core::note& what) {
    if (what.name != "ledger_damaged") return;
    what.name = "ledger_unreadable";
    for (auto& [name, text] : what.fields) {
        if (name != "effect") continue;
        text =
            "the file stays as it is; until it is read at a start, what it knows is not known: "
            "what ended since alerts_since is alerted under its old identity, a webhook may "
            "hear of it twice, and counters begin at zero";
    }
}

}  // namespace trainwatch::app
