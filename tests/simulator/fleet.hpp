// All simulated jobs, the past lives of re-used names included, and the clock they live by.
//
// The one mutable state of the simulated service; api.cpp reads it, control.cpp changes it.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/simulator/job_plan.hpp"
#include "tests/simulator/timeline.hpp"

namespace trainwatch::simulator {

struct known_job {
    job_plan plan{};
    // Why the plan was cut short, for the truth: "stop", "delete" or nothing.
    std::string intervention{};
};

class fleet {
public:
    fleet(timeline clock, std::string account)
        : clock_(std::move(clock)), account_(std::move(account)) {}

    void add(job_plan plan);

    const timeline& clock() const { return clock_; }
    timeline& clock() { return clock_; }
    const std::string& account() const { return account_; }
    // In order of addition; addresses stay valid.
    const std::deque<known_job>& jobs() const { return jobs_; }

    // The life of that name that exists now, or null.
    known_job* find(std::string_view region, std::string_view name, wall_time now);
    const known_job* find(std::string_view region, std::string_view name, wall_time now) const;
    // True when the plan would share its name with another life.
    bool collides(const job_plan& plan) const;

    struct existing {
        const job_plan* plan = nullptr;
        job_state state{};
    };
    // Of what exists now in a region, unordered.
    std::vector<const job_plan*> plans_in(std::string_view region, wall_time now) const;

private:
    std::optional<std::size_t> index_of(
        std::string_view region, std::string_view name, wall_time now
    ) const;

    timeline clock_;
    std::string account_;
    std::deque<known_job> jobs_{};
    std::map<std::pair<std::string, std::string>, std::vector<std::size_t>> by_name_{};
};

}  // namespace trainwatch::simulator
