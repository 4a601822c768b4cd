// `trainwatchd reload`: asks the running daemon over its control socket, waits, and tells.
#pragma once

#include <string>

#include "app/daemon_question.hpp"
#include "app/options.hpp"
#include "base/failure.hpp"

namespace trainwatch::app {

command_report report_reload(const result<std::string>& answer);

int reload(const options& chosen);

}  // namespace trainwatch::app
