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

std::string_view path_of(const wire::http_request& request) {
    const std::string_view target = request.target;
    return target.substr(0, target.find('?'));
}

bool is_reload_path(std::string_view path) {
    return path == "/-/reload";
}

bool changes_something(const wire::http_request& request) {
    return request.method == "POST" || request.method == "PUT";
}

wire::http_response method_refusal(const std::string& text, const std::string& allowed) {
    auto refusal = text_answer(405, text);
    refusal.headers.emplace_back("Allow", allowed);
    return refusal;
}

wire::http_response reload_refusal(const wire::http_request& request) {
    if (!changes_something(request)) {
        return method_refusal("A reload is asked for by POST or PUT.\n", "POST, PUT");
    }
    return text_answer(
        403,
        "Lifecycle API is not enabled: start the daemon with --web.enable-lifecycle, or reload it "
        "with \"trainwatchd reload\" or SIGHUP.\n"
    );
}

}  // namespace

wire::http_response reload_response(const reload_outcome& outcome) {
    std::string text = outcome.ok ? "The configuration was reloaded.\n"
                                  : "failed to reload config; the former one stays in force:\n";
    for (const auto& error : outcome.errors)
        text += error + "\n";
    for (const auto& warning : outcome.warnings)
        text += "warning: " + warning + "\n";
    return text_answer(outcome.ok ? 200 : 500, std::move(text));
}

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

bool routes::is_reload(const wire::http_request& request) const {
    return may_reload_ && changes_something(request) && is_reload_path(path_of(request));
}

wire::http_response routes::answer(const wire::http_request& request) const {
    if (api_routes::is_for_api(request.target)) return api_.answer(request);
    if (is_reload_path(path_of(request))) return reload_refusal(request);
    if (request.method != "GET" && request.method != "HEAD") {
        return method_refusal("Only GET and HEAD are answered here.\n", "GET, HEAD");
    }
    return get(path_of(request));
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
