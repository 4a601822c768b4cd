#include "app/daemon_question.hpp"

#include <cstdio>
#include <exception>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "app/job_commands.hpp"
#include "io/control_socket.hpp"
#include "wire/terminal_text.hpp"

namespace trainwatch::app {
namespace {

// Where systemd/trainwatchd.service has it: for whoever asks from a shell.
constexpr const char* usual_path = "/run/trainwatchd/control";

std::string line_of(const std::string& text) {
    return wire::terminal_safe(text) + "\n";
}

command_report unanswered(const failure& why) {
    const auto cure = why.cure.empty() ? std::string() : "; " + why.cure;
    return {1, {}, "trainwatchd: " + line_of(why.detail + cure)};
}

}  // namespace

std::string control_socket_path(const std::string& flag, const environment& env) {
    if (!flag.empty()) return flag;
    return env.runtime_directory.empty() ? std::string() : env.runtime_directory + "/control";
}

result<std::string> ask_daemon(const std::string& socket_flag, const daemon_question& question) {
    auto path = control_socket_path(socket_flag, process_environment());
    if (path.empty()) path = usual_path;
    boost::asio::io_context context(1);
    boost::asio::steady_timer patience(context, question.patience);
    patience.async_wait([](const boost::system::error_code& error) {
        if (!error) complain("the daemon is at it, this takes longer than usual");
    });
    result<std::string> answer = std::string();
    auto asking = io::ask_control(path, wire::encode(question.request), question.deadline);
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

command_report report_answer(const result<std::string>& answer) {
    if (answer.has_error()) return unanswered(answer.error());
    const auto told = wire::read_control_answer(*answer);
    if (told.has_error()) {
        failure why = told.error();
        why.detail = "the daemon's answer cannot be understood: " + why.detail;
        why.cure = "it may be of another version: restart it";
        return unanswered(why);
    }
    command_report report;
    report.exit_code = told->ok ? 0 : 1;
    for (const auto& error : told->errors)
        report.problems += line_of(error);
    for (const auto& warning : told->warnings)
        report.problems += line_of("warning: " + warning);
    report.out = told->text;
    return report;
}

int tell(const command_report& report) {
    std::fputs(report.problems.c_str(), stderr);
    std::fputs(report.out.c_str(), stdout);
    return flush_output() ? report.exit_code : 1;
}

}  // namespace trainwatch::app
