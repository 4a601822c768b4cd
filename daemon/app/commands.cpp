#include "app/commands.hpp"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/configuration.hpp"
#include "app/daemon_question.hpp"
#include "app/environment.hpp"
#include "app/exit_codes.hpp"
#include "app/first_pass.hpp"
#include "app/kept_watch_lists.hpp"
#include "app/listen_address.hpp"
#include "app/online_check.hpp"
#include "app/print_error.hpp"
#include "app/process_facts.hpp"
#include "app/version.hpp"
#include "app/wiring.hpp"
#include "io/hangup.hpp"
#include "wire/exposition.hpp"

namespace trainwatch::app {
namespace {

// EX_CONFIG of sysexits.h: systemd calls it CONFIG, and its unit does not try again.
constexpr int misconfigured = 78;

// What is done otherwise than the environment or the files ask.
void log_departures(const wiring_inputs& inputs, io::log& log) {
    for (const auto& warning : inputs.warnings)
        log.write(io::log_level::warning, warning, {});
    for (const auto& note : notes_of_names({}, inputs.names))
        log.write(note.level, note.text, note.fields);
    for (const auto& [name, access] : inputs.access) {
        for (const auto& note : access.notes)
            log.write(io::log_level::warning, note, {{"connection", name}});
    }
}

// A team's file that is wrong harms no other: it is told, and the start goes on.
void print_broken(const std::vector<watch_list_file>& files) {
    for (const auto& file : files) {
        if (file.is_ok()) continue;
        for (const auto& mistake : file.mistakes)
            print_error(mistake);
        print_error(what_is_in_force(file));
    }
}

domain::process_settings process_of(const options& chosen, const environment& env) {
    auto process = chosen.process;
    if (process.replica.empty()) process.replica = env.host_name;
    return process;
}

// Nothing when something is wrong; it has been said then. `exit_code` is what `run` leaves with.
// `kept`: what files of watch lists had before this start.
std::optional<wiring_inputs> gather_inputs(
    const std::string& path,
    const options& chosen,
    const environment& env,
    int& exit_code,
    const std::vector<watch_list_file>& kept = {}
) {
    auto reading = read_configuration({path, process_of(chosen, env), env}, {kept, {}});
    if (reading.inputs) print_broken(reading.inputs->watch_list_files);
    for (const auto& error : reading.errors)
        print_error(error);
    // A metadata service that is silent for a moment: the next start may find it.
    exit_code = reading.may_pass ? could_not : misconfigured;
    return std::move(reading.inputs);
}

std::unique_ptr<wiring> build_or_explain(wiring_inputs inputs, io::log& log) {
    auto built = wiring::build(std::move(inputs), log);
    if (built.has_value()) return std::move(built.value());
    const auto& why = built.error();
    const auto cure = why.cure.empty() ? std::string() : "; " + why.cure;
    print_error("trainwatchd cannot start: " + why.detail + cure);
    return nullptr;
}

bool listen_everywhere(wiring& daemon, const options& chosen) {
    for (const auto& text : chosen.listen_addresses) {
        const auto where = parse_listen_address(text);
        if (!where) {
            print_error(
                "--web.listen-address " + text +
                ": not an address; give one as :9717, 127.0.0.1:9717 or [::1]:9717"
            );
            return false;
        }
        if (const auto done = daemon.listen(*where); done.has_error()) {
            print_error("--web.listen-address " + text + ": " + done.error().detail);
            return false;
        }
    }
    return true;
}

bool listen_for_commands(wiring& daemon, const options& chosen, const environment& env) {
    const auto path = control_socket_path(chosen.control_socket, env);
    if (path.empty()) return true;
    const auto done = daemon.listen_for_commands(path);
    if (done.has_value()) return true;
    print_error("trainwatchd cannot start: " + done.error().detail + "; " + done.error().cure);
    return false;
}

void print_alert(const domain::alert& alert) {
    std::string line = domain::identity(alert.labels);
    if (const auto summary = alert.annotations.find("summary");
        summary != alert.annotations.end()) {
        line += " " + summary->second;
    }
    print_error("would alert: " + line);
}

}  // namespace

int run(const options& chosen) {
    io::hold_hangup();
    const auto env = process_environment();
    const auto log = io::create_log(chosen.log_level, chosen.log_format, env.journal_stream);
    int exit_code = success;
    const auto kept_folder = kept_watch_lists_folder(chosen.storage_path);
    const auto kept = read_kept_watch_lists(kept_folder);
    for (const auto& problem : kept.problems)
        print_error(problem);
    auto inputs = gather_inputs(chosen.config_file, chosen, env, exit_code, kept.files);
    if (!inputs) return exit_code;
    log->write(
        io::log_level::info,
        "starting",
        {{"version", version}, {"revision", revision}, {"config_file", chosen.config_file}}
    );
    log_departures(*inputs, *log);
    inputs->ledger = io::ledger_file(chosen.storage_path);
    inputs->kept_lists_folder = kept_folder;
    const auto daemon = build_or_explain(std::move(*inputs), *log);
    if (!daemon || !listen_everywhere(*daemon, chosen)) return could_not;
    if (!listen_for_commands(*daemon, chosen, env)) return could_not;
    const configuration_place place{chosen.config_file, process_of(chosen, env), env};
    const auto again = [place](const configuration_before& in_force) {
        return read_configuration(place, in_force);
    };
    daemon->reload_from(again, chosen.enable_lifecycle);
    daemon->run();
    return success;
}

int once(const options& chosen) {
    const auto env = process_environment();
    const auto least = std::max(chosen.log_level, io::log_level::warning);
    const auto log = io::create_log(least, chosen.log_format, env.journal_stream);
    int ignored = success;
    auto inputs = gather_inputs(chosen.config_file, chosen, env, ignored);
    if (!inputs) return could_not;
    inputs->settings.receivers.clear();
    const auto daemon = build_or_explain(std::move(*inputs), *log);
    if (!daemon) return could_not;
    daemon->run_first_pass();
    const auto& view = daemon->engine().view();
    const auto process = gather_process_facts(daemon->process(), daemon->documents());
    const auto text = wire::render_metrics(view, daemon->engine().plan(), process);
    std::fwrite(text.data(), 1, text.size(), stdout);
    // A full disk must not look like a success to whoever keeps the output.
    const bool written = std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
    if (!written) print_error("standard output cannot be written");
    for (const auto& alert : view.alerts)
        print_alert(alert);
    for (const auto& line : unread_tags(view, daemon->engine().plan()))
        print_error(line);
    return written && was_everything_seen(view) ? success : could_not;
}

int check_online_files(const options& chosen) {
    const auto env = process_environment();
    bool is_well = true;
    for (const auto& path : chosen.files) {
        int ignored = success;
        const auto inputs = gather_inputs(path, chosen, env, ignored);
        is_well = is_well && inputs.has_value();
        if (!inputs) continue;
        const auto report = check_online(*inputs);
        is_well = is_well && report.is_well;
        for (const auto& line : report.lines)
            std::printf("%s: %s\n", path.c_str(), line.c_str());
    }
    return std::fflush(stdout) == 0 && is_well ? success : could_not;
}

}  // namespace trainwatch::app
