#include "app/job_commands.hpp"

#include <cstdio>
#include <random>
#include <utility>
#include <variant>

#include <unistd.h>

#include "app/environment.hpp"
#include "app/instance_region.hpp"
#include "app/settings_file.hpp"
#include "base/limits.hpp"
#include "wire/terminal_text.hpp"

namespace trainwatch::app {
namespace {

// The commands tell a person what matters; the daemon's log lines would only stand between.
class no_log final : public io::log {
public:
    void write(io::log_level, std::string_view, const io::log_fields&) override {}
    void flush() override {}
};

}  // namespace

std::optional<job_inputs> gather_job_inputs(const options& chosen) {
    const auto env = process_environment();
    auto files = read_aws_files(env, read_file);
    const wire::named_jobs asked{chosen.jobs, chosen.region, chosen.profile, chosen.endpoint_url};
    auto loaded = load_job_settings(asked, files, read_file, ask_instance_region);
    if (const auto* const mistakes = std::get_if<settings_mistakes>(&loaded)) {
        for (const auto& mistake : *mistakes)
            complain(mistake);
        return std::nullopt;
    }
    auto settings = std::get<wire::job_settings>(std::move(loaded));
    auto& connection = settings.settings.connections.front();
    auto access = resolve_command_access(connection, env, files);
    if (access.trouble) {
        complain(access.trouble->detail);
        return std::nullopt;
    }
    job_inputs inputs;
    inputs.log = std::make_unique<no_log>();
    inputs.wanted = std::move(settings.wanted);
    inputs.wiring.settings = std::move(settings.settings);
    inputs.wiring.settings.prices = chosen.prices;
    inputs.wiring.seed = std::random_device{}();
    inputs.wiring.access[inputs.wiring.settings.connections.front().name] = std::move(access);
    return inputs;
}

std::unique_ptr<wiring> build_or_complain(wiring_inputs inputs, io::log& log) {
    auto built = wiring::build(std::move(inputs), log);
    if (built.has_value()) return std::move(built.value());
    complain(built.error().detail);
    return nullptr;
}

void complain(const std::string& message) {
    const auto line = "trainwatchd: " + wire::terminal_safe(message) + "\n";
    std::fwrite(line.data(), 1, line.size(), stderr);
}

bool flush_output() {
    if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return true;
    complain("standard output cannot be written");
    return false;
}

int leave(int exit_code, bool drained) {
    if (drained) return exit_code;
    std::fflush(nullptr);
    _exit(exit_code);
}

wall_time aws_time(const wiring& daemon) {
    const auto now = daemon.now().wall;
    for (const auto& lane : daemon.engine().view().lanes) {
        if (!lane.clock_offset) continue;
        // The Date header has whole seconds: less is no difference.
        const bool differs = std::chrono::abs(*lane.clock_offset) > limits::clock_tolerance;
        return differs ? now + *lane.clock_offset : now;
    }
    return now;
}

}  // namespace trainwatch::app
