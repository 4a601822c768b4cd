#include "core/promise.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "base/limits.hpp"
#include "base/time.hpp"

namespace trainwatch::core {
namespace {

// A job changes eight times and has three messages rewritten within five and a half hours, the mean
// of lives whose median is four. Half of the changes are within a minute or two of another (at a
// start, at an end) and share a describe where nobody looks sooner; with calls to spare, idle
// describes make up for those that do.
constexpr double describes_a_job_second = 3.0 / 3'600;
constexpr double describes_a_job_second_saved = 2.0 / 3'600;
constexpr double changes_a_job_second = 11 / (5.5 * 3'600);

// Whatever the load, a change is known a round trip after it is asked about at the earliest.
milliseconds with_trip(double value) {
    const auto most = in_seconds(limits::promise_most);
    return limits::promise_trip +
        std::chrono::ceil<milliseconds>(std::chrono::duration<double>(std::clamp(value, 0.0, most))
        );
}

// Each job is described in its turn, at half its bound where the rate allows (core/look).
lane_promise by_describes(double live, double rate, double bound) {
    const double round = live / rate;
    const double interval = std::max(round, bound / 2);
    return {
        .floor = with_trip(round),
        .typical = with_trip(interval / 2),
        .worst = with_trip(interval),
        // Late jobs may take a quarter of the rate, and finished ones an eighth.
        .feasible_bound = with_trip(2 * round),
        .calls_per_second = live / interval};
}

// How often a page is asked for where the rate would allow more (core/sweep).
double patience(double live, double pages, double bound) {
    const double quiet = std::min(in_seconds(limits::list_quiet), bound / 2);
    const double until_worth = limits::list_worth / (changes_a_job_second * live / pages);
    return std::clamp(until_worth, std::min(in_seconds(limits::list_gap_least), quiet), quiet);
}

lane_promise by_lists(const lane_load& load, bool saves, double bound) {
    const double live = static_cast<double>(std::max<std::size_t>(load.live, 1));
    const auto expected = expected_windows(load.live, limits::finished_per_live);
    const double pages =
        static_cast<double>(std::max<std::size_t>(load.windows > 0 ? load.windows : expected, 1));
    const double others = std::max(pages - static_cast<double>(load.steered.pages), 1.0);
    const double rate = std::max(
        load.list_rate - load.steered.lists, (1 - limits::steer_list_share) * load.list_rate
    );
    const double round = others / rate;
    lane_promise promise{
        .floor = with_trip(pages / load.list_rate),
        .feasible_bound = with_trip(rounds_kept(load.live) * round)};

    const double saving = bound * limits::list_frugal_part;
    double lists = 0;
    double describes = live * describes_a_job_second;
    if (saves && saving > round) {
        promise.typical = with_trip(saving / 2);
        promise.worst = with_trip(saving);
        lists = others / saving;
        describes = live * describes_a_job_second_saved;
    } else {
        // Weights bring what changes often forward, so that half is known within a third of a
        // round.
        const double interval = patience(live, pages, bound);
        promise.typical = with_trip(std::max(0.3 * round, interval / 2));
        promise.worst = with_trip(std::max(1.05 * round, interval));
        lists = std::min(rate, others / interval);
    }
    describes += load.steered.describes;
    promise.calls_per_second = load.steered.lists + lists + std::min(describes, load.describe_rate);
    return promise;
}

}  // namespace

lane_promise promise_of(
    const lane_load& load, domain::pace_kind pace, milliseconds staleness_bound
) {
    const double bound = std::max(in_seconds(staleness_bound), in_seconds(milliseconds(1)));
    if (load.list_rate > 0) return by_lists(load, pace == domain::pace_kind::bound, bound);
    const double rate = std::max(load.describe_rate, limits::budget_least);
    return by_describes(static_cast<double>(load.live), rate, bound);
}

// Were every job between the oldest and the newest live one on some page, that would be
// live x (1 + finished) / 100 pages. Windows leap over stretches without a live job, and with more
// finished ones there are more such stretches. exp(-finished / 20) is what the simulation leaves of
// the pages: 4.6, 42 and 407 windows at 100, 1,000 and 10,000 live jobs with 4 finished ones each,
// and 76 at 1,000 with 23. Live jobs so thin are seen from few more pages when they get thinner.
std::size_t expected_windows(std::size_t live, double finished_per_live) {
    if (live == 0) return 0;
    const double finished = std::clamp(finished_per_live, 0.0, 19.0);
    const double covered =
        static_cast<double>(live) * (1 + finished) / static_cast<double>(limits::list_page_size);
    const double pages = std::ceil(covered * std::exp(-finished / 20));
    return std::min(live, static_cast<std::size_t>(pages) + (finished > 0 ? 1 : 0));
}

}  // namespace trainwatch::core
