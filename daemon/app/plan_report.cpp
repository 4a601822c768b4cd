#include "app/plan_report.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "app/plan_decisions.hpp"
#include "app/plan_text.hpp"
#include "base/limits.hpp"
#include "core/promise.hpp"
#include "core/steering.hpp"
#include "domain/watch_plan.hpp"

namespace trainwatch::app {
namespace {

constexpr std::array<std::size_t, 3> fleets{100, 1'000, 10'000};
// More than any account has.
constexpr std::size_t most_jobs = 1'000'000;

class lane_report {
public:
    lane_report(const domain::settings& config, const domain::watch_plan& plan, std::size_t index)
        : config_(config)
        , lane_(plan.lanes[index])
        , decisions_(plan_decisions(plan, lane_id{index})) {
        std::set<std::string> lists;
        for (const auto& target : plan.targets) {
            if (target.lane.value != index) continue;
            ++named_;
            ++bounds_[plan.traits(target.watch_list).staleness_bound].named;
            lists.insert(target.watch_list);
        }
        for (const auto& rule : plan.discovery) {
            if (!std::binary_search(rule.lanes.begin(), rule.lanes.end(), lane_id{index})) continue;
            finders_.push_back(rule.watch_list);
            lists.insert(rule.watch_list);
        }
        for (const auto& list : lists) {
            const auto bound = plan.traits(list).staleness_bound;
            bounds_[bound].lists.push_back(list);
            if (!strictest_.empty() && bound >= bound_) continue;
            bound_ = bound;
            strictest_ = list;
        }
    }

    std::string text() const {
        std::string lines = "  " + lane_.connection + ", " + lane_.region + ": " + way() + "\n";
        lines += "    budget: " + budget() + "\n";
        lines += "    jobs: " + jobs() + "\n";
        lines += "    staleness bound: " + format_duration(bound_) + " (" + strictest_ + ")\n";
        lines += decisions_;
        return lines + (finders_.empty() ? of_named() : of_fleets());
    }

private:
    std::string way() const {
        if (!lane_.lists) return "describes each job; nothing is listed";
        const std::string reason = finders_.empty()
            ? " (more jobs are named than describes can keep fresh)"
            : std::string();
        return "lists, and describes what has changed" + reason;
    }

    std::string budget() const {
        const double describe = lane_.budget.describe_per_second;
        const double list = lane_.budget.list_per_second;
        const auto pair = [&](double times) {
            const auto describes = plain(describe * times);
            return lane_.lists ? plain(list * times) + " list and " + describes : describes;
        };
        const auto replicas = config_.process.replicas;
        auto text = pair(replicas) + " describe calls a second";
        if (replicas > 1) {
            text +=
                ", of which this replica, one of " + std::to_string(replicas) + ", has " + pair(1);
        }
        if (lane_.pace == domain::pace_kind::bound) {
            text += "; no more are made than the bound needs";
        }
        return text;
    }

    std::string jobs() const {
        if (finders_.empty()) return grouped(named_) + " named";
        const auto found = "found by " + joined(finders_);
        return named_ == 0 ? found : grouped(named_) + " named, others " + found;
    }

    core::lane_promise promise(std::size_t live, const core::steering& steered = {}) const {
        core::lane_load load;
        load.live = live;
        load.steered = steered;
        load.describe_rate = lane_.budget.describe_per_second;
        if (lane_.lists) {
            load.list_rate = lane_.budget.list_per_second;
            load.windows = core::expected_windows(live, limits::finished_per_live);
        }
        return core::promise_of(load, lane_.pace, bound_);
    }

    static std::string calls(const core::lane_promise& promise) {
        return grouped(static_cast<std::uint64_t>(std::llround(promise.calls_per_second * 3600)));
    }

    std::string of_named() const {
        const auto all = promise(named_);
        const std::string bound = format_duration(bound_);
        std::string lines =
            "    while all of them are live: half of the changes are known within " +
            rounded(all.typical) + ", 99 of 100 within " + rounded(all.worst) +
            "; the picture is at most " + rounded(all.feasible_bound) + " old; " + calls(all) +
            " calls an hour\n";
        if (all.feasible_bound <= bound_) return lines + "    " + bound + " can be kept\n";
        if (lane_.lists && bounds_.size() > 1) return lines + of_bounds(all.feasible_bound);
        return lines + "    " + bound + " CANNOT be kept: " + rounded(all.feasible_bound) +
            " can; raise staleness_bound or the budget, or watch fewer jobs\n";
    }

    std::string of_fleets() const {
        std::string lines =
            "    live jobs  half known within  99 of 100 within  oldest picture  "
            "calls an hour\n";
        for (const auto live : fleets) {
            const auto each = promise(live);
            lines += "    " + right(grouped(live), 9) + right(rounded(each.typical), 19) +
                right(rounded(each.worst), 18) + right(rounded(each.feasible_bound), 16) +
                right(calls(each), 15) + "\n";
        }
        lines += "    " + verdict() + "\n";
        return lane_.lists && bounds_.size() > 1 ? lines + of_few() : lines;
    }

    core::steering_room room(std::size_t pages) const {
        return {lane_.budget.list_per_second, lane_.budget.describe_per_second, pages};
    }

    // Named jobs with several bounds, not all of which a round of all pages keeps: few jobs are
    // asked about before others.
    std::string of_bounds(milliseconds by_round) const {
        const auto pages = core::expected_windows(named_, limits::finished_per_live);
        std::set<milliseconds> first;
        auto room = this->room(pages);
        for (const auto& [bound, part] : bounds_) {
            if (bound >= by_round || part.named == 0) continue;
            if (room.take(bound, core::scattered(part.named, pages))) first.insert(bound);
        }
        const auto others = promise(named_, room.taken()).feasible_bound;
        std::string lines;
        for (const auto& [bound, part] : bounds_) {
            lines += "    " + format_duration(bound) + " (" + joined(part.lists) + ") ";
            if (first.contains(bound)) {
                lines += "can be kept: " + grouped(part.named) +
                    " jobs are asked about before the others\n";
            } else if (others <= bound) {
                lines += "can be kept\n";
            } else {
                lines += "CANNOT be kept: " + rounded(others) +
                    " can; raise staleness_bound or the budget, or watch fewer jobs\n";
            }
        }
        return lines;
    }

    // So many jobs, scattered among others, have the strictest bound kept all the same.
    std::string of_few() const {
        std::string among;
        for (const auto live : fleets) {
            if (promise(live).feasible_bound <= bound_) continue;
            const auto pages = core::expected_windows(live, limits::finished_per_live);
            std::size_t few = 0;
            while (few < live && room(pages).take(bound_, core::scattered(few + 1, pages)))
                ++few;
            if (few == 0) continue;
            among += (among.empty() ? "" : ", ") + grouped(few) + " among " + grouped(live);
        }
        if (among.empty()) return {};
        return "    a few jobs of " + strictest_ + " among others with a longer bound are asked " +
            "about before these: " + format_duration(bound_) + " can be kept for " + among +
            " live jobs, or more that were created together\n";
    }

    // From how many live jobs on the bound is too tight.
    std::string verdict() const {
        const std::string bound = format_duration(bound_);
        const auto is_kept = [&](std::size_t live) {
            return promise(live).feasible_bound <= bound_;
        };
        if (!is_kept(1)) {
            return bound +
                " CANNOT be kept, not for a single job: " + rounded(promise(1).feasible_bound) +
                " can; raise staleness_bound or the budget";
        }
        std::size_t kept = 1;
        std::size_t too_many = most_jobs;
        if (is_kept(too_many)) return bound + " can be kept, however many jobs there are";
        while (too_many - kept > 1) {
            const auto middle = kept + (too_many - kept) / 2;
            (is_kept(middle) ? kept : too_many) = middle;
        }
        return bound + " can be kept up to about " + grouped(kept) +
            " live jobs; with more the picture gets older, and "
            "TrainwatchdStale says so";
    }

    const domain::settings& config_;
    const domain::lane& lane_;
    const std::string decisions_;
    std::size_t named_ = 0;
    std::vector<std::string> finders_{};  // lists that discover
    milliseconds bound_{};
    std::string strictest_{};  // whose bound it is
    struct bound_part {
        std::vector<std::string> lists{};
        std::size_t named = 0;
    };
    std::map<milliseconds, bound_part> bounds_{};
};

}  // namespace

std::string plan_report(const domain::settings& config) {
    const auto plan = domain::make_watch_plan(config);
    std::string lines;
    if (config.process.shards > 1) {
        auto whole = config;
        whole.process.shard = 1;
        whole.process.shards = 1;
        lines += "  shard " + std::to_string(config.process.shard) + "/" +
            std::to_string(config.process.shards) + " has " + std::to_string(plan.lanes.size()) +
            " of " + std::to_string(domain::make_watch_plan(whole).lanes.size()) +
            " connections and regions\n";
    }
    for (std::size_t i = 0; i < plan.lanes.size(); ++i)
        lines += lane_report(config, plan, i).text();
    return lines;
}

}  // namespace trainwatch::app
