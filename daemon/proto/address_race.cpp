#include "proto/address_race.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "base/limits.hpp"

namespace trainwatch::proto {

namespace {

std::vector<std::size_t> take_turns(const std::vector<address_family>& addresses) {
    std::vector<std::size_t> first;
    std::vector<std::size_t> second;
    for (std::size_t i = 0; i < addresses.size(); ++i)
        (addresses[i] == addresses.front() ? first : second).push_back(i);
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
        if (i < first.size()) order.push_back(first[i]);
        if (i < second.size()) order.push_back(second[i]);
    }
    order.resize(std::min(order.size(), limits::addresses_tried_max));
    return order;
}

}  // namespace

address_race::address_race(const std::vector<address_family>& addresses, mono_time until)
    : order_(take_turns(addresses)), until_(until) {}

address_race::action address_race::next(mono_time now) {
    if (now >= until_ || failed_ == order_.size()) return {action::kind::lost};
    const bool all_begun = begun_ == order_.size();
    if (all_begun || now < next_begin_) {
        const mono_time until = all_begun ? until_ : std::min(next_begin_, until_);
        return {action::kind::wait, 0, until};
    }
    next_begin_ = now + delay(now);
    return {action::kind::begin, order_[begun_++]};
}

void address_race::failed() {
    CHECK(failed_ < begun_);
    ++failed_;
    // Whatever the others do: its successor has waited for nothing else.
    next_begin_ = mono_time::min();
}

nanoseconds address_race::delay(mono_time now) const {
    const auto untried = static_cast<std::int64_t>(order_.size() - begun_);
    const nanoseconds share = (until_ - now) / untried;
    return std::clamp<nanoseconds>(share, limits::address_delay_least, limits::address_delay);
}

}  // namespace trainwatch::proto
