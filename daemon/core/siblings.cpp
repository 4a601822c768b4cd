#include "core/siblings.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "base/text.hpp"

namespace trainwatch::core {
namespace {

// A date, a time, a number, or a hash: nothing that a person would call a job by.
bool is_made_up(std::string_view part) {
    if (std::all_of(part.begin(), part.end(), is_digit)) return true;
    constexpr std::size_t hash_least = 6;
    return part.size() >= hash_least && std::all_of(part.begin(), part.end(), is_hex) &&
        std::any_of(part.begin(), part.end(), is_digit);
}

}  // namespace

std::string family_of(std::string_view job_name) {
    auto rest = job_name;
    for (;;) {
        const auto dash = rest.rfind('-');
        if (dash == std::string_view::npos || dash == 0) break;
        if (!is_made_up(rest.substr(dash + 1))) break;
        rest = rest.substr(0, dash);
    }
    return std::string(rest);
}

void siblings::ran(const domain::observation& job) {
    std::optional<seconds> took = job.training_time;
    if (!took && job.training_started && job.training_ended) {
        took = std::chrono::floor<seconds>(*job.training_ended - *job.training_started);
    }
    if (!took) return;
    auto& longest = longest_[{job.account_id, job.region, family_of(job.name)}];
    longest = std::max(longest, *took);
    if (longest_.size() > limits::families_max) longest_.erase(longest_.begin());
}

std::optional<seconds> siblings::longest(const domain::observation& job) const {
    const auto found = longest_.find({job.account_id, job.region, family_of(job.name)});
    if (found == longest_.end()) return std::nullopt;
    return found->second;
}

}  // namespace trainwatch::core
