// An alert as receivers get it, and the record of one that the ledger keeps.
//
// The labels are the identity: fixed at first firing, never changed by a later observation,
// reload or release. What varies is an annotation.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/time.hpp"

namespace trainwatch::domain {

using label_map = std::map<std::string, std::string>;

enum class alert_state { firing, resolved };

struct alert {
    label_map labels{};
    label_map annotations{};
    wall_time starts_at{};  // our first committed observation
    alert_state state = alert_state::firing;
    std::optional<wall_time> resolved_at{};

    bool operator==(const alert&) const = default;
};

// The identity as one line of text, `name{label="value",…}` with sorted labels: map key, log
// field, idempotency key.
std::string identity(const label_map& labels);

// One alert in one delivery: `ends_at` of a firing alert lies ahead, of a resolved one behind. To
// Alertmanager alone it may be missing from a firing one: it ends by its own clock then, its
// `resolve_timeout` after it was told last.
struct alert_message {
    label_map labels{};
    label_map annotations{};
    wall_time starts_at{};
    std::optional<wall_time> ends_at{};
    alert_state state = alert_state::firing;

    bool operator==(const alert_message&) const = default;
};

// What a receiver answered to a delivery that it took.
struct receipt {
    int status = 200;  // HTTP
    bool operator==(const receipt&) const = default;
};

}  // namespace trainwatch::domain
