// A backtest for programs.
#include "app/backtest_text.hpp"
#include "wire/json_writer.hpp"

namespace trainwatch::app {
namespace {

void write_stakes(wire::json_writer& out, std::string_view name, const backtest_stakes& stakes) {
    out.begin_object(name);
    out.member("count", stakes.jobs);
    out.member("seconds", stakes.time);
    out.member("instance_hours", stakes.instance_hours);
    out.member("cost", stakes.money);
    out.begin_array("unpriced");
    for (const auto& type : stakes.unpriced)
        out.value(type);
    out.end_array();
    out.end_object();
}

void write_jobs(
    wire::json_writer& out, const backtest_report& report, const history_counts& counts
) {
    const auto& jobs = report.jobs;
    out.begin_object("jobs");
    out.member("listed", counts.listed);
    out.member("replayed", jobs.replayed);
    out.member("alerted", report.alerted_jobs);
    out.member("completed", jobs.completed);
    out.member("failed", jobs.failed);
    out.member("cut_off", jobs.cut_off);
    out.member("stopped", jobs.stopped);
    out.member("live", jobs.live);
    out.member("short_lived", counts.short_lived);
    out.member("unwatched", counts.unwatched);
    out.member("undecided", counts.undecided);
    out.member("unknown", counts.unknown);
    out.member("deleted", counts.gone);
    out.member("unread", counts.unread);
    out.member("missing", counts.waiting);
    out.end_object();
}

}  // namespace

std::string render_backtest_json(const backtest_report& report, const backtest_source& source) {
    wire::json_writer out;
    out.begin_object();
    out.member("since", report.since);
    out.member("until", report.until);
    out.member("complete", !source.interrupted);
    write_jobs(out, report, source.counts);
    out.begin_array("alerts");
    for (const auto& each : report.alerts) {
        out.begin_object();
        out.member("fired_at", each.alert.starts_at);
        out.member("ended_at", each.ended);
        out.member("reason", each.reason);
        out.texts("labels", each.alert.labels);
        out.texts("annotations", each.alert.annotations);
        out.end_object();
    }
    out.end_array();
    out.member("notifications", report.notifications);
    out.begin_array("rules");
    for (const auto& rule : report.rules) {
        out.begin_object();
        out.member("alertname", rule.alertname);
        out.member("severity", rule.severity);
        out.member("alerts", rule.alerts);
        out.member("alerts_a_week", report.a_week(rule.alerts));
        out.end_object();
    }
    out.end_array();
    out.begin_array("causes");
    for (const auto& cause : report.causes) {
        out.begin_object();
        out.member("reason", cause.reason);
        out.member("jobs", cause.jobs);
        out.member("first", cause.first);
        out.member("last", cause.last);
        out.end_object();
    }
    out.end_array();
    out.begin_object("stakes");
    write_stakes(out, "failed_or_cut_off", report.lost);
    out.begin_object("runtime_limits");
    out.member("met", report.notice.cut_off);
    out.member("announced", report.notice.announced);
    out.member("least_notice_seconds", report.notice.least);
    out.end_object();
    write_stakes(out, "stuck_phases", report.stuck);
    write_stakes(out, "spot_loops", report.spot_loops);
    out.end_object();
    out.end_object();
    return out.take() + "\n";
}

}  // namespace trainwatch::app
