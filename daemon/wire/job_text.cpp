#include "wire/job_text.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "wire/document_text.hpp"
#include "wire/job_text_parts.hpp"

namespace trainwatch::wire {
namespace {

std::string_view words_of(domain::failure_class value) {
    switch (value) {
        case domain::failure_class::none:
        case domain::failure_class::timeout:
            return {};
        case domain::failure_class::algorithm:
            return "the training code failed";
        case domain::failure_class::client:
            return "AWS blames the job's input or configuration";
        case domain::failure_class::internal_server:
            return "an internal error at AWS";
        case domain::failure_class::capacity:
            return "no capacity for these instances";
        case domain::failure_class::resource_limit:
            return "a quota of the account was reached";
        case domain::failure_class::image:
            return "the training image could not be used";
        case domain::failure_class::permission:
            return "a permission is missing";
        case domain::failure_class::data:
            return "input or artifacts could not be moved or read";
        case domain::failure_class::out_of_memory:
            return "out of memory";
        case domain::failure_class::spot:
            return "spot capacity was lost";
        case domain::failure_class::unknown:
            return "for no reason that this version knows";
    }
    return {};
}

std::string limit_words(std::string_view member, const std::optional<seconds>& limit) {
    std::string text(member);
    if (limit) text += " (" + brief_duration(*limit) + ")";
    return text;
}

std::string end_words(const domain::job_view& job) {
    const auto& limits = job.last->limits;
    switch (job.ending->outcome) {
        case domain::outcome::completed:
            return "completed";
        case domain::outcome::failed:
            return "failed";
        case domain::outcome::max_runtime_exceeded:
            return "stopped by AWS at its " +
                limit_words("MaxRuntimeInSeconds", limits.max_runtime);
        case domain::outcome::max_wait_exceeded:
            return "stopped by AWS at its " + limit_words("MaxWaitTimeInSeconds", limits.max_wait);
        case domain::outcome::stopped:
            return job.ending->failure_class == domain::failure_class::none ? "stopped on request"
                                                                            : "stopped";
    }
    return "stopped";
}

// "LaunchingMLInstances" -> "launching ml instances": what a person would say.
std::string spoken_status(std::string_view text) {
    std::string words;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool is_upper = text[i] >= 'A' && text[i] <= 'Z';
        const bool before_lower = i + 1 < text.size() && text[i + 1] >= 'a' && text[i + 1] <= 'z';
        if (is_upper && i > 0 && before_lower) words += ' ';
        words += is_upper ? static_cast<char>(text[i] - 'A' + 'a') : text[i];
    }
    return terminal_safe(words);
}

// ", 3m 43s left" of its MaxRuntimeInSeconds.
std::string left_words(const domain::job_view& job, wall_time now) {
    for (const auto& each : job.deadlines) {
        if (each.kind == domain::deadline_kind::max_runtime && each.at > now) {
            return ", " + brief_duration(each.at - now) + " left";
        }
    }
    return {};
}

std::string header(const job_sheet& page) {
    const auto& job = page.job;
    const auto& style = page.style;
    const auto with = ink_of(job);
    std::string line = painted(terminal_safe(job.last->name), ink::strong, style) + "  " +
        painted(status_word(job), with, style);
    const auto& primary = job.last->status.text;
    const auto& secondary = job.last->secondary.text;
    if (primary != secondary && !secondary.empty()) {
        const auto beside = primary.empty() ? "secondary " + secondary : primary;
        line += painted(" (" + terminal_safe(beside) + ")", ink::soft, style);
    }
    auto sentence = standing_sentence(job, page.now);
    if (!sentence.empty() && sentence.front() >= 'a' && sentence.front() <= 'z') {
        sentence.front() = static_cast<char>(sentence.front() - 'a' + 'A');
    }
    std::string text = line + "\n";
    for (const auto& part : wrapped(sentence, style.width))
        text += painted(part, with, style) + "\n";
    if (job.missing) {
        text += painted("AWS does not know it any more: it was deleted.", ink::warn, style) + "\n";
    }
    return text;
}

std::string document_section(const job_sheet& page) {
    // What stands above, member for member.
    static constexpr std::array<std::string_view, 6> shown{
        "TrainingJobName",
        "TrainingJobArn",
        "TrainingJobStatus",
        "SecondaryStatus",
        "SecondaryStatusTransitions",
        "FailureReason"};
    const auto text = render_document(page.document, shown, page.style);
    return text.empty() ? text : section_head("All that AWS said", page.style) + text;
}

}  // namespace

std::string status_word(const domain::job_view& job) {
    const auto& last = *job.last;
    // Whatever the secondary status says, only the primary one tells whether a job has ended.
    if (last.status.text.empty()) return "Unknown status";
    const auto& text = last.secondary.text.empty() ? last.status.text : last.secondary.text;
    return terminal_safe(text);
}

ink ink_of(const domain::job_view& job) {
    if (!job.ending) return ink::busy;
    switch (job.ending->outcome) {
        case domain::outcome::completed:
            return ink::good;
        case domain::outcome::stopped:
            return ink::warn;
        case domain::outcome::failed:
        case domain::outcome::max_runtime_exceeded:
        case domain::outcome::max_wait_exceeded:
            break;
    }
    return ink::bad;
}

std::string standing_sentence(const domain::job_view& job, wall_time now) {
    const auto& last = *job.last;
    if (last.status.text.empty()) return "AWS gives no status: whether it goes on is not known";
    if (!job.ending) {
        const auto* const entry = present_entry(job);
        const auto status = spoken_status(
            entry != nullptr                  ? entry->status.text
                : last.secondary.text.empty() ? last.status.text
                                              : last.secondary.text
        );
        if (entry == nullptr) return status;
        return status + " for " + brief_duration(now - entry->started) + left_words(job, now) +
            ", created " + relative_time(last.created, now);
    }
    std::string text = end_words(job);
    if (job.ended) {
        text += (job.ending->outcome == domain::outcome::completed ||
                 job.ending->outcome == domain::outcome::failed)
            ? " after "
            : ", after ";
        text += brief_duration(*job.ended - last.created);
    }
    const auto why = job.ending->outcome == domain::outcome::completed
        ? std::string_view{}
        : words_of(job.ending->failure_class);
    if (!why.empty()) text += ": " + std::string(why);
    return text;
}

const domain::transition* present_entry(const domain::job_view& job) {
    return job.last && !job.last->transitions.empty() ? &job.last->transitions.back() : nullptr;
}

std::optional<deadline_use> next_deadline(const domain::job_view& job, wall_time now) {
    const auto next = std::min_element(
        job.deadlines.begin(),
        job.deadlines.end(),
        [](const auto& a, const auto& b) { return a.at < b.at; }
    );
    if (next == job.deadlines.end() || !job.last) return std::nullopt;
    const auto& limits = job.last->limits;
    const auto& limit = next->kind == domain::deadline_kind::max_runtime ? limits.max_runtime
        : next->kind == domain::deadline_kind::max_wait                  ? limits.max_wait
                                                                         : limits.max_pending;
    if (!limit || limit->count() <= 0) return std::nullopt;
    const milliseconds length = *limit;
    const auto left = static_cast<double>((next->at - now).count());
    const auto used = 1.0 - left / static_cast<double>(length.count());
    return deadline_use{*next, length, std::max(used, 0.0)};
}

std::string render_job_text(const job_sheet& page) {
    // Of what has ended, why comes first.
    const bool over = page.job.ending.has_value();
    const auto reason = reason_section(page);
    return header(page) + (over ? reason : "") + "\n" + identity_section(page) +
        timeline_section(page) + deadline_section(page) + (over ? "" : reason) +
        results_section(page) + watchers_section(page) + document_section(page);
}

}  // namespace trainwatch::wire
