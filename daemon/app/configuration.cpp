#include "app/configuration.hpp"

#include <random>
#include <utility>
#include <variant>

namespace trainwatch::app {
namespace {

// False when none of them has keys.
bool resolve_connections(
    wiring_inputs& inputs,
    const environment& env,
    const aws_files& files,
    const file_reader& read,
    std::vector<std::string>& errors
) {
    bool has_keys = false;
    for (const auto& connection : inputs.settings.connections) {
        auto access = resolve_access(connection, env, files, read);
        if (access.trouble) {
            errors.push_back("connection \"" + connection.name + "\": " + access.trouble->detail);
        }
        has_keys = has_keys || !access.trouble;
        inputs.access[connection.name] = std::move(access);
    }
    return has_keys;
}

bool resolve_receivers(
    wiring_inputs& inputs, const aws_files& files, std::vector<std::string>& errors
) {
    bool is_complete = true;
    for (const auto& receiver : inputs.settings.receivers) {
        auto proxies = resolve_receiver_proxies(receiver, files);
        if (proxies.has_error()) {
            errors.push_back(proxies.error().detail);  // names the receiver
            is_complete = false;
            continue;
        }
        inputs.receiver_proxies[receiver.name] = std::move(proxies.value());
    }
    return is_complete;
}

}  // namespace

configuration_reading read_configuration(
    const configuration_place& place, const configuration_before& former
) {
    configuration_reading reading;
    const auto& [path, process, env, access, ask, look_up] = place;
    auto files = read_aws_files(env, access.read);
    const loaded_configuration previous{{}, former.files, {}};
    auto loaded = load_settings(path, files, access, ask, &previous);
    if (auto* const mistakes = std::get_if<settings_mistakes>(&loaded)) {
        reading.errors = std::move(*mistakes);
        reading.may_pass =
            !files.instance_trouble.empty() && lacks_only_a_region(path, files, access);
        return reading;
    }
    wiring_inputs inputs;
    auto& [settings, lists, warnings] = std::get<loaded_configuration>(loaded);
    inputs.settings = std::move(settings);
    inputs.settings.process = process;
    inputs.watch_list_files = std::move(lists);
    inputs.warnings = std::move(warnings);
    inputs.names = look_up_names(names_of(inputs.settings), former.names, look_up);
    take_names(inputs.names, inputs.settings);
    inputs.seed = std::random_device{}();
    const bool has_keys = resolve_connections(inputs, env, files, access.read, reading.errors);
    if (has_keys && resolve_receivers(inputs, files, reading.errors)) {
        reading.inputs = std::move(inputs);
    }
    return reading;
}

}  // namespace trainwatch::app
