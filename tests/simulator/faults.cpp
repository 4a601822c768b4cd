#include "tests/simulator/faults.hpp"

namespace trainwatch::simulator {
namespace {

bool applies(const fault_rule& rule, const asked& request) {
    if (rule.next && rule.hits >= *rule.next) return false;
    if (rule.kind == fault_kind::expired_token && !request.has_token) return false;
    if (rule.service != "*" && rule.service != request.service) return false;
    if (!rule.operation.empty() && rule.operation != request.operation) return false;
    if (!rule.region.empty() && rule.region != request.region) return false;
    return rule.job.empty() || glob_matches(rule.job, request.job);
}

}  // namespace

// Only * is special. Walks back to the last star where the rest does not fit.
bool glob_matches(std::string_view pattern, std::string_view text) {
    std::size_t at = 0;
    std::size_t read = 0;
    auto star = std::string_view::npos;
    std::size_t resume = 0;
    while (read < text.size()) {
        if (at < pattern.size() && pattern[at] == '*') {
            star = at++;
            resume = read;
        } else if (at < pattern.size() && pattern[at] == text[read]) {
            ++at;
            ++read;
        } else if (star != std::string_view::npos) {
            at = star + 1;
            read = ++resume;
        } else {
            return false;
        }
    }
    while (at < pattern.size() && pattern[at] == '*')
        ++at;
    return at == pattern.size();
}

chosen_fault fault_book::choose(const asked& request) {
    chosen_fault chosen;
    for (auto& rule : rules_) {
        const bool is_slow = rule.kind == fault_kind::slow;
        if (!is_slow && chosen.fault) continue;
        if (!applies(rule, request)) continue;
        if (rule.probability < 1.0 && random_.unit() >= rule.probability) continue;
        ++rule.hits;
        chosen.delay += rule.delay;
        if (!is_slow) chosen.fault = rule;
    }
    return chosen;
}

}  // namespace trainwatch::simulator
