// How a coroutine of the shell ends that nobody awaits: the last argument of co_spawn.
#pragma once

#include <exception>

namespace trainwatch::io {

// What escapes a coroutine is our own bug or an exhausted machine: `main` reports it and leaves.
inline void rethrow(const std::exception_ptr& error) {
    if (error) std::rethrow_exception(error);
}

}  // namespace trainwatch::io
