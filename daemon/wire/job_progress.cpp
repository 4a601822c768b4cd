#include "wire/job_progress.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "wire/job_text.hpp"

namespace trainwatch::wire {
namespace {

std::string entry_text(const domain::transition& entry) {
    auto text = terminal_safe(entry.status.text);
    const auto message = terminal_safe(entry.message);
    if (!trim(message).empty()) text += ": " + std::string(trim(message));
    return text;
}

// " (at 2026-11-24 09:03:00Z)", unless that is about now.
std::string event_time(std::string_view word, wall_time at, wall_time now) {
    constexpr seconds few(5);
    if (std::chrono::abs(now - at) <= few) return {};
    return " (" + std::string(word) + " " + clock_text(at) + ")";
}

told_progress told_of(const domain::observation& last) {
    const auto& entries = last.transitions;
    return {
        last.created,
        entries.size(),
        last.status.text,
        last.secondary.text,
        entries.empty() ? std::string() : entries.back().message};
}

// ". AlgorithmError: …", or nothing.
std::string reason_of(const domain::job_view& job) {
    const auto reason = terminal_safe(job.last->failure_reason);
    return trim(reason).empty() ? std::string() : ". " + std::string(trim(reason));
}

}  // namespace

std::string stamped_line(wall_time at, const std::string& name, const std::string& what) {
    auto stamp = clock_text(at);
    stamp[stamp.find(' ')] = 'T';
    return stamp + " " + terminal_safe(name) + ": " + what;
}

std::vector<std::string> progress_lines(
    const domain::job_view& job, told_progress& told, wall_time now
) {
    std::vector<std::string> lines;
    if (!job.last) return lines;
    const auto& last = *job.last;
    const auto& name = last.name;
    if (told.created && *told.created != last.created) {
        lines.push_back(stamped_line(
            now,
            name,
            "the name was given to another job, which is waited for now" +
                event_time("created", last.created, now)
        ));
        told = {};
    }
    const auto& entries = last.transitions;
    // Of a job that is over, only its end is to be told (final_words), and once.
    if (job.ending) {
        told = told_of(last);
        return lines;
    }
    const bool is_first = !told.created;
    std::size_t from = is_first && !entries.empty() ? entries.size() - 1 : told.entries;
    // A list that became shorter was rewritten: only its last entry is news.
    if (from > entries.size()) from = entries.empty() ? 0 : entries.size() - 1;
    for (std::size_t i = from; i < entries.size(); ++i) {
        const auto since = is_first ? " (for " + brief_duration(now - entries[i].started) + ")"
                                    : event_time("at", entries[i].started, now);
        lines.push_back(stamped_line(now, name, entry_text(entries[i]) + since));
    }
    const auto& message = entries.empty() ? std::string() : entries.back().message;
    if (!is_first && !entries.empty() && from == entries.size() && message != told.message) {
        const auto at = event_time("at", last.modified.value_or(now), now);
        lines.push_back(stamped_line(now, name, entry_text(entries.back()) + at));
    }
    // Without a history the statuses themselves are all there is.
    const bool changed = told.status != last.status.text || told.secondary != last.secondary.text;
    if (lines.empty() && changed) {
        lines.push_back(
            stamped_line(now, name, status_word(job) + " (" + terminal_safe(last.status.text) + ")")
        );
    }
    told = told_of(last);
    return lines;
}

std::string final_words(const domain::job_view& job, wall_time now) {
    const auto at = job.ended ? event_time("ended", *job.ended, now) : std::string();
    return standing_sentence(job, now) + at + reason_of(job);
}

std::vector<std::string> final_lines(
    const domain::job_view& job, wall_time now, const text_style& style
) {
    constexpr std::size_t indent = 2;
    std::vector<std::string> lines{
        painted(terminal_safe(job.last->name), ink::strong, style) + " " +
        painted(standing_sentence(job, now), ink_of(job), style)};
    if (trim(terminal_safe(job.last->failure_reason)).empty()) return lines;
    const auto columns = style.width > 20 + indent ? style.width - indent : 20;
    for (const auto& line : wrapped(job.last->failure_reason, columns))
        lines.push_back(std::string(indent, ' ') + line);
    return lines;
}

}  // namespace trainwatch::wire
