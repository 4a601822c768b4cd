// Alerts as receivers want them: Alertmanager's API v2 and our own webhook document.
//
// Sources: Alertmanager's OpenAPI page (postableAlerts); the webhook's schema is in
// config/README.md. Every string leaves as valid UTF-8.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/failure.hpp"
#include "domain/alert.hpp"
#include "wire/http_message.hpp"

namespace trainwatch::wire {

// POST <base path>/api/v2/alerts.
http_request encode_alertmanager_post(
    std::string_view host, std::string_view base_path, std::span<const domain::alert_message> alerts
);

// POST <target> with {"version": "1", "status": ..., "alerts": [...]}. The header Idempotency-Key
// is the same for the same alerts in the same state, so that a receiver may drop a re-send. With a
// secret, X-Trainwatchd-Signature-256 is the document's (wire/authorization).
http_request encode_webhook_post(
    std::string_view host,
    std::string_view target,
    std::span<const domain::alert_message> alerts,
    std::string_view secret = {}
);

// 2xx -> receipt; 400, 413 and 422 -> rejected: these alerts are. 404, 405, 410 and redirections,
// which are not followed -> not_found: nothing there takes any alert. 401/403/407 -> denied, 429 ->
// throttled, 408, 425 and 5xx -> transient, all else -> malformed; with Retry-After.
result<domain::receipt> read_receipt(const http_response& response);

}  // namespace trainwatch::wire
