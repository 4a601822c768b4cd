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

}  // namespace

journal::journal(std::uint64_t seed) : random_(seed) {}

void journal::put(domain::job_row row) {
    auto key = std::pair(row.connection, row.identity);
    jobs_.insert_or_assign(std::move(key), std::move(row));
}

void journal::put(domain::transition_row row) {
    auto key = std::tuple(row.identity, row.index, row.entry.status.text, row.entry.started);
    transitions_.insert_or_assign(std::move(key), std::move(row));
}

void journal::put(domain::alert_row row) {
    auto key = domain::identity(row.alert.labels);
    alerts_.insert_or_assign(std::move(key), std::move(row));
}

void journal::put(domain::delivery_row row) {
    auto key = std::tuple(row.alert, row.receiver, row.url);
    deliveries_.insert_or_assign(std::move(key), std::move(row));
}

void journal::put_sweep(wall_time complete) {
    if (!sweep_ || *sweep_ < complete) sweep_ = complete;
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
    next.batch.jobs = take_values(jobs_);
    next.batch.transitions = take_values(transitions_);
    next.batch.alerts = take_values(alerts_);
    next.batch.deliveries = take_values(deliveries_);
    next.batch.last_complete_sweep = std::exchange(sweep_, std::nullopt);
    in_flight_ =
        flight{next.id, now + limits::commit_deadline, false, snapshot, std::exchange(held_, {})};
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
