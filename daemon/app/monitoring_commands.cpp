#include "app/monitoring_commands.hpp"

#include <algorithm>
#include <cstdio>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

#include "app/environment.hpp"
#include "app/print_error.hpp"
#include "app/settings_file.hpp"
#include "wire/alertmanager_config.hpp"
#include "wire/prometheus_config.hpp"

namespace trainwatch::app {
namespace {

// Nothing when it is wrong; it has been said then.
std::optional<domain::settings> settings_of(const options& chosen) {
    const auto access = machine_files();
    if (!chosen.config_file_given) {
        const auto text = access.read(chosen.config_file);
        if (text.has_error() && text.error().kind == error_class::not_found) {
            print_error("# there is no " + chosen.config_file + ": printed for any configuration");
            return domain::settings{};
        }
    }
    const auto files = read_aws_files(process_environment(), read_file);
    auto loaded = load_settings_without_aws(chosen.config_file, files, access);
    if (const auto* mistakes = std::get_if<settings_mistakes>(&loaded)) {
        for (const auto& mistake : *mistakes)
            print_error(mistake);
        return std::nullopt;
    }
    auto& [settings, lists, warnings] = std::get<loaded_configuration>(loaded);
    // What is left out is not printed for either.
    for (const auto& file : lists) {
        for (const auto& mistake : file.mistakes)
            print_error(mistake);
    }
    return std::move(settings);
}

int print(const std::string& text) {
    std::fputs(text.c_str(), stdout);
    return std::fflush(stdout) == 0 ? 0 : 1;
}

bool is_loopback(std::string_view target) {
    return target.starts_with("127.") || target.starts_with("[::1]:");
}

}  // namespace

std::vector<std::string> scrape_targets(const std::vector<std::string>& listen_addresses) {
    std::vector<std::string> targets;
    for (const auto& address : listen_addresses) {
        const auto colon = address.rfind(':');
        const auto host = address.substr(0, colon);
        const bool is_any = host.empty() || host == "0.0.0.0" || host == "[::]";
        targets.push_back(is_any ? "localhost" + address.substr(colon) : address);
    }
    std::stable_partition(targets.begin(), targets.end(), [](const auto& target) {
        return !is_loopback(target);
    });
    return targets;
}

int print_prometheus_config(const options& chosen) {
    const auto settings = settings_of(chosen);
    if (!settings) return 1;
    for (const auto& address : chosen.listen_addresses) {
        if (!address.ends_with(":0")) continue;
        print_error(
            "--web.listen-address " + address +
            ": the port is another one at each start, and Prometheus cannot know it"
        );
        return 1;
    }
    return print(
        wire::prometheus_config({scrape_targets(chosen.listen_addresses), settings->global.labels})
    );
}

int print_alertmanager_config(const options& chosen) {
    const auto settings = settings_of(chosen);
    if (!settings) return 1;
    return print(wire::alertmanager_config(*settings));
}

}  // namespace trainwatch::app
