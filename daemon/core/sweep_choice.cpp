#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include "base/limits.hpp"
#include "core/sweep_state.hpp"

namespace trainwatch::core {
namespace {

using reason = sweep_request::reason;

nanoseconds of_seconds(double value) {
    return std::chrono::duration_cast<nanoseconds>(std::chrono::duration<double>(value));
}

}  // namespace

std::optional<sweep_request> sweep::state::next(instant now, double rate) {
    latest = std::max(latest.value_or(now.mono), now.mono);
    due.reset();
    if (whole) {
        prune();
        return next_whole(now);
    }
    cut(now.mono, rate);
    if (settings.discovers && !frontier && !head_under_way) return ask_head(now);
    if (head_due(rate) <= now.mono) return ask_head(now);
    if (auto tight = ask_steered(now.mono, true)) return tight;
    // The past and the present take turns.
    const bool past_waits = backfill && !backfill->under_way;
    if (past_waits && last_asked != reason::backfill) return ask_backfill(now.mono);
    if (auto gap = ask_gap(now.mono, true)) return gap;
    if (auto best = ask_best(now, rate)) return best;
    if (past_waits) return ask_backfill(now.mono);
    if (auto gap = ask_gap(now.mono, false)) return gap;
    return ask_steered(now.mono, false);
}

// Whose a new job is nobody knows before a page tells of it: the tightest of the promises covers
// it, however little else is to be expected of the newest page, for a part of the calls at most.
mono_time sweep::state::head_due(double rate) const {
    const bool has_turn = head_from && head_seen && !head_under_way && last_asked != reason::head;
    if (!settings.discovers || !has_turn) return mono_time::max();
    const auto of_bound = std::chrono::duration_cast<nanoseconds>(
        settings.staleness_bound * limits::list_frugal_part
    );
    // Where pages are short, it takes many to come down to what was known.
    const double calls = 1 + static_cast<double>(gaps_since_head);
    return *head_seen + std::max(of_bound, of_seconds(limits::list_calls_per_head * calls / rate));
}

std::optional<mono_time> sweep::state::next_due(instant now, double rate) {
    if (due) return *due;
    if (whole) {
        if (whole->under_way())
            due.emplace(std::nullopt);
        else
            due.emplace(now.mono + std::max(wait_for_whole(now), nanoseconds(0)));
        return *due;
    }
    cut(now.mono, rate);
    const bool first_head = settings.discovers && !frontier && !head_under_way;
    const bool past_waits = backfill && !backfill->under_way;
    const bool gap_waits =
        std::ranges::any_of(gaps, [](const auto& gap) { return !gap.second.under_way; });
    std::optional<mono_time> first;
    if (first_head || past_waits || gap_waits) {
        first = now.mono;
    } else {
        for (const auto& page : candidates(now)) {
            // Rounded up, so that a wait too short to be told apart from none cannot repeat.
            const auto left = std::chrono::ceil<milliseconds>(wait(page));
            const auto at = now.mono + std::max(left, milliseconds(0));
            first = std::min(first.value_or(at), at);
        }
        for (const auto& page : steered_pages) {
            const auto left = wait(page, now.mono);
            if (!left) continue;
            const auto at =
                now.mono + std::max(std::chrono::ceil<milliseconds>(*left), milliseconds(0));
            first = std::min(first.value_or(at), at);
        }
        const auto head = std::max(head_due(rate), now.mono);
        if (head != mono_time::max()) first = std::min(first.value_or(head), head);
    }
    due.emplace(first);
    return first;
}

std::optional<sweep_request> sweep::state::next_whole(instant now) {
    if (whole->under_way() || wait_for_whole(now) > nanoseconds(0)) return {};
    flight leaving;
    leaving.request = {.query = whole->ask(now.mono), .why = reason::whole, .sent = now.mono};
    return send(std::move(leaving));
}

nanoseconds sweep::state::wait_for_whole(instant now) const {
    if (whole->began() || !whole->began_at()) return {};
    if (!settings.discovers && lives.size() == 0) return limits::staleness_bound_most;
    auto everything = lives.value(
        {.oldest = wall_time::min(), .newest = wall_time::max()}, now.mono, limits::list_age_power
    );
    if (settings.discovers)
        everything.add(
            arrivals_a_second(now.wall), now.mono - *whole->began_at(), limits::list_age_power
        );
    return std::chrono::ceil<milliseconds>(wait(everything, lives.size() > 0 ? quiet() : idle()));
}

std::vector<sweep::state::candidate> sweep::state::candidates(instant now) const {
    std::vector<candidate> pages;
    pages.reserve(windows.size() + steered_pages.size() + 1);
    if (head_from && head_seen && !head_under_way) {
        const creation_range range{.oldest = *head_from, .newest = wall_time::max()};
        candidate head{
            reason::head, range, lives.value(range, now.mono, limits::list_age_power), quiet()};
        if (lives.is_empty(range)) head.patience = idle();
        head.value.add(
            arrivals_a_second(now.wall),
            std::max(now.mono - *head_seen, nanoseconds(0)),
            limits::list_age_power
        );
        pages.push_back(head);
    }
    const auto consider = [&](const creation_range& range) {
        const candidate window{
            reason::window, range, lives.value(range, now.mono, limits::list_age_power), quiet()};
        if (window.value.oldest) pages.push_back(window);
    };
    for (const auto& range : windows)
        consider(range);
    for (const auto& page : steered_pages)
        consider(page.range);
    return pages;
}

std::optional<sweep_request> sweep::state::ask_best(instant now, double rate) {
    // While the past takes every second call a round lasts twice as long.
    const auto most = of_seconds(
        std::chrono::duration<double>(round_of_others(rate)).count() * limits::list_rounds_most *
        (backfill ? 2 : 1)
    );
    std::optional<candidate> best;
    bool best_is_old = false;
    for (const auto& page : candidates(now)) {
        if (wait(page) > nanoseconds(0)) continue;
        const bool is_old = settings.frugal || *page.value.oldest > most;
        const bool better = !best ||
            (is_old != best_is_old ? is_old
                 : is_old          ? *page.value.oldest > *best->value.oldest
                                   : page.value.worth > best->value.worth);
        if (!better) continue;
        best = page;
        best_is_old = is_old;
    }
    if (!best) return {};
    if (best->why == reason::head) return ask_head(now);
    return ask_window(best->range, now.mono);
}

sweep_request sweep::state::ask_window(const creation_range& range, mono_time now) {
    flight leaving;
    leaving.request = {.query = query_of(range, {}), .why = reason::window, .sent = now};
    leaving.range = range;
    leaving.covers = true;
    return send(std::move(leaving));
}

std::optional<sweep_request> sweep::state::ask_gap(mono_time now, bool patient) {
    for (auto& [id, gap] : gaps) {
        if (gap.under_way) continue;
        if (patient && gap.failures >= limits::list_gap_patience && last_asked == reason::gap)
            continue;
        gap.under_way = true;
        flight leaving;
        leaving.request = {
            .query = query_of(gap.range, gap.token), .why = reason::gap, .sent = now};
        leaving.range = gap.range;
        leaving.covers = gap.token.empty();
        leaving.gap = id;
        return send(std::move(leaving));
    }
    return {};
}

sweep_request sweep::state::ask_head(instant now) {
    head_under_way = true;
    flight leaving;
    leaving.is_first = !frontier;
    leaving.range = {
        .oldest = frontier && head_from ? *head_from : now.wall - limits::list_horizon,
        .newest = wall_time::max()};
    leaving.covers = !leaving.is_first;
    leaving.request = {.query = query_of(leaving.range, {}), .why = reason::head, .sent = now.mono};
    return send(std::move(leaving));
}

sweep_request sweep::state::ask_backfill(mono_time now) {
    backfill->under_way = true;
    flight leaving;
    leaving.request = {
        .query = query_of(backfill->range, backfill->token), .why = reason::backfill, .sent = now};
    // One page of it, nobody knows how far down: it stands for no job until it is here.
    leaving.range = backfill->range;
    return send(std::move(leaving));
}

sweep_request sweep::state::send(flight&& leaving) {
    last_asked = leaving.request.why;
    if (last_asked == reason::head) gaps_since_head = 0;
    if (last_asked == reason::gap) ++gaps_since_head;
    ++since_steered;
    if (leaving.covers) lives.asked(leaving.range);
    flights.push_back(std::move(leaving));
    touched();
    return flights.back().request;
}

void sweep::state::cut(mono_time now, double rate) {
    if (whole) return;
    const bool other_rate =
        std::abs(rate - cut_for_rate) > limits::steer_rate_change * cut_for_rate;
    const bool may = may_cut || (other_rate && !kept.empty());
    if (!must_cut && !(may && now >= cut_at + round(rate) / 4)) return;
    prune();
    cut_for_rate = rate;
    cut();
    cut_at = now;
}

void sweep::state::cut() {
    head_from.reset();
    if (settings.discovers && frontier) {
        // Never above what the head has shown: describes tell of newer jobs, and between the two
        // there may be others.
        const auto newest = known.nth_newest(limits::list_head_size);
        head_from = std::min(newest.value_or(*frontier), *frontier);
    }
    auto live = lives.created_newest_first();
    if (head_from) std::erase_if(live, [this](wall_time created) { return created >= *head_from; });
    steered_pages.clear();
    windows = cut_windows(known, live, limits::list_page_size);
    steer();
    if (!steered_pages.empty()) {
        leave_out_steered(live);
        windows = cut_windows(known, live, limits::list_page_size);
    }
    must_cut = false;
    may_cut = false;
    arrivals = 0;
}

bool sweep::state::is_covered(wall_time created) const {
    if (head_from && created >= *head_from) return true;
    // The first window that is not wholly newer than the job.
    const auto found = std::ranges::partition_point(windows, [created](const auto& window) {
        return window.oldest > created;
    });
    if (found != windows.end() && found->contains(created)) return true;
    return std::ranges::any_of(steered_pages, [created](const auto& page) {
        return page.range.contains(created);
    });
}

std::size_t sweep::state::pages() const {
    if (whole) return std::max<std::size_t>(whole->pages(), 1);
    return windows.size() + steered_pages.size() + (settings.discovers ? 1 : 0);
}

nanoseconds sweep::state::round(double rate) const {
    const double seconds = static_cast<double>(pages()) / std::max(rate, limits::budget_least);
    return of_seconds(seconds);
}

double sweep::state::arrivals_a_second(wall_time now) const {
    const auto count = std::min(known.size(), limits::list_head_size);
    const auto since = known.nth_newest(count);
    if (!since) return 0;
    const auto span = std::max<milliseconds>(now - *since, seconds(1));
    return static_cast<double>(count) / std::chrono::duration<double>(span).count();
}

nanoseconds sweep::state::quiet() const {
    return std::min<nanoseconds>(limits::list_quiet, settings.staleness_bound / 2);
}

nanoseconds sweep::state::idle() const {
    const auto part = settings.staleness_bound / limits::list_idle_part;
    const auto least = std::min(limits::list_idle_least, settings.staleness_bound / 2);
    return std::clamp<nanoseconds>(part, least, limits::list_idle_most);
}

nanoseconds sweep::state::wait(const page_value& page, nanoseconds patience) const {
    const auto oldest = page.oldest.value_or(nanoseconds(0));
    if (settings.frugal) {
        const double bound = std::chrono::duration<double>(settings.staleness_bound).count();
        return of_seconds(bound * limits::list_frugal_part) - oldest;
    }
    auto left = patience - oldest;
    if (page.hazard > 0) {
        const double until_worth = (limits::list_worth - page.expected) / page.hazard;
        const double most = std::chrono::duration<double>(patience).count();
        left = std::min(left, of_seconds(std::clamp(until_worth, -most, most)));
    }
    const auto least = std::min<nanoseconds>(limits::list_gap_least, patience);
    return std::max(left, least - oldest);
}

nanoseconds sweep::state::wait(const candidate& page) const {
    return wait(page.value, page.patience);
}

}  // namespace trainwatch::core
