// Jobs whose bound is tighter than a round of all pages: which of them have pages of their own, and
// when these are asked for.
#include <algorithm>
#include <chrono>
#include <utility>

#include "base/limits.hpp"
#include "core/sweep_state.hpp"

namespace trainwatch::core {
namespace {

using real_seconds = std::chrono::duration<double>;

}  // namespace

bool sweep::state::is_steered(const std::optional<milliseconds>& bound) const {
    return bound && kept.contains(*bound);
}

void sweep::state::stop_steering() {
    steered_pages.clear();
    kept.clear();
    steered = {};
    lives.leave_to_describes({});
}

// What a round keeps, told by the windows into which all live jobs were cut.
milliseconds sweep::state::kept_by_round() const {
    if (cut_for_rate < limits::budget_least) return {};
    const double kept_s = rounds_kept(lives.size()) * static_cast<double>(pages()) / cut_for_rate;
    const double most_s = real_seconds(limits::staleness_bound_most).count();
    return limits::promise_trip +
        std::chrono::floor<milliseconds>(real_seconds(std::min(kept_s, most_s)));
}

// Whose bound is tighter than that: first those that can be kept, then the others.
void sweep::state::steer() {
    kept.clear();
    steered = {};
    const auto round_keeps = kept_by_round();
    to_describe described;
    steering_room room(cut_for_rate, settings.describe_rate, pages());
    std::vector<tight_jobs> unkept;
    for (const auto& [bound, created] : lives.tighter_than(round_keeps)) {
        tight_jobs tight{bound, cut_windows(known, created, limits::list_page_size), {}};
        std::ranges::stable_sort(tight.ranges, {}, [&](const creation_range& range) {
            return lives.count(range, bound);
        });
        for (const auto& range : tight.ranges)
            tight.counts.push_back(lives.count(range, bound));
        if (!steer(tight, bound, room, described)) unkept.push_back(std::move(tight));
    }
    for (const auto& tight : unkept) {
        const auto nearest = room.nearest(tight.bound, round_keeps, tight.counts);
        if (nearest) steer(tight, *nearest, room, described);
    }
    steered = room.taken();
    lives.leave_to_describes(described);
}

// `as`: the bound that is kept, not below their own.
bool sweep::state::steer(
    const tight_jobs& tight, milliseconds as, steering_room& room, to_describe& described
) {
    const auto left = room.take(as, tight.counts);
    if (!left) return false;
    kept.emplace(tight.bound, as);
    for (std::size_t i = 0; i < tight.ranges.size(); ++i) {
        auto range = tight.ranges[i];
        if (i < *left) {
            const auto each = steered_describe_period(as, settings.describe_rate);
            described.emplace_back(range, tight.bound, *each);
            continue;
        }
        // What else the page has room for is seen with it.
        const auto beyond =
            known.first_beyond(range.newest + limits::list_edge, limits::list_page_size);
        if (beyond) range.oldest = std::min(range.oldest, *beyond + 2 * limits::list_edge);
        steered_pages.push_back({range, tight.bound, *steered_page_period(as, cut_for_rate)});
    }
    return true;
}

// Without those that steered pages show, newest first.
void sweep::state::leave_out_steered(std::vector<wall_time>& live) const {
    std::erase_if(live, [this](wall_time created) {
        return std::ranges::any_of(steered_pages, [created](const auto& page) {
            return page.range.contains(created);
        });
    });
}

std::optional<nanoseconds> sweep::state::wait(const steered_page& page, mono_time now) const {
    const auto oldest = lives.oldest_of(page.range, page.bound, now);
    if (!oldest) return {};
    return page.period - *oldest;
}

// The one that is late by most of those that are due. Others take turns with them, so that nothing
// stands still when more are due than was planned.
std::optional<sweep_request> sweep::state::ask_steered(mono_time now, bool in_turn) {
    const bool busy = backfill || !gaps.empty();
    const auto between = busy ? limits::steer_turns_between_busy : limits::steer_turns_between;
    if (in_turn && since_steered < between) return {};
    const steered_page* chosen = nullptr;
    nanoseconds least{};
    for (const auto& page : steered_pages) {
        const auto left = wait(page, now);
        if (!left || *left > least || (chosen && *left == least)) continue;
        chosen = &page;
        least = *left;
    }
    if (!chosen) return {};
    auto asked = ask_window(chosen->range, now);
    since_steered = 0;
    return asked;
}

nanoseconds sweep::state::round_of_others(double rate) const {
    const double others = static_cast<double>(pages() - std::min(pages(), steered_pages.size()));
    const double left = std::max(rate - steered.lists, limits::steer_list_share * rate);
    const real_seconds lasts(others / std::max(left, limits::budget_least));
    return std::chrono::duration_cast<nanoseconds>(lasts);
}

}  // namespace trainwatch::core
