// A seeded generator whose sequence is the same on every machine and library.
//
// std's distributions differ between libraries, so the simulation could not replay a seed with
// them. The algorithm is splitmix64 (public domain, Steele, Lea and Flood 2014).
#pragma once

#include <chrono>
#include <cstdint>

namespace trainwatch {

// The last step of splitmix64: every bit of the result depends on every bit of `bits`.
std::uint64_t mixed(std::uint64_t bits);

class random_source {
public:
    explicit random_source(std::uint64_t seed) : state_(seed) {}

    std::uint64_t next();
    // Uniform in [0, 1).
    double unit();
    // Uniform in [0, bound); bound > 0.
    std::uint64_t below(std::uint64_t bound);
    // Full jitter: uniform in [0, upper).
    std::chrono::nanoseconds jitter(std::chrono::nanoseconds upper);

private:
    std::uint64_t state_;
};

}  // namespace trainwatch
