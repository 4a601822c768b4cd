// What the files of core/conditions share. Private to them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/conditions.hpp"

namespace trainwatch::core {

// Collects the conditions that a list wants to hear of.
class condition_finder {
public:
    condition_finder(const job_facts& facts, const list_wishes& given, std::vector<condition>& to)
        : of(facts), wishes(given), found_(to) {}

    const job_facts& of;
    const list_wishes& wishes;

    // The list's choice for the alert; a default one where it has none.
    const domain::alert_choice& choice(std::string_view alertname) const;
    bool wants(std::string_view alertname) const;
    bool fires(std::string_view alertname, std::string_view key = {}) const;

    // One that holds. `key` tells it from others of the alertname, and `labels` are those beyond
    // the ones that every alert about a job has.
    struct holding {
        std::string_view alertname{};
        std::string_view severity{};  // unless the list wants another one
        std::string key{};
        domain::label_map labels{};
        std::string summary{};      // what and why, in one sentence
        std::string consequence{};  // what it means and what can be done, after where and when
        std::string reason{};       // for the ledger, in one sentence
        domain::label_map annotations{};
        bool is_marginal = false;
    };
    void add(holding what);

private:
    std::vector<condition>& found_;
};

// "1h5m", of whole seconds.
std::string text_of(milliseconds duration);
// "82 %", rounded down.
std::string percent_of(double part);

// conditions_of_deadlines.cpp, conditions_of_phases.cpp, conditions_of_spot.cpp,
// conditions_of_costs.cpp, conditions_of_limits.cpp, conditions_of_rules.cpp
void find_near_deadline(condition_finder& finder);
void find_past_deadline(condition_finder& finder);
void find_stuck(condition_finder& finder);
void find_spot_loop(condition_finder& finder);
void find_over_budget(condition_finder& finder);
void find_suspicious_limit(condition_finder& finder);
void find_rule_issues(condition_finder& finder);

}  // namespace trainwatch::core
