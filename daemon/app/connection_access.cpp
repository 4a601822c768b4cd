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

// Everything but the keys; the first failure, which is the trouble of this connection alone.
result<void> find_ways(
    connection_access& access,
    const domain::connection_settings& connection,
    const aws_files& files,
    const std::string& profile
) {
    const auto retries = wire::retry_preference_of(files, profile);
    if (retries.has_error()) return retries.error();
    access.retries = *retries;
    auto proxies = read_proxies(files, connection.proxy_url, "proxy_url: ");
    if (proxies.has_error()) return proxies.error();
    access.proxies = std::move(proxies->rules);
    for (auto& warning : proxies->warnings)
        access.notes.push_back(std::move(warning));
    for (const auto& region : connection.regions) {
        auto endpoint = wire::resolve_endpoint(
            files, profile, wire::aws_service::sagemaker, region, connection.endpoint_url
        );
        if (endpoint.has_error()) return endpoint.error();
        access.sagemaker[region] = std::move(endpoint->where);
    }
    return {};
}

// Without keys nothing is sent there; the clients are made all the same.
void fill_endpoints(connection_access& access, const std::vector<std::string>& regions) {
    for (const auto& region : regions)
        access.sagemaker.try_emplace(region, wire::url{false, "localhost", 80, "/", {}});
}

// `naming`: how a profile is named by whoever asks.
connection_access access_with(
    const domain::connection_settings& connection,
    const environment& env,
    const aws_files& files,
    const file_reader& read,
    const std::string& naming
) {
    const auto profile = wire::profile_in_force(files, connection.profile);
    connection_access access;
    access.ca_bundle = connection.ca_bundle;
    access.notes = wire::departures_of(files, profile);
    access.user_agent = user_agent_of(env, files, profile);
    const auto ways = find_ways(access, connection, files, profile);
    if (ways.has_error()) {
        access.trouble = ways.error();
        access.plan_again = [why = ways.error()]() -> result<domain::credential_plan> {
            return why;
        };
        fill_endpoints(access, connection.regions);
        return access;
    }
    const auto selection = selection_of(connection, naming);
    auto plan = wire::plan_credentials(files, selection);
    if (plan.has_error()) {
        access.trouble = plan.error();
    } else {
        access.credentials = std::move(plan.value());
    }
    access.plan_again = [env, selection, read]() {
        return wire::plan_credentials(read_aws_files(env, read), selection);
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

connection_access resolve_access(
    const domain::connection_settings& connection,
    const environment& env,
    const aws_files& files,
    const file_reader& read
) {
    return access_with(connection, env, files, read, "profile: in the configuration");
}

connection_access resolve_command_access(
    const domain::connection_settings& connection,
    const environment& env,
    const aws_files& files,
    const file_reader& read
) {
    return access_with(connection, env, files, read, "--profile");
}

}  // namespace trainwatch::app
