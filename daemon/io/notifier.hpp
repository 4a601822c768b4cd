// Hands a batch of alerts to one endpoint, an Alertmanager or a webhook, and asks the former what
// it holds. One attempt a call.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/failure.hpp"
#include "base/time.hpp"
#include "domain/alert.hpp"
#include "domain/settings.hpp"
#include "io/clock.hpp"
#include "io/http_client.hpp"

namespace trainwatch::io {

struct delivery_answer {
    result<domain::receipt> outcome;
    std::optional<milliseconds> clock_offset{};
};

struct held_answer {
    result<std::vector<bool>> held;  // one for one
    std::optional<milliseconds> clock_offset{};
};

class notifier {
public:
    virtual ~notifier() = default;
    virtual task<delivery_answer> deliver(
        std::vector<domain::alert_message> alerts, mono_time deadline
    ) = 0;
    // Of an Alertmanager only: whether it holds alerts with these labels. Without labels: no.
    virtual task<held_answer> ask_held(
        std::vector<domain::label_map> alerts, mono_time deadline
    ) = 0;
    virtual void close() = 0;
};

// `time` outlives the notifier. `secret`: what a webhook's documents are signed with; empty: they
// are not.
std::unique_ptr<notifier> create_notifier(
    domain::receiver_kind kind,
    const wire::url& where,
    http_client_options options,
    const clock& time,
    std::string secret = {}
);

}  // namespace trainwatch::io
