// How many calls left, and how many of them were refused, over about the last minute.
//
// Counts in buckets of five seconds, so it costs a few words whatever the rate. The window ends
// now and is 55 to 60 s long, or as long as there has been anything to count.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/time.hpp"

namespace trainwatch::core {

class call_meter {
public:
    // Nothing was called before; until then there is no rate.
    void start(mono_time now) { began_ = now; }
    void sent(mono_time now) { ++bucket_of(now).sent; }
    void refused(mono_time now) { ++bucket_of(now).refused; }
    // Counts what another has counted, too.
    void join(const call_meter& other);

    // A second.
    double sent_rate(mono_time now) const;
    double refused_rate(mono_time now) const;

private:
    static constexpr std::size_t buckets = 12;
    static constexpr nanoseconds bucket_length = seconds(5);

    struct bucket {
        std::int64_t number = -1;  // of all since the clock's start
        std::uint64_t sent = 0;
        std::uint64_t refused = 0;
    };

    static std::int64_t number_of(mono_time at) { return at.time_since_epoch() / bucket_length; }
    bucket& bucket_of(mono_time now);
    double rate_of(std::uint64_t bucket::*count, mono_time now) const;

    std::array<bucket, buckets> buckets_{};
    mono_time began_{};
};

}  // namespace trainwatch::core
