// Holds the daemon to its promise: one function an invariant, each with the invariant's words above
// it, compared with the world's own truth and never with the engine's opinion.
//
// Told by the world of everything that happens, in order. Looks at a view where the promise is
// about what is shown. Collects violations; decides nothing.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "aws.hpp"
#include "base/time.hpp"
#include "clocks.hpp"
#include "core/action.hpp"
#include "disk.hpp"
#include "domain/view.hpp"
#include "domain/watch_plan.hpp"
#include "faults.hpp"
#include "receivers.hpp"
#include "watching.hpp"

namespace trainwatch::sim {

// Lies told to the judge, to prove that it looks: each must make a run fail.
enum class sabotage { none, lost_alert, forged_alert, early_delivery, stalled_job, extra_polls };

using endpoint_map = std::map<std::string, receiver_endpoint>;  // by URL

class judge {
public:
    struct scene {
        const faults& drawn;
        const aws& jobs;
        const disk& ledger;
        const watching& lists;
        const endpoint_map& endpoints;
        const clocks& time;
        sabotage lie = sabotage::none;
    };

    explicit judge(const scene& where) : scene_(where) {}

    // A run of the daemon begins with what the ledger gave it.
    void started(const domain::watch_plan& plan, const domain::ledger& known, mono_time now);
    void reconfigured(const domain::watch_plan& plan, mono_time now);
    void calmed(mono_time now) { calm_since_ = now; }
    void storage_failed() { storage_trouble_ = true; }
    void clock_seen() { clock_seen_ = true; }
    // The machine slept until now: nobody could look at anything.
    void woke_up(mono_time now) { awake_since_ = now; }

    void called(domain::aws_operation operation, lane_id lane, mono_time now);
    // The engine hears of the job, or that there is none of that name.
    void heard(std::size_t job, mono_time now);
    // A describe told how the job ended, and why.
    void explained(std::size_t job, const domain::observation& told, mono_time now);
    void unheard(std::size_t job) { heard_.erase(job); }
    void account_told(lane_id lane) { account_told_[lane.value] = true; }
    // Tags are asked for; were told; were refused.
    void tags_asked(lane_id lane, std::size_t place, mono_time now);
    void tags_told(lane_id lane) { tags_wanted_since_.erase(lane.value); }
    // Describes are asked for, were told, were refused. In vain for long, filters that need one
    // match nothing there, for now.
    void describe_asked(std::size_t place, const std::string& name);
    void describe_told(std::size_t place, const std::string& name) { tries_.erase({place, name}); }
    // Faults have stopped: it was told how the job was then, and nothing but that.
    void described_truly(std::size_t job, wall_time as_of, mono_time now);
    void describes_refused(std::size_t place) { undescribed_.insert(place); }
    void tags_refused(std::size_t place) { given_up_tags_.insert(place); }
    // Somebody has seen how the job ended; what the daemon answered to that.
    void acknowledging(const std::string& job, const domain::view& shown, mono_time now);
    void acknowledged(const core::acknowledgement& what, mono_time now);
    void noted(const core::note& what, mono_time now);
    void delivering(const core::deliver& what, mono_time now);
    void confirmed(const core::deliver& what, mono_time now);
    void asking(const core::read_back& what, mono_time now);
    void told_back(const core::read_back& what, const std::vector<bool>& held);
    void not_told(const std::string& url);
    // After each step, and from time to time.
    void stepped(const domain::view& shown, mono_time now);
    void looked_at(const domain::view& shown, mono_time now);
    // Faults have stopped long enough ago for everything to be well.
    void at_end(const domain::view& shown, mono_time now);

    void violated(const std::string& what, mono_time now);
    const std::vector<std::string>& violations() const { return violations_; }

private:
    enum class duty { never, may, must };
    struct job_truth {
        std::size_t job = 0;
        duty alert = duty::never;
        bool counts_exactly = true;
        bool end_is_sure = false;
        std::size_t steps_least = 0;
        std::size_t steps_most = 0;
    };
    // What was told of one identity.
    struct record {
        std::optional<std::size_t> job{};
        wall_time starts_at{};
        std::map<std::string, mono_time> confirmed{};   // first, by receiver
        std::map<std::string, mono_time> taken_last{};  // likewise, until it was known to hold it
        bool was_left = false;  // it ended with its list, when somebody had heard of it
    };
    struct slot_state {
        std::string job{};
        std::string watch_list{};
        bool ended = false;
        mono_time since{};  // shown, under that list
    };
    using fleet_count = std::map<std::string, std::int64_t>;

    void note_damage(const domain::ledger& known, mono_time now);
    void forget_what_was_lost(const domain::ledger& known);
    bool was_always_the_same_configuration() const;

    // ---- judge_calls.cpp -----------------------------------------------------------------------
    void check_budget(domain::aws_operation operation, lane_id lane, mono_time now);
    void check_shared_budget(domain::aws_operation operation, lane_id lane, mono_time now);

    // ---- judge_running.cpp ---------------------------------------------------------------------
    void check_terminal_stays(const domain::view& shown, mono_time now);
    void check_ages(const domain::view& shown, mono_time now);
    void check_outbox(const domain::view& shown, mono_time now);

    // ---- judge_shown.cpp -----------------------------------------------------------------------
    void check_sums(const domain::view& shown, mono_time now);
    void check_dirty(const domain::view& shown, mono_time now);
    void check_counters(const domain::view& shown, mono_time now);
    void check_secret(const std::string& text, const std::string& where, mono_time now);
    void check_secrets(const domain::alert_message& alert, mono_time now);

    // ---- judge_acknowledged.cpp ----------------------------------------------------------------
    void forget_acknowledged(const domain::ledger& known);
    void check_acknowledged(
        const domain::alert_message& alert, const std::string& identity, mono_time now
    );
    void check_acknowledged_end(const domain::view& shown, mono_time now);

    // ---- judge_conditions.cpp ------------------------------------------------------------------
    void check_condition(
        const domain::alert_message& alert, const std::string& identity, mono_time now
    );
    void check_return(
        const domain::alert_message& alert, const std::string& identity, mono_time now
    );

    // ---- judge_due.cpp -------------------------------------------------------------------------
    void check_due(const domain::view& shown, mono_time now);
    bool is_surely_watched(const true_job& job) const;

    // ---- judge_held.cpp ------------------------------------------------------------------------
    void check_held(const domain::view& shown, mono_time now);
    bool may_be_over_at(const std::string& receiver, const std::string& identity, mono_time now)
        const;

    // ---- judge_overdue.cpp ---------------------------------------------------------------------
    milliseconds clock_error(mono_time now) const;
    bool times_are_known() const;
    void completed_truly(std::size_t job, mono_time now);
    void check_overdue(
        const domain::alert_message& alert, const std::string& identity, mono_time now
    );
    void check_overdue_at_end(const domain::view& shown, mono_time now);

    // ---- judge_deliveries.cpp ------------------------------------------------------------------
    void check_commit_before_delivery(
        const domain::alert_message& alert, const std::string& identity, mono_time now
    );
    void check_told_once(
        const core::deliver& what,
        const domain::alert_message& alert,
        const std::string& identity,
        mono_time now
    );
    void check_times(
        const core::deliver& what,
        const domain::alert_message& alert,
        const std::string& identity,
        mono_time now
    );
    void check_cause(
        const domain::alert_message& alert, const std::string& identity, mono_time now
    );
    void check_resolve(
        const core::deliver& what,
        const domain::alert_message& alert,
        const std::string& identity,
        mono_time now
    );
    void check_one_identity(
        const domain::alert_message& alert, const std::string& identity, mono_time now
    );
    void check_paged_once(std::size_t job, const std::string& identity, mono_time now);
    record& record_of(const domain::label_map& labels, const std::string& identity);
    const domain::endpoint& endpoint_of(const core::deliver& what) const {
        return plan_.endpoints[what.endpoint.value];
    }

    // ---- judge_texts.cpp -----------------------------------------------------------------------
    void check_texts(
        const domain::alert_message& alert, const std::string& identity, mono_time now
    );
    void check_class(
        const domain::alert_message& alert, const std::string& identity, mono_time now
    );

    // ---- judge_final.cpp -----------------------------------------------------------------------
    void check_jobs(const domain::view& shown, mono_time now);
    void check_job(const domain::job_view& shown, std::size_t job, mono_time now);
    void check_history(const domain::job_view& shown, std::size_t job, mono_time now);
    void check_alerts(mono_time now);
    void check_labels(std::size_t job, const domain::label_map& labels, mono_time now);
    void check_receivers(const domain::view& shown, mono_time now);
    void check_lapses(mono_time now);
    void check_told(
        const domain::endpoint& to,
        const domain::alert_row& row,
        const std::string& identity,
        mono_time now
    );
    bool is_held_after_end(const domain::label_map& labels, mono_time now) const;
    void check_health(const domain::view& shown, mono_time now);
    // Tags could not be read there for so long that nobody waited for them.
    bool may_lack_tags(std::size_t place) const { return given_up_tags_.contains(place); }
    bool may_be_of(const std::string& list, std::size_t job) const;
    std::optional<std::size_t> job_of(const domain::label_map& labels) const;

    // ---- judge_counters.cpp --------------------------------------------------------------------
    bool was_always_named(const true_job& job) const;
    job_truth truth_of(std::size_t job) const;
    std::string uncounted(mono_time now) const;
    void check_transitions(const domain::view& shown, mono_time now);
    void check_finished(const domain::view& shown, mono_time now);

    scene scene_;
    domain::watch_plan plan_{};
    // When we came first: what had ended by then is the past, for the most part.
    std::optional<wall_time> began_{};
    wall_time past_{};  // likewise, or when the ledger was lost
    // What had ended by then is not found again after that.
    wall_time found_from_{};

    // Of this run.
    mono_time run_began_{};
    mono_time awake_since_{};
    mono_time configured_at_{};
    std::map<std::string, mono_time> fires_since_{};  // by identity, as the view shows it
    bool storage_trouble_ = false;
    bool clock_seen_ = false;
    std::vector<std::array<std::deque<mono_time>, 3>> sends_{};  // by lane and operation
    std::vector<bool> account_told_{};
    std::map<std::string, std::deque<mono_time>> shared_sends_{};
    std::map<std::size_t, mono_time> heard_{};
    // By job, alert and the label that tells it from its like: when it was first told of a job for
    // which that is due.
    std::map<std::tuple<std::size_t, std::string, std::string>, mono_time> due_since_{};
    // Jobs of which this run was told how they ended, and why; when first.
    std::map<std::size_t, mono_time> explained_{};
    struct completion {
        wall_time at{};
        mono_time told{};
    };
    std::map<std::string, completion> completed_told_{};  // by list: the last one
    std::map<std::string, mono_time> stale_over_{};  // by lane and list: still told of the last one
    std::map<std::size_t, mono_time> tags_wanted_since_{};  // by lane: asked for, and not told
    std::set<std::string> restored_{};                      // identities that it began with
    std::vector<slot_state> slots_{};
    std::vector<std::uint64_t> revisions_{};          // by slot
    std::map<std::string, std::uint64_t> counted_{};  // counters, at the last look
    struct question {
        std::string job{};
        std::set<std::string> fires{};
    };
    std::deque<question> unanswered_{};         // acknowledged, in the order of asking
    std::set<std::string> over_in_this_run_{};  // identities that are
    std::set<std::string> told_{};              // "url/identity/f"
    std::map<std::string, std::set<std::string>> known_to_{};  // by receiver, identities
    // Likewise: taken with a 200 where nobody tells what is held, so that this may be enough.
    std::map<std::string, std::set<std::string>> may_be_known_to_{};
    std::map<std::string, std::set<std::string>> taken_by_{};  // by URL, until told that it is not
    std::set<std::string> untelling_{};                        // URLs that did not tell, last time
    // Identities of what goes on in a job: told to be over, under the present configuration.
    std::set<std::string> gone_{};

    // Of all runs.
    std::optional<mono_time> calm_since_{};
    std::map<std::string, record> records_{};                    // by identity
    std::map<std::size_t, std::set<std::string>> identities_{};  // by job
    // Of a ledger that was damaged, by job: identities that an Alertmanager had taken.
    std::map<std::size_t, std::set<std::string>> paged_{};
    std::set<std::string> dropped_endpoints_{};
    std::map<std::size_t, std::size_t> missing_steps_{};  // that AWS has left out, by job
    std::set<std::string> seen_{};  // identities that somebody has acknowledged, once
    // What an endpoint was told from memory, and what died with the run: by its URL and identity.
    std::set<std::pair<std::string, std::string>> lost_{};
    // Of runs in which nobody told the time: until when they may have taken an end for the past.
    std::vector<std::pair<wall_time, wall_time>> undated_{};
    std::set<std::string> over_{};  // those that end for good, as was answered
    std::map<std::pair<std::size_t, std::string>, unsigned> tries_{};  // in vain, by place and name
    std::set<std::size_t> undescribed_{};    // places where describes were refused, or failed on
    std::set<std::size_t> given_up_tags_{};  // places where they failed for too long
    std::uint64_t deliveries_ = 0;
    std::set<std::string> said_{};
    std::vector<std::string> violations_{};
};

}  // namespace trainwatch::sim
