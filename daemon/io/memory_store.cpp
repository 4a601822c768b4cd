#include <map>
#include <tuple>
#include <utility>

#include "base/check.hpp"
#include "io/store.hpp"

namespace trainwatch::io {

namespace {

// Rows by what identifies them: a later row takes the place of an earlier one.
class memory_store final : public store {
public:
    task<result<domain::ledger>> load() override {
        domain::ledger out{.first_start = !committed_};
        for (const auto& [key, row] : jobs_)
            out.rows.jobs.push_back(row);
        for (const auto& [key, row] : transitions_)
            out.rows.transitions.push_back(row);
        for (const auto& [key, row] : alerts_)
            out.rows.alerts.push_back(row);
        for (const auto& [key, row] : deliveries_)
            out.rows.deliveries.push_back(row);
        out.rows.last_complete_sweep = last_complete_sweep_;
        co_return out;
    }

    task<result<void>> commit(commit_id id, domain::ledger_batch batch) override {
        CHECK(id > last_);
        last_ = id;
        committed_ = true;
        for (auto& row : batch.jobs)
            jobs_.insert_or_assign(row.identity, std::move(row));
        for (auto& row : batch.transitions) {
            const auto key = std::pair(row.identity, row.index);
            transitions_.insert_or_assign(key, std::move(row));
        }
        for (auto& row : batch.alerts) {
            const auto key = domain::identity(row.alert.labels);
            alerts_.insert_or_assign(key, std::move(row));
        }
        for (auto& row : batch.deliveries) {
            const auto key = std::tuple(row.alert, row.receiver, row.url);
            deliveries_.insert_or_assign(key, std::move(row));
        }
        // Nothing compares as less than anything.
        last_complete_sweep_ = std::max(last_complete_sweep_, batch.last_complete_sweep);
        co_return result<void>();
    }

private:
    std::map<domain::job_identity, domain::job_row> jobs_{};
    std::map<std::pair<domain::job_identity, std::size_t>, domain::transition_row> transitions_{};
    std::map<std::string, domain::alert_row> alerts_{};
    std::map<std::tuple<std::string, std::string, std::string>, domain::delivery_row> deliveries_{};
    std::optional<wall_time> last_complete_sweep_{};
    commit_id last_{};
    bool committed_ = false;
};

}  // namespace

std::unique_ptr<store> create_memory_store() {
    return std::make_unique<memory_store>();
}

}  // namespace trainwatch::io
