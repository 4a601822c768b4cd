// Strong integer names for things that are counted: they compare and print, and never mix.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace trainwatch {

template <class Tag>
struct strong_id {
    std::uint64_t value = 0;

    auto operator<=>(const strong_id&) const = default;
};

// One attempt to describe one job. Never reused within a run.
using poll_id = strong_id<struct poll_tag>;
// One attempt to hand a batch of alerts to one endpoint. Never reused within a run.
using delivery_id = strong_id<struct delivery_tag>;
// One question to an Alertmanager, what it holds. Never reused within a run.
using read_back_id = strong_id<struct read_back_tag>;
// One batch for the ledger; `committed{up_to}` confirms all ids up to it.
using commit_id = strong_id<struct commit_tag>;
// Index of a (connection, region) in the watch plan: the unit of AWS' quota.
using lane_id = strong_id<struct lane_tag>;
// Index of one receiver URL in the watch plan.
using endpoint_id = strong_id<struct endpoint_tag>;

}  // namespace trainwatch

template <class Tag>
struct std::hash<trainwatch::strong_id<Tag>> {
    std::size_t operator()(const trainwatch::strong_id<Tag>& id) const noexcept {
        return std::hash<std::uint64_t>{}(id.value);
    }
};
