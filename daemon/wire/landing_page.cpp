#include "wire/landing_page.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "wire/found_elsewhere.hpp"
#include "wire/html_text.hpp"
#include "wire/landing_page_parts.hpp"
#include "wire/landing_page_style.hpp"

namespace trainwatch::wire {
namespace {

// What stands in a row; the first ones are what a person came for.
// What is no longer on /metrics comes last, however it ended: the past must not hide the present.
enum class standing { ended_badly, running, unheard, ended, past };

bool is_bad(domain::outcome value) {
    return value == domain::outcome::failed || value == domain::outcome::max_runtime_exceeded ||
        value == domain::outcome::max_wait_exceeded;
}

standing standing_of(const domain::job_view& job) {
    if (!job.last) return standing::unheard;
    if (!job.ending) return standing::running;
    if (job.retired) return standing::past;
    return is_bad(job.ending->outcome) ? standing::ended_badly : standing::ended;
}

std::string trouble_line(const domain::job_view& job) {
    return reason_lines(job.trouble_detail, job.trouble_cure);
}

std::string status_cell(const domain::job_view& job) {
    if (!job.last) {
        if (job.missing) return colored("warn", "not found");
        if (job.trouble) {
            return colored("warn", "no answer: " + spaced(to_string(*job.trouble))) +
                trouble_line(job);
        }
        return colored("still", "not asked yet");
    }
    const auto& last = *job.last;
    std::string_view color = "busy";
    if (job.ending) {
        color = is_bad(job.ending->outcome)                     ? "bad"
            : job.ending->outcome == domain::outcome::completed ? "good"
                                                                : "still";
    }
    // Only the primary status tells whether a job has ended: without it nothing is known.
    if (last.status.text.empty()) color = "warn";
    std::string text = colored(
        color,
        last.status.text.empty()          ? "unknown status"
            : last.secondary.text.empty() ? last.status.text
                                          : last.secondary.text
    );
    if (last.secondary.text != last.status.text && !last.secondary.text.empty()) {
        text += "<br><span class=\"soft\">" + html_escape(last.status.text) + "</span>";
    }
    if (job.missing) text += "<br>" + colored("warn", "deleted at AWS");
    if (!job.missing && job.trouble) {
        text += "<br>" + colored("warn", "last poll: " + spaced(to_string(*job.trouble))) +
            trouble_line(job);
    }
    return text;
}

std::string deadline_cell(const domain::job_view& job, wall_time now) {
    if (job.deadlines.empty()) return {};
    const auto first = std::min_element(
        job.deadlines.begin(),
        job.deadlines.end(),
        [](const auto& a, const auto& b) { return a.at < b.at; }
    );
    return html_time(first->at, now) + "<br><span class=\"soft\">" +
        spaced(to_string(first->kind)) + "</span>";
}

std::string outcome_cell(const domain::job_view& job) {
    if (!job.ending) return {};
    std::string text(spaced(to_string(job.ending->outcome)));
    const auto failure = job.ending->failure_class;
    if (failure != domain::failure_class::none && failure != domain::failure_class::timeout) {
        text += " (" + spaced(to_string(failure)) + ")";
    }
    return text;
}

// The name, and a link to all that is known of the job once AWS has told of it.
std::string name_of(const domain::job_view& job) {
    const std::string name = html_escape(job.target.name);
    if (!job.last) return name;
    const auto& last = *job.last;
    return "<a href=\"api/v1/jobs/" + percent_encode(last.account_id) + "/" +
        percent_encode(last.region) + "/" + percent_encode(last.name) + "\">" + name + "</a>";
}

// A list page tells of an end, and of no phase.
std::optional<wall_time> changed_at(const domain::job_view& job) {
    return job.last_transition ? job.last_transition : job.ended;
}

std::string job_row(const domain::job_view& job, const domain::watch_plan& plan, wall_time now) {
    const auto lane = job.target.lane.value;
    const std::string region = lane < plan.lanes.size() ? plan.lanes[lane].region : "";
    std::string name = "<span class=\"name\">" + name_of(job) + "</span><br><span class=\"soft\">" +
        html_escape(job.target.watch_list) + " · " + html_escape(region) + "</span>";
    if (job.ending && !job.last->failure_reason.empty()) {
        const auto reason = valid_utf8(job.last->failure_reason, limits::page_reason_bytes_max);
        const bool cut = reason.size() < job.last->failure_reason.size();
        name += "<div class=\"reason\">" + html_escape(reason) + (cut ? "…" : "") + "</div>";
    }
    const auto changed = changed_at(job);
    const auto since = changed ? html_time(*changed, now) : std::string();
    return "<tr>" + cell(name) + cell(status_cell(job)) + cell(since) +
        cell(deadline_cell(job, now)) + cell(outcome_cell(job)) + "</tr>\n";
}

std::vector<const domain::job_view*> in_order(
    const domain::view& view, const found_elsewhere& elsewhere
) {
    std::vector<const domain::job_view*> jobs;
    jobs.reserve(view.jobs.size());
    for (const auto& job : view.jobs) {
        if (!job.is_vacant() && !elsewhere.has(job)) jobs.push_back(&job);
    }
    std::stable_sort(jobs.begin(), jobs.end(), [](const auto* a, const auto* b) {
        if (standing_of(*a) != standing_of(*b)) return standing_of(*a) < standing_of(*b);
        return changed_at(*a) > changed_at(*b);
    });
    return jobs;
}

std::string jobs_section(
    const domain::view& view,
    const domain::watch_plan& plan,
    const found_elsewhere& elsewhere,
    wall_time now
) {
    std::string text = "<section aria-labelledby=\"jobs\">\n<h2 id=\"jobs\">Jobs</h2>\n";
    const auto jobs = in_order(view, elsewhere);
    if (jobs.empty()) return text + "<p>No job is watched.</p>\n</section>\n";
    text += table_head("Jobs", {"Job", "Status", "Since", "Deadline", "Outcome"});
    const auto past = std::find_if(jobs.begin(), jobs.end(), [](const auto* job) {
        return standing_of(*job) == standing::past;
    });
    const auto wanted = static_cast<std::size_t>(past - jobs.begin()) + limits::page_past_jobs_max;
    const auto shown = std::min({jobs.size(), wanted, limits::page_jobs_max});
    for (std::size_t i = 0; i < shown; ++i)
        text += job_row(*jobs[i], plan, now);
    text += table_end;
    if (shown < jobs.size()) {
        text += "<p class=\"soft\">" + std::to_string(jobs.size() - shown) +
            " more: see <a href=\"api/v1/jobs\">/api/v1/jobs</a>.</p>\n";
    }
    return text + "</section>\n";
}

std::string label(const domain::label_map& labels, const std::string& name) {
    const auto at = labels.find(name);
    return at == labels.end() ? std::string() : html_escape(at->second);
}

std::string alerts_section(const std::vector<const domain::alert*>& firing, wall_time now) {
    std::string text =
        "<section aria-labelledby=\"alerts\">\n<h2 id=\"alerts\">Alerts firing</h2>\n";
    if (firing.empty()) return text + "<p>None.</p>\n</section>\n";
    text += table_head("Alerts firing", {"Alert", "Job", "Severity", "Since"});
    const auto shown = std::min(firing.size(), limits::page_jobs_max);
    for (std::size_t i = 0; i < shown; ++i) {
        const auto& alert = *firing[i];
        text += "<tr>" +
            cell("<span class=\"name\">" + label(alert.labels, "alertname") + "</span>") +
            cell(label(alert.labels, "training_job")) + cell(label(alert.labels, "severity")) +
            cell(html_time(alert.starts_at, now)) + "</tr>\n";
    }
    text += table_end;
    if (shown < firing.size()) {
        text += "<p class=\"soft\">" + std::to_string(firing.size() - shown) + " more.</p>\n";
    }
    return text + "</section>\n";
}

std::string figure(std::string_view name, std::size_t value, bool is_alarming = false) {
    return "<div><dt>" + std::string(name) +
        (is_alarming ? "</dt><dd class=\"bad\">" : "</dt><dd>") + std::to_string(value) +
        "</dd></div>\n";
}

std::size_t watched(const domain::view& view, const found_elsewhere& elsewhere) {
    return static_cast<std::size_t>(std::count_if(
        view.jobs.begin(),
        view.jobs.end(),
        [&](const auto& job) { return !job.is_vacant() && !elsewhere.has(job); }
    ));
}

std::string summary(
    const domain::view& view,
    const domain::watch_plan& plan,
    const found_elsewhere& elsewhere,
    std::size_t alerts_firing
) {
    std::string text = "<dl>\n" + figure("Jobs watched", watched(view, elsewhere)) +
        figure("Live", view.live) + figure("Alerts firing", alerts_firing, alerts_firing > 0) +
        figure("Watch lists", plan.lists.size()) + "</dl>\n";
    if (!view.first_pass_complete) {
        text +=
            "<p>" + colored("warn", "The first pass over all jobs is still under way.") + "</p>\n";
    }
    if (view.storage_degraded) {
        text += "<p>" +
            colored("bad",
                    "The ledger cannot be written: alerts leave, but would not survive a "
                    "restart.") +
            "</p>\n";
    }
    return text;
}

std::string head(const process_facts& process) {
    return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
           "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
           "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
           "style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n"
           "<title>trainwatchd</title>\n<link rel=\"icon\" href=\"data:,\">\n<style>" +
        std::string(landing_page_style) +
        "</style>\n</head>\n<body>\n<header>\n<h1>trainwatchd <small>" +
        html_escape(process.version) +
        "</small></h1>\n<nav aria-label=\"Endpoints\"><ul><li><a href=\"metrics\">/metrics</a></li>"
        "<li><a href=\"-/healthy\">/-/healthy</a></li><li><a href=\"-/ready\">/-/ready</a></li>"
        "<li><a href=\"api/v1/jobs\">/api/v1/jobs</a></li>"
        "<li><a href=\"api/v1/status\">/api/v1/status</a></li>"
        "<li><a href=\"api/v1/openapi.json\">/api/v1/openapi.json</a></li>"
        "</ul></nav>\n</header>\n<main>\n";
}

}  // namespace

std::string render_landing_page(
    const domain::view& view,
    const domain::watch_plan& plan,
    const process_facts& process,
    wall_time now
) {
    std::vector<const domain::alert*> firing;
    for (const auto& alert : view.alerts) {
        if (alert.state == domain::alert_state::firing) firing.push_back(&alert);
    }
    const found_elsewhere elsewhere(view);
    return head(process) + summary(view, plan, elsewhere, firing.size()) +
        alerts_section(firing, now) + jobs_section(view, plan, elsewhere, now) +
        connections_section(view, plan) + "</main>\n<footer>As of " + iso8601(now) +
        " · revision " + html_escape(process.revision) + "</footer>\n</body>\n</html>\n";
}

}  // namespace trainwatch::wire
