// CHECK(condition): aborts, in every build, when this program is wrong about itself.
//
// For our own bugs only. What the world does wrong (network, AWS, files, users) is a `failure`
// (base/failure.hpp). After an abort systemd restarts the daemon and it recovers from its store.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace trainwatch {

[[noreturn]] inline void check_failed(const char* condition, const char* file, int line) {
    std::fprintf(stderr, "%s:%d: CHECK(%s) failed\n", file, line, condition);
    std::abort();
}

}  // namespace trainwatch

#define CHECK(condition) \
    ((condition) ? (void)0 : ::trainwatch::check_failed(#condition, __FILE__, __LINE__))
