// What is answered under /api: read-only JSON of the view, and the page that describes it.
//
// Routing and errors; what a request asks for and what an answer says is wire's. Sources: RFC 9110,
// RFC 9457 for errors. No CORS: a page of another origin has no business here.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/document_shelf.hpp"
#include "core/engine.hpp"
#include "io/clock.hpp"
#include "wire/api_json.hpp"
#include "wire/http_message.hpp"
#include "wire/request_target.hpp"

namespace trainwatch::app {

class api_routes {
public:
    // All outlive the routes.
    api_routes(
        const core::engine& engine,
        const document_shelf& documents,
        const io::clock& time,
        const wire::process_facts& process
    );

    static bool is_for_api(std::string_view target);

    wire::http_response answer(const wire::http_request& request) const;

private:
    wire::http_response get(const wire::request_target& target, std::string_view instance) const;
    wire::http_response jobs(const wire::request_target& target, std::string_view instance) const;
    wire::http_response job(const std::vector<std::string>& path, std::string_view instance) const;
    wire::http_response alerts(const wire::request_target& target, std::string_view instance) const;
    wire::http_response status() const;
    wire::http_response unwatched(const std::vector<std::string>& path, std::string_view instance)
        const;
    wire::shown_document document_of(std::size_t slot) const;

    const core::engine& engine_;
    const document_shelf& documents_;
    const io::clock& time_;
    const wire::process_facts& process_;
};

}  // namespace trainwatch::app
