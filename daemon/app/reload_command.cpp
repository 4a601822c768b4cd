#include "app/reload_command.hpp"

#include "base/limits.hpp"
#include "wire/control_message.hpp"

namespace trainwatch::app {

command_report report_reload(const result<std::string>& answer) {
    auto report = report_answer(answer);
    if (report.exit_code == 0) {
        report.out = "The configuration was reloaded.\n";
    } else if (answer.has_value() && wire::read_control_answer(*answer).has_value()) {
        report.problems +=
            "trainwatchd: nothing was reloaded; the daemon goes on with what it has\n";
    }
    return report;
}

int reload(const options& chosen) {
    const daemon_question question{{"reload"}, limits::reload_patience, limits::reload_deadline};
    return tell(report_reload(ask_daemon(chosen.control_socket, question)));
}

}  // namespace trainwatch::app
