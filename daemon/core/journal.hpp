// What waits to be made durable, and the alerts that may leave only then.
//
// One commit is in flight at a time: at once when the store is idle, grouped while it is not. A
// commit that fails, or is not confirmed within limits::commit_deadline, makes storage degraded:
// what waited for it is let go, and from then on nothing waits. The next try is a snapshot of
// everything; when one succeeds, storage is sound again. Rows of a batch that was not taken are
// kept for the next one, unless newer ones are there by then: what the engine has let go of in the
// meantime is not lost. Knows no row's meaning.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "base/ids.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "core/alert_book.hpp"
#include "domain/ledger.hpp"

namespace trainwatch::core {

enum class storage_change { none, degraded, recovered };

struct journal_news {
    std::vector<alert_number> released{};  // these may leave now
    storage_change storage = storage_change::none;
};

class journal {
public:
    explicit journal(std::uint64_t seed);

    void put(domain::job_row row);
    void put(domain::transition_row row);
    void put(domain::alert_row row);
    void put(domain::delivery_row row);
    void put(domain::counter_row row);
    // The row goes, unless it is put again before the next batch.
    void forget(domain::job_row_key job);
    void forget_alert(std::string identity);
    void put_sweep(wall_time complete);
    // This alert, put just now, leaves when the batch is confirmed.
    void hold(alert_number alert);

    bool is_degraded() const { return degraded_; }
    // Whether a new alert has something to wait for. While a snapshot is under way it has: if that
    // succeeds, storage is sound again, and without this alert.
    bool makes_alerts_wait() const {
        return !degraded_ || (in_flight_ && in_flight_->snapshot && !in_flight_->overdue);
    }
    bool is_idle() const { return !in_flight_; }
    bool has_rows() const { return !waiting_.empty(); }
    // The time has come to try again with everything: set_aside(), put it all, then open().
    bool wants_snapshot(mono_time now) const;
    // What waits now is all that can be lost with a snapshot: the rest is put with each.
    void set_aside() { aside_ = waiting_; }

    struct opened {
        commit_id id{};
        domain::ledger_batch batch{};
    };
    // The next batch, if one may leave now. `snapshot`: it holds everything.
    std::optional<opened> open(mono_time now, bool snapshot);

    // Answers. Unknown ids are ignored.
    journal_news committed(commit_id up_to, mono_time now);
    journal_news refused(commit_id up_to, mono_time now);
    // Looks whether the commit in flight takes too long.
    journal_news look_at_clock(mono_time now);

    std::optional<mono_time> next_wakeup() const;

private:
    struct rows {
        std::map<domain::job_row_key, domain::job_row> jobs{};
        std::map<
            std::tuple<domain::job_identity, std::size_t, std::string, wall_time>,
            domain::transition_row>
            transitions{};
        std::map<std::string, domain::alert_row> alerts{};
        std::map<std::tuple<std::string, std::string, std::string>, domain::delivery_row>
            deliveries{};
        std::map<std::pair<std::string, domain::label_map>, domain::counter_row> counters{};
        std::set<domain::job_row_key> forgotten_jobs{};
        std::set<std::string> forgotten_alerts{};
        std::optional<wall_time> sweep{};

        bool empty() const {
            return jobs.empty() && transitions.empty() && alerts.empty() && deliveries.empty() &&
                counters.empty() && forgotten_jobs.empty() && forgotten_alerts.empty() && !sweep;
        }
    };
    struct flight {
        commit_id id{};
        mono_time deadline{};
        bool overdue = false;
        bool snapshot = false;
        std::vector<alert_number> held{};
        rows kept{};  // of a snapshot: what had waited before it
    };

    journal_news degrade();
    void take_back(rows older);

    rows waiting_{};
    rows aside_{};
    std::vector<alert_number> held_{};
    std::optional<flight> in_flight_{};
    bool degraded_ = false;
    unsigned failures_ = 0;
    mono_time retry_at_{};
    std::uint64_t last_id_ = 0;
    random_source random_;
};

}  // namespace trainwatch::core
