#include "core/journal.hpp"

#include <utility>

#include "base/limits.hpp"
#include "core/backoff.hpp"

namespace trainwatch::core {
namespace {

constexpr backoff_bounds commit_backoff{limits::backoff_base, limits::backoff_max};

template <class Map>
auto take_values(Map& rows) {
    std::vector<typename Map::mapped_type> values;
    values.reserve(rows.size());
    for (auto& [key, row] : rows)
        values.push_back(std::move(row));
    rows.clear();
    return values;
}

template <class Key>
std::vector<Key> take_keys(std::set<Key>& keys) {
    std::vector<Key> taken(keys.begin(), keys.end());
    keys.clear();
    return taken;
}

}  // namespace

journal::journal(std::uint64_t seed) : random_(seed) {}

void journal::put(domain::job_row row) {
    domain::job_row_key key{row.connection, row.identity};
    waiting_.forgotten_jobs.erase(key);
    waiting_.jobs.insert_or_assign(std::move(key), std::move(row));
}

void journal::put(domain::transition_row row) {
    auto key = std::tuple(row.identity, row.index, row.entry.status.text, row.entry.started);
    waiting_.transitions.insert_or_assign(std::move(key), std::move(row));
}

void journal::put(domain::alert_row row) {
    auto key = domain::identity(row.alert.labels);
    waiting_.forgotten_alerts.erase(key);
    waiting_.alerts.insert_or_assign(std::move(key), std::move(row));
}

void journal::put(domain::delivery_row row) {
    auto key = std::tuple(row.alert, row.receiver, row.url);
    waiting_.deliveries.insert_or_assign(std::move(key), std::move(row));
}

void journal::put(domain::counter_row row) {
    auto key = std::pair(row.metric, row.labels);
    waiting_.counters.insert_or_assign(std::move(key), std::move(row));
}

void journal::put_sweep(wall_time complete) {
    if (!waiting_.sweep || *waiting_.sweep < complete) waiting_.sweep = complete;
}

void journal::forget(domain::job_row_key job) {
    waiting_.forgotten_jobs.insert(std::move(job));
}

void journal::forget_alert(std::string identity) {
    waiting_.forgotten_alerts.insert(std::move(identity));
}

void journal::hold(alert_number alert) {
    held_.push_back(alert);
}

bool journal::wants_snapshot(mono_time now) const {
    return degraded_ && !in_flight_ && retry_at_ <= now;
}

std::optional<journal::opened> journal::open(mono_time now, bool snapshot) {
    if (in_flight_) return std::nullopt;
    if (!snapshot && (degraded_ || !has_rows())) return std::nullopt;
    opened next;
    next.id = commit_id{++last_id_};
    flight leaving{next.id, now + limits::commit_deadline, false, snapshot, {}, {}};
    leaving.held = std::exchange(held_, {});
    leaving.kept = snapshot ? std::exchange(aside_, {}) : waiting_;
    next.batch.jobs = take_values(waiting_.jobs);
    next.batch.transitions = take_values(waiting_.transitions);
    next.batch.alerts = take_values(waiting_.alerts);
    next.batch.deliveries = take_values(waiting_.deliveries);
    next.batch.counters = take_values(waiting_.counters);
    next.batch.forgotten_jobs = take_keys(waiting_.forgotten_jobs);
    next.batch.forgotten_alerts = take_keys(waiting_.forgotten_alerts);
    next.batch.last_complete_sweep = std::exchange(waiting_.sweep, std::nullopt);
    in_flight_ = std::move(leaving);
    return next;
}

// Nothing waits for a disk that does not answer.
journal_news journal::degrade() {
    journal_news news;
    if (in_flight_) news.released = std::exchange(in_flight_->held, {});
    for (const auto alert : std::exchange(held_, {}))
        news.released.push_back(alert);
    if (!std::exchange(degraded_, true)) news.storage = storage_change::degraded;
    return news;
}

// What has been put since is newer, and a row that has been put since is not forgotten.
void journal::take_back(rows older) {
    for (const auto& job : older.forgotten_jobs) {
        if (!waiting_.jobs.contains(job)) waiting_.forgotten_jobs.insert(job);
    }
    for (const auto& alert : older.forgotten_alerts) {
        if (!waiting_.alerts.contains(alert)) waiting_.forgotten_alerts.insert(alert);
    }
    waiting_.jobs.merge(older.jobs);
    waiting_.transitions.merge(older.transitions);
    waiting_.alerts.merge(older.alerts);
    waiting_.deliveries.merge(older.deliveries);
    waiting_.counters.merge(older.counters);
    if (older.sweep) put_sweep(*older.sweep);
}

journal_news journal::committed(commit_id up_to, mono_time now) {
    if (!in_flight_ || up_to < in_flight_->id) return {};
    const flight done = std::exchange(in_flight_, std::nullopt).value();
    journal_news news;
    news.released = done.held;
    failures_ = 0;
    if (!degraded_) return news;
    if (done.snapshot && !done.overdue) {
        degraded_ = false;
        news.storage = storage_change::recovered;
    } else {
        // It answers again. What was written meanwhile is uncertain, so write everything.
        retry_at_ = now;
    }
    return news;
}

journal_news journal::refused(commit_id up_to, mono_time now) {
    if (!in_flight_ || up_to < in_flight_->id) return {};
    auto news = degrade();
    take_back(std::move(in_flight_->kept));
    in_flight_.reset();
    retry_at_ = now + full_jitter(random_, ++failures_, commit_backoff);
    return news;
}

journal_news journal::look_at_clock(mono_time now) {
    if (!in_flight_ || in_flight_->overdue || now < in_flight_->deadline) return {};
    in_flight_->overdue = true;
    return degrade();
}

std::optional<mono_time> journal::next_wakeup() const {
    if (in_flight_) {
        return in_flight_->overdue ? std::nullopt : std::optional(in_flight_->deadline);
    }
    if (degraded_) return retry_at_;
    return std::nullopt;
}

}  // namespace trainwatch::core
