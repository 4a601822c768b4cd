// An account full of jobs to play with: what AWS lists, describes and tags of them, lane by lane.
//
// Everything agrees with everything: a page tells what a describe would. What is to go wrong is
// chosen by the test.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "domain/settings.hpp"
#include "tests/core/fake_list.hpp"
#include "tests/core/script.hpp"

namespace trainwatch::core {

inline domain::job_summary summary_of(const domain::observation& job) {
    domain::job_summary told;
    told.name = job.name;
    told.arn = job.arn;
    told.account_id = job.account_id;
    told.region = job.region;
    told.partition = job.partition;
    told.created = job.created;
    told.ended = job.training_ended;
    told.modified = job.modified;
    told.status = job.status;
    told.secondary = job.secondary;
    return told;
}

class fleet {
public:
    // The job is like that from now on.
    void put(domain::observation job, wall_time modified, lane_id lane = lane_id{0}) {
        job.modified = modified;
        drop(job.name, lane);
        lists_[lane].create(job.created, job.name);
        jobs_.insert_or_assign({lane, job.name}, std::move(job));
    }
    void drop(const std::string& name, lane_id lane = lane_id{0}) {
        const auto at = jobs_.find({lane, name});
        if (at == jobs_.end()) return;
        lists_[lane].jobs.erase({.created = at->second.created, .name = name});
        jobs_.erase(at);
    }

    // Answers of the play, and what was asked for.
    void serve(script& play) {
        play.aws = [this](const describe& asked) { return described(asked); };
        play.lists = [this](const list_jobs& asked) { return listed(asked); };
        play.tags = [this](const read_tags& asked) { return tagged(asked); };
    }

    std::map<std::string, int> describes{};  // by name
    std::map<std::string, int> tag_reads{};  // by ARN
    int pages = 0;
    std::optional<failure> lists_fail{};
    std::optional<failure> tags_fail{};
    std::set<std::string> undescribable{};            // names whose describes get lost
    std::set<lane_id> closed{};                       // lanes whose describes are refused
    std::set<lane_id> lists_closed{};                 // lanes whose lists are refused
    std::set<lane_id> tags_closed{};                  // lanes whose tags are refused
    std::map<std::string, domain::label_map> tags{};  // by ARN

private:
    result<domain::observation> described(const describe& asked) {
        ++describes[asked.name];
        if (undescribable.contains(asked.name)) return failed(error_class::transient);
        if (closed.contains(asked.lane)) return failed(error_class::denied);
        const auto at = jobs_.find({asked.lane, asked.name});
        if (at == jobs_.end()) return failed(error_class::not_found);
        return at->second;
    }
    result<domain::job_page> listed(const list_jobs& asked) {
        ++pages;
        if (lists_fail) return *lists_fail;
        if (lists_closed.contains(asked.lane)) return failed(error_class::denied);
        auto page = lists_[asked.lane].answer(asked.query);
        for (auto& told : page.jobs)
            told = summary_of(jobs_.at({asked.lane, told.name}));
        return page;
    }
    result<domain::label_map> tagged(const read_tags& asked) {
        ++tag_reads[asked.arn];
        if (tags_fail) return *tags_fail;
        if (tags_closed.contains(asked.lane)) return failed(error_class::denied);
        return tags[asked.arn];
    }

    std::map<std::pair<lane_id, std::string>, domain::observation> jobs_{};
    std::map<lane_id, fake_list> lists_{};
};

// One connection with a region; no list yet.
inline domain::settings one_connection() {
    domain::settings chosen;
    domain::connection_settings connection;
    connection.name = "main";
    connection.regions = {"eu-west-1"};
    connection.budget = {20, 4};
    chosen.connections.push_back(connection);
    chosen.receivers.push_back(
        {"main", domain::receiver_kind::alertmanager, {"http://am-1"}, {}, {}}
    );
    return chosen;
}

inline domain::watch_list_settings list_of(std::string name, domain::job_filter match) {
    domain::watch_list_settings list;
    list.name = std::move(name);
    list.match = std::move(match);
    return list;
}
inline domain::job_filter by_name(std::string glob) {
    domain::job_filter filter;
    filter.name = {std::move(glob)};
    return filter;
}

inline domain::settings with_list(domain::settings chosen, domain::watch_list_settings list) {
    chosen.watch_lists.push_back(std::move(list));
    return chosen;
}
// A list "all" that finds everything.
inline domain::settings finds_all() {
    return with_list(one_connection(), list_of("all", by_name("*")));
}
// Its Alertmanagers are taken at their word: what they hold is engine_read_back_test's.
inline domain::watch_plan plan_of(const domain::settings& chosen) {
    auto plan = domain::make_watch_plan(chosen);
    for (auto& endpoint : plan.endpoints)
        endpoint.can_tell = false;
    return plan;
}
inline reconfigured change_to(const script& play, const domain::settings& chosen) {
    return {domain::succeed(play.subject().plan(), plan_of(chosen))};
}

// The job as the view has it; null when it does not.
inline const domain::job_view* find_job(
    const domain::view& view, const std::string& name, lane_id lane = lane_id{0}
) {
    for (const auto& job : view.jobs) {
        if (job.target.name == name && job.target.lane == lane) return &job;
    }
    return nullptr;
}

inline int count_notes(
    const std::vector<std::pair<mono_time, action>>& log,
    const std::string& name,
    note_level least = note_level::info
) {
    int count = 0;
    for (const auto& [when, each] : log) {
        const auto* line = std::get_if<note>(&each);
        if (line && line->name == name && line->level >= least) ++count;
    }
    return count;
}
// A field of the first such note; empty: there is none.
inline std::string field_of(
    const std::vector<std::pair<mono_time, action>>& log,
    const std::string& name,
    const std::string& field
) {
    for (const auto& [when, each] : log) {
        const auto* line = std::get_if<note>(&each);
        if (!line || line->name != name) continue;
        for (const auto& [key, value] : line->fields) {
            if (key == field) return value;
        }
    }
    return {};
}
// All messages to a receiver's endpoint.
inline std::vector<domain::alert_message> messages_to(
    const std::vector<std::pair<mono_time, action>>& log, endpoint_id endpoint
) {
    std::vector<domain::alert_message> all;
    for (const auto& [when, each] : log) {
        const auto* sent = std::get_if<deliver>(&each);
        if (!sent || sent->endpoint != endpoint) continue;
        all.insert(all.end(), sent->alerts.begin(), sent->alerts.end());
    }
    return all;
}

// Recounts what the view counts, after every step, and holds `dirty` against what changed.
class recount {
public:
    void operator()(const domain::view& view) {
        std::size_t watched = 0;
        std::size_t live = 0;
        std::size_t undescribed_least = 0;
        std::size_t undescribed_most = 0;
        std::vector<std::size_t> live_in(view.lanes.size());
        std::vector<std::map<std::string, wall_time>> oldest(view.lanes.size());
        for (const auto& job : view.jobs) {
            if (job.is_vacant()) {
                EXPECT_FALSE(job.last) << "of a vacant slot";
                continue;
            }
            ++watched;
            if (job.summarised && !job.missing) {
                ++undescribed_most;
                if (!job.ending) ++undescribed_least;
            }
            if (!job.last || job.ending || job.missing) continue;
            ++live;
            const auto lane = job.target.lane.value;
            ++live_in[lane];
            const auto [at, added] =
                oldest[lane].try_emplace(job.target.watch_list, *job.last_observed);
            at->second = std::min(at->second, *job.last_observed);
        }
        EXPECT_EQ(view.watched, watched);
        EXPECT_EQ(view.live, live);
        EXPECT_GE(view.undescribed, undescribed_least);
        EXPECT_LE(view.undescribed, undescribed_most);
        for (std::size_t i = 0; i < view.lanes.size(); ++i) {
            EXPECT_EQ(view.lanes[i].live, live_in[i]);
            EXPECT_EQ(view.lanes[i].oldest_observation, oldest[i]);
        }
        compare(view);
    }

private:
    void compare(const domain::view& view) {
        const std::set<std::size_t> dirty(view.dirty.begin(), view.dirty.end());
        EXPECT_EQ(dirty.size(), view.dirty.size());
        for (std::size_t slot = 0; slot < view.jobs.size(); ++slot) {
            auto before = slot < before_.size() ? before_[slot] : domain::job_view{};
            const auto& now = view.jobs[slot];
            const bool moved = before.revision != now.revision;
            EXPECT_LE(before.revision, now.revision) << now.target.name;
            if (is_told_) {
                EXPECT_EQ(moved, dirty.contains(slot)) << slot << " " << now.target.name;
            }
            before.last_observed = now.last_observed;
            if (!moved && is_told_) {
                EXPECT_EQ(before, now) << slot << " " << now.target.name;
            }
        }
        before_ = view.jobs;
        is_told_ = true;
    }

    std::vector<domain::job_view> before_{};
    bool is_told_ = false;
};

// An engine that watches such an account, recounted after each step.
class fleet_test : public testing::Test {
protected:
    script& start(const domain::settings& chosen = finds_all(), domain::ledger known = {}) {
        play_.emplace(plan_of(chosen), std::move(known));
        aws.serve(*play_);
        play_->after_step = std::ref(counts);
        return *play_;
    }
    script& play() { return *play_; }
    auto change(const domain::settings& chosen, nanoseconds time = seconds(20)) {
        return play().play(time, change_to(play(), chosen));
    }
    const domain::job_view* job(const char* name, lane_id lane = lane_id{0}) {
        return find_job(play().view(), name, lane);
    }
    void runs(const char* name) { aws.put(running(name), later(seconds(120))); }
    void fails(const char* name, milliseconds when) {
        aws.put(running(name).fails(when), later(when));
    }
    // Of that name, or all.
    std::size_t firing(const std::string& alertname = {}) {
        const auto& alerts = play().view().alerts;
        return static_cast<std::size_t>(std::count_if(
            alerts.begin(),
            alerts.end(),
            [&](const auto& alert) {
                const bool is_it = alertname.empty() || alert.labels.at("alertname") == alertname;
                return is_it && alert.state == domain::alert_state::firing;
            }
        ));
    }
    // Transitions and ends that were counted, of whatever list.
    std::uint64_t transitions() {
        std::uint64_t sum = 0;
        for (const auto& [what, count] : play().view().fleet.transitions)
            sum += count;
        return sum;
    }
    std::uint64_t finished() {
        std::uint64_t sum = 0;
        for (const auto& [what, count] : play().view().fleet.finished)
            sum += count;
        return sum;
    }

    fleet aws{};
    recount counts{};
    std::optional<script> play_{};
};

}  // namespace trainwatch::core
