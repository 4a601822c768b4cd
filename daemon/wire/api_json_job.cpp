#include <algorithm>

#include "wire/api_json.hpp"
#include "wire/api_json_parts.hpp"

namespace trainwatch::wire {
namespace {

// Clocks differ a little: what has just begun has not lasted for less than nothing.
milliseconds since(wall_time begin, wall_time now) {
    return std::max(now - begin, milliseconds(0));
}

void write_phases(json_writer& out, const domain::job_view& job, wall_time now) {
    const bool live = state_of(job) == job_state::live;
    out.begin_array("phases");
    for (const auto& phase : job.derived.phases) {
        const bool current = live && phase.since.has_value();
        out.begin_object();
        out.member("secondary_status", phase.status);
        out.member("entries", phase.times);
        out.member("seconds", phase.spent + (current ? since(*phase.since, now) : milliseconds(0)));
        out.member("current", current);
        out.member("since", phase.since);
        out.end_object();
    }
    out.end_array();
}

void write_deadlines(json_writer& out, const domain::job_view& job, wall_time now) {
    out.begin_array("deadlines");
    for (const auto& deadline : job.deadlines) {
        out.begin_object();
        out.member("limit", domain::to_string(deadline.kind));
        out.member("at", deadline.at);
        // Negative once it has passed: AWS is late at times.
        out.member("remaining_seconds", deadline.at - now);
        out.end_object();
    }
    out.end_array();
}

void write_predicted_end(json_writer& out, const domain::job_view& job, wall_time now) {
    const auto predicted = domain::end_ahead(job, now);
    if (!predicted) {
        out.null("predicted_end");
        return;
    }
    out.begin_object("predicted_end");
    out.member("at", predicted->at);
    out.member(
        "basis", predicted->from == domain::predicted_end::basis::progress ? "progress" : "limit"
    );
    out.member("remaining_seconds", predicted->at - now);
    out.end_object();
}

void write_links(json_writer& out, const domain::job_links& links) {
    out.begin_object("links");
    out.text_or_null("console_url", links.console_url);
    out.text_or_null("logs_url", links.logs_url);
    out.text_or_null("log_group", links.log_group);
    out.text_or_null("log_stream_prefix", links.log_stream_prefix);
    out.end_object();
}

void write_derived(
    json_writer& out, const domain::job_view& job, const domain::job_links& links, wall_time now
) {
    const auto& last = *job.last;
    const auto& derived = job.derived;
    const bool live = state_of(job) == job_state::live;
    out.begin_object("derived");
    if (live || job.ended) {
        out.member("elapsed_seconds", since(last.created, live ? now : *job.ended));
    } else {
        out.null("elapsed_seconds");
    }
    write_phases(out, job, now);
    out.member("interruptions", job.interruptions);
    const bool losing = live && derived.losing_since.has_value();
    out.member(
        "lost_to_interruptions_seconds",
        derived.lost_to_interruptions +
            (losing ? since(*derived.losing_since, now) : milliseconds(0))
    );
    out.member("losing_since", derived.losing_since);
    out.member("spot_saving_ratio", derived.spot_saving_ratio);
    write_deadlines(out, job, now);
    write_predicted_end(out, job, now);
    write_instances(out, last);
    out.member("instance_count", derived.instance_count);
    out.member("billable_instance_seconds", derived.billable_instance_seconds);
    out.member("billable_tokens", last.billable_tokens);
    out.member("cost", derived.cost);
    out.begin_array("unpriced");
    for (const auto& type : derived.unpriced)
        out.value(type);
    out.end_array();
    out.text_or_null(
        "failure_class", job.ending ? domain::to_string(job.ending->failure_class) : ""
    );
    out.text_or_null("failure_fingerprint", derived.failure_fingerprint);
    out.text_or_null("model_artifacts", last.model_artifacts);
    out.text_or_null("output_path", last.output_path);
    out.text_or_null("checkpoint_uri", last.checkpoint_uri);
    out.text_or_null("output_model_package", last.output_model_package);
    write_links(out, links);
    out.end_object();
}

// What the job was created with, less what the summary has.
void write_configuration(json_writer& out, const domain::observation& job) {
    out.begin_object("configuration");
    out.text_or_null("algorithm", job.algorithm);
    out.member("max_runtime_seconds", job.limits.max_runtime);
    out.member("max_wait_seconds", job.limits.max_wait);
    out.member("max_pending_seconds", job.limits.max_pending);
    out.member("keep_alive_seconds", job.keep_alive);
    out.member("retry_attempts_max", job.retry_attempts_max);
    out.member("volume_gb", job.volume_gb);
    out.member("network_isolation", job.network_isolation);
    out.member("traffic_encryption", job.traffic_encryption);
    out.text_or_null("training_plan", job.training_plan);
    out.text_or_null("tuning_job", job.tuning_job);
    out.text_or_null("auto_ml_job", job.auto_ml_job);
    out.text_or_null("labeling_job", job.labeling_job);
    out.text_or_null("experiment", job.experiment);
    out.text_or_null("trial", job.trial);
    out.end_object();
}

void write_timeline(json_writer& out, const domain::job_view& job, wall_time now) {
    const bool live = state_of(job) == job_state::live;
    const auto& entries = job.last->transitions;
    out.begin_array("timeline");
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const auto& entry = entries[i];
        const bool current = live && !entry.ended && i + 1 == entries.size();
        out.begin_object();
        out.member("number", i + 1);
        out.member("secondary_status", entry.status.text);
        out.member("started_at", entry.started);
        out.member("ended_at", entry.ended);
        if (entry.ended || current) {
            out.member("seconds", since(entry.started, entry.ended.value_or(now)));
        } else {
            out.null("seconds");
        }
        out.member("current", current);
        out.text_or_null("message", entry.message);
        out.end_object();
    }
    out.end_array();
}

void write_rules(json_writer& out, const domain::observation& job) {
    out.begin_array("rules");
    for (const auto& rule : job.rules) {
        out.begin_object();
        out.member("kind", rule.kind == domain::rule_kind::debugger ? "debugger" : "profiler");
        out.text_or_null("name", rule.name);
        out.text_or_null("status", rule.status);
        out.text_or_null("details", rule.details);
        out.member("modified_at", rule.modified);
        out.end_object();
    }
    out.end_array();
}

void write_warm_pool(json_writer& out, const domain::observation& job) {
    if (!job.warm_pool) {
        out.null("warm_pool");
        return;
    }
    out.begin_object("warm_pool");
    out.text_or_null("status", job.warm_pool->status);
    out.member("retained_billable_seconds", job.warm_pool->retained_billable);
    out.text_or_null("reused_by", job.warm_pool->reused_by);
    out.end_object();
}

void write_progress(json_writer& out, const domain::observation& job) {
    if (!job.progress) {
        out.null("progress");
        return;
    }
    out.begin_object("progress");
    out.member("epoch", job.progress->epoch);
    out.member("epochs", job.progress->epochs);
    out.member("step", job.progress->step);
    out.member("steps_per_epoch", job.progress->steps_per_epoch);
    out.end_object();
}

void write_final_metrics(json_writer& out, const domain::observation& job) {
    out.begin_array("final_metrics");
    for (const auto& metric : job.final_metrics) {
        out.begin_object();
        out.text_or_null("name", metric.name);
        out.member("value", metric.value);
        out.member("at", metric.at);
        out.end_object();
    }
    out.end_array();
}

void write_unknown(json_writer& out, const domain::observation& job) {
    out.begin_array("unknown");
    for (const auto& unknown : job.unknown) {
        out.begin_object();
        out.member("member", unknown.member);
        out.text_or_null("value", unknown.value);
        out.end_object();
    }
    out.end_array();
}

void write_document(json_writer& out, const shown_document& document) {
    out.member("document_observed_at", document.observed);
    out.text_or_null("document_missing_because", document.missing_because);
    if (document.text.empty()) {
        out.null("document");
    } else {
        out.raw("document", document.text);
    }
}

}  // namespace

std::string render_job(
    const domain::view& view,
    const domain::watch_plan& plan,
    std::size_t slot,
    const domain::job_links& links,
    const shown_document& document,
    wall_time now
) {
    const auto& job = view.jobs[slot];
    json_writer out;
    out.begin_object();
    out.begin_object("summary");
    write_summary(out, job, plan, firing_alerts(view));
    out.end_object();
    write_derived(out, job, links, now);
    write_configuration(out, *job.last);
    write_timeline(out, job, now);
    out.begin_array("alerts");
    for (const auto& alert : view.alerts) {
        if (is_about(alert, job)) write_alert(out, alert);
    }
    out.end_array();
    write_rules(out, *job.last);
    write_warm_pool(out, *job.last);
    write_progress(out, *job.last);
    write_final_metrics(out, *job.last);
    write_unknown(out, *job.last);
    out.member("observed_at", job.last_observed);
    write_trouble(out, job);
    write_document(out, document);
    out.end_object();
    return out.take();
}

}  // namespace trainwatch::wire
