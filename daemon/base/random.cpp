#include "base/random.hpp"

#include "base/check.hpp"

namespace trainwatch {

std::uint64_t mixed(std::uint64_t bits) {
    bits = (bits ^ (bits >> 30U)) * 0xbf58476d1ce4e5b9U;
    bits = (bits ^ (bits >> 27U)) * 0x94d049bb133111ebU;
    return bits ^ (bits >> 31U);
}

std::uint64_t random_source::next() {
    state_ += 0x9e3779b97f4a7c15U;
    return mixed(state_);
}

double random_source::unit() {
    return static_cast<double>(next() >> 11U) * 0x1.0p-53;
}

std::uint64_t random_source::below(std::uint64_t bound) {
    CHECK(bound > 0);
    return next() % bound;
}

std::chrono::nanoseconds random_source::jitter(std::chrono::nanoseconds upper) {
    return std::chrono::nanoseconds(
        static_cast<std::int64_t>(unit() * static_cast<double>(upper.count()))
    );
}

}  // namespace trainwatch
