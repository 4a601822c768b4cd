#include <algorithm>
#include <utility>

#include "base/check.hpp"
#include "base/limits.hpp"
#include "core/sweep_state.hpp"

namespace trainwatch::core {
namespace {

using reason = sweep_request::reason;

// The part of the range that the page shows wholly. On the edges towards other pages of the same
// stretch, jobs of one millisecond may stand on either.
std::optional<creation_range> shown_by(
    const creation_range& asked, bool by_token, const domain::job_page& page
) {
    creation_range shown = asked;
    const auto oldest = oldest_on(page);
    const auto newest = newest_on(page);
    if (has_more(page)) {
        if (!oldest) return {};
        shown.oldest = std::max(shown.oldest, *oldest + limits::list_edge);
    }
    if (by_token) {
        if (!newest) return {};
        shown.newest = std::min(shown.newest, *newest - limits::list_edge);
    }
    if (shown.oldest > shown.newest) return {};
    return shown;
}

}  // namespace

sweep_news sweep::state::answered(
    const sweep_request& asked, const domain::job_page& page, instant now
) {
    latest = std::max(latest.value_or(now.mono), now.mono);
    const flight done = take(asked);
    sweep_news news;
    learn(page, asked.sent);
    if (asked.why == reason::whole) {
        whole_answered(done, page, now, news);
    } else {
        miss(done, page, news);
        if (whole) {
            // Asked before ranges were given up.
            head_under_way = false;
        } else if (filters_late(done, page)) {
            fall_back();
            news.fell_back = true;
        } else if (asked.why == reason::head) {
            head_answered(done, page, news);
        } else if (asked.why == reason::gap) {
            gap_answered(done, page);
        } else if (asked.why == reason::backfill) {
            backfill_answered(page, news);
        } else {
            leave_rest(done, page);
        }
    }
    return news;
}

void sweep::state::failed(const sweep_request& asked, bool token_refused) {
    const flight lost = take(asked);
    switch (asked.why) {
        case reason::head:
            head_under_way = false;
            break;
        case reason::gap:
            if (const auto gap = gaps.find(lost.gap); gap != gaps.end())
                gap->second.failed(token_refused);
            break;
        case reason::backfill:
            if (backfill) backfill->failed(token_refused);
            break;
        case reason::whole:
            if (whole) whole->failed(token_refused);
            break;
        case reason::window:
            break;
    }
}

sweep::state::flight sweep::state::take(const sweep_request& asked) {
    const auto found = std::ranges::find(flights, asked, &flight::request);
    CHECK(found != flights.end());
    flight taken = std::move(*found);
    flights.erase(found);
    std::vector<creation_range> under_way;
    for (const auto& other : flights)
        if (other.covers) under_way.push_back(other.range);
    if (taken.covers) lives.no_longer_asked(taken.range, under_way);
    touched();
    return taken;
}

void sweep::state::learn(const domain::job_page& page, mono_time sent) {
    for (const auto& job : page.jobs) {
        if (known.insert(job.created, job.name)) {
            may_cut = true;
            if (head_from && job.created >= *head_from) ++arrivals;
        }
        lives.shown({.created = job.created, .name = job.name}, sent);
    }
    if (arrivals >= limits::list_head_growth) must_cut = true;
}

void sweep::state::miss(const flight& asked, const domain::job_page& page, sweep_news& news) {
    const bool by_token = !asked.request.query.token.empty();
    const auto shown = shown_by(asked.range, by_token, page);
    if (!shown) return;
    // An entry that cannot be read may be any of those that seem to be missing.
    news.absent = lives.not_shown(*shown, asked.request.sent, page.unreadable == 0);
}

void sweep::state::head_answered(
    const flight& asked, const domain::job_page& page, sweep_news& news
) {
    head_under_way = false;
    if (!settings.discovers || asked.is_first != !frontier) return;
    const auto oldest = oldest_on(page);
    const auto newest = newest_on(page);
    const bool more = has_more(page);
    const bool is_short = page.jobs.size() + page.unreadable < limits::list_page_size;
    const stretch below{
        .range = {.oldest = asked.range.oldest, .newest = oldest.value_or(wall_time::max())},
        .token = oldest ? std::string() : page.next_token,
        .since = head_seen};
    if (asked.is_first) {
        frontier = newest.value_or(asked.range.oldest);
        if (more) {
            backfill = below;
        } else {
            reached_horizon = true;
            news.reached_horizon = true;
        }
        must_cut = true;
    } else if (more && !oldest) {
        add_gap(stretch(below));
    } else if (more && *oldest >= *frontier - limits::list_gap_overlap) {
        auto gap = below;
        gap.range.oldest = std::min(*oldest, *frontier - limits::list_gap_overlap);
        // A short page leaves out known jobs, too, and would again.
        if (is_short)
            gap.range.oldest = std::min(
                gap.range.oldest,
                lives.oldest_unseen(asked.range, asked.request.sent).value_or(*oldest)
            );
        add_gap(std::move(gap));
    } else if (is_short) {
        leave_rest(asked, page);
    }
    if (newest) frontier = std::max(*frontier, *newest);
    head_seen = asked.request.sent;
}

void sweep::state::gap_answered(const flight& asked, const domain::job_page& page) {
    const auto gap = gaps.find(asked.gap);
    if (gap != gaps.end() && !gap->second.advance(page)) gaps.erase(gap);
}

void sweep::state::backfill_answered(const domain::job_page& page, sweep_news& news) {
    if (!backfill || backfill->advance(page)) return;
    backfill.reset();
    reached_horizon = true;
    news.reached_horizon = true;
}

void sweep::state::whole_answered(
    const flight& asked, const domain::job_page& page, instant now, sweep_news& news
) {
    if (!whole) return;
    if (const auto shown = whole->shown(page))
        news.absent = lives.not_shown(*shown, asked.request.sent, page.unreadable == 0);
    const auto horizon = now.wall - limits::list_horizon;
    auto stop = lives.oldest_created().value_or(wall_time::max());
    if (settings.discovers) stop = reached_horizon ? std::min(stop, *frontier) : horizon;
    const auto began = whole->began_at();
    if (!whole->answered(page, stop) || !settings.discovers) return;
    head_seen = began;
    if (const auto newest = known.nth_newest(1)) frontier = *newest;
    if (!frontier) frontier = horizon;
    news.reached_horizon = !std::exchange(reached_horizon, true);
}

void sweep::state::leave_rest(const flight& asked, const domain::job_page& page) {
    if (!has_more(page)) return;
    const auto oldest = oldest_on(page);
    stretch rest{
        .range = {.oldest = asked.range.oldest, .newest = oldest.value_or(asked.range.newest)},
        .token = {},
        .since = {}};
    if (!lives.oldest_unseen(rest.range, asked.request.sent)) return;
    // Where nothing but one millisecond was shown, or nothing at all, a range would not get on.
    if (!oldest || *oldest >= asked.range.newest) rest.token = page.next_token;
    if (rest.token.empty() && (!oldest || *oldest >= asked.range.newest)) return;
    add_gap(std::move(rest));
}

void sweep::state::add_gap(stretch&& what) {
    gaps.emplace(++last_gap, std::move(what));
}

// AWS is asked for a range that has an end, and shows nothing of it on a page that is not the last:
// it took its newest jobs first and then those of the range. A job that is known to be in the range
// proves it, and so do two such pages in a row.
bool sweep::state::filters_late(const flight& asked, const domain::job_page& page) const {
    const auto& query = asked.request.query;
    if (!query.created_before || !page.jobs.empty() || page.unreadable > 0) return false;
    if (page.next_token.empty()) return false;
    return !query.token.empty() || known.holds_any(asked.range);
}

void sweep::state::fall_back() {
    for (const auto& [id, gap] : gaps) {
        if (!gap.since || !head_seen || !frontier) continue;
        head_seen = std::min(*head_seen, *gap.since);
        frontier = std::min(*frontier, gap.range.oldest);
    }
    gaps.clear();
    backfill.reset();
    windows.clear();
    stop_steering();
    head_from.reset();
    lives.no_longer_asked({.oldest = wall_time::min(), .newest = wall_time::max()}, {});
    whole.emplace();
}

// What is older than every live job and not needed to find new ones.
void sweep::state::prune() {
    auto keep = lives.oldest_created();
    if (settings.discovers) {
        if (!reached_horizon || !frontier) return;
        const auto head = known.nth_newest(limits::list_head_size);
        if (head) keep = std::min(keep.value_or(*head), *head);
        // That nothing of a gap is shown tells something as long as a job of it is known.
        for (const auto& [id, gap] : gaps)
            keep = std::min(keep.value_or(gap.range.oldest), gap.range.oldest);
    }
    known.drop_before(keep.value_or(wall_time::max()));
}

void sweep::state::forget_discovery() {
    std::erase_if(gaps, [](const auto& gap) { return gap.second.since.has_value(); });
    frontier.reset();
    head_seen.reset();
    backfill.reset();
    reached_horizon = false;
    must_cut = true;
}

void sweep::state::touched() {
    due.reset();
    complete.reset();
}

std::optional<mono_time> sweep::state::found_until() const {
    if (!reached_horizon || !head_seen) return {};
    auto until = *head_seen;
    for (const auto& [id, gap] : gaps)
        if (gap.since) until = std::min(until, *gap.since);
    return until;
}

std::optional<mono_time> sweep::state::complete_until() const {
    if (complete) return *complete;
    std::optional<mono_time> until = lives.oldest_observed();
    bool is_known = !until || *until > mono_time{};
    if (settings.discovers) {
        const auto found = found_until();
        is_known = is_known && found;
        if (is_known) until = std::min(until.value_or(*found), *found);
    } else if (!until) {
        return latest;
    }
    if (!is_known) until.reset();
    complete.emplace(until);
    return until;
}

}  // namespace trainwatch::core
