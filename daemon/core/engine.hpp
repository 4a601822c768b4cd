// The one place that decides. Pure: no clock, no I/O, no log; the same events with the same times
// and seed give the same actions, byte for byte.
//
// step() runs to completion and never throws on the world's behaviour. Time moves only by its
// argument: `mono` schedules, `wall` is compared with AWS' times, and a jump of the wall clock
// moves no poll. Owned by app/wiring, driven by app/driver and by tests/sim.
//
// The engine branches and connects; each member computes one thing and knows none of the others.
// engine.cpp: events and the turn of the wheel. engine_polls.cpp: what an answer of AWS leads to.
// engine_poll_trouble.cpp: what none leads to. engine_lists.cpp: when lists are asked for.
// engine_pages.cpp: what a page of jobs leads to. engine_candidates.cpp: whose a found job is.
// engine_twins.cpp: a job that two connections see. engine_sweeps.cpp: what is kept of how far
// lists have got. engine_slots.cpp: who is watched, and in which slot. engine_tags.cpp: tags.
// engine_tag_trouble.cpp: those that are not to be had. engine_connections.cpp: keys and accounts.
// engine_clocks.cpp: whose time counts. engine_alerts.cpp: commits and deliveries.
// engine_receipts.cpp: what becomes of those.
// engine_read_back.cpp: whether what was taken is held.
// engine_conditions.cpp: what holds of a job for a time. engine_texts.cpp: what alerts say by now.
// engine_watcher.cpp: what the daemon says of itself and of lists, and to whom.
// engine_promise.cpp: whether the picture is as fresh as promised. engine_restore.cpp: the first
// event. engine_shards.cpp: what another process watches. engine_ledger.cpp: what is kept.
// engine_retention.cpp: for how long. engine_storage.cpp: whether it can be kept.
// engine_acknowledge.cpp: what a person has seen. engine_reload.cpp: another configuration.
// engine_unwatched.cpp: what nobody watches any more.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "core/action.hpp"
#include "core/alert_book.hpp"
#include "core/claims.hpp"
#include "core/clock_watch.hpp"
#include "core/conditions.hpp"
#include "core/debounced.hpp"
#include "core/dispatch.hpp"
#include "core/engine_bounds.hpp"
#include "core/event.hpp"
#include "core/failure_reason.hpp"
#include "core/freshness.hpp"
#include "core/journal.hpp"
#include "core/outbox.hpp"
#include "core/read_backs.hpp"
#include "core/retention.hpp"
#include "core/retirement.hpp"
#include "core/same_reasons.hpp"
#include "core/scheduler.hpp"
#include "core/server_clock.hpp"
#include "core/siblings.hpp"
#include "core/stale_watch.hpp"
#include "core/standing_alerts.hpp"
#include "core/sweep.hpp"
#include "core/tag_queue.hpp"
#include "core/tally.hpp"
#include "core/tracker.hpp"
#include "core/turned_down.hpp"
#include "core/urgency.hpp"
#include "core/withheld_tags.hpp"
#include "domain/view.hpp"
#include "domain/watch_plan.hpp"

namespace trainwatch::core {

class engine {
public:
    // `seed` feeds jitter only.
    engine(domain::watch_plan plan, std::uint64_t seed, const engine_bounds& bounds = {});
    engine(const engine&) = delete;
    engine& operator=(const engine&) = delete;

    actions step(const event& happened, instant now);

    // When to send `woke` at the latest; nothing while only an answer can bring news.
    std::optional<mono_time> next_wakeup() const;

    // Valid until the next step().
    const domain::view& view() const { return view_; }
    const domain::watch_plan& plan() const { return plan_; }

private:
    enum class slot_use : std::uint8_t {
        vacant,
        explicit_name,  // a list names it
        discovered,     // a filter of a list matches it
        candidate,      // one may, once more is known: not in the view yet
        leaving,        // nobody's any more, but an answer is under way
    };
    // Of the job of that creation: the newest change that AWS told of, and when it did last; when
    // it called the job ended last, and when as good as that: uploading, or being stopped.
    struct last_words {
        wall_time created{};
        std::optional<wall_time> newest{};
        mono_time newest_told{};
        std::optional<mono_time> called_ended{};
        std::optional<mono_time> called_past_its_work{};
    };
    // What we know of a target beside its view.
    struct target_state {
        slot_use use = slot_use::vacant;
        lane_id lane{};
        std::string name{};
        job_memory memory{};
        unsigned misses = 0;      // in a row
        std::uint64_t round = 0;  // the sweep in which it was last heard of
        bool tried = false;
        bool warned = false;  // its present series of failures has been told at `warning`
        bool live = false;
        // As the lane's sweep knows it, while it is to be seen by pages.
        std::optional<job_key> key{};
        // What pages told that no describe has shown.
        news_kind news = news_kind::none;
        mono_time news_since{};
        mono_time end_turn{};  // of its list, to have an end described
        std::optional<mono_time> described{};
        std::string shown_secondary{};  // by the last describe
        std::optional<wall_time> shown_modified{};
        bool undescribed = false;
        bool undecided = false;  // a candidate that waits for an answer
        mono_time undecided_since{};
        // It stays with its list until more is known: another one may come first then.
        bool may_move = false;
        bool details_refused = false;  // AWS does not describe it, so far
        bool in_rounds = false;        // no page tells of it: rounds of describes do
        mono_time observed{};          // when the call left that told of it last
        domain::secondary_status phase = domain::secondary_status::unknown;
        mono_time phase_since{};
        last_words words{};
        // When the phase began in which AWS spoke of missing machines last.
        std::optional<wall_time> capacity_wait{};
        bool waits_for_tags = false;
        std::optional<poll_id> tags_call{};
        std::optional<wall_time> in_ended{};  // its place in ended_
        std::optional<mono_time> untagged_since{};
        bool end_waits_for_tags = false;  // untagged_since is the time of its end
        mono_time held_until{};           // its place in held_
        // AWS does not tell them, so far.
        std::optional<error_class> tags_trouble{};
        std::optional<mono_time> tags_failing_since{};
        unsigned tag_failures = 0;  // in a row
        std::optional<domain::label_map> tags{};
        bool tags_told = false;                        // by ListTags itself
        std::optional<domain::job_summary> summary{};  // of a candidate
        // A newer job of the name, which waits until the present describe is answered.
        std::optional<domain::job_summary> successor{};
        std::optional<domain::observation> details{};  // likewise; or held until tags are read
    };
    struct lane_state {
        std::optional<sweep> pages{};
        bool sweeps_again = false;  // once more, when it has reached the horizon
        // What its lists come to, as the plan has them.
        bool discovers = false;
        milliseconds staleness_bound{};
        std::map<std::string, mono_time> failure_turns{};  // the next one of each list
        std::map<std::string, mono_time> completion_turns{};
        std::map<std::string, mono_time> first_turns{};  // likewise, to see whom it names
        std::map<poll_id, sweep_request> asked{};
        mono_time idle_until{};  // the sweep had nothing to ask for
        std::map<std::string, std::size_t, std::less<>> slots{};  // by name
        // Described or read in vain: nobody's, as the filters stand.
        std::map<job_key, turned_down> foreign{};
        std::vector<lane_id> neighbours{};  // other connections into the same region
        tag_queue untagged{};
        withheld_tags withheld{};
        bool withheld_told = false;                    // once: who they are is told at level debug
        std::optional<std::string> withheld_untold{};  // the last one, if that is a policy's work
        unsigned failures = 0;                         // of list calls in a row
        std::optional<mono_time> failing_since{};
        bool throttled = false;                // the last of them was
        bool left_to_describes = false;        // …for so long that its jobs are described in turn
        bool pages_are_late = false;           // …or at least that bounds would pass
        std::optional<error_class> refused{};  // lists are not to be had
        // That they are, until a describe says whether they alone are.
        std::optional<failure> untold_refusal{};
        std::string lists_said{};      // what to do about their last failure, or what it said
        std::string down_because{};    // in AWS' words, while describes are refused
        bool describes_heard = false;  // some describe was answered, be it with a refusal
        std::optional<mono_time> described_at{};  // the last one that told of a job
        bool tags_refused = false;                // until tags_again
        bool tags_told = false;                   // that they are, since they were last read
        mono_time tags_again{};
        // Since tags were read last: of whom AWS did not tell them, and how often it refused.
        std::set<std::size_t> tags_failing{};
        std::optional<mono_time> tags_failing_since{};
        unsigned tag_failures = 0;
        unsigned tags_denied = 0;
        std::optional<failure> tags_denial{};  // the last of them
        // Jobs whose tags were known, and are refused by now; and how often one told a policy from
        // a permission that is gone, without anybody else's being read.
        std::set<std::size_t> tags_witnesses{};
        unsigned tags_confirmed = 0;
        unsigned tags_refusals = 0;  // in a row, of the lane as a whole
        std::optional<mono_time> tags_read_at{};
        bool details_refused = false;               // was told of
        std::map<job_key, hazard_facts> awaited{};  // nobody's, as long as their status stays
        std::uint64_t pages_told = 0;
        std::size_t untried = 0;  // explicit names that were never asked for
    };
    // What was said last about a connection's keys.
    struct told_trouble {
        error_class kind = error_class::internal;
        std::string code{};
        bool has_keys = false;  // older ones, that are still good
        bool operator==(const told_trouble&) const = default;
    };
    // What the daemon says of itself for as long as it holds, and its identity while it fires.
    struct own_alert {
        debounced holds{};
        std::string identity{};
    };
    struct unknown_status {
        std::set<std::size_t> slots{};  // of live jobs that have it
        own_alert told{};
    };
    // expect.completed_within of a list.
    struct expectation {
        std::optional<wall_time> since{};  // when the list was first watched for it
        own_alert told{};
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
    void on(const listed& what);
    void on(const tags_read& what);
    void on(const reconfigured& what);
    void on(const described& what);
    void on(const committed& what);
    void on(const delivered& what);
    void on(const read_back_told& what);
    void on(const acknowledged& what);
    void acknowledge_with(commit_id batch);
    void answer_acknowledged();
    void on(const stop_requested& what);
    void turn();
    void start_polls();
    void show_rates();
    void say_headline();
    void stop_if_drained();
    bool is_drained() const;
    void say(note line) { out_.emplace_back(std::move(line)); }
    mono_time mono_of(wall_time at) const;
    void touch(std::size_t slot);  // its view has changed
    std::optional<poll> take_call(poll_id id, const std::optional<milliseconds>& offset);

    // ---- engine_slots.cpp ----------------------------------------------------------------------
    std::size_t take_slot(lane_id lane, const std::string& name, slot_use use);
    void release_slot(std::size_t slot);
    void forget_job(std::size_t slot);
    void set_in_rounds(std::size_t slot, bool in_rounds);
    void set_undescribed(std::size_t slot, bool undescribed);
    void set_undecided(std::size_t slot, bool undecided);
    void adopt(std::size_t slot, slot_use use, const std::string& watch_list);
    std::optional<std::size_t> slot_of(lane_id lane, std::string_view name) const;
    bool is_watched(std::size_t slot) const;
    void watch_in_sweep(std::size_t slot);
    void release_from_sweep(std::size_t slot);
    look look_for(std::size_t slot, mono_time sent) const;
    late_pages late_pages_of(lane_id lane, milliseconds bound) const;
    void look_anew(std::size_t slot);
    void start_watching(std::size_t slot);
    void look_anew_everywhere(lane_id lane);
    void set_news(std::size_t slot, news_kind news, mono_time since);
    mono_time take_turn(std::map<std::string, mono_time>& turns, std::size_t slot) const;
    bool make_room();
    void tell_full();
    void keep_few_ended();
    void note_ended(std::size_t slot, std::optional<wall_time> when);
    void leave_list(std::size_t slot);
    void tell_of_large_list(const std::string& watch_list);

    // ---- engine_lists.cpp ----------------------------------------------------------------------
    void start_lists();
    std::optional<lane_id> next_turn(
        aws_operation operation, const std::function<bool(const lane_state&)>& wants
    ) const;
    bool ask_for_page(lane_id id);
    std::optional<mono_time> next_list(lane_id lane) const;
    using asked_page = std::optional<sweep_request>;
    asked_page take_asked(const poll& done);
    void on_list_failure(const poll& failed, const asked_page& asked, const failure& why);
    void tell_list_failure(lane_id lane, bool is_first, const failure& why);
    void tell_untold_refusal(lane_id lane);
    bool lists_work(lane_id lane) const;
    bool finds_none(lane_id lane) const;
    bool are_pages_late(lane_id lane) const;
    void look_whether_lists_stand(lane_id lane, milliseconds patience);
    void lists_are_back(lane_id lane);
    void try_describes(lane_id lane);
    void needs_no_describes(lane_id lane);
    void show_sweeps();
    void show_described_bound(lane_id lane);
    void show_bounds_without_pages(lane_id lane);
    void keep_sweep();
    bool is_blind(lane_id lane) const;

    // ---- engine_pages.cpp ----------------------------------------------------------------------
    void on_page(const poll& done, const asked_page& asked, const domain::job_page& page);
    void take_summary(lane_id lane, const domain::job_summary& told, mono_time sent);
    bool is_past(const domain::job_summary& told) const;
    bool is_of_a_newer_job(std::size_t slot, wall_time created) const;
    bool must_claim_anew(std::size_t slot, domain::primary_status status) const;
    void claim_anew(std::size_t slot, const domain::job_summary& told, mono_time sent);
    void claim_successor(std::size_t slot, const domain::job_summary& told, mono_time sent);
    void claim_waiting_successor(const poll& described);
    sighting sight_of(std::size_t slot, const domain::job_identity& job) const;
    void observe_page(std::size_t slot, const domain::job_summary& told, mono_time sent);
    news_kind news_of(std::size_t slot, const domain::job_summary& told) const;
    void end_unexplained_jobs();
    void forget_unexplained(std::size_t slot);
    bool will_be_explained(std::size_t slot) const;
    void end_without_cause(std::size_t slot);
    bool is_of_the_past(std::size_t slot) const;

    // ---- engine_candidates.cpp -----------------------------------------------------------------
    void take_unclaimed(lane_id lane, const domain::job_summary& told, mono_time sent);
    void await_status(lane_id lane, const domain::job_summary& told, mono_time sent);
    bool is_of_a_list(std::size_t slot) const;
    bool are_details_refused(std::size_t slot) const;
    claim_facts facts_of(std::size_t slot) const;
    claim decide_claim(std::size_t slot) const;
    look look_at_candidate(std::size_t slot) const;
    void settle_candidate(std::size_t slot);
    void turn_down(std::size_t slot);

    // ---- engine_twins.cpp ----------------------------------------------------------------------
    // By a filter rather than by name; the list's place in the plan; the lane's.
    using precedence = std::tuple<bool, std::ptrdiff_t, std::size_t>;
    void follow_neighbours();
    std::vector<std::size_t> twins_of(lane_id lane, const domain::job_identity& job) const;
    precedence precedence_of(slot_use use, const std::string& watch_list, lane_id lane) const;
    precedence precedence_of(std::size_t slot) const;
    bool is_reachable(lane_id lane) const;
    bool comes_before(std::size_t twin, lane_id lane, const precedence& here) const;
    bool is_claimed_elsewhere(
        lane_id lane, const std::string& watch_list, const domain::job_identity& job
    ) const;
    void release_elsewhere(lane_id lane, const domain::job_identity& job);
    void release_twins();
    void offer_to_neighbours(lane_id lane);
    void heed_twins(std::size_t slot, const domain::job_identity& job, sighting& sight) const;

    // ---- engine_tags.cpp -----------------------------------------------------------------------
    void want_tags(std::size_t slot);
    void start_tags();
    void ask_for_tags(lane_id lane);
    std::optional<mono_time> next_tags(lane_id lane) const;
    bool lacks_tag_labels(std::size_t slot) const;
    bool must_wait_for_tags(std::size_t slot) const;
    bool is_tags_call_of(const poll& call);
    std::string arn_of(std::size_t slot) const;
    void take_tags(std::size_t slot, const domain::label_map& tags);
    void forget_tags(std::size_t slot);
    bool are_tags_refused(std::size_t slot) const;
    urgency urgency_of_tags(std::size_t slot) const;
    void set_tag_labels(std::size_t slot);
    void hold(std::size_t slot, const domain::observation& answer);
    void take_held_answer(std::size_t slot);
    void release_held_answers();

    // ---- engine_tag_trouble.cpp ----------------------------------------------------------------
    void on_tags_failure(const poll& failed, const failure& why);
    bool is_trouble_of_all(const poll& failed, const failure& why);
    void retry_tags_of(std::size_t slot, const failure& why);
    void give_up_tags_of(std::size_t slot, const failure& why);
    void do_without_tags(std::size_t slot);
    void look_whether_tags_are_refused(lane_id id);
    void refuse_tags(lane_id id, const failure& why);
    void retry_tags(lane_id lane);
    void retry_refused_tags();
    void ask_for_withheld_tags();
    void tell_withheld_tags(lane_id lane, const std::string& training_job);
    void tags_were_read(const poll& call);
    void on_tags_denied(const poll& failed, const failure& why);
    std::optional<std::size_t> witness_of_tags(lane_id id) const;
    void retry_tags_of_one(lane_id lane);
    void hasten_refused_tags(lane_id lane, mono_time asked_before);
    bool were_tags_denied(std::size_t slot) const;
    void tags_are_back(lane_id lane);

    // ---- engine_promise.cpp --------------------------------------------------------------------
    void watch_promise();
    void watch_promise_of(lane_id lane, const std::string& list);
    std::optional<milliseconds> unswept_for(lane_id lane, const std::string& list) const;
    domain::alert_row stale_alert(lane_id lane, const std::string& list, milliseconds age) const;
    void fire_stale(lane_id lane, const std::string& list, milliseconds age);
    void renew_stale(lane_id lane, const std::string& list, milliseconds age);
    void end_stale(lane_id lane, const std::string& list, const char* because);
    void end_alert(alert_number alert, const char* because);
    void tell_now(alert_number alert);

    // ---- engine_conditions.cpp -----------------------------------------------------------------
    void judge(std::size_t slot);
    bool is_latest_word(std::size_t slot);
    void remember_ending(const domain::alert& over);
    bool wants(const std::string& watch_list, const domain::alert& alert) const;
    bool is_of_a_rule(alert_number alert) const;
    std::vector<condition> conditions_of_slot(std::size_t slot, std::set<std::string> firing) const;
    wall_time hold_of(std::size_t slot) const;
    bool is_hold_over(std::size_t slot) const;
    void hold_after_end(std::size_t slot, alert_number alert);
    void end_orphans();
    bool may_be_found(const domain::alert& alert) const;
    bool may_have(lane_id lane, const domain::alert& alert) const;
    void end_held_conditions();
    void restore_condition(alert_number number);

    // ---- engine_texts.cpp ----------------------------------------------------------------------
    void renew(alert_number alert, domain::label_map annotations);
    void renew(const own_alert& known, const std::function<domain::alert_row()>& make);
    void renew_end(std::size_t slot);
    void note_reason(const domain::label_map& annotations, wall_time when);
    void say_who_else_failed(domain::label_map& annotations, wall_time when) const;
    void renew_reasons();
    void keep_texts();

    // ---- engine_watcher.cpp --------------------------------------------------------------------
    void follow(
        own_alert& known,
        bool holds,
        const std::function<domain::alert_row()>& make,
        const char* over
    );
    void watch_over();
    domain::alert_row heartbeat_of_today() const;
    void renew_heartbeat();
    void watch_connections();
    void note_statuses(std::size_t slot);
    void watch_unknown_statuses();
    bool sees_list(const std::string& watch_list) const;
    void watch_expectations();
    const char* why_in_time(const own_alert& told, const std::optional<wall_time>& completed) const;
    void restore_expectations(const std::vector<domain::counter_row>& counters);
    void put_expectations();
    bool goes_on(alert_number number);
    bool goes_on_in_its_lane(alert_number number, const std::string& alertname);
    std::optional<mono_time> next_watch() const;
    std::optional<std::string> list_to_ask(const domain::alert& alert) const;
    bool is_for(endpoint_id endpoint, const std::string& alertname, const std::string& list) const;
    bool is_of_watcher(const domain::alert& alert) const;
    std::vector<bool> addressees_of(const domain::alert& alert) const;

    // ---- engine_reload.cpp ---------------------------------------------------------------------
    void follow_lanes();
    void follow_endpoints();
    void follow_jobs();
    void keep_by_name(std::size_t slot, const std::string& watch_list);
    void keep_by_filter(std::size_t slot);
    void reconsider(std::size_t slot);
    void reconsider_jobs();
    void move_to_list(std::size_t slot, const std::string& watch_list);
    void end_promises();
    sweep_settings sweep_settings_of(lane_id lane) const;
    void begin_sweep(lane_id lane);
    void sweep_anew(lane_id lane);
    void address_all();
    void offer(alert_number alert, std::size_t receiver);
    void offer_all(endpoint_id endpoint);
    void count_lists();
    void drop_receiver(std::size_t receiver);
    std::size_t endpoints_of(std::size_t receiver) const;
    void drop_endpoints();
    void drop_endpoint(endpoint_id endpoint);

    // ---- engine_unwatched.cpp ------------------------------------------------------------------
    void unwatch(std::size_t slot);
    enum class watched { no, maybe, yes };
    watched who_watches(const domain::alert& alert, std::optional<lane_id> but) const;
    std::optional<std::size_t> slot_about(const domain::alert& alert) const;
    bool is_unwatched(alert_number alert, std::optional<lane_id> but);
    bool is_unheard(alert_number alert) const;
    void end_as_unwatched(alert_number alert);
    bool is_of_a_left_out_list(const domain::alert& alert) const;
    void end_unwatched_alerts();
    void end_doubtful_alerts(lane_id lane, const domain::job_summary& nobodys);

    // ---- engine_restore.cpp --------------------------------------------------------------------
    // What endpoints are known to know of one alert, by receiver and URL.
    using told_map = std::map<std::pair<std::string, std::string>, told>;
    void restore_jobs(const domain::ledger_batch& rows);
    std::optional<std::size_t> slot_to_restore(lane_id lane, const domain::job_row& row);
    void restore_alerts(const domain::ledger_batch& rows);
    void remember_end(const domain::alert& alert);
    bool was_told_of_the_same_end(const domain::alert& alert) const;
    std::vector<alert_number> alerts_of_end(const domain::alert& alert) const;
    void restore_alert(const domain::alert_row& row, const told_map& kept);
    std::vector<bool> who_had(const domain::alert& alert, const told_map& kept) const;
    const char* why_not_restored(const domain::alert& alert) const;
    bool is_history(const domain::alert& alert, const told_map& kept) const;
    told known_to(
        const domain::endpoint& endpoint, const domain::alert& alert, const told_map& kept
    ) const;

    // ---- engine_shards.cpp ---------------------------------------------------------------------
    // Of each job in the ledger that some shard watches, whether this one does.
    using job_owners = std::map<std::string, bool>;
    job_owners owners_of(const domain::ledger_batch& rows) const;
    bool is_another_shards(const domain::alert& alert, const job_owners& owners) const;

    // ---- engine_ledger.cpp ---------------------------------------------------------------------
    void write();
    void put_everything();
    domain::job_row row_of_slot(std::size_t slot) const;
    domain::job_row_key key_of(std::size_t slot) const;

    // ---- engine_retention.cpp ------------------------------------------------------------------
    void let_go_of_rows(std::size_t slot);
    void remember_what_was_told(const domain::observation& job, bool is_over);
    void restore_let_go(const domain::job_row& row);
    void restore_forgotten(const std::vector<domain::counter_row>& counters);
    void forget_alert(alert_number alert);
    void forget_old_rows();
    std::size_t forget_jobs(std::size_t most);
    std::size_t forget_alerts(std::size_t most);
    void expire_alerts();
    void forget_row(const domain::job_row_key& key, wall_time over);
    std::optional<wall_time> past_for_sure() const;
    bool is_forgotten(const domain::job_summary& told) const;

    // ---- engine_storage.cpp --------------------------------------------------------------------
    void watch_storage();

    // ---- engine_connections.cpp ----------------------------------------------------------------
    void on(const credentials_told& what);
    void on_no_keys(const std::string& connection, const failure& why);
    void on_keys(const std::string& connection, const domain::credential_facts& keys);
    void learn_account(lane_id lane, const std::string& account_id);

    // ---- engine_polls.cpp ----------------------------------------------------------------------
    void on_answer(const poll& done, const domain::observation& answer);
    void keep(std::size_t slot, const std::vector<domain::finding>& findings);
    void raise(const std::vector<domain::finding>& findings, std::size_t slot);
    void take_observation(std::size_t slot, const domain::observation& answer, mono_time sent);
    void note_description(std::size_t slot, const domain::observation& answer, mono_time sent);
    void take_findings(std::size_t slot, const tracked& seen);
    void refresh(std::size_t slot);
    void derive(std::size_t slot, wall_time told_at);
    void plan_retirement(std::size_t slot, mono_time over_since);
    void retire_past(std::size_t slot);
    void bring_back(std::size_t slot);
    void retire_finished();
    void mark_tried(std::size_t slot);
    void end_first_pass();
    void mark_heard(std::size_t slot, mono_time sent);

    // ---- engine_poll_trouble.cpp ---------------------------------------------------------------
    void on_failure(const poll& failed, const failure& why);
    void on_candidate_failure(const poll& failed, const failure& why);
    void give_up_details(std::size_t slot, const failure& why);
    void tell_refused_details(std::size_t slot, const failure& why);
    bool may_be_of_an_older_server(std::size_t slot) const;
    void on_missing(const poll& done);
    void tell_missing(std::size_t slot);
    void on_silence(const poll& failed, const failure& why);
    void lane_is_silent(const poll& failed, const failure& why);
    void settle_without_details(lane_id lane);
    void tell_missing_without(lane_id lane);
    void give_up_overdue_polls();
    void lane_is_heard(const poll& answered);
    void tell_failure(const poll& failed, const failure& why);
    void tell_recovery(std::size_t slot);

    // ---- engine_clocks.cpp ---------------------------------------------------------------------
    void learn_offset(const std::optional<milliseconds>& offset, instant now);
    void look_at_clock(lane_id lane, milliseconds offset);
    bool waits_for_clock() const;
    bool is_time_told() const;
    bool is_time_told(endpoint_id endpoint) const;
    wall_time now_at(endpoint_id endpoint) const;
    wall_time past_at(endpoint_id endpoint) const;
    wall_time believed_at(endpoint_id endpoint) const;
    std::optional<wall_time> end_reached(endpoint_id endpoint, alert_number alert) const;
    bool is_end_left_to(endpoint_id endpoint, alert_number alert) const;
    bool may_be_over(endpoint_id endpoint, alert_number alert) const;
    bool came_too_late(const parcel& taken) const;

    // ---- engine_alerts.cpp ---------------------------------------------------------------------
    bool has_receivers() const;
    void apply(const journal_news& news);
    void make_way_for(const domain::label_map& labels);
    std::optional<alert_number> fire(domain::alert_row alert);
    void release(alert_number alert);
    std::optional<mono_time> next_sending() const;
    void send_alerts();
    void send_alerts_to(endpoint_id endpoint);
    void keep_attempt(endpoint_id endpoint, alert_number alert);
    void hand_over(
        endpoint_id endpoint, std::vector<alert_number> alerts, std::set<alert_number> over
    );
    dispatch decide_for(endpoint_id endpoint, alert_number alert);
    void plan_next(endpoint_id endpoint, alert_number alert, mono_time sent);
    void end_unreceived();
    domain::delivery_row row_of_delivery(endpoint_id endpoint, alert_number alert);
    std::size_t receiver_of(endpoint_id endpoint) const { return receiver_of_[endpoint.value]; }

    // ---- engine_horizon.cpp --------------------------------------------------------------------
    void restore_horizon(const domain::ledger& known);
    void keep_first_start();
    wall_time horizon() const;
    wall_time horizon_without(const domain::job_identity& job) const;
    wall_time horizon_of(std::size_t slot, const domain::job_identity& job) const;
    void date_horizon();

    // ---- engine_receipts.cpp -------------------------------------------------------------------
    void on_taken(const parcel& done);
    void count_taken_end(endpoint_id endpoint, alert_number alert);
    void on_refused(const parcel& lost, const failure& why);
    void give_up_overdue_deliveries();
    void close(alert_number alert, std::size_t receiver);
    void finish(endpoint_id endpoint, alert_number alert);

    // ---- engine_read_back.cpp ------------------------------------------------------------------
    void take_at_its_word_or_ask(endpoint_id endpoint, alert_number alert);
    bool is_to_be_asked_for(endpoint_id endpoint, alert_number alert);
    void ask_before_repeating(endpoint_id endpoint, alert_number alert);
    void repeat_after_all(endpoint_id endpoint, alert_number alert);
    void confirm(endpoint_id endpoint, alert_number alert);
    bool is_to_be_seen(endpoint_id endpoint, alert_number alert);
    void ask_what_is_held();
    void on_held(const question& done, const std::vector<bool>& held);
    void on_not_told(const question& lost, const failure& why);
    void give_up_overdue_questions();

    engine_bounds bounds_;
    domain::watch_plan plan_;
    failure_classifier reasons_;
    domain::view view_;
    scheduler scheduler_;
    tally tally_;
    freshness freshness_;
    retirement retirement_;
    alert_book book_;
    outbox outbox_;
    read_backs read_backs_{};
    journal journal_;
    server_clock clock_{};
    std::vector<server_clock> endpoint_clocks_{};  // by endpoint_id: each one's own
    clock_watch clock_watch_;

    std::map<std::string, told_trouble> told_troubles_{};  // by connection, while it lasts
    claims claims_;
    claims taken_up_;                // without a word on status
    bool waits_for_status_ = false;  // some filter has one
    stale_watch stale_watch_{};
    std::vector<target_state> targets_{};
    std::vector<lane_state> lanes_{};
    std::set<std::size_t> vacant_{};
    // Jobs that were let go, and until when their histories were told: not again, whoever finds
    // them. The end of time: with their ends.
    std::map<domain::job_identity, wall_time> told_until_{};
    // Of lists that were left out at the start: when their jobs were alive.
    std::map<domain::job_identity, wall_time> alive_at_{};
    std::map<alert_number, lane_id> unwatched_{};  // alerts of jobs that were let go in this step
    // Conditions of an earlier run, of whose jobs nobody has told in this one.
    std::set<alert_number> unseen_{};
    // What another replica may have ended meanwhile: asked for, and there still.
    std::set<std::pair<endpoint_id, alert_number>> in_question_{};
    std::set<std::pair<endpoint_id, alert_number>> found_held_{};
    std::map<std::pair<endpoint_id, alert_number>, wall_time> found_gone_{};  // and when
    // Of jobs that are in no slot and may be some filter's: until it is told whose they are.
    std::set<alert_number> doubtful_{};
    std::set<alert_number> unheard_{};      // nobody's by now: they end once somebody has heard
    std::set<std::size_t> reconsidered_{};  // of which more is known now, by those that may move
    bool has_moved_ = false;                // some job, to another list
    std::set<std::pair<wall_time, std::size_t>> ended_{};        // discovered ones, by their end
    std::set<std::pair<mono_time, std::size_t>> unexplained_{};  // ended as pages tell
    mono_time unexplained_look_{};                        // not before, at those whose turn comes
    std::set<std::pair<mono_time, std::size_t>> held_{};  // described, and wait for tags
    std::set<std::string> large_lists_{};                 // that were told of
    std::map<std::string, std::size_t> list_sizes_{};     // discovered jobs
    std::map<promise_key, std::string> stale_alerts_{};   // identities that fired
    standing_alerts standing_{};
    std::set<alert_number> orphans_{};          // of jobs that were let go while these fired
    std::set<alert_number> waiting_orphans_{};  // likewise; some lane may tell of the job yet
    mono_time orphans_look_{};
    siblings siblings_{};
    same_reasons same_reasons_{};
    std::set<std::pair<wall_time, alert_number>>
        held_conditions_{};                // until then, if nobody ends them
    std::vector<own_alert> down_lanes_{};  // by lane_id
    std::map<std::pair<std::string, std::string>, unknown_status> unknown_statuses_{};
    std::map<std::string, expectation> expectations_{};  // by watch list
    std::optional<wall_time> next_expectation_{};
    own_alert heartbeat_{};
    std::set<alert_number> renewed_{};      // they say something that the ledger does not know
    std::set<std::string> failed_again_{};  // fingerprints of reasons
    mono_time renew_again_{};
    bool renewing_ = false;  // in this step
    bool told_full_ = false;
    retention<domain::job_row_key> let_go_{};  // rows in the ledger, of jobs not in the view
    retention<std::string> over_alerts_{};     // likewise, of alerts that left the book
    // Ends that were alerted, in this run or before, and these alerts by identity.
    std::map<std::string, std::set<std::string>> told_ends_{};
    std::optional<wall_time> forgotten_until_{};  // what was over before it may be forgotten
    mono_time forget_again_{};
    own_alert storage_alert_{};
    std::string storage_trouble_{};  // what the store said last
    commit_id committed_{};          // the last batch that the store holds
    // Acknowledged, and the batch that says so; without one while it waits to leave.
    struct unanswered {
        acknowledgement answer{};
        std::optional<commit_id> batch{};
    };
    std::deque<unanswered> unanswered_{};
    bool is_ledger_damaged_ = false;
    std::vector<std::set<std::string>> lists_of_lane_{};
    std::size_t in_rounds_ = 0;             // slots
    std::optional<instant> round_heard_{};  // when the last complete round began, on our clocks
    std::vector<std::string> receivers_{};  // by number
    std::vector<std::size_t> receiver_of_;  // of each endpoint
    // Alerts of an earlier run wait until then for the servers' time.
    std::optional<mono_time> clock_wait_until_{};
    bool is_aws_heard_ = false;
    // Without receivers nobody confirms an alert: it ends by its start.
    std::set<std::pair<wall_time, alert_number>> unreceived_{};
    // Endpoints that were told of the last time that an alert fired, and not of its end.
    std::map<std::string, std::set<std::size_t>> untold_ends_{};

    instant now_{};      // of this step; wall: the servers' time
    instant our_now_{};  // the same moment as our own clocks have it
    instant started_{};  // on our clocks: corrected when it is used, with what is known then
    std::optional<wall_time> last_sweep_{};
    std::optional<wall_time> restored_sweep_{};  // of the run before
    std::optional<wall_time> first_start_{};     // of the ledger, by our clock of then
    bool is_first_start_ = false;                // this run, and nothing tells of it so far
    wall_time kept_until_{};                     // the last run's last word, by its rows
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
