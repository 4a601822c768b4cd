#include "app/routes.hpp"

#include <string>
#include <string_view>
#include <utility>

#include "app/process_facts.hpp"
#include "wire/landing_page.hpp"

namespace trainwatch::app {
namespace {

wire::http_response text_answer(int status, std::string body) {
    return {status, {{"Content-Type", "text/plain; charset=utf-8"}}, std::move(body)};
}

}  // namespace

routes::routes(
    const core::engine& engine,
    const document_shelf& documents,
    const io::clock& time,
    const wire::process_facts& process
)
    : engine_(engine)
    , documents_(documents)
    , time_(time)
    , process_(process)
    , api_(engine, documents, time, process) {}

wire::http_response routes::answer(const wire::http_request& request) const {
    if (api_routes::is_for_api(request.target)) return api_.answer(request);
    if (request.method != "GET" && request.method != "HEAD") {
        auto refusal = text_answer(405, "Only GET and HEAD are answered here.\n");
        refusal.headers.emplace_back("Allow", "GET, HEAD");
        return refusal;
    }
    const std::string_view target = request.target;
    return get(target.substr(0, target.find('?')));
}

wire::http_response routes::get(std::string_view path) const {
    if (path == "/metrics") {
        const auto process = gather_process_facts(process_, documents_);
        auto text = wire::render_metrics(engine_.view(), engine_.plan(), process);
        return {200, {{"Content-Type", wire::metrics_content_type}}, std::move(text)};
    }
    if (path == "/-/healthy") return text_answer(200, "trainwatchd is healthy.\n");
    if (path == "/-/ready") {
        return ready_ ? text_answer(200, "trainwatchd is ready.\n")
                      : text_answer(503, "trainwatchd is starting.\n");
    }
    if (path == "/") {
        auto page =
            wire::render_landing_page(engine_.view(), engine_.plan(), process_, time_.now().wall);
        return {200, {{"Content-Type", "text/html; charset=utf-8"}}, std::move(page)};
    }
    return text_answer(
        404, "Not found. There are /, /metrics, /-/healthy, /-/ready and /api/v1/openapi.json.\n"
    );
}

}  // namespace trainwatch::app
