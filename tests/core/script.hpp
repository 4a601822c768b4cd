// A screenplay for the engine: one event, one expected list of actions, on two virtual clocks.
//
// `gives` compares whole lists. Where a test is about one kind of action, `play` answers everything
// as a well-meaning world would and records what was asked of it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <source_location>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "core/engine.hpp"
#include "core/notes.hpp"
#include "tests/core/builders.hpp"
#include "tests/support/action_text.hpp"

namespace trainwatch::core {

// When the tests' engines start: two hours after the jobs' creation.
inline constexpr milliseconds start_time = std::chrono::hours(2);

inline domain::endpoint alertmanager(const char* receiver, const char* url) {
    return {receiver, domain::receiver_kind::alertmanager, url};
}
inline domain::endpoint webhook(const char* receiver, const char* url) {
    return {receiver, domain::receiver_kind::webhook, url};
}

// A thousand polls a second: jitter of the first poll is below a millisecond.
inline domain::watch_plan quick_plan(std::vector<std::string> names) {
    auto plan = plan_for(std::move(names), 1000);
    plan.endpoints = {alertmanager("main", "http://am-1")};
    return plan;
}

template <class Action>
std::vector<Action> only(const actions& all) {
    std::vector<Action> found;
    for (const auto& each : all) {
        if (const auto* wanted = std::get_if<Action>(&each)) found.push_back(*wanted);
    }
    return found;
}

inline std::vector<std::string> note_names(
    const actions& all, note_level least = note_level::info
) {
    std::vector<std::string> names;
    for (const auto& line : only<note>(all)) {
        if (line.level >= least) names.push_back(line.name);
    }
    return names;
}

class script {
public:
    explicit script(domain::watch_plan plan, domain::ledger known = {}, std::uint64_t seed = 1)
        : engine_(std::make_unique<engine>(std::move(plan), seed)), now_(at(start_time)) {
        opening_ = engine_->step(restored{std::move(known)}, now_);
        unanswered_ = opening_;
    }
    // Of another run: the clocks go on.
    script(
        domain::watch_plan plan,
        domain::ledger known,
        instant start,
        std::uint64_t seed = 1,
        const engine_bounds& bounds = {}
    )
        : engine_(std::make_unique<engine>(std::move(plan), seed, bounds)), now_(start) {
        opening_ = engine_->step(restored{std::move(known)}, now_);
        unanswered_ = opening_;
    }

    const actions& opening() const { return opening_; }
    const domain::view& view() const { return engine_->view(); }
    const engine& subject() const { return *engine_; }
    instant now() const { return now_; }
    // Our wall clock jumps; the monotonic one does not.
    void jump(milliseconds by) {
        skew_ += by;
        pass(nanoseconds(0));
    }
    void pass(nanoseconds time) {
        now_.mono += time;
        now_.wall = created + std::chrono::floor<milliseconds>(now_.mono - mono_time{}) + skew_;
    }

    actions step(const event& happened) {
        unanswered_.clear();
        auto given = engine_->step(happened, now_);
        after_step(engine_->view());
        const auto next = engine_->next_wakeup();
        EXPECT_TRUE(!next || *next > now_.mono) << "the driver would spin";
        return given;
    }
    // The screenplay's line.
    void gives(
        const event& happened,
        const actions& expected,
        std::source_location where = std::source_location::current()
    ) {
        const testing::ScopedTrace trace(where.file_name(), static_cast<int>(where.line()), "here");
        const auto given = step(happened);
        EXPECT_EQ(given.size(), expected.size());
        for (std::size_t i = 0; i < std::max(given.size(), expected.size()); ++i) {
            if (i >= given.size()) {
                ADD_FAILURE() << "missing: " << to_text(expected[i]);
            } else if (i >= expected.size()) {
                ADD_FAILURE() << "unexpected: " << to_text(given[i]);
            } else {
                EXPECT_EQ(given[i], expected[i]);
            }
        }
    }
    // Time passes until the engine wants to be woken.
    actions wake() {
        const auto next = engine_->next_wakeup();
        EXPECT_TRUE(next.has_value()) << "nothing will ever wake it";
        if (!next) return {};
        pass(*next - now_.mono);
        return step(woke{});
    }
    // Wakes it until it asks for a description.
    describe next_poll() {
        for (int i = 0; i < 1000; ++i) {
            const auto polls = only<describe>(wake());
            if (!polls.empty()) return polls.front();
        }
        ADD_FAILURE() << "no poll";
        return {};
    }
    // The next poll of this job; the others are well meanwhile.
    describe next_poll_of(const std::string& name) {
        for (int i = 0; i < 1000; ++i) {
            const auto poll = next_poll();
            if (poll.name == name) return poll;
            answer(poll, running(poll.name).seen());
        }
        ADD_FAILURE() << name << " is not polled";
        return {};
    }
    actions answer(const describe& asked, result<domain::observation> answer) {
        return step(described{asked.id, std::move(answer), milliseconds(200), {}});
    }

    // ---- a well-meaning world -------------------------------------------------------------------

    std::function<result<domain::observation>(const describe&)> aws = [](const describe& asked) {
        return running(asked.name).seen();
    };
    std::function<result<domain::job_page>(const list_jobs&)> lists = [](const list_jobs&) {
        return domain::job_page{};
    };
    std::function<result<domain::label_map>(const read_tags&)> tags = [](const read_tags&) {
        return domain::label_map{};
    };
    std::function<result<domain::receipt>(const deliver&)> receiver = [](const deliver&) {
        return domain::receipt{};
    };
    std::function<result<std::vector<bool>>(const read_back&)> holds = [](const read_back& asked) {
        return std::vector<bool>(asked.alerts.size(), true);
    };
    std::function<std::optional<failure>(const commit&)> store = [](const commit&) {
        return std::optional<failure>{};
    };

    // The receivers' time minus ours; nothing: their answers do not tell.
    std::optional<milliseconds> receivers_are_ahead{};

    // What is to hold whenever the engine has done something.
    std::function<void(const domain::view&)> after_step = [](const domain::view&) {};

    // Answers everything at once, for so long; returns all actions with their times.
    std::vector<std::pair<mono_time, action>> play(nanoseconds time, const event& first = woke{}) {
        const auto until = now_.mono + time;
        std::vector<std::pair<mono_time, action>> log;
        std::vector<event> pending{first};
        for (const auto& asked : std::exchange(unanswered_, {})) {
            if (auto reply = answer_to(asked)) pending.push_back(std::move(*reply));
        }
        while (!pending.empty()) {
            const auto happened = std::move(pending.front());
            pending.erase(pending.begin());
            for (auto& asked : step(happened)) {
                if (auto reply = answer_to(asked)) pending.push_back(std::move(*reply));
                log.emplace_back(now_.mono, std::move(asked));
            }
            const auto next = engine_->next_wakeup();
            // A spin has been told of, and would go on for ever.
            if (next && *next <= now_.mono) break;
            if (pending.empty() && next && *next <= until) {
                pass(*next - now_.mono);
                pending.emplace_back(woke{});
            }
        }
        pass(until - now_.mono);
        return log;
    }

private:
    std::optional<event> answer_to(const action& asked) {
        if (const auto* poll = std::get_if<describe>(&asked)) {
            return described{poll->id, aws(*poll), milliseconds(200), {}};
        }
        if (const auto* page = std::get_if<list_jobs>(&asked)) {
            return listed{page->id, lists(*page), milliseconds(200), {}};
        }
        if (const auto* call = std::get_if<read_tags>(&asked)) {
            return tags_read{call->id, tags(*call), milliseconds(200), {}};
        }
        if (const auto* batch = std::get_if<commit>(&asked)) {
            return committed{batch->id, store(*batch)};
        }
        if (const auto* parcel = std::get_if<deliver>(&asked)) {
            return delivered{parcel->id, receiver(*parcel), receivers_are_ahead};
        }
        if (const auto* question = std::get_if<read_back>(&asked)) {
            return read_back_told{question->id, holds(*question), receivers_are_ahead};
        }
        return std::nullopt;
    }

    std::unique_ptr<engine> engine_;
    instant now_;
    milliseconds skew_{0};  // our wall clock minus the true one
    actions opening_{};
    actions unanswered_{};  // the opening, until something else has happened
};

// What an earlier run left behind: everything that its commits held.
class kept_ledger {
public:
    void add(const commit& what) {
        for (const auto& row : what.batch.jobs)
            jobs_.insert_or_assign({row.connection, row.identity}, row);
        for (const auto& row : what.batch.transitions) {
            transitions_.insert_or_assign(std::pair(row.identity, row.index), row);
        }
        for (const auto& row : what.batch.alerts) {
            alerts_.insert_or_assign(domain::identity(row.alert.labels), row);
        }
        for (const auto& row : what.batch.deliveries) {
            deliveries_.insert_or_assign(std::tuple(row.alert, row.receiver, row.url), row);
        }
        for (const auto& row : what.batch.counters)
            counters_.insert_or_assign({row.metric, row.labels}, row);
        for (const auto& key : what.batch.forgotten_jobs)
            forget(key);
        for (const auto& alert : what.batch.forgotten_alerts) {
            alerts_.erase(alert);
            std::erase_if(deliveries_, [&](const auto& each) {
                return std::get<0>(each.first) == alert;
            });
        }
        if (what.batch.last_complete_sweep) sweep_ = what.batch.last_complete_sweep;
    }
    domain::ledger load() const {
        domain::ledger loaded;
        loaded.first_start = false;
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

    const std::map<domain::job_row_key, domain::job_row>& jobs() const { return jobs_; }
    const std::map<std::string, domain::alert_row>& alerts() const { return alerts_; }
    std::size_t transitions() const { return transitions_.size(); }
    std::map<std::pair<std::string, domain::label_map>, domain::counter_row>& counters() {
        return counters_;
    }

private:
    // Another connection may know the same job: its transitions are still somebody's.
    void forget(const domain::job_row_key& key) {
        jobs_.erase(key);
        for (const auto& [other, row] : jobs_) {
            if (other.identity == key.identity) return;
        }
        std::erase_if(transitions_, [&](const auto& each) {
            return each.first.first == key.identity;
        });
    }

    std::map<domain::job_row_key, domain::job_row> jobs_{};
    std::map<std::pair<domain::job_identity, std::size_t>, domain::transition_row> transitions_{};
    std::map<std::string, domain::alert_row> alerts_{};
    std::map<std::tuple<std::string, std::string, std::string>, domain::delivery_row> deliveries_{};
    std::map<std::pair<std::string, domain::label_map>, domain::counter_row> counters_{};
    std::optional<wall_time> sweep_{};
};

// Everything that a run wrote.
inline kept_ledger keep(const std::vector<std::pair<mono_time, action>>& log) {
    kept_ledger ledger;
    for (const auto& [when, asked] : log) {
        if (const auto* batch = std::get_if<commit>(&asked)) ledger.add(*batch);
    }
    return ledger;
}

}  // namespace trainwatch::core
