// Runs a program to its end beside the loop: no shell, its own process group, a deadline, bounded
// output. Nothing of its arguments or its output appears in a failure.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/failure.hpp"
#include "base/time.hpp"
#include "io/byte_stream.hpp"

namespace trainwatch::io {

class program_runner {
public:
    virtual ~program_runner() = default;
    // What it wrote to its standard output, once it exited with 0. The program is looked up in
    // PATH; it inherits the environment without NOTIFY_SOCKET and WATCHDOG_*, and no input.
    // `denied`: it cannot be started, or it complained (its first line on standard error is told).
    // `transient`: killed at its deadline, with all that it started.
    virtual task<result<std::string>> run(
        std::vector<std::string> arguments, nanoseconds within
    ) = 0;
    // Kills what runs.
    virtual void close() = 0;
};

std::unique_ptr<program_runner> create_program_runner();

}  // namespace trainwatch::io
