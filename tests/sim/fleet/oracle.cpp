#include <algorithm>
#include <set>
#include <tuple>

#include "reference.hpp"

namespace trainwatch::sim {
namespace {

class oracle : public reference {
public:
    oracle(const workload& fleet, const domain::lane& lane) : reference(fleet, lane) {
        for (std::size_t job = 0; job < fleet.jobs().size(); ++job) {
            for (const auto& one : fleet.changes(job)) {
                if (one.what == change::kind::hidden) continue;
                all_.push_back({one.at, job, one.what == change::kind::message});
            }
        }
        std::sort(all_.begin(), all_.end(), [](const event& a, const event& b) {
            return std::tuple(a.at, a.job) < std::tuple(b.at, b.job);
        });
        seen_.resize(fleet.jobs().size());
        detailed_.resize(fleet.jobs().size());
        asked_.resize(fleet.jobs().size());
    }

protected:
    // The hundred jobs whose changes have waited longest, all together.
    std::optional<domain::list_query> choose_list(instant now) override {
        learn(now.wall);
        std::vector<std::pair<std::size_t, double>> waiting;
        for (const auto& [job, since] : unseen_) {
            if (asked_[job] + milliseconds(1'000) > now.wall) continue;
            waiting.emplace_back(job, 1 + static_cast<double>((now.wall - since).count()));
        }
        if (waiting.empty()) return std::nullopt;
        std::size_t best = 0;
        double best_sum = 0;
        double sum = 0;
        for (std::size_t first = 0, last = 0; last < waiting.size(); ++last) {
            sum += waiting[last].second;
            while (waiting[last].first - waiting[first].first >= 100)
                sum -= waiting[first++].second;
            if (sum <= best_sum) continue;
            best_sum = sum;
            best = waiting[last].first;
        }
        const std::size_t lowest = best < 99 ? 0 : best - 99;
        for (const auto& [job, weight] : waiting) {
            if (job >= lowest && job <= best) asked_[job] = now.wall;
        }
        return domain::list_query{
            fleet_.jobs()[lowest].created, fleet_.jobs()[best].created + milliseconds(1), {}};
    }

    std::optional<std::size_t> choose_describe(instant now) override {
        learn(now.wall);
        for (const auto& [rank, since, job] : undetailed_) {
            if (asked_[job] + milliseconds(1'000) > now.wall) continue;
            asked_[job] = now.wall;
            return job;
        }
        return std::nullopt;
    }

    void take_page(const domain::list_query&, const domain::job_page* page, instant) override {
        if (page == nullptr) return;
        for (const auto& summary : page->jobs) {
            const auto job = fleet_.find(summary.name);
            if (job != fleet_.jobs().size()) saw(job, summary.modified.value());
        }
    }

    void take_job(std::size_t job, const domain::observation* told, instant) override {
        if (told == nullptr) return;
        saw(job, told->modified.value());
        if (detailed_[job] < told->modified.value()) detailed_[job] = told->modified.value();
        forget_detail(job);
        // What has changed since is still to be described.
        for (const auto& one : fleet_.changes(job)) {
            if (one.what == change::kind::hidden || one.at <= detailed_[job]) continue;
            if (one.at <= learned_) want_detail(job, one.at);
            break;
        }
    }

private:
    struct event {
        wall_time at{};
        std::size_t job = 0;
        bool is_message = false;
    };

    void learn(wall_time now) {
        for (; next_ < all_.size() && all_[next_].at <= now; ++next_) {
            const auto& one = all_[next_];
            // What had ended long before is nobody's business.
            if (fleet_.jobs()[one.job].ended < fleet_.began()) continue;
            if (!one.is_message && one.at > seen_[one.job]) unseen_.emplace(one.job, one.at);
            if (one.at > detailed_[one.job]) want_detail(one.job, one.at);
        }
        learned_ = now;
    }

    void want_detail(std::size_t job, wall_time since) {
        auto at = since;
        if (const auto old = wanted_.find(job); old != wanted_.end())
            at = std::min(at, old->second);
        forget_detail(job);
        const auto& truth = fleet_.jobs()[job];
        const bool ended = is_alarming(truth.end) && truth.ended <= std::max(since, learned_);
        const int rank = ended ? 0 : unseen_.contains(job) ? 1 : 2;
        undetailed_.emplace(rank, at, job);
        wanted_.emplace(job, at);
        ranks_[job] = rank;
    }

    void forget_detail(std::size_t job) {
        const auto old = wanted_.find(job);
        if (old == wanted_.end()) return;
        undetailed_.erase({ranks_[job], old->second, job});
        wanted_.erase(old);
    }

    void saw(std::size_t job, wall_time modified) {
        seen_[job] = std::max(seen_[job], modified);
        const auto found = unseen_.find(job);
        if (found == unseen_.end()) return;
        unseen_.erase(found);
        for (const auto& one : fleet_.changes(job)) {
            const bool counts =
                one.what == change::kind::phase || one.what == change::kind::primary;
            if (!counts || one.at <= seen_[job]) continue;
            if (one.at <= learned_) unseen_.emplace(job, one.at);
            break;
        }
    }

    std::vector<event> all_{};
    std::size_t next_ = 0;
    wall_time learned_{};
    std::vector<wall_time> seen_{};      // as of which modification
    std::vector<wall_time> detailed_{};  // likewise, by a describe
    std::vector<wall_time> asked_{};
    std::map<std::size_t, wall_time> unseen_{};  // since when
    std::map<std::size_t, wall_time> wanted_{};
    std::map<std::size_t, int> ranks_{};
    std::set<std::tuple<int, wall_time, std::size_t>> undetailed_{};
};

}  // namespace

std::unique_ptr<watcher> create_oracle(const workload& fleet, const domain::lane& lane) {
    return std::make_unique<oracle>(fleet, lane);
}

}  // namespace trainwatch::sim
