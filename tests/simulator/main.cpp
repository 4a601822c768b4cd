// sagemaker-sim: reads the command line, runs one simulation, says what went wrong.
#include <cstdio>
#include <exception>

#include <CLI/CLI.hpp>

#include "tests/simulator/kinds.hpp"
#include "tests/simulator/simulation.hpp"

namespace {

using trainwatch::simulator::options;

void declare(CLI::App& command, options& wanted) {
    command.add_option("--scenario", wanted.scenario_file, "YAML file with the jobs")->required();
    command.add_option("--listen", wanted.listen, "Address of the API over HTTP");
    command.add_option("--tls-listen", wanted.tls_listen, "Address of the API over TLS");
    command.add_option("--control-listen", wanted.control_listen, "Address of the control port");
    command.add_option("--metadata-listen", wanted.metadata_listen, "Of the instance metadata");
    command.add_option("--container-listen", wanted.container_listen, "Of container credentials");
    command.add_option("--proxy-listen", wanted.proxy_listen, "Of the HTTP proxy");
    command.add_option("--tls-directory", wanted.tls_directory, "Where ca.pem and the rest stand");
    command.add_option("--speed", wanted.speed, "How much faster than the scenario time runs")
        ->check(CLI::Range(0.001, 1e6));
    auto* id = command.add_option("--access-key-id", wanted.access_key_id);
    auto* secret = command.add_option("--secret-access-key", wanted.secret_access_key);
    id->needs(secret);
    secret->needs(id);
    command.add_option("--session-token", wanted.session_token);
    command.add_option("--region", wanted.regions, "A region to serve, repeatable");
    command.add_option("--account", wanted.account, "Twelve digits");
    command.add_option("--describe-rate", wanted.describe_rate, "Describes a second; 0: no limit");
    command.add_option("--list-rate", wanted.list_rate, "Lists a second; 0: no limit");
    command.add_option("--burst", wanted.burst, "Requests that may come at once");
    command.add_flag(
        "--creation-time-filters-after-paging", wanted.creation_time_filters_after_paging
    );
    command.add_option("--clock-skew", wanted.clock_skew, "Of the service's clock, such as -10m");
    command.add_option("--seed", wanted.seed, "Of the faults' dice");
    command.add_option("--ready-file", wanted.ready_file, "Written once all ports listen");
    command
        .add_option_function<std::string>(
            "--log",
            [&](const std::string& what) { wanted.log_requests = what == "requests"; },
            "\"requests\": one line each, on stderr"
        )
        ->check(CLI::IsMember({"requests", "none"}));
}

int print_kinds() {
    for (const auto& kind : trainwatch::simulator::kinds()) {
        std::printf(
            "%-24.*s%.*s\n",
            static_cast<int>(kind.name.size()),
            kind.name.data(),
            static_cast<int>(kind.truth.size()),
            kind.truth.data()
        );
    }
    return 0;
}

}  // namespace

int main(int count, char** arguments) {
    if (count == 2 && std::string_view(arguments[1]) == "--list-kinds") return print_kinds();
    try {
        options wanted;
        CLI::App command("A SageMaker to run against; --list-kinds shows what it can play");
        declare(command, wanted);
        CLI11_PARSE(command, count, arguments);
        const auto done = trainwatch::simulator::run(wanted);
        if (done) return 0;
        std::fprintf(stderr, "sagemaker-sim: %s\n", done.error().detail.c_str());
    } catch (const std::exception& error) {
        std::fprintf(stderr, "sagemaker-sim: %s\n", error.what());
    }
    return 1;
}
