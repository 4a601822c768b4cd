#include <array>
#include <charconv>
#include <cmath>
#include <string>

#include "wire/job_text_parts.hpp"

namespace trainwatch::wire {
namespace {

constexpr std::size_t value_column = 16;

std::string counted(std::int64_t count, const std::string& noun) {
    return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

std::string instances_text(const domain::observation& last) {
    std::string text;
    for (const auto& group : last.instances) {
        if (!text.empty()) text += ", ";
        if (!group.name.empty()) text += group.name + ": ";
        text += std::to_string(group.count) + " x " + group.instance_type;
    }
    if (text.empty()) text = "none named";
    if (last.spot) text += "; managed spot";
    if (last.volume_gb) text += "; " + std::to_string(*last.volume_gb) + " GB each";
    return text;
}

std::string parents_text(const domain::observation& last) {
    std::string text;
    const auto add = [&](std::string_view what, const std::string& name) {
        if (name.empty()) return;
        text += (text.empty() ? "" : ", ") + std::string(what) + " " + name;
    };
    add("tuning job", last.tuning_job);
    add("AutoML job", last.auto_ml_job);
    add("labeling job", last.labeling_job);
    add("experiment", last.experiment);
    add("trial", last.trial);
    add("training plan", last.training_plan);
    return text;
}

// "45s", "1h 12m (4333 seconds)"
std::string exact_duration(seconds value) {
    const auto text = brief_duration(value);
    return value < seconds(60) ? text : text + " (" + counted(value.count(), "second") + ")";
}

std::string training_text(const domain::observation& last) {
    return last.training_time ? exact_duration(*last.training_time) : std::string();
}

std::string billable_text(const domain::job_view& job) {
    const auto& last = *job.last;
    if (last.billable_tokens && !last.billable_time) return counted(*last.billable_tokens, "token");
    if (!last.billable_time) return {};
    auto text = exact_duration(*last.billable_time);
    if (job.derived.spot_saving_ratio) {
        text += ", spot saved " + percent(*job.derived.spot_saving_ratio);
    }
    if (job.derived.billable_instance_seconds) {
        const auto total = std::llround(*job.derived.billable_instance_seconds);
        text += "; " + counted(total, "instance-second");
    }
    if (job.derived.cost) text += "; cost " + number_text(*job.derived.cost);
    for (const auto& type : job.derived.unpriced)
        text += "; no price for " + type;
    if (last.billable_tokens) text += "; " + counted(*last.billable_tokens, "token");
    return text;
}

std::string interruptions_text(const job_sheet& page) {
    const auto& job = page.job;
    if (job.interruptions == 0) return {};
    std::string text = std::to_string(job.interruptions);
    auto lost = job.derived.lost_to_interruptions;
    if (job.derived.losing_since) lost += page.now - *job.derived.losing_since;
    if (lost > milliseconds(0)) text += ", " + brief_duration(lost) + " lost to them";
    return text;
}

// What is on; that it is off stands in AWS' own words below.
std::string network_text(const domain::observation& last) {
    std::string text = last.network_isolation.value_or(false) ? "isolated" : "";
    if (last.traffic_encryption.value_or(false)) {
        text += std::string(text.empty() ? "" : ", ") + "traffic between containers encrypted";
    }
    return text;
}

std::string unknown_text(const domain::observation& last) {
    std::string text;
    for (const auto& each : last.unknown) {
        if (!text.empty()) text += ", ";
        text += each.member + (each.value.empty() ? "" : " = \"" + each.value + "\"");
    }
    return text;
}

}  // namespace

std::string number_text(double value) {
    std::array<char, 40> digits{};
    const auto [end, error] = std::to_chars(digits.begin(), digits.end(), value);
    return error == std::errc() ? std::string(digits.data(), end) : std::string("?");
}

void fact_lines::add(std::string_view label, std::string_view value, ink with) {
    if (value.empty()) return;
    text_ += "  " + painted(padded(std::string(label), value_column - 2), ink::soft, style_) +
        painted(hung_whole(value, value_column, style_.width), with, style_) + "\n";
}

void fact_lines::add_time(
    std::string_view label, const std::optional<wall_time>& at, wall_time now
) {
    if (at) add(label, clock_text(*at) + "  (" + relative_time(*at, now) + ")");
}

std::string section_head(std::string_view title, const text_style& style) {
    return "\n" + painted(title, ink::strong, style) + "\n";
}

std::string identity_section(const job_sheet& page) {
    const auto& job = page.job;
    const auto& last = *job.last;
    fact_lines facts(page.style);
    facts.add("account", last.account_id + ", " + last.region);
    facts.add("ARN", last.arn);
    facts.add("instances", instances_text(last));
    facts.add("algorithm", last.algorithm);
    facts.add("part of", parents_text(last));
    facts.add_time("created", last.created, page.now);
    facts.add_time("started", last.training_started, page.now);
    facts.add_time("ended", job.ended ? job.ended : last.training_ended, page.now);
    facts.add_time("last modified", last.modified, page.now);
    facts.add("training", training_text(last));
    facts.add("billable", billable_text(job));
    facts.add("interruptions", interruptions_text(page), ink::warn);
    facts.add("network", network_text(last));
    if (last.retry_attempts_max)
        facts.add("retries", "up to " + std::to_string(*last.retry_attempts_max));
    facts.add("new to us", unknown_text(last), ink::warn);
    return facts.take();
}

std::string reason_section(const job_sheet& page) {
    const auto& last = *page.job.last;
    if (last.failure_reason.empty()) return {};
    auto text = section_head("Failure reason", page.style) +
        hanging("", 2, last.failure_reason, page.style.width);
    const auto& fingerprint = page.job.derived.failure_fingerprint;
    if (!fingerprint.empty()) {
        text += painted("  fingerprint " + fingerprint, ink::soft, page.style) + "\n";
    }
    return text;
}

std::string results_section(const job_sheet& page) {
    const auto& last = *page.job.last;
    fact_lines facts(page.style);
    facts.add("artifacts", last.model_artifacts);
    facts.add("output", last.output_path);
    facts.add("model package", last.output_model_package);
    facts.add("checkpoints", last.checkpoint_uri);
    if (!page.links.log_group.empty()) {
        facts.add("log group", page.links.log_group);
        facts.add("log streams", page.links.log_stream_prefix + "*");
    }
    facts.add("logs", page.links.logs_url);
    facts.add("console", page.links.console_url);
    const auto text = facts.take();
    return text.empty() ? text : section_head("Where to look", page.style) + text;
}

}  // namespace trainwatch::wire
