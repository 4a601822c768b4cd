// Which alerts an Alertmanager holds: the question, and its answer.
//
// A POST of alerts is answered 200 also where they are dropped (a limit for each alertname), so who
// wants to be sure asks for them. The question is filtered: an Alertmanager answers few at a time.
// Source: Alertmanager's OpenAPI page, GET /alerts (gettableAlerts).
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/failure.hpp"
#include "domain/alert.hpp"
#include "wire/http_message.hpp"

namespace trainwatch::wire {

struct held_alert {
    domain::label_map labels{};
    wall_time ends_at{};
    std::vector<std::string> receivers{};  // Alertmanager's own names, by its routes
    bool is_silenced = false;
    bool is_inhibited = false;

    bool operator==(const held_alert&) const = default;
};

// GET <base path>/api/v2/alerts?filter=…, one filter a label: alerts that have all of these.
http_request encode_alerts_question(
    std::string_view host, std::string_view base_path, const domain::label_map& labels
);

// One question for some of the alerts that have these labels: by alertname and training_job, any of
// them. More than these may be told.
http_request encode_alerts_question(
    std::string_view host, std::string_view base_path, std::span<const domain::label_map> alerts
);

// `malformed` when what answered is no Alertmanager, `rejected` when it takes no GET, `denied`,
// `throttled` or `transient` as of any other request to it.
result<std::vector<held_alert>> read_held_alerts(const http_response& response);

// The first that has all of these labels; null when there is none.
const held_alert* find_held(std::span<const held_alert> held, const domain::label_map& labels);

}  // namespace trainwatch::wire
