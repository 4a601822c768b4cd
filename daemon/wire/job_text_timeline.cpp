// Where the job's time went: one line for each entry of SecondaryStatusTransitions.
#include <algorithm>
#include <string>

#include "wire/job_text_parts.hpp"

namespace trainwatch::wire {
namespace {

using domain::secondary_status;

bool is_end(secondary_status value) {
    return value == secondary_status::completed || value == secondary_status::failed ||
        value == secondary_status::stopped || value == secondary_status::max_runtime_exceeded ||
        value == secondary_status::max_wait_time_exceeded;
}

ink ink_of_entry(secondary_status value) {
    switch (value) {
        case secondary_status::completed:
            return ink::good;
        case secondary_status::failed:
        case secondary_status::max_runtime_exceeded:
        case secondary_status::max_wait_time_exceeded:
            return ink::bad;
        case secondary_status::interrupted:
        case secondary_status::restarting:
        case secondary_status::stopping:
        case secondary_status::stopped:
            return ink::warn;
        default:
            return ink::busy;
    }
}

class timeline {
public:
    explicit timeline(const job_sheet& page)
        : page_(page), entries_(page.job.last->transitions), style_(page.style) {
        begin_ = entries_.front().started;
        // A job that goes on fills the bar up to now; one that ended, up to its end.
        end_ = begin_ + milliseconds(1);
        for (const auto& entry : entries_)
            end_ = std::max(end_, end_of(entry));
        for (const auto& entry : entries_)
            status_columns_ = std::max(status_columns_, display_width(entry.status.text));
        status_columns_ = std::min<std::size_t>(status_columns_, 24);
        const bool is_narrow = style_.width < 100 || style_.width == unwrapped;
        bar_columns_ = is_narrow ? 10 : std::min<std::size_t>(style_.width / 5, 30);
        time_columns_ = is_one_day() ? 8 : 14;
    }

    std::string render() const {
        std::string text = section_head(
            is_one_day() ? "Timeline (UTC, " + clock_text(begin_).substr(0, 10) + ")"
                         : "Timeline (UTC)",
            style_
        );
        for (std::size_t i = 0; i < entries_.size(); ++i)
            text += line(entries_[i], i + 1 == entries_.size());
        return text;
    }

private:
    bool is_one_day() const {
        return clock_text(begin_).substr(0, 10) == clock_text(end_).substr(0, 10);
    }

    wall_time end_of(const domain::transition& entry) const {
        if (entry.ended) return *entry.ended;
        // The next entry begins where this one ends, should AWS not say so.
        const auto index = static_cast<std::size_t>(&entry - entries_.data());
        if (index + 1 < entries_.size())
            return std::max(entry.started, entries_[index + 1].started);
        return page_.job.ending ? entry.started : std::max(entry.started, page_.now);
    }

    // "09:12:00", or "11-24 09:12:00" when the job saw more than one day.
    std::string start_text(wall_time at) const {
        const auto text = clock_text(at);
        return is_one_day() ? text.substr(11, 8) : text.substr(5, 14);
    }

    std::string bar_of(const domain::transition& entry) const {
        const auto share = [&](wall_time at) {
            return static_cast<double>((at - begin_).count()) /
                static_cast<double>((end_ - begin_).count());
        };
        return bar(share(entry.started), share(end_of(entry)), bar_columns_, style_);
    }

    // What ended badly has its reason before all.
    std::string reason_place() const {
        return page_.job.ending ? "(the failure reason above)" : "(the failure reason below)";
    }

    std::string line(const domain::transition& entry, bool is_last) const {
        const auto with = ink_of_entry(entry.status.value);
        const bool marked = entry.status.value == secondary_status::interrupted ||
            entry.status.value == secondary_status::restarting;
        const bool goes_on = is_last && !entry.ended && !page_.job.ending;
        // The terminal entry is a moment.
        const auto lasted = is_end(entry.status.value)
            ? std::string()
            : brief_duration(end_of(entry) - entry.started) + (goes_on ? "+" : " ");
        const auto status = fitted(terminal_safe(entry.status.text), status_columns_, style_);
        std::string text = painted(marked ? "! " : "  ", ink::warn, style_) +
            padded(start_text(entry.started), time_columns_) + " " + right_aligned(lasted, 9) +
            " " + painted(bar_of(entry), with, style_) + "  ";
        if (entry.message.empty()) return text + painted(status, with, style_) + "\n";
        const bool is_reason = entry.message == page_.job.last->failure_reason;
        const auto message = is_reason ? reason_place() : entry.message;
        // Beside the status where there is room, else below it.
        const auto below = 2 + time_columns_ + 1 + 9 + 1;
        const auto beside = below + bar_columns_ + 2 + status_columns_ + 2;
        if (style_.width < beside + 26) {
            return text + painted(status, with, style_) + "\n" +
                hanging("", below, message, style_.width);
        }
        return text + painted(padded(status, status_columns_), with, style_) + "  " +
            hung(message, beside, style_.width) + "\n";
    }

    const job_sheet& page_;
    const std::vector<domain::transition>& entries_;
    const text_style& style_;
    wall_time begin_{};
    wall_time end_{};
    std::size_t status_columns_ = 0;
    std::size_t bar_columns_ = 0;
    std::size_t time_columns_ = 0;
};

}  // namespace

std::string timeline_section(const job_sheet& page) {
    if (page.job.last->transitions.empty()) return {};
    return timeline(page).render();
}

}  // namespace trainwatch::wire
