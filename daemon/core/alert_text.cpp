#include "core/alert_text.hpp"

#include <array>
#include <cstdio>
#include <map>
#include <utility>

#include "base/plain_text.hpp"
#include "base/text.hpp"
#include "core/console_links.hpp"

namespace trainwatch::core {
namespace {

using domain::label_map;
using domain::observation;

void add(label_map& annotations, const char* name, std::string value) {
    if (!value.empty()) annotations.emplace(name, std::move(value));
}

// "2 x ml.p4d.24xlarge, 1 x ml.c5.xlarge"
std::string describe_instances(const observation& job) {
    std::map<std::string, std::int64_t> counts;
    for (const auto& group : job.instances)
        counts[group.instance_type] += group.count;
    std::string text;
    for (const auto& [type, count] : counts) {
        if (!text.empty()) text += ", ";
        text += std::to_string(count) + " x " + type;
    }
    return text;
}

// "Starting 1m20s, Downloading 40s, Training 2h in 3 parts"
std::string phases_of(const domain::job_view& job) {
    std::string text;
    for (const auto& phase : job.derived.phases) {
        if (!text.empty()) text += ", ";
        text += phase.status;
        if (phase.since) {
            text += " since " + utc_text(*phase.since);
        } else {
            text += " " + format_duration(std::chrono::floor<seconds>(phase.spent));
        }
        if (phase.times > 1) text += " in " + std::to_string(phase.times) + " parts";
    }
    return text;
}

}  // namespace

std::string money(double value) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.2f", value);
    return text.data();
}

std::string headline_of(std::string_view text) {
    std::string line;
    const auto plain = plain_text(text);
    for (const char c : trim(plain)) {
        const bool blank = c == ' ' || c == '\t' || c == '\n';
        if (!blank) {
            line += c;
        } else if (!line.empty() && line.back() != ' ') {
            line += ' ';
        }
    }
    auto shown = valid_utf8(line, headline_bytes);
    const bool cut = shown.size() < line.size();
    return cut ? shown + "…" : shown;
}

label_map labels_of_job(
    const domain::job_view& job, std::string_view alertname, std::string_view severity
) {
    const auto& last = *job.last;
    label_map labels{
        {"alertname", std::string(alertname)},
        {"severity", std::string(severity)},
        {"training_job", last.name},
        {"created", iso8601(last.created)},
        {"account_id", last.account_id},
        {"aws_region", last.region},
        {"watch_list", job.target.watch_list},
    };
    if (!last.tuning_job.empty()) labels.emplace("tuning_job", last.tuning_job);
    return labels;
}

label_map annotations_of_job(const domain::job_view& of) {
    const auto& job = *of.last;
    label_map notes;
    add(notes, "failure_reason", plain_text(job.failure_reason));
    add(notes, "failure_fingerprint", of.derived.failure_fingerprint);
    add(notes, "phases", phases_of(of));
    if (of.derived.cost) add(notes, "cost", money(*of.derived.cost));
    add(notes, "explain", "trainwatchd explain " + job.name);
    add(notes, "training_job_arn", job.arn);
    add(notes, "secondary_status", job.secondary.text);
    if (job.training_started) add(notes, "started_at", iso8601(*job.training_started));
    add(notes, "console_url", console_url(job));
    add(notes, "logs_url", logs_url(job));
    add(notes, "instances", describe_instances(job));
    if (job.training_time) add(notes, "training_time", format_duration(*job.training_time));
    return notes;
}

std::string place_of_job(const observation& job, const std::optional<wall_time>& ended) {
    std::string text =
        "Job " + job.name + " in account " + job.account_id + ", region " + job.region;
    if (const auto instances = describe_instances(job); !instances.empty()) {
        text += ", on " + instances;
    }
    text += ", was created at " + utc_text(job.created);
    const bool is_over = ended || domain::is_terminal(job.status.value);
    const auto end =
        ended ? " and ended at " + utc_text(*ended) : std::string(is_over ? " and has ended" : "");
    if (job.training_started) {
        const auto* const trains = end.empty() ? " and has trained since " : ", trained from ";
        text += trains + utc_text(*job.training_started);
    } else {
        text += is_over ? ", never started training" : " and is not training yet";
    }
    text += end;
    return text + ".";
}

}  // namespace trainwatch::core
