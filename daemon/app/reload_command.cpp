#include "app/reload_command.hpp"

#include <cstdio>
#include <exception>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "app/job_commands.hpp"
#include "base/limits.hpp"
#include "io/control_socket.hpp"
#include "wire/control_message.hpp"
#include "wire/terminal_text.hpp"

namespace trainwatch::app {
namespace {

// Where systemd/trainwatchd.service has it: for whoever asks from a shell.
constexpr const char* usual_path = "/run/trainwatchd/control";

std::string line_of(const std::string& text) {
    return wire::terminal_safe(text) + "\n";
}

reload_report unanswered(const failure& why) {
    const auto cure = why.cure.empty() ? std::string() : "; " + why.cure;
    return {1, {}, "trainwatchd: " + line_of(why.detail + cure)};
}

result<std::string> ask(const std::string& path) {
    boost::asio::io_context context(1);
    boost::asio::steady_timer patience(context, limits::reload_patience);
    patience.async_wait([](const boost::system::error_code& error) {
        if (!error) complain("the daemon reads its configuration, this takes longer than usual");
    });
    result<std::string> answer = std::string();
    auto asking = io::ask_control(
        path, wire::encode(wire::control_request{"reload"}), limits::reload_deadline
    );
    boost::asio::co_spawn(
        context,
        std::move(asking),
        [&](const std::exception_ptr& error, result<std::string> told) {
            if (error) std::rethrow_exception(error);
            answer = std::move(told);
            patience.cancel();
        }
    );
    context.run();
    return answer;
}

}  // namespace

std::string control_socket_path(const std::string& flag, const environment& env) {
    if (!flag.empty()) return flag;
    return env.runtime_directory.empty() ? std::string() : env.runtime_directory + "/control";
}

reload_report report_reload(const result<std::string>& answer) {
    if (answer.has_error()) return unanswered(answer.error());
    const auto told = wire::read_control_answer(*answer);
    if (told.has_error()) {
        failure why = told.error();
        why.detail = "the daemon's answer cannot be understood: " + why.detail;
        why.cure = "it may be of another version: restart it";
        return unanswered(why);
    }
    reload_report report;
    for (const auto& error : told->errors)
        report.problems += line_of(error);
    for (const auto& warning : told->warnings)
        report.problems += line_of("warning: " + warning);
    if (told->ok) {
        report.out = "The configuration was reloaded.\n";
    } else {
        report.exit_code = 1;
        report.problems +=
            "trainwatchd: nothing was reloaded; the daemon goes on with what it has\n";
    }
    return report;
}

int reload(const options& chosen) {
    auto path = control_socket_path(chosen.control_socket, process_environment());
    if (path.empty()) path = usual_path;
    const auto report = report_reload(ask(path));
    std::fputs(report.problems.c_str(), stderr);
    std::fputs(report.out.c_str(), stdout);
    return flush_output() ? report.exit_code : 1;
}

}  // namespace trainwatch::app
