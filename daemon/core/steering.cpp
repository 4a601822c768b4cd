#include "core/steering.hpp"

#include <algorithm>
#include <chrono>

#include "base/limits.hpp"

namespace trainwatch::core {
namespace {

using real_seconds = std::chrono::duration<double>;

// `slack`: a part of the bound.
std::optional<nanoseconds> period(milliseconds bound, double slack, double rate) {
    if (rate < limits::budget_least) return {};
    const double whole = real_seconds(bound).count();
    const double wait = limits::steer_turns / rate + real_seconds(limits::promise_trip).count();
    const double left = whole - std::max(whole * slack, wait);
    if (left < real_seconds(limits::list_gap_least).count()) return {};
    return std::chrono::duration_cast<nanoseconds>(real_seconds(left));
}

}  // namespace

double rounds_kept(std::size_t live) {
    return live < limits::promise_small_fleet ? 3 : 2;
}

std::optional<nanoseconds> steered_page_period(milliseconds bound, double list_rate) {
    return period(bound, limits::steer_page_slack, list_rate);
}

std::optional<nanoseconds> steered_describe_period(milliseconds bound, double describe_rate) {
    return period(bound, limits::steer_describe_slack, describe_rate);
}

std::optional<nanoseconds> kept_by_describes(
    const std::map<milliseconds, std::size_t>& live, milliseconds bound, double describe_rate
) {
    double left = limits::keep_describe_share * describe_rate;
    for (const auto& [each, jobs] : live) {
        if (each > bound) break;
        const auto every = steered_describe_period(each, describe_rate);
        if (!every) continue;
        const double calls = static_cast<double>(jobs) / real_seconds(*every).count();
        if (calls > left) continue;
        if (each == bound) return every;
        left -= calls;
    }
    return {};
}

std::optional<std::size_t> steering_room::take(
    milliseconds bound, std::span<const std::size_t> jobs
) {
    if (static_cast<double>(jobs.size()) > limits::steer_pages_most * static_cast<double>(pages_))
        return {};
    const auto page_period = steered_page_period(bound, list_rate_);
    if (!page_period) return {};
    const double page_calls = 1 / real_seconds(*page_period).count();
    const auto describe_period = steered_describe_period(bound, describe_rate_);
    const double list_room = limits::steer_list_share * list_rate_;
    const double describe_room = limits::steer_describe_share * describe_rate_;
    // What is exactly as large as the room fits in.
    constexpr double rounding = 1 + 1e-9;
    const auto with = [&](std::size_t described, double describes) {
        const auto pages = jobs.size() - described;
        return steering{
            taken_.pages + pages,
            taken_.lists + static_cast<double>(pages) * page_calls,
            describes};
    };
    auto after = with(0, taken_.describes);
    std::size_t described = 0;
    for (const auto count : jobs) {
        if (!describe_period) break;
        const double calls = static_cast<double>(count) / real_seconds(*describe_period).count();
        const double describes = after.describes + calls;
        const bool is_dear = calls * list_rate_ > page_calls * describe_rate_;
        if (is_dear || describes * list_room > after.lists * describe_room) break;
        after = with(++described, describes);
    }
    if (after.lists > list_room * rounding || after.describes > describe_room * rounding) return {};
    taken_ = after;
    return described;
}

std::optional<milliseconds> steering_room::nearest(
    milliseconds bound, milliseconds most, std::span<const std::size_t> jobs
) const {
    for (auto longer = bound; longer < most; longer += longer / 10 + milliseconds(1)) {
        auto tried = *this;
        if (tried.take(longer, jobs)) return longer;
    }
    return {};
}

std::vector<std::size_t> scattered(std::size_t jobs, std::size_t pages) {
    const auto used = std::min(jobs, std::max<std::size_t>(pages, 1));
    std::vector<std::size_t> counts;
    for (std::size_t i = 0; i < used; ++i)
        counts.push_back(jobs / used + (i >= used - jobs % used ? 1 : 0));
    return counts;
}

}  // namespace trainwatch::core
