// What core/sweep keeps; seen by its own files only. sweep_choice.cpp asks, sweep_answers.cpp
// learns from pages.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "core/steering.hpp"
#include "core/sweep.hpp"
#include "core/sweep_lives.hpp"
#include "core/sweep_stretch.hpp"
#include "core/sweep_whole.hpp"
#include "core/sweep_windows.hpp"

namespace trainwatch::core {

struct sweep::state {
    // A page under way.
    struct flight {
        sweep_request request{};
        creation_range range{};
        bool covers = false;  // every known job of the range will be on it, as far as is known
        std::uint64_t gap = 0;
        bool is_first = false;  // the head, before anything was known of it
    };
    // A page that may be asked for now.
    struct candidate {
        sweep_request::reason why = sweep_request::reason::window;
        creation_range range{};
        page_value value{};
        nanoseconds patience{};  // asked for at this age at the latest
    };
    // A page for jobs with a bound that a round of all pages would not keep.
    struct steered_page {
        creation_range range{};
        milliseconds bound{};
        nanoseconds period{};
    };

    // The pages that cover all jobs with a bound, and how many of these are on each, fewest first.
    struct tight_jobs {
        milliseconds bound{};
        std::vector<creation_range> ranges{};
        std::vector<std::size_t> counts{};
    };
    using to_describe = std::vector<std::tuple<creation_range, milliseconds, nanoseconds>>;

    // ---- asking
    std::optional<sweep_request> next(instant now, double rate);
    std::optional<mono_time> next_due(instant now, double rate);
    mono_time head_due(double rate) const;
    std::optional<sweep_request> next_whole(instant now);
    std::vector<candidate> candidates(instant now) const;
    std::optional<sweep_request> ask_best(instant now, double rate);
    sweep_request ask_window(const creation_range& range, mono_time now);
    // ---- sweep_steering.cpp
    void steer();
    bool steer(
        const tight_jobs& tight, milliseconds as, steering_room& room, to_describe& described
    );
    milliseconds kept_by_round() const;
    bool is_steered(const std::optional<milliseconds>& bound) const;
    void stop_steering();
    void leave_out_steered(std::vector<wall_time>& live) const;
    // Until the page is to be asked for; nothing: none of its jobs waits.
    std::optional<nanoseconds> wait(const steered_page& page, mono_time now) const;
    std::optional<sweep_request> ask_steered(mono_time now, bool in_turn);
    // ----
    std::optional<sweep_request> ask_gap(mono_time now, bool patient);
    sweep_request ask_head(instant now);
    sweep_request ask_backfill(mono_time now);
    sweep_request send(flight&& leaving);

    void cut(mono_time now, double rate);  // when it is time to
    void cut();
    bool is_covered(wall_time created) const;
    std::size_t pages() const;
    nanoseconds round(double rate) const;
    nanoseconds round_of_others(double rate) const;
    double arrivals_a_second(wall_time now) const;
    nanoseconds quiet() const;
    nanoseconds idle() const;
    // Until the page is worth a call.
    nanoseconds wait(const page_value& page, nanoseconds patience) const;
    nanoseconds wait(const candidate& page) const;
    nanoseconds wait_for_whole(instant now) const;

    // ---- answers
    sweep_news answered(const sweep_request& asked, const domain::job_page& page, instant now);
    void failed(const sweep_request& asked, bool token_refused);
    flight take(const sweep_request& asked);
    void learn(const domain::job_page& page, mono_time sent);
    void miss(const flight& asked, const domain::job_page& page, sweep_news& news);
    void head_answered(const flight& asked, const domain::job_page& page, sweep_news& news);
    void gap_answered(const flight& asked, const domain::job_page& page);
    void backfill_answered(const domain::job_page& page, sweep_news& news);
    void whole_answered(
        const flight& asked, const domain::job_page& page, instant now, sweep_news& news
    );
    void leave_rest(const flight& asked, const domain::job_page& page);
    void add_gap(stretch&& what);
    bool filters_late(const flight& asked, const domain::job_page& page) const;
    void fall_back();
    void prune();
    void forget_discovery();
    void touched();
    std::optional<mono_time> complete_until() const;
    std::optional<mono_time> found_until() const;

    sweep_settings settings{};
    roster known{};
    sweep_lives lives{};
    std::vector<flight> flights{};
    std::optional<mono_time> latest{};  // that was ever told

    // How the live jobs are covered: the head holds what was created since `head_from`, windows
    // the rest, newest first.
    std::optional<wall_time> head_from{};
    std::vector<creation_range> windows{};
    // Some jobs have pages of their own, which stand for all that is on them, or describes.
    std::vector<steered_page> steered_pages{};
    steering steered{};
    std::map<milliseconds, milliseconds> kept{};  // bounds, and what is kept of them
    double cut_for_rate = 0;
    unsigned since_steered = 0;  // other pages
    unsigned gaps_since_head = 0;
    mono_time cut_at{};
    bool must_cut = true;      // some live job is in none of them
    bool may_cut = false;      // fewer might do
    std::size_t arrivals = 0;  // since then

    // What was created until then is known, but for gaps and the past.
    std::optional<wall_time> frontier{};
    std::optional<mono_time> head_seen{};
    bool head_under_way = false;
    std::map<std::uint64_t, stretch> gaps{};  // the first found first
    std::uint64_t last_gap = 0;
    std::optional<stretch> backfill{};
    bool reached_horizon = false;
    sweep_request::reason last_asked = sweep_request::reason::head;

    std::optional<whole_sweep> whole{};

    // Answers that stay the same until something is asked, learned or told.
    std::optional<std::optional<mono_time>> due{};
    mutable std::optional<std::optional<mono_time>> complete{};
};

}  // namespace trainwatch::core
