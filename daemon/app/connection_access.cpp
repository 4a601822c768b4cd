#include "app/connection_access.hpp"

#include <optional>
#include <utility>

#include "app/version.hpp"
#include "wire/aws_config.hpp"
#include "wire/credential_plan.hpp"
#include "wire/user_agent.hpp"

namespace trainwatch::app {
namespace {

wire::credential_selection selection_of(
    const domain::connection_settings& connection, std::string naming
) {
    wire::credential_selection selection;
    selection.profile = connection.profile;
    selection.naming = std::move(naming);
    if (!connection.regions.empty()) selection.region = connection.regions.front();
    selection.role_arn = connection.role_arn;
    selection.external_id = connection.external_id;
    return selection;
}

// `key`: where the configuration says it, for the message.
result<wire::proxy_reading> read_proxies(
    const aws_files& files, const std::string& proxy_url, const std::string& key
) {
    const auto lookup = [&](const char* name) -> std::optional<std::string> {
        auto value = wire::variable_of(files, name);
        if (value.empty()) return std::nullopt;
        return value;
    };
    auto reading = wire::read_proxy_rules(lookup, proxy_url);
    if (reading.has_value() || proxy_url.empty()) return reading;
    failure why = reading.error();
    why.detail = key + why.detail;
    return why;
}

std::string user_agent_of(
    const environment& env, const aws_files& files, const std::string& profile
) {
    return wire::user_agent(
        {version,
         env.os_release,
         env.machine,
         wire::variable_of(files, "AWS_EXECUTION_ENV"),
         wire::setting_of(files, profile, "AWS_SDK_UA_APP_ID", "sdk_ua_app_id")}
    );
}

// `naming`: how a profile is named by whoever asks; `where` stands before each message.
result<connection_access> access_with(
    const domain::connection_settings& connection,
    const environment& env,
    const aws_files& files,
    const file_reader& read,
    const std::string& naming,
    const std::string& where
) {
    const auto named = [where](failure why) {
        why.detail = where + why.detail;
        return why;
    };
    const auto profile = wire::profile_in_force(files, connection.profile);
    connection_access access;
    access.ca_bundle = connection.ca_bundle;
    access.notes = wire::departures_of(files, profile);
    const auto retries = wire::retry_preference_of(files, profile);
    if (retries.has_error()) return named(retries.error());
    access.retries = *retries;
    access.user_agent = user_agent_of(env, files, profile);
    auto proxies = read_proxies(files, connection.proxy_url, "proxy_url: ");
    if (proxies.has_error()) return named(proxies.error());
    access.proxies = std::move(proxies->rules);
    for (auto& warning : proxies->warnings)
        access.notes.push_back(std::move(warning));
    for (const auto& region : connection.regions) {
        auto endpoint = wire::resolve_endpoint(
            files, profile, wire::aws_service::sagemaker, region, connection.endpoint_url
        );
        if (endpoint.has_error()) return named(endpoint.error());
        access.sagemaker[region] = std::move(endpoint->where);
    }
    const auto selection = selection_of(connection, naming);
    auto plan = wire::plan_credentials(files, selection);
    if (plan.has_error()) {
        access.trouble = named(plan.error());
    } else {
        access.credentials = std::move(plan.value());
    }
    access.plan_again = [env, selection, read, named]() -> result<domain::credential_plan> {
        auto again = wire::plan_credentials(read_aws_files(env, read), selection);
        if (again.has_error()) return named(again.error());
        return again;
    };
    return access;
}

}  // namespace

result<wire::proxy_rules> resolve_receiver_proxies(
    const domain::receiver_settings& receiver, const aws_files& files
) {
    auto proxies = read_proxies(files, receiver.proxy_url, "proxy_url: ");
    if (proxies.has_value()) return std::move(proxies->rules);
    failure why = proxies.error();
    why.detail = "receiver \"" + receiver.name + "\": " + why.detail;
    return why;
}

result<connection_access> resolve_access(
    const domain::connection_settings& connection,
    const environment& env,
    const aws_files& files,
    const file_reader& read
) {
    return access_with(
        connection,
        env,
        files,
        read,
        "profile: in the configuration",
        "connection \"" + connection.name + "\": "
    );
}

result<connection_access> resolve_command_access(
    const domain::connection_settings& connection,
    const environment& env,
    const aws_files& files,
    const file_reader& read
) {
    return access_with(connection, env, files, read, "--profile", "");
}

}  // namespace trainwatch::app
