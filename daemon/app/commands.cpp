#include "app/commands.hpp"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <variant>

#include "app/environment.hpp"
#include "app/instance_region.hpp"
#include "app/listen_address.hpp"
#include "app/online_check.hpp"
#include "app/process_facts.hpp"
#include "app/settings_file.hpp"
#include "app/version.hpp"
#include "app/wiring.hpp"
#include "wire/exposition.hpp"

namespace trainwatch::app {
namespace {

constexpr int success = 0;
constexpr int could_not = 1;
// EX_CONFIG of sysexits.h: systemd calls it CONFIG, and its unit does not try again.
constexpr int misconfigured = 78;

void print_error(const std::string& line) {
    std::fprintf(stderr, "%s\n", line.c_str());
}

// One connection without keys keeps the others from nothing: the daemon goes on trying. All of them
// without keys is a mistake that whoever starts it wants to hear of.
bool resolve_connections(wiring_inputs& inputs, const environment& env, const aws_files& files) {
    bool has_keys = false;
    for (const auto& connection : inputs.settings.connections) {
        auto access = resolve_access(connection, env, files);
        if (access.trouble) {
            print_error("connection \"" + connection.name + "\": " + access.trouble->detail);
        }
        has_keys = has_keys || !access.trouble;
        inputs.access[connection.name] = std::move(access);
    }
    return has_keys;
}

bool resolve_receivers(wiring_inputs& inputs, const aws_files& files) {
    bool is_complete = true;
    for (const auto& receiver : inputs.settings.receivers) {
        auto proxies = resolve_receiver_proxies(receiver, files);
        if (proxies.has_error()) {
            print_error(proxies.error().detail);  // names the receiver
            is_complete = false;
            continue;
        }
        inputs.receiver_proxies[receiver.name] = std::move(proxies.value());
    }
    return is_complete;
}

// What is done otherwise than the environment or the files ask.
void log_departures(const wiring_inputs& inputs, io::log& log) {
    for (const auto& [name, access] : inputs.access) {
        for (const auto& note : access.notes)
            log.write(io::log_level::warning, note, {{"connection", name}});
    }
}

// Nothing when something is wrong; it has been said then. `exit_code` is what `run` leaves with.
std::optional<wiring_inputs> gather_inputs(
    const std::string& path, const environment& env, int& exit_code
) {
    exit_code = misconfigured;
    auto files = read_aws_files(env, read_file);
    auto loaded = load_settings(path, files, read_file, ask_instance_region);
    if (const auto* mistakes = std::get_if<settings_mistakes>(&loaded)) {
        for (const auto& mistake : *mistakes)
            print_error(mistake);
        // A metadata service that is silent for a moment: the next start may find it.
        if (!files.instance_trouble.empty()) exit_code = could_not;
        return std::nullopt;
    }
    wiring_inputs inputs;
    inputs.settings = std::get<domain::settings>(std::move(loaded));
    inputs.seed = std::random_device{}();
    if (!resolve_connections(inputs, env, files) || !resolve_receivers(inputs, files)) {
        return std::nullopt;
    }
    return inputs;
}

std::unique_ptr<wiring> build_or_explain(wiring_inputs inputs, io::log& log) {
    auto built = wiring::build(std::move(inputs), log);
    if (built.has_value()) return std::move(built.value());
    print_error("trainwatchd cannot start: " + built.error().detail);
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

void print_alert(const domain::alert& alert) {
    std::string line = domain::identity(alert.labels);
    if (const auto summary = alert.annotations.find("summary");
        summary != alert.annotations.end()) {
        line += " " + summary->second;
    }
    print_error("would alert: " + line);
}

// A name that AWS does not know is a finding, not a failure to look.
bool was_seen(const domain::job_view& job) {
    return job.trouble ? *job.trouble == error_class::not_found : job.last || job.missing;
}

}  // namespace

int run(const options& chosen) {
    const auto env = process_environment();
    const auto log = io::create_log(chosen.log_level, chosen.log_format, env.journal_stream);
    int exit_code = success;
    auto inputs = gather_inputs(chosen.config_file, env, exit_code);
    if (!inputs) return exit_code;
    log->write(
        io::log_level::info,
        "starting",
        {{"version", version}, {"revision", revision}, {"config_file", chosen.config_file}}
    );
    log_departures(*inputs, *log);
    const auto daemon = build_or_explain(std::move(*inputs), *log);
    if (!daemon || !listen_everywhere(*daemon, chosen)) return could_not;
    daemon->run();
    return success;
}

int once(const options& chosen) {
    const auto env = process_environment();
    const auto least = std::max(chosen.log_level, io::log_level::warning);
    const auto log = io::create_log(least, chosen.log_format, env.journal_stream);
    int ignored = success;
    auto inputs = gather_inputs(chosen.config_file, env, ignored);
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
    const bool all_seen = std::all_of(view.jobs.begin(), view.jobs.end(), was_seen);
    return written && all_seen ? success : could_not;
}

int check_online_files(const options& chosen) {
    const auto env = process_environment();
    bool is_well = true;
    for (const auto& path : chosen.files) {
        int ignored = success;
        const auto inputs = gather_inputs(path, env, ignored);
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
