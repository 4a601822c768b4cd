// A store that keeps exactly what was committed, by the keys of domain/ledger.hpp.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "domain/ledger.hpp"

namespace trainwatch::sim {

class ledger_model {
public:
    void apply(const domain::ledger_batch& batch);
    // What was saved of another one; it counts as none until something is applied.
    void begin_with(const domain::ledger_batch& saved);
    domain::ledger load() const;

    bool has_alert(const std::string& identity) const { return alerts_.count(identity) > 0; }
    const domain::job_row* job(const domain::job_identity& identity) const;
    const std::map<std::string, domain::alert_row>& alerts() const { return alerts_; }
    // The transition of this job is kept, and counted.
    bool has_counted(const domain::job_identity& job, const std::string& status, wall_time at)
        const;

private:
    void put(const domain::ledger_batch& batch);
    void forget(const domain::job_row_key& key);

    bool touched_ = false;
    std::map<domain::job_row_key, domain::job_row> jobs_{};
    std::map<
        std::tuple<domain::job_identity, std::size_t, std::string, wall_time>,
        domain::transition_row>
        transitions_{};
    std::map<std::string, domain::alert_row> alerts_{};
    std::map<std::tuple<std::string, std::string, std::string>, domain::delivery_row> deliveries_{};
    std::map<std::pair<std::string, domain::label_map>, domain::counter_row> counters_{};
    std::optional<wall_time> sweep_{};
};

}  // namespace trainwatch::sim
