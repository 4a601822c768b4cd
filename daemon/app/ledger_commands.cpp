#include "app/ledger_commands.hpp"

#include <chrono>
#include <string>

#include "app/control_desk.hpp"
#include "app/daemon_question.hpp"
#include "app/exit_codes.hpp"
#include "app/job_commands.hpp"
#include "base/limits.hpp"
#include "io/clock.hpp"
#include "io/store.hpp"
#include "wire/job_arn.hpp"

namespace trainwatch::app {
namespace {

daemon_question question_about(const char* command, const std::string& job) {
    return {
        {command, {{job_argument, job}}},
        limits::control_answer_patience,
        limits::control_answer_deadline};
}

bool is_job(const std::string& text) {
    const auto read = wire::read_job_reference(text);
    if (read.has_value()) return true;
    complain(read.error().detail);
    return false;
}

int explain_from_file(const options& chosen) {
    const auto& job = chosen.jobs.front();
    const auto rows = io::read_about(io::ledger_file(chosen.storage_path), job);
    const auto now = io::create_system_clock()->now().wall;
    return tell(report_answer(wire::encode(explain_rows(rows, job, now))));
}

}  // namespace

int explain(const options& chosen) {
    if (!is_job(chosen.jobs.front())) return could_not;
    if (chosen.from_file) return explain_from_file(chosen);
    const auto answer =
        ask_daemon(chosen.control_socket, question_about("explain", chosen.jobs.front()));
    const bool none_runs = answer.has_error() && answer.error().kind == error_class::not_found;
    if (!none_runs) return tell(report_answer(answer));
    if (!chosen.control_socket.empty()) {
        // It may have a ledger elsewhere than here.
        auto why = answer.error();
        why.cure = "--storage.path reads the file of a daemon that does not run";
        return tell(report_answer(why));
    }
    complain(
        answer.error().detail + "; this is from the file " + io::ledger_file(chosen.storage_path)
    );
    return explain_from_file(chosen);
}

int acknowledge(const options& chosen) {
    if (!is_job(chosen.jobs.front())) return could_not;
    return tell(
        report_answer(ask_daemon(chosen.control_socket, question_about("ack", chosen.jobs.front())))
    );
}

}  // namespace trainwatch::app
