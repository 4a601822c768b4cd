// What our HTTP server answers: /, /metrics, /-/healthy, /-/ready, /-/reload where it is refused;
// /api is app/api_routes.
//
// Source: Alertmanager's and Prometheus' management APIs. Readiness never depends on AWS: an
// outage over there must not restart us.
#pragma once

#include "app/api_routes.hpp"
#include "app/document_shelf.hpp"
#include "app/reload_outcome.hpp"
#include "core/engine.hpp"
#include "io/clock.hpp"
#include "wire/exposition.hpp"
#include "wire/http_message.hpp"

namespace trainwatch::app {

// 200, or 500 with the errors, in Prometheus' words.
wire::http_response reload_response(const reload_outcome& outcome);

class routes {
public:
    // All outlive the routes.
    routes(
        const core::engine& engine,
        const document_shelf& documents,
        const io::clock& time,
        const wire::process_facts& process
    );

    // From now on /-/ready answers 200.
    void mark_ready() { ready_ = true; }

    // Whether POST and PUT of /-/reload are obeyed; else they are refused with a sentence.
    void allow_reload(bool allowed) { may_reload_ = allowed; }
    // A request to reload, and an allowed one: whoever reloads answers it.
    bool is_reload(const wire::http_request& request) const;

    wire::http_response answer(const wire::http_request& request) const;

private:
    wire::http_response get(std::string_view path) const;

    const core::engine& engine_;
    const document_shelf& documents_;
    const io::clock& time_;
    const wire::process_facts& process_;
    api_routes api_;
    bool ready_ = false;
    bool may_reload_ = false;
};

}  // namespace trainwatch::app
