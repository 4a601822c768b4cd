#include "app/options.hpp"

#include <map>
#include <set>
#include <utility>

#include <CLI/CLI.hpp>

#include "app/listen_address.hpp"
#include "app/options_jobs.hpp"
#include "app/options_process.hpp"
#include "app/options_receivers.hpp"
#include "app/options_words.hpp"
#include "app/version.hpp"
#include "base/text.hpp"

namespace trainwatch::app {
namespace {

constexpr const char* platform =
#if defined(__x86_64__)
    "linux/amd64";
#elif defined(__aarch64__)
    "linux/arm64";
#else
    "linux";
#endif

// Points to the help of the command in which it was made.
early_exit mistake(std::string_view message, const CLI::App& app) {
    std::string help = "trainwatchd";
    if (const auto within = app.get_subcommands(); !within.empty()) {
        help += " " + within.front()->get_name();
    }
    return {1, "trainwatchd: " + std::string(message) + "\nTry " + help + " --help.\n"};
}

void add_common(CLI::App& app, options& into, std::string& level, std::string& format) {
    app.add_option("--config.file", into.config_file, "The configuration file")
        ->capture_default_str()
        ->type_name("FILE");
    app.add_option("--log.level", level, "debug, info, warn or error")
        ->capture_default_str()
        ->type_name("LEVEL");
    app.add_option("--log.format", format, "logfmt or json")
        ->capture_default_str()
        ->type_name("FORMAT");
}

void add_control_socket(CLI::App& app, options& into) {
    app.add_option(
           "--control.socket",
           into.control_socket,
           "The socket for commands to the running daemon (default: control, in the runtime "
           "directory that systemd gives)"
    )
        ->type_name("PATH");
}

void add_run(CLI::App& app, options& into) {
    add_control_socket(app, into);
    app.add_flag("--web.enable-lifecycle", into.enable_lifecycle, "Obey POST and PUT of /-/reload");
    app.add_option(
           "--web.listen-address",
           into.listen_addresses,
           "Where to serve the page and /metrics; may be given several times"
    )
        ->capture_default_str()
        ->allow_extra_args(false)
        ->type_name("ADDRESS:PORT");
    app.add_option("--storage.path", into.storage_path, "The directory of the ledger")
        ->capture_default_str()
        ->type_name("DIRECTORY");
}

// Empty when there is nothing wrong with the values.
std::string check_values(options& parsed, const std::string& level, const std::string& format) {
    static const std::map<std::string_view, io::log_level> levels{
        {"debug", io::log_level::debug},
        {"info", io::log_level::info},
        {"warn", io::log_level::warning},
        {"error", io::log_level::error}};
    static const std::map<std::string_view, io::log_format> formats{
        {"logfmt", io::log_format::logfmt}, {"json", io::log_format::json}};
    const auto known_level = levels.find(level);
    if (known_level == levels.end()) return "--log.level is debug, info, warn or error";
    const auto known_format = formats.find(format);
    if (known_format == formats.end()) return "--log.format is logfmt or json";
    parsed.log_level = known_level->second;
    parsed.log_format = known_format->second;
    if (parsed.config_file.empty()) return "--config.file is empty";
    if (parsed.storage_path.empty()) return "--storage.path is empty";
    std::set<std::string_view> seen;
    for (const auto& address : parsed.listen_addresses) {
        const std::string shown = "--web.listen-address \"" + valid_utf8(address, 80) + "\"";
        if (!parse_listen_address(address)) {
            return shown + " is no address; write one such as :9717, 127.0.0.1:9717 or [::1]:9717";
        }
        if (!seen.insert(address).second) return shown + " is given twice";
    }
    return {};
}

}  // namespace

std::variant<options, early_exit> parse_options(int argc, const char* const* argv) {
    options parsed;
    std::string level = "info";
    std::string format = "logfmt";
    CLI::App app("Watches Amazon SageMaker training jobs for Prometheus and Alertmanager.");
    app.name("trainwatchd");
    app.footer("Without a command: run. Documentation: config/README.md and deploy/README.md.");
    app.require_subcommand(0, 1);
    app.allow_extras();
    app.set_version_flag("--version", version_text);
    add_common(app, parsed, level, format);
    add_run(app, parsed);
    process_flags process;
    add_process(app, process);
    add_replica_name(app, parsed);

    auto* const run = app.add_subcommand("run", "Watch, serve metrics and send alerts");
    add_common(*run, parsed, level, format);
    add_run(*run, parsed);
    add_process(*run, process);
    add_replica_name(*run, parsed);
    auto* const check =
        app.add_subcommand("check-config", "Report every mistake in configuration files");
    check->add_option("FILE", parsed.files, "Configuration files")->required();
    check->add_flag(
        "--online",
        parsed.online,
        "Try every connection and receiver too: one DescribeTrainingJob each, no alert is sent"
    );
    check->add_flag(
        "--plan",
        parsed.plan,
        "Print what each connection and region has to do, and what its budget can promise"
    );
    add_process(*check, process);
    auto* const once = app.add_subcommand(
        "once", "One pass: metrics on standard output, would-be alerts on standard error"
    );
    add_common(*once, parsed, level, format);
    add_process(*once, process);
    auto* const policy = app.add_subcommand(
        "print-iam-policy", "Print the least IAM policy for the configuration, as JSON"
    );
    policy->add_option("--config.file", parsed.config_file, "The configuration file")
        ->capture_default_str()
        ->type_name("FILE");
    policy->add_option("--connection", parsed.connection, "Only for this connection")
        ->type_name("NAME");
    policy->footer(
        "One document for each connection's keys; with a role_arn a second one, for the role. "
        "What\n"
        "each is for stands on standard error. AWS is not asked."
    );
    auto* const test = add_test_alert(app, parsed);
    auto* const for_prometheus = add_print_prometheus_config(app, parsed);
    auto* const for_alertmanager = add_print_alertmanager_config(app, parsed);
    auto* const reload = app.add_subcommand(
        "reload", "Let the running daemon read its configuration again, and wait for the outcome"
    );
    add_control_socket(*reload, parsed);
    job_flags flags;
    auto* const describe = add_describe(app, parsed, flags);
    auto* const wait = add_wait(app, parsed, flags);
    auto* const explain = add_explain(app, parsed, flags);
    auto* const ack = add_ack(app, flags);
    auto* const backtest = add_backtest(app, parsed, flags);
    for (auto* const each : {explain, ack})
        add_control_socket(*each, parsed);
    for (auto* const each : app.get_subcommands(nullptr))
        each->allow_extras();

    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& wanted) {  // --help and --version
        if (dynamic_cast<const CLI::CallForVersion*>(&wanted) != nullptr) {
            return early_exit{0, version_text()};
        }
        const auto chosen = app.get_subcommands();
        std::string text = chosen.empty() ? app.help() : chosen.front()->help(app.get_name());
        if (!text.ends_with('\n')) text += '\n';
        return early_exit{0, std::move(text)};
    } catch (const CLI::ParseError& error) {
        return mistake(error.what(), app);
    }
    if (const auto left = app.remaining(true); !left.empty()) {
        return mistake(explain_leftover(left.front(), app.get_subcommands().empty()), app);
    }
    if (check->parsed()) parsed.command = command::check_config;
    if (once->parsed()) parsed.command = command::once;
    if (describe->parsed()) parsed.command = command::describe;
    if (explain->parsed()) parsed.command = command::explain;
    if (ack->parsed()) parsed.command = command::ack;
    if (backtest->parsed()) parsed.command = command::backtest;
    for (const auto* const of_one : {describe, explain, ack}) {
        if (of_one->parsed()) parsed.jobs = {flags.job};
    }
    parsed.from_file = explain->count("--storage.path") > 0;
    if (wait->parsed()) parsed.command = command::wait;
    if (reload->parsed()) parsed.command = command::reload;
    if (policy->parsed()) parsed.command = command::print_iam_policy;
    if (test->parsed()) parsed.command = command::test_alert;
    if (for_prometheus->parsed()) parsed.command = command::print_prometheus_config;
    if (for_alertmanager->parsed()) parsed.command = command::print_alertmanager_config;
    for (const auto* const each : {for_prometheus, for_alertmanager, backtest}) {
        // It may stand before the command, too.
        const bool is_given = each->count("--config.file") + app.count("--config.file") > 0;
        if (each->parsed() && is_given) parsed.config_file_given = true;
    }
    if (auto wrong = check_process_flags(parsed, process); !wrong.empty()) {
        return mistake(wrong, app);
    }
    if (backtest->count("--from") > 0 && parsed.from.empty()) {
        return mistake("--from is empty", app);
    }
    if (auto wrong = check_job_flags(parsed, flags); !wrong.empty()) return mistake(wrong, app);
    if (auto wrong = check_values(parsed, level, format); !wrong.empty()) {
        return mistake(wrong, app);
    }
    return parsed;
}

std::string version_text() {
    return std::string("trainwatchd, version ") + version + " (revision: " + revision +
        ")\n  compiler:         " + compiler + "\n  platform:         " + platform + "\n";
}

}  // namespace trainwatch::app
