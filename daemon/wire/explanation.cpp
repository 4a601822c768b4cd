#include "wire/explanation.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <vector>

#include "base/limits.hpp"
#include "wire/job_text_parts.hpp"
#include "wire/url.hpp"

namespace trainwatch::wire {
namespace {

using domain::alert_row;
using domain::job_identity;
using domain::job_row;

std::string label(const domain::label_map& labels, const char* name) {
    const auto found = labels.find(name);
    return found == labels.end() ? std::string() : found->second;
}

bool is_about(const alert_row& row, const job_identity& job) {
    const auto& labels = row.alert.labels;
    return label(labels, "training_job") == job.name &&
        label(labels, "account_id") == job.account_id &&
        label(labels, "aws_region") == job.region &&
        label(labels, "created") == iso8601(job.created);
}

std::string title(const job_identity& job, const text_style& style) {
    return painted(terminal_safe(job.name), ink::strong, style) + " in account " +
        terminal_safe(job.account_id) + ", " + terminal_safe(job.region) + "\n";
}

std::string status_words(const job_row& row) {
    const auto& last = row.last;
    auto text = last.status.text.empty() ? std::string("unknown") : last.status.text;
    if (!last.secondary.text.empty() && last.secondary.text != text) {
        text += ", " + last.secondary.text;
    }
    if (row.summarised) text += "  (as ListTrainingJobs told it; never described)";
    return text;
}

std::string end_words(const job_row& row) {
    std::string text(to_string(row.ending->outcome));
    if (row.ending->failure_class != domain::failure_class::none) {
        text += ", class " + std::string(to_string(row.ending->failure_class));
    }
    if (row.ended) text += ", " + clock_text(*row.ended) + " by AWS' record";
    return text;
}

// One for each connection through which it is watched.
std::string facts_of(const job_row& row, const explanation_sheet& sheet) {
    fact_lines facts(sheet.style);
    facts.add("ARN", row.last.arn);
    facts.add("created", clock_text(row.identity.created));
    facts.add("watched by", "list " + row.watch_list + ", connection " + row.connection);
    facts.add_time("first seen", row.first_observed, sheet.now);
    facts.add_time("last news", row.last_observed, sheet.now);
    facts.add("status", status_words(row));
    if (row.ending) facts.add("ended", end_words(row));
    facts.add("reason", row.last.failure_reason);
    if (row.already_ended) facts.add("", "It had ended when it was first seen.");
    if (row.missing) facts.add("", "AWS does not know the name any more.");
    return facts.take();
}

// "2026-11-24 09:12:05Z  Training since 09:12:00Z for 3h 20m: message"
std::string line_of(const domain::transition_row& row, const text_style& style) {
    const auto& entry = row.entry;
    std::string text = entry.status.text + " since " + clock_text(entry.started);
    if (entry.ended && *entry.ended > entry.started) {
        text += " for " + brief_duration(*entry.ended - entry.started);
    }
    if (!entry.message.empty()) text += ": " + entry.message;
    return hanging("  " + clock_text(row.observed) + "  ", 24, text, style.width);
}

std::string seen_section(const job_identity& job, const explanation_sheet& sheet) {
    std::string text;
    for (const auto& row : sheet.rows.transitions) {
        if (row.identity == job) text += line_of(row, sheet.style);
    }
    if (text.empty()) return text;
    return section_head("Seen, and since when by AWS' record", sheet.style) + text;
}

std::string delivery_words(const domain::delivery_row& row) {
    // The path of a webhook's address is often its secret.
    std::string text = row.receiver;
    if (const auto address = parse_url(row.url)) {
        text += (address->tls ? ", https://" : ", http://") + address->host_header();
    }
    if (row.first_confirmed) text += ": taken " + clock_text(*row.first_confirmed);
    if (!row.first_confirmed && !row.resolved_confirmed) text += ": not taken so far";
    if (row.resolved_confirmed) text += row.first_confirmed ? ", its end too" : ": its end taken";
    return text;
}

// Of the last time that it fired: the row is written anew when somebody takes it this time.
bool is_of_former_firing(const domain::delivery_row& row, const domain::alert& alert) {
    return row.last_confirmed && *row.last_confirmed + limits::clock_tolerance < alert.starts_at;
}

std::string ending_words(const domain::alert& alert) {
    if (alert.state == domain::alert_state::firing) return "not yet; it fires";
    const auto because = label(alert.annotations, "resolved_because");
    const auto at =
        alert.resolved_at ? clock_text(*alert.resolved_at) : std::string("at some time");
    return because.empty() ? at : at + ", " + because;
}

std::string alert_lines(const alert_row& row, const explanation_sheet& sheet) {
    const auto& alert = row.alert;
    const auto identity = domain::identity(alert.labels);
    fact_lines facts(sheet.style);
    facts.add_time("fired", alert.starts_at, sheet.now);
    facts.add("because", row.reason);
    facts.add("summary", label(alert.annotations, "summary"));
    bool was_sent = false;
    for (const auto& told : sheet.rows.deliveries) {
        if (told.alert != identity || is_of_former_firing(told, alert)) continue;
        facts.add("sent", delivery_words(told));
        was_sent = true;
    }
    if (!was_sent) facts.add("sent", "no receiver has taken it so far");
    facts.add("ended", ending_words(alert));
    facts.add("identity", identity);
    return section_head("Alert " + label(alert.labels, "alertname"), sheet.style) + facts.take();
}

std::string no_alert(const job_row& row) {
    if (!row.ending) return "None; the job has not ended.";
    if (!row.counted) return "None: it had ended before what the watcher looks back to.";
    return "None.";
}

// Oldest first, as the rows come.
std::vector<job_identity> identities_in(const domain::ledger_batch& rows) {
    std::vector<job_identity> found;
    std::set<job_identity> known;
    for (const auto& row : rows.jobs) {
        if (known.insert(row.identity).second) found.push_back(row.identity);
    }
    return found;
}

std::string job_text(
    const job_identity& job,
    const std::vector<const alert_row*>& alerts,
    const explanation_sheet& sheet
) {
    auto text = title(job, sheet.style);
    const job_row* any = nullptr;
    for (const auto& row : sheet.rows.jobs) {
        if (row.identity != job) continue;
        any = &row;
        text += facts_of(row, sheet);
    }
    text += seen_section(job, sheet);
    for (const auto* alert : alerts)
        text += alert_lines(*alert, sheet);
    if (!alerts.empty()) return text;
    return text + section_head("Alerts", sheet.style) + "  " + no_alert(*any) + "\n";
}

}  // namespace

std::string render_explanation(const explanation_sheet& sheet) {
    std::vector<const alert_row*> left;
    for (const auto& row : sheet.rows.alerts)
        left.push_back(&row);
    const auto jobs = identities_in(sheet.rows);
    const auto skipped = jobs.size() - std::min(jobs.size(), limits::explained_jobs_max);
    std::string text;
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        std::vector<const alert_row*> about;
        std::copy_if(left.begin(), left.end(), std::back_inserter(about), [&](const auto* row) {
            return is_about(*row, jobs[i]);
        });
        std::erase_if(left, [&](const auto* row) { return is_about(*row, jobs[i]); });
        if (i >= skipped) text += (text.empty() ? "" : "\n") + job_text(jobs[i], about, sheet);
    }
    // The job's own rows are forgotten, or were lost with a damaged file.
    for (const auto* alert : left)
        text += alert_lines(*alert, sheet);
    if (text.starts_with('\n')) text.erase(0, 1);
    if (skipped == 0) return text;
    return std::to_string(skipped) + " older jobs of the name are left out here; the ledger has " +
        "them (sqlite3, table jobs_readable).\n\n" + text;
}

}  // namespace trainwatch::wire
