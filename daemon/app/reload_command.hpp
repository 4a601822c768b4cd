// `trainwatchd reload`: asks the running daemon over its control socket, waits, and tells.
#pragma once

#include <string>

#include "app/environment.hpp"
#include "app/options.hpp"
#include "base/failure.hpp"

namespace trainwatch::app {

// Where a daemon listens for commands: as the flag says, else in the runtime directory; empty:
// nowhere.
std::string control_socket_path(const std::string& flag, const environment& env);

// What a person is told of the daemon's answer (a line of wire/control_message), and the exit code.
struct reload_report {
    int exit_code = 0;
    std::string out{};       // for standard output
    std::string problems{};  // for standard error

    bool operator==(const reload_report&) const = default;
};
reload_report report_reload(const result<std::string>& answer);

int reload(const options& chosen);

}  // namespace trainwatch::app
