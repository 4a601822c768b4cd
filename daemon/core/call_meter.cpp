#include "core/call_meter.hpp"

#include <algorithm>

namespace trainwatch::core {

call_meter::bucket& call_meter::bucket_of(mono_time now) {
    const auto number = number_of(now);
    auto& place = buckets_[static_cast<std::size_t>(number) % buckets];
    if (place.number != number) place = {number, 0, 0};
    return place;
}

void call_meter::join(const call_meter& other) {
    began_ = std::min(began_, other.began_);
    for (std::size_t i = 0; i < buckets; ++i) {
        const auto& theirs = other.buckets_[i];
        if (theirs.number < buckets_[i].number) continue;
        if (theirs.number > buckets_[i].number) buckets_[i] = {theirs.number, 0, 0};
        buckets_[i].sent += theirs.sent;
        buckets_[i].refused += theirs.refused;
    }
}

double call_meter::rate_of(std::uint64_t bucket::*count, mono_time now) const {
    const auto last = number_of(now);
    const auto first = last - static_cast<std::int64_t>(buckets) + 1;
    std::uint64_t sum = 0;
    for (const auto& each : buckets_) {
        if (each.number >= first && each.number <= last) sum += each.*count;
    }
    const auto from = std::max(began_, mono_time(first * bucket_length));
    // One call in the first moment is no hundred a second.
    const std::chrono::duration<double> length = std::max(now - from, bucket_length);
    return static_cast<double>(sum) / length.count();
}

double call_meter::sent_rate(mono_time now) const {
    return rate_of(&bucket::sent, now);
}

double call_meter::refused_rate(mono_time now) const {
    return rate_of(&bucket::refused, now);
}

}  // namespace trainwatch::core
