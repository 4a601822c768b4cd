#include "tests/simulator/fleet.hpp"

#include "tests/simulator/scenario.hpp"

namespace trainwatch::simulator {

void fleet::add(job_plan plan) {
    by_name_[{plan.region, plan.name}].push_back(jobs_.size());
    jobs_.push_back({.plan = std::move(plan)});
}

std::optional<std::size_t> fleet::index_of(
    std::string_view region, std::string_view name, wall_time now
) const {
    const auto lives = by_name_.find({std::string(region), std::string(name)});
    if (lives == by_name_.end()) return std::nullopt;
    for (const auto index : lives->second) {
        if (exists_at(jobs_[index].plan, clock_, now)) return index;
    }
    return std::nullopt;
}

known_job* fleet::find(std::string_view region, std::string_view name, wall_time now) {
    const auto index = index_of(region, name, now);
    return index ? &jobs_[*index] : nullptr;
}

const known_job* fleet::find(std::string_view region, std::string_view name, wall_time now) const {
    const auto index = index_of(region, name, now);
    return index ? &jobs_[*index] : nullptr;
}

bool fleet::collides(const job_plan& plan) const {
    const auto found = by_name_.find({plan.region, plan.name});
    if (found == by_name_.end()) return false;
    std::vector<job_plan> lives;
    for (const auto index : found->second)
        lives.push_back(jobs_[index].plan);
    lives.push_back(plan);
    return find_collision(lives) != nullptr;
}

std::vector<const job_plan*> fleet::plans_in(std::string_view region, wall_time now) const {
    std::vector<const job_plan*> list;
    for (const auto& job : jobs_) {
        if (job.plan.region != region || !exists_at(job.plan, clock_, now)) continue;
        list.push_back(&job.plan);
    }
    return list;
}

}  // namespace trainwatch::simulator
