#include <deque>

#include "reference.hpp"

namespace trainwatch::sim {
namespace {

constexpr milliseconds discovery_interval{20'000};

class round_robin : public reference {
public:
    using reference::reference;

protected:
    // The newest page now and then, and older ones until one tells of a job that is known.
    std::optional<domain::list_query> choose_list(instant now) override {
        if (wants_page_) {
            wants_page_ = false;
            return next_;
        }
        if (is_listing_ || now.mono < next_discovery_) return std::nullopt;
        next_discovery_ = now.mono + discovery_interval;
        is_listing_ = true;
        ++pass_;
        return domain::list_query{};
    }

    std::optional<std::size_t> choose_describe(instant) override {
        if (turn_.empty()) return std::nullopt;
        const auto job = turn_.front();
        turn_.pop_front();
        return job;
    }

    void take_page(const domain::list_query& asked, const domain::job_page* page, instant)
        override {
        if (page == nullptr) {
            next_ = asked;
            wants_page_ = true;
            return;
        }
        bool knows_one = false;
        for (const auto& summary : page->jobs) {
            const auto job = fleet_.find(summary.name);
            if (job == fleet_.jobs().size()) continue;
            known_.resize(fleet_.jobs().size(), 0);
            // A page may tell again what the one before it told.
            knows_one = knows_one || (known_[job] > 0 && known_[job] < pass_);
            if (known_[job] == 0 && !domain::is_terminal(summary.status.value))
                turn_.push_back(job);
            if (known_[job] == 0) known_[job] = pass_;
        }
        const bool goes_on = !page->next_token.empty() && (!knows_one || !knows_all_);
        if (!goes_on) knows_all_ = true;
        is_listing_ = wants_page_ = goes_on;
        next_ = asked;
        next_.token = page->next_token;
    }

    void take_job(std::size_t job, const domain::observation* told, instant) override {
        if (told == nullptr) {
            turn_.push_front(job);
        } else if (!told->training_ended) {
            turn_.push_back(job);  // AWS' two statuses may end one after the other
        }
    }

private:
    std::deque<std::size_t> turn_{};
    std::vector<std::uint64_t> known_{};  // the pass that told of it first
    domain::list_query next_{};
    mono_time next_discovery_{};
    std::uint64_t pass_ = 0;
    bool is_listing_ = false;
    bool wants_page_ = false;
    bool knows_all_ = false;
};

}  // namespace

std::unique_ptr<watcher> create_round_robin(const workload& fleet, const domain::lane& lane) {
    return std::make_unique<round_robin>(fleet, lane);
}

}  // namespace trainwatch::sim
