#include "wire/live_line.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "wire/job_text.hpp"

namespace trainwatch::wire {
namespace {

constexpr std::size_t status_columns = 11;
constexpr std::size_t bar_columns = 10;
constexpr std::size_t between = 2;

// A piece of a line. Where there is no room, the pieces of the least worth are left out.
struct piece {
    std::string text{};
    int worth = 0;
};

std::string_view words_of(domain::deadline_kind kind) {
    switch (kind) {
        case domain::deadline_kind::max_runtime:
            return " of max runtime";
        case domain::deadline_kind::max_wait:
            return " of max wait";
        case domain::deadline_kind::max_pending:
            return " of max pending";
    }
    return {};
}

std::size_t width_of(const std::vector<piece>& pieces) {
    std::size_t columns = 0;
    for (const auto& each : pieces)
        columns += display_width(each.text);
    return columns;
}

void fit(std::vector<piece>& pieces, std::size_t room) {
    while (!pieces.empty() && width_of(pieces) > room) {
        pieces.erase(std::min_element(
            pieces.begin(),
            pieces.end(),
            [](const auto& a, const auto& b) { return a.worth < b.worth; }
        ));
    }
}

// What stands behind the status, in its order.
std::vector<piece> pieces_of(const domain::job_view& job, wall_time now, const text_style& style) {
    std::vector<piece> pieces;
    const auto* const entry = present_entry(job);
    if (entry != nullptr && !job.ending) {
        pieces.push_back({"  " + padded(brief_duration(now - entry->started), 7), 3});
    }
    if (job.trouble) pieces.push_back({"  no answer now", 6});
    if (const auto use = next_deadline(job, now)) {
        if (!job.trouble) pieces.push_back({"  " + gauge(use->used, bar_columns, style), 1});
        pieces.push_back({"  " + right_aligned(percent(use->used), 5), 5});
        pieces.push_back({std::string(words_of(use->next.kind)), 4});
    }
    return pieces;
}

// AWS' message in what is left of the line; a few letters of it would help nobody.
std::string message_part(const domain::job_view& job, std::size_t room, const text_style& style) {
    constexpr std::size_t least = 12;
    const auto* const entry = present_entry(job);
    if (job.trouble || entry == nullptr || entry->message.empty()) return {};
    if (room < between + least) return {};
    return "  " + fitted(terminal_safe(entry->message), room - between, style);
}

std::string without_trailing_blanks(std::string text) {
    text.resize(text.find_last_not_of(' ') + 1);
    return text;
}

}  // namespace

std::size_t name_columns(std::size_t longest, const text_style& style) {
    // What else a line may hold, from all of it to the bare percentage.
    constexpr std::size_t percentage = between + 5;
    constexpr std::size_t limit = 15;
    constexpr std::size_t time = between + 7;
    constexpr std::size_t bar = between + bar_columns;
    constexpr std::size_t status = between + status_columns;
    constexpr std::array<std::size_t, 4> others{
        status + time + bar + percentage + limit,
        status + time + percentage + limit,
        status + percentage + limit,
        status + percentage};
    // So much of a name tells most jobs apart.
    constexpr std::size_t enough = 24;
    for (const auto other : others) {
        if (style.width >= other + std::min(longest, enough)) {
            return std::min(longest, style.width - other);
        }
    }
    return std::min(longest, std::max<std::size_t>(style.width / 3, 4));
}

std::string live_line(
    const domain::job_view& job, std::size_t columns, wall_time now, const text_style& style
) {
    const auto name = padded(elided(terminal_safe(job.target.name), columns, style), columns);
    if (!job.last) {
        const auto what = job.missing ? "not known to AWS, looking again"
            : job.trouble             ? unanswered(job)
                                      : "asking AWS";
        return fitted(name + "  " + what, style.width, style);
    }
    if (style.width <= columns + between) return fitted(name, style.width, style);
    const auto room = style.width - columns - between;
    const auto word = fitted(status_word(job), room, style);
    const auto status = padded(word, std::min(status_columns, room));
    const auto behind_status = room - display_width(status);
    auto pieces = pieces_of(job, now, style);
    fit(pieces, behind_status);
    const auto left = behind_status - width_of(pieces);
    std::string behind;
    for (auto& each : pieces)
        behind += std::move(each.text);
    behind = status.substr(word.size()) + behind + message_part(job, left, style);
    // Painted last: an escape sequence takes no columns.
    return name + "  " + painted(word, ink_of(job), style) + without_trailing_blanks(behind);
}

std::string unanswered(const domain::job_view& job) {
    const auto detail = terminal_safe(job.trouble_detail);
    const bool throttled = job.trouble == error_class::throttled;
    const auto why = throttled ? std::string("throttled") : detail;
    return "no answer yet" + (why.empty() ? std::string() : " (" + why + ")") + ", trying again";
}

}  // namespace trainwatch::wire
