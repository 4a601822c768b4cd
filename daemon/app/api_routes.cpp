#include "app/api_routes.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include "app/openapi_page.hpp"
#include "core/console_links.hpp"
#include "wire/alert_query.hpp"
#include "wire/aws_document.hpp"
#include "wire/job_query.hpp"
#include "wire/problem.hpp"
#include "wire/query_parameters.hpp"

namespace trainwatch::app {
namespace {

constexpr const char* what_there_is =
    "the API has /api/v1/jobs, /api/v1/jobs/ACCOUNT/REGION/NAME, /api/v1/alerts, /api/v1/status "
    "and /api/v1/openapi.json, which describes it";

wire::http_response json_answer(std::string body) {
    if (!body.ends_with('\n')) body += '\n';  // for who reads it in a terminal
    return {
        200,
        {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}},
        std::move(body)};
}

// The address of the next page: the same request with another cursor. Empty on the last page.
std::string next_page(const wire::request_target& target, const std::string& cursor) {
    if (cursor.empty()) return {};
    auto next = target;
    std::erase_if(next.parameters, [](const auto& one) { return one.first == "cursor"; });
    next.parameters.emplace_back("cursor", cursor);
    return wire::format_request_target(next);
}

bool is_at(const domain::job_view& job, std::span<const std::string> where) {
    return job.last && job.last->account_id == where[0] && job.last->region == where[1] &&
        job.target.name == where[2];
}

}  // namespace

api_routes::api_routes(
    const core::engine& engine,
    const document_shelf& documents,
    const io::clock& time,
    const wire::process_facts& process
)
    : engine_(engine), documents_(documents), time_(time), process_(process) {}

bool api_routes::is_for_api(std::string_view target) {
    const auto path = target.substr(0, target.find('?'));
    return path == "/api" || path.starts_with("/api/");
}

wire::http_response api_routes::answer(const wire::http_request& request) const {
    if (request.method != "GET" && request.method != "HEAD") {
        auto refusal = wire::problem_answer(
            405, "the API only tells: it answers GET and HEAD", request.target
        );
        refusal.headers.emplace_back("Allow", "GET, HEAD");
        return refusal;
    }
    const auto target = wire::parse_request_target(request.target);
    if (!target) return wire::problem_answer(400, target.error().detail, request.target);
    return get(*target, request.target);
}

wire::http_response api_routes::get(const wire::request_target& target, std::string_view instance)
    const {
    const auto& path = target.path;
    const bool versioned = path.size() > 2 && path[1] == "v1";
    if (versioned && path.size() == 3 && path[2] == "jobs") return jobs(target, instance);
    if (versioned && path.size() == 3 && path[2] == "alerts") return alerts(target, instance);
    const bool is_plain = versioned &&
        ((path.size() == 3 && (path[2] == "status" || path[2] == "openapi.json")) ||
         (path.size() == 6 && path[2] == "jobs"));
    if (!is_plain) {
        return wire::problem_answer(
            404, std::string("there is nothing here: ") + what_there_is, instance
        );
    }
    if (!target.parameters.empty()) {
        return wire::bad_parameters_answer(
            {{target.parameters.front().first, "no parameters are taken here"}}, instance
        );
    }
    if (path[2] == "jobs") return job(path, instance);
    return path[2] == "status" ? status() : json_answer(std::string(openapi_page));
}

wire::http_response api_routes::jobs(const wire::request_target& target, std::string_view instance)
    const {
    const auto known = wire::job_query_parameters();
    wire::query_parameters parameters(target.parameters, known);
    const auto query = wire::read_job_query(parameters, engine_.view(), engine_.plan());
    if (parameters.failed()) return wire::bad_parameters_answer(parameters.take(), instance);
    const auto page = wire::select_jobs(engine_.view(), engine_.plan(), query);
    return json_answer(
        wire::render_jobs(engine_.view(), engine_.plan(), page, next_page(target, page.next))
    );
}

wire::http_response api_routes::alerts(
    const wire::request_target& target, std::string_view instance
) const {
    const auto known = wire::alert_query_parameters();
    wire::query_parameters parameters(target.parameters, known);
    const auto query = wire::read_alert_query(parameters);
    if (parameters.failed()) return wire::bad_parameters_answer(parameters.take(), instance);
    const auto page = wire::select_alerts(engine_.view(), query);
    return json_answer(
        wire::render_alerts(engine_.view(), page.places, page.total, next_page(target, page.next))
    );
}

wire::http_response api_routes::job(const std::vector<std::string>& path, std::string_view instance)
    const {
    const auto& view = engine_.view();
    const auto where = std::span(path).subspan(3);
    // Two connections may reach the same account: the one that looked last knows best.
    std::optional<std::size_t> found;
    for (std::size_t slot = 0; slot < view.jobs.size(); ++slot) {
        if (!is_at(view.jobs[slot], where)) continue;
        if (!found || view.jobs[*found].last_observed < view.jobs[slot].last_observed) found = slot;
    }
    if (!found) return unwatched(path, instance);
    return json_answer(wire::render_job(
        view,
        engine_.plan(),
        *found,
        core::links_of(*view.jobs[*found].last),
        document_of(*found),
        time_.now().wall
    ));
}

// Says what there is of that name, so that nobody has to guess which part is wrong.
wire::http_response api_routes::unwatched(
    const std::vector<std::string>& path, std::string_view instance
) const {
    const auto& name = path[5];
    std::string detail =
        "no job of this account, region and name is watched; /api/v1/jobs lists "
        "those that are";
    for (const auto& job : engine_.view().jobs) {
        if (job.target.name != name) continue;
        const auto& region = engine_.plan().lanes[job.target.lane.value].region;
        if (job.last) {
            detail = "the job that is watched by this name is at " + wire::job_path(job);
        } else if (region != path[4]) {
            detail = "the job that is watched by this name is in region " + region +
                ", and AWS has not told anything about it yet";
            continue;
        } else {
            detail = job.missing
                ? "the name is watched, but AWS knows no job of this name: its page is here once "
                  "there is one"
                : "the name is watched, but AWS has not answered about it yet: its account is not "
                  "known before; /api/v1/jobs?name=" +
                    name + " shows what stands in the way";
        }
        break;
    }
    return wire::problem_answer(404, detail, instance);
}

wire::http_response api_routes::status() const {
    const wire::document_figures figures{
        documents_.documents(), documents_.bytes(), documents_.bytes_max(), documents_.dropped()};
    return json_answer(
        wire::render_status(engine_.view(), engine_.plan(), process_, figures, time_.now().wall)
    );
}

wire::shown_document api_routes::document_of(std::size_t slot) const {
    const auto kept = documents_.get(slot);
    if (!kept) {
        return {
            {},
            "not kept: none came since the daemon was started, or it had to make room for others; "
            "the next answer of AWS brings it back",
            {}};
    }
    auto text = engine_.plan().api.show_parameters ? wire::whole_document(kept->text)
                                                   : wire::without_parameter_values(kept->text);
    if (!text) {
        return {{}, "not shown: its parameters cannot be told from the rest", kept->observed};
    }
    return {std::move(*text), {}, kept->observed};
}

}  // namespace trainwatch::app
