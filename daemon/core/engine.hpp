// The one place that decides. Pure: no clock, no I/O, no log; the same events with the same times
// and seed give the same actions, byte for byte.
//
// step() runs to completion and never throws on the world's behaviour. Time moves only by its
// argument: `mono` schedules, `wall` is compared with AWS' times, and a jump of the wall clock
// moves no poll. Owned by app/wiring, driven by app/driver and by tests/sim.
//
// The engine branches and connects; each member computes one thing and knows none of the others.
// engine.cpp: events and the turn of the wheel. engine_polls.cpp: what an answer of AWS leads to.
// engine_connections.cpp: keys and accounts. engine_alerts.cpp: commits and deliveries.
// engine_restore.cpp: the first event.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "core/action.hpp"
#include "core/alert_book.hpp"
#include "core/clock_watch.hpp"
#include "core/dispatch.hpp"
#include "core/event.hpp"
#include "core/failure_reason.hpp"
#include "core/freshness.hpp"
#include "core/journal.hpp"
#include "core/outbox.hpp"
#include "core/retirement.hpp"
#include "core/scheduler.hpp"
#include "core/server_clock.hpp"
#include "core/tally.hpp"
#include "core/tracker.hpp"
#include "domain/view.hpp"
#include "domain/watch_plan.hpp"

namespace trainwatch::core {

class engine {
public:
    // `seed` feeds jitter only.
    engine(domain::watch_plan plan, std::uint64_t seed);
    engine(const engine&) = delete;
    engine& operator=(const engine&) = delete;

    actions step(const event& happened, instant now);

    // When to send `woke` at the latest; nothing while only an answer can bring news.
    std::optional<mono_time> next_wakeup() const;

    // Valid until the next step().
    const domain::view& view() const { return view_; }
    const domain::watch_plan& plan() const { return plan_; }

private:
    // What we know of a target beside its view.
    struct target_state {
        job_memory memory{};
        unsigned misses = 0;      // in a row
        std::uint64_t round = 0;  // the sweep in which it was last heard of
        bool tried = false;
        bool warned = false;  // its present series of failures has been told at `warning`
        bool live = false;
    };
    // What was said last about a connection's keys.
    struct told_trouble {
        error_class kind = error_class::internal;
        std::string code{};
        bool has_keys = false;  // older ones, that are still good
        bool operator==(const told_trouble&) const = default;
    };
    // The numbers of the "watching" line.
    struct headline {
        std::uint64_t live = 0;
        std::size_t alerts = 0;
        bool operator==(const headline&) const = default;
    };

    // ---- engine.cpp: one overload an event, then the turn of the wheel -------------------------
    void on(const restored& what);
    void on(const woke&) {}
    void on(const listed&) {}
    void on(const tags_read&) {}
    void on(const reconfigured&) {}
    void on(const described& what);
    void on(const committed& what);
    void on(const delivered& what);
    void on(const stop_requested& what);
    void turn();
    void start_polls();
    void say_headline();
    void stop_if_drained();
    bool is_drained() const;
    void say(note line) { out_.emplace_back(std::move(line)); }
    void learn_offset(const std::optional<milliseconds>& offset, instant now);
    void look_at_clock(lane_id lane, milliseconds offset);
    wall_time horizon() const;
    mono_time mono_of(wall_time at) const;

    // ---- engine_restore.cpp --------------------------------------------------------------------
    void restore_jobs(const domain::ledger_batch& rows);
    void restore_alerts(const domain::ledger_batch& rows);

    // ---- engine_connections.cpp ----------------------------------------------------------------
    void on(const credentials_told& what);
    void on_no_keys(const std::string& connection, const failure& why);
    void on_keys(const std::string& connection, const domain::credential_facts& keys);
    void learn_account(lane_id lane, const std::string& account_id);

    // ---- engine_polls.cpp ----------------------------------------------------------------------
    void on_answer(const poll& done, const domain::observation& answer);
    void on_failure(const poll& failed, const failure& why);
    void on_missing(const poll& done);
    void on_silence(const poll& failed, const failure& why);
    void give_up_overdue_polls();
    void lane_is_heard(const poll& answered);
    void tell_failure(const poll& failed, const failure& why);
    void tell_recovery(std::size_t slot);
    void keep(std::size_t slot, const std::vector<domain::finding>& findings);
    void raise(const std::vector<domain::finding>& findings, std::size_t slot);
    void look_again(const poll& done);
    void refresh(std::size_t slot);
    void derive(std::size_t slot, wall_time told_at);
    void plan_retirement(std::size_t slot, mono_time over_since);
    void bring_back(std::size_t slot);
    void retire_finished();
    void mark_tried(std::size_t slot);
    void end_first_pass();
    void mark_heard(const poll& answered);

    // ---- engine_alerts.cpp ---------------------------------------------------------------------
    void apply(const journal_news& news);
    void write();
    void put_everything();
    void release(alert_number alert);
    void send_alerts();
    void send_alerts_to(endpoint_id endpoint);
    void hand_over(
        endpoint_id endpoint, std::vector<alert_number> alerts, std::set<alert_number> over
    );
    dispatch decide_for(endpoint_id endpoint, alert_number alert);
    void plan_next(endpoint_id endpoint, alert_number alert, mono_time sent);
    void on_taken(const parcel& done);
    void on_refused(const parcel& lost, const failure& why);
    void give_up_overdue_deliveries();
    void close(alert_number alert, std::size_t receiver);
    void finish(endpoint_id endpoint, alert_number alert);
    void end_unreceived();
    domain::delivery_row row_of_delivery(endpoint_id endpoint, alert_number alert);
    std::size_t receiver_of(endpoint_id endpoint) const { return receiver_of_[endpoint.value]; }

    domain::watch_plan plan_;
    failure_classifier reasons_;
    domain::view view_;
    scheduler scheduler_;
    tally tally_;
    freshness freshness_;
    retirement retirement_;
    alert_book book_;
    outbox outbox_;
    journal journal_;
    server_clock clock_{};
    clock_watch clock_watch_;

    std::map<std::string, told_trouble> told_troubles_{};  // by connection, while it lasts
    std::vector<target_state> targets_;
    std::vector<std::size_t> untried_;      // targets of each lane
    std::vector<std::size_t> receiver_of_;  // of each endpoint
    // Without receivers nobody confirms an alert: it ends by its start.
    std::set<std::pair<wall_time, alert_number>> unreceived_{};

    instant now_{};      // of this step; wall: the servers' time
    instant our_now_{};  // the same moment as our own clocks have it
    instant started_{};  // on our clocks: corrected when it is used, with what is known then
    std::optional<wall_time> last_sweep_{};
    std::uint64_t round_ = 1;
    std::size_t heard_in_round_ = 0;
    instant round_began_{};  // on our clocks, likewise
    std::optional<headline> said_{};
    mono_time said_at_{};
    std::optional<mono_time> drain_until_{};
    bool running_ = false;
    bool stopped_ = false;
    actions out_{};
};

}  // namespace trainwatch::core
