// A command's question to the running daemon over its control socket, and what a person is told of
// the answer.
#pragma once

#include <string>

#include "app/environment.hpp"
#include "base/failure.hpp"
#include "base/time.hpp"
#include "wire/control_message.hpp"

namespace trainwatch::app {

// Where a daemon listens for commands: as the flag says, else in the runtime directory; empty:
// nowhere.
std::string control_socket_path(const std::string& flag, const environment& env);

struct daemon_question {
    wire::control_request request{};
    milliseconds patience{};  // then a line on standard error says that it takes longer
    milliseconds deadline{};
};

// The answer's line (wire/control_message). Asks where the flag says, else where the environment
// does, else where systemd/trainwatchd.service has the socket. Failures as of io::ask_control:
// not_found when no daemon listens there.
result<std::string> ask_daemon(const std::string& socket_flag, const daemon_question& question);

struct command_report {
    int exit_code = 0;
    std::string out{};       // for standard output
    std::string problems{};  // for standard error

    bool operator==(const command_report&) const = default;
};
// The answer's text, errors and warnings, each safe for a terminal.
command_report report_answer(const result<std::string>& answer);

// Says it on both streams; the exit code, 1 when standard output cannot take it.
int tell(const command_report& report);

}  // namespace trainwatch::app
