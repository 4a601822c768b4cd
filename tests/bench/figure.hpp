// One line a figure, in the form that design documents and scripts read:
//   figure=<name> value=<n> unit=<unit> reference=<what> ratio=<n> goal=<=<n> ok=<yes|no>
//
// Absolute times move with the machine; a ratio against a reference of the same run does not.
// Both sides run in turn, and each side's minimum counts.
#pragma once

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <limits>
#include <string>

namespace trainwatch::bench {

inline constexpr int rounds = 7;

// Processor time of this thread, in seconds.
inline double cpu_now() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// Microseconds of processor time for one call, over `calls` of them.
template <class Work>
double microseconds_per_call(int calls, const Work& work) {
    const double start = cpu_now();
    for (int i = 0; i < calls; ++i)
        work();
    return (cpu_now() - start) * 1e6 / calls;
}

struct pair_of_minima {
    double ours = std::numeric_limits<double>::infinity();
    double reference = std::numeric_limits<double>::infinity();
};

template <class Ours, class Reference>
pair_of_minima compare(int calls, const Ours& ours, const Reference& reference) {
    pair_of_minima least;
    for (int round = 0; round < rounds; ++round) {
        least.ours = std::min(least.ours, microseconds_per_call(calls, ours));
        least.reference = std::min(least.reference, microseconds_per_call(calls, reference));
    }
    return least;
}

inline void print_figure(
    const std::string& name, const pair_of_minima& seen, const std::string& reference, double goal
) {
    const double ratio = seen.ours / seen.reference;
    std::printf(
        "figure=%s value=%.2f unit=us reference=%s:%.2fus ratio=%.2f goal=<=%.2f ok=%s\n",
        name.c_str(),
        seen.ours,
        reference.c_str(),
        seen.reference,
        ratio,
        goal,
        ratio <= goal ? "yes" : "no"
    );
}

// Keeps the optimiser from dropping a result.
template <class T>
void keep(const T& value) {
    asm volatile("" : : "g"(&value) : "memory");
}

}  // namespace trainwatch::bench
