#include "ledger_model.hpp"

namespace trainwatch::sim {

void ledger_model::apply(const domain::ledger_batch& batch) {
    touched_ = true;
    for (const auto& row : batch.jobs)
        jobs_.insert_or_assign(row.identity, row);
    for (const auto& row : batch.transitions) {
        transitions_.insert_or_assign(
            {row.identity, row.index, row.entry.status.text, row.entry.started}, row
        );
    }
    for (const auto& row : batch.alerts) {
        alerts_.insert_or_assign(domain::identity(row.alert.labels), row);
    }
    for (const auto& row : batch.deliveries) {
        deliveries_.insert_or_assign({row.alert, row.receiver, row.url}, row);
    }
    if (batch.last_complete_sweep) sweep_ = batch.last_complete_sweep;
}

domain::ledger ledger_model::load() const {
    domain::ledger loaded;
    loaded.first_start = !touched_;
    for (const auto& [key, row] : jobs_)
        loaded.rows.jobs.push_back(row);
    for (const auto& [key, row] : transitions_)
        loaded.rows.transitions.push_back(row);
    for (const auto& [key, row] : alerts_)
        loaded.rows.alerts.push_back(row);
    for (const auto& [key, row] : deliveries_)
        loaded.rows.deliveries.push_back(row);
    loaded.rows.last_complete_sweep = sweep_;
    return loaded;
}

const domain::job_row* ledger_model::job(const domain::job_identity& identity) const {
    const auto found = jobs_.find(identity);
    return found == jobs_.end() ? nullptr : &found->second;
}

}  // namespace trainwatch::sim
