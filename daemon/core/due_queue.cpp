#include "core/due_queue.hpp"

#include <algorithm>
#include <bit>

#include "base/check.hpp"

namespace trainwatch::core {
namespace {

// A place is an index in the heap (tier 0), in a bucket (from 1 on), or beyond all buckets.
constexpr unsigned index_bits = 22;
constexpr std::uint32_t index_mask = (1U << index_bits) - 1;

std::size_t tier_of(std::uint32_t place) {
    return place >> index_bits;
}

}  // namespace

mono_time due_queue::begin_of(std::size_t bucket) const {
    return begin_ + nanoseconds(static_cast<std::int64_t>(bucket) << width_log_);
}

due_queue::entries& due_queue::far(std::size_t tier) {
    return tier <= bucket_count ? buckets_[tier - 1] : beyond_;
}

mono_time due_queue::due_of(const heap_places& places, std::size_t slot) const {
    const auto tier = tier_of(places[slot]);
    if (tier == 0) return near_.due_of(places, slot);
    const auto& list = tier <= bucket_count ? buckets_[tier - 1] : beyond_;
    return list[places[slot] & index_mask].due;
}

void due_queue::put_far(heap_places& places, std::size_t tier, const entry& what) {
    auto& list = far(tier);
    places[what.slot] =
        static_cast<std::uint32_t>((tier << index_bits) | static_cast<std::uint32_t>(list.size()));
    list.push_back(what);
}

void due_queue::put(heap_places& places, const entry& what) {
    if (what.due < begin_of(next_)) {
        near_.push(places, what.slot, what.due);
    } else if (what.due < begin_of(bucket_count)) {
        const auto bucket = static_cast<std::size_t>((what.due - begin_).count() >> width_log_);
        put_far(places, bucket + 1, what);
        ++bucketed_;
    } else {
        put_far(places, bucket_count + 1, what);
    }
}

void due_queue::push(heap_places& places, std::size_t slot, mono_time due) {
    CHECK(slot <= index_mask);
    put(places, {due, static_cast<std::uint32_t>(slot)});
    refill(places);
}

void due_queue::erase(heap_places& places, std::size_t slot) {
    const auto tier = tier_of(places[slot]);
    if (tier == 0) {
        near_.erase(places, slot);
        refill(places);
        return;
    }
    auto& list = far(tier);
    const auto index = places[slot] & index_mask;
    CHECK(index < list.size() && list[index].slot == slot);
    if (tier <= bucket_count) --bucketed_;
    if (index + 1 < list.size()) {
        list[index] = list.back();
        places[list[index].slot] = places[slot];
    }
    list.pop_back();
}

void due_queue::refill(heap_places& places) {
    while (near_.empty()) {
        if (bucketed_ == 0) {
            if (beyond_.empty()) return;
            cut_buckets();
            fill_buckets(places);
            continue;
        }
        auto& bucket = buckets_[next_++];
        bucketed_ -= bucket.size();
        for (const auto& each : bucket)
            near_.push(places, each.slot, each.due);
        bucket.clear();
    }
}

// In place, so that no memory is asked for again and again.
void due_queue::fill_buckets(heap_places& places) {
    const auto end = begin_of(bucket_count);
    std::size_t left = 0;
    for (const entry each : beyond_) {
        if (each.due < end) {
            put(places, each);
            continue;
        }
        places[each.slot] = static_cast<std::uint32_t>(((bucket_count + 1) << index_bits) | left);
        beyond_[left++] = each;
    }
    beyond_.resize(left);
}

// To twice the mean distance: a few that are due in hours do not make the others' buckets coarse.
void due_queue::cut_buckets() {
    const auto first = std::min_element(beyond_.begin(), beyond_.end())->due;
    double sum = 0;
    for (const auto& each : beyond_)
        sum += static_cast<double>((each.due - first).count());
    const auto count = static_cast<double>(beyond_.size());
    const double span = 2 * sum / count;
    const double buckets = std::clamp(count / bucket_size, 1.0, static_cast<double>(bucket_count));
    const auto width = static_cast<std::uint64_t>(span / buckets) + 1;
    // All buckets together stay far from the end of time.
    width_log_ = std::min(static_cast<unsigned>(std::bit_width(width)), 52U);
    begin_ = first;
    next_ = 0;
}

}  // namespace trainwatch::core
