#include "wire/api_json.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "wire/api_json_parts.hpp"

namespace trainwatch::wire {
namespace {

// A label that is not there is empty.
std::string_view label(const domain::alert& alert, const char* name) {
    const auto at = alert.labels.find(name);
    return at == alert.labels.end() ? std::string_view() : std::string_view(at->second);
}

std::string key_of(
    std::string_view name,
    std::string_view account,
    std::string_view region,
    std::string_view created
) {
    std::string key;
    for (const auto part : {name, account, region, created})
        (key += part) += '\n';
    return key;
}

std::string key_of(const domain::alert& alert) {
    return key_of(
        label(alert, "training_job"),
        label(alert, "account_id"),
        label(alert, "aws_region"),
        label(alert, "created")
    );
}

std::string key_of(const domain::observation& job) {
    return key_of(job.name, job.account_id, job.region, iso8601(job.created));
}

void write_deadline(json_writer& out, const domain::job_view& job) {
    const auto first = std::min_element(
        job.deadlines.begin(),
        job.deadlines.end(),
        [](const auto& a, const auto& b) { return a.at < b.at; }
    );
    if (first == job.deadlines.end()) {
        out.null("deadline");
        return;
    }
    out.begin_object("deadline");
    out.member("limit", domain::to_string(first->kind));
    out.member("at", first->at);
    out.end_object();
}

// What the last answer said; all null before the first one.
void write_answer(json_writer& out, const domain::job_view& job) {
    static const domain::observation nothing{};
    const auto& last = job.last ? *job.last : nothing;
    out.text_or_null("training_job_arn", last.arn);
    out.text_or_null("status", last.status.text);
    out.text_or_null("secondary_status", last.secondary.text);
    out.text_or_null("contradicted_by", job.contradicted_by ? job.contradicted_by->text : "");
    out.text_or_null("outcome", job.ending ? domain::to_string(job.ending->outcome) : "");
    out.text_or_null(
        "failure_class", job.ending ? domain::to_string(job.ending->failure_class) : ""
    );
    out.text_or_null("failure_reason", last.failure_reason);
    out.text_or_null("failure_fingerprint", job.derived.failure_fingerprint);
    if (job.last) {
        out.member("created_at", last.created);
    } else {
        out.null("created_at");
    }
    out.member("started_at", last.training_started);
    out.member("ended_at", job.ended);
    out.member("last_transition_at", job.last_transition);
    write_deadline(out, job);
    // A limit stands above as the deadline: here is what the job's own progress tells.
    const auto& predicted = job.derived.predicted_end;
    const bool by_progress = predicted && predicted->from == domain::predicted_end::basis::progress;
    out.member("predicted_end_at", by_progress ? std::optional(predicted->at) : std::nullopt);
    write_instances(out, last);
    out.member("spot", job.last ? std::optional(last.spot) : std::nullopt);
    out.member("interruptions", job.interruptions);
    out.member("training_seconds", last.training_time);
    out.member("billable_seconds", last.billable_time);
    out.member("cost", job.derived.cost);
}

}  // namespace

firing_alerts::firing_alerts(const domain::view& view) {
    for (const auto& alert : view.alerts) {
        if (alert.state == domain::alert_state::firing) ++counts_[key_of(alert)];
    }
}

std::size_t firing_alerts::of(const domain::job_view& job) const {
    if (!job.last || counts_.empty()) return 0;
    const auto at = counts_.find(key_of(*job.last));
    return at == counts_.end() ? 0 : at->second;
}

bool is_about(const domain::alert& alert, const domain::job_view& job) {
    return job.last && key_of(alert) == key_of(*job.last);
}

std::string job_path(const domain::job_view& job) {
    if (!job.last) return {};
    return "/api/v1/jobs/" + percent_encode(job.last->account_id) + "/" +
        percent_encode(job.last->region) + "/" + percent_encode(job.target.name);
}

void write_instances(json_writer& out, const domain::observation& job) {
    out.begin_array("instances");
    for (const auto& group : job.instances) {
        out.begin_object();
        out.member("instance_type", group.instance_type);
        out.member("count", group.count);
        out.text_or_null("group", group.name);
        out.end_object();
    }
    out.end_array();
}

void write_trouble(json_writer& out, const domain::job_view& job) {
    if (!job.trouble) {
        out.null("trouble");
        return;
    }
    out.begin_object("trouble");
    out.member("class", to_string(*job.trouble));
    out.text_or_null("detail", job.trouble_detail);
    out.text_or_null("cure", job.trouble_cure);
    out.end_object();
}

void write_summary(
    json_writer& out,
    const domain::job_view& job,
    const domain::watch_plan& plan,
    const firing_alerts& firing
) {
    const auto& lane = plan.lanes[job.target.lane.value];
    out.member("name", job.target.name);
    out.text_or_null("account_id", job.last ? job.last->account_id : "");
    out.member("aws_region", region_of(job, plan));
    out.member("connection", lane.connection);
    out.member("watch_list", job.target.watch_list);
    out.member("state", to_string(state_of(job)));
    out.member("missing", job.missing);
    write_answer(out, job);
    out.member("alerts_firing", firing.of(job));
    out.member("observed_at", job.last_observed);
    write_trouble(out, job);
    out.text_or_null("url", job_path(job));
}

void write_alert(json_writer& out, const domain::alert& alert) {
    out.begin_object();
    out.text_or_null("alertname", label(alert, "alertname"));
    out.text_or_null("severity", label(alert, "severity"));
    out.text_or_null("training_job", label(alert, "training_job"));
    out.member("state", alert.state == domain::alert_state::firing ? "firing" : "resolved");
    out.member("starts_at", alert.starts_at);
    out.member("resolved_at", alert.resolved_at);
    out.member("identity", domain::identity(alert.labels));
    out.texts("labels", alert.labels);
    out.texts("annotations", alert.annotations);
    out.end_object();
}

std::string render_jobs(
    const domain::view& view,
    const domain::watch_plan& plan,
    const job_page& page,
    std::string_view next
) {
    const firing_alerts firing(view);
    json_writer out;
    out.begin_object();
    out.begin_array("jobs");
    for (const auto slot : page.slots) {
        out.begin_object();
        write_summary(out, view.jobs[slot], plan, firing);
        out.end_object();
    }
    out.end_array();
    out.member("total", page.total);
    out.text_or_null("next", next);
    out.end_object();
    return out.take();
}

std::string render_alerts(
    const domain::view& view,
    const std::vector<std::size_t>& places,
    std::size_t total,
    std::string_view next
) {
    json_writer out;
    out.begin_object();
    out.begin_array("alerts");
    for (const auto place : places)
        write_alert(out, view.alerts[place]);
    out.end_array();
    out.member("total", total);
    out.text_or_null("next", next);
    out.end_object();
    return out.take();
}

}  // namespace trainwatch::wire
