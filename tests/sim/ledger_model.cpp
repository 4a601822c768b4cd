#include "ledger_model.hpp"

namespace trainwatch::sim {

void ledger_model::apply(const domain::ledger_batch& batch) {
    touched_ = true;
    put(batch);
}

void ledger_model::begin_with(const domain::ledger_batch& saved) {
    touched_ = false;
    put(saved);
}

void ledger_model::put(const domain::ledger_batch& batch) {
    for (const auto& row : batch.jobs)
        jobs_.insert_or_assign({row.connection, row.identity}, row);
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
    for (const auto& row : batch.counters)
        counters_.insert_or_assign({row.metric, row.labels}, row);
    for (const auto& key : batch.forgotten_jobs)
        forget(key);
    for (const auto& alert : batch.forgotten_alerts) {
        alerts_.erase(alert);
        std::erase_if(deliveries_, [&](const auto& each) {
            return std::get<0>(each.first) == alert;
        });
    }
    if (batch.last_complete_sweep) sweep_ = batch.last_complete_sweep;
}

// Another connection may know the same job: its transitions are still somebody's.
void ledger_model::forget(const domain::job_row_key& key) {
    jobs_.erase(key);
    for (const auto& [other, row] : jobs_) {
        if (other.identity == key.identity) return;
    }
    std::erase_if(transitions_, [&](const auto& each) {
        return std::get<0>(each.first) == key.identity;
    });
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
    for (const auto& [key, row] : counters_)
        loaded.rows.counters.push_back(row);
    loaded.rows.last_complete_sweep = sweep_;
    return loaded;
}

bool ledger_model::has_counted(
    const domain::job_identity& job, const std::string& status, wall_time at
) const {
    for (auto each = transitions_.lower_bound({job, 0, std::string(), wall_time::min()});
         each != transitions_.end() && std::get<0>(each->first) == job;
         ++each) {
        const auto& row = each->second;
        if (row.counted && row.entry.status.text == status && row.entry.started == at) return true;
    }
    return false;
}

const domain::job_row* ledger_model::job(const domain::job_identity& identity) const {
    for (const auto& [key, row] : jobs_) {
        if (key.identity == identity) return &row;
    }
    return nullptr;
}

}  // namespace trainwatch::sim
