// Parse, do, leave with the command's exit code.
#include <csignal>
#include <cstdio>
#include <exception>
#include <variant>

#include "app/backtest.hpp"
#include "app/check_config.hpp"
#include "app/commands.hpp"
#include "app/instance_region.hpp"
#include "app/job_commands.hpp"
#include "app/ledger_commands.hpp"
#include "app/monitoring_commands.hpp"
#include "app/options.hpp"
#include "app/policy_command.hpp"
#include "app/reload_command.hpp"
#include "app/test_alert.hpp"

using namespace trainwatch;

namespace {

int check_files(const app::options& chosen) {
    const auto report = app::check_config(
        chosen, app::process_environment(), app::machine_files(), app::ask_instance_region
    );
    std::fputs(report.text.c_str(), stdout);
    if (std::fflush(stdout) != 0 || report.exit_code != 0) return 1;
    return chosen.online ? app::check_online_files(chosen) : 0;
}

int perform(const app::options& chosen) {
    switch (chosen.command) {
        case app::command::check_config:
            return check_files(chosen);
        case app::command::print_iam_policy:
            return app::print_iam_policy(chosen);
        case app::command::test_alert:
            return app::test_alert(chosen);
        case app::command::print_prometheus_config:
            return app::print_prometheus_config(chosen);
        case app::command::print_alertmanager_config:
            return app::print_alertmanager_config(chosen);
        case app::command::describe:
            return app::describe(chosen);
        case app::command::wait:
            return app::wait(chosen);
        case app::command::once:
            return app::once(chosen);
        case app::command::reload:
            return app::reload(chosen);
        case app::command::explain:
            return app::explain(chosen);
        case app::command::ack:
            return app::acknowledge(chosen);
        case app::command::backtest:
            return app::backtest(chosen);
        case app::command::run:
            return app::run(chosen);
    }
    return 1;
}

}  // namespace

int main(int argc, char** argv) {
    // A file that may not grow any more is a disk that is full (EFBIG), and no reason to die.
    std::signal(SIGXFSZ, SIG_IGN);
    try {
        const auto parsed = app::parse_options(argc, argv);
        if (const auto* leave = std::get_if<app::early_exit>(&parsed)) {
            std::fputs(leave->text.c_str(), leave->code == 0 ? stdout : stderr);
            return leave->code;
        }
        return perform(std::get<app::options>(parsed));
    } catch (const std::exception& error) {
        // Nothing of ours throws: this is a library's or the machine's last word.
        std::fprintf(stderr, "trainwatchd: %s\n", error.what());
        return 1;
    }
}
