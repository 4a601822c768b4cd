#include "app/connection_access.hpp"

#include <utility>

#include "wire/endpoints.hpp"

namespace trainwatch::app {
namespace {

result<wire::url> endpoint_of(
    const domain::connection_settings& connection, const std::string& region
) {
    return connection.endpoint_url.empty() ? wire::sagemaker_endpoint(region)
                                           : wire::parse_url(connection.endpoint_url);
}

result<connection_access> access_with(
    result<wire::aws_credentials> keys, const domain::connection_settings& connection
) {
    connection_access access;
    access.ca_bundle = connection.ca_bundle;
    for (const auto& region : connection.regions) {
        auto endpoint = endpoint_of(connection, region);
        if (endpoint.has_error()) return endpoint.error();
        access.sagemaker[region] = std::move(endpoint.value());
    }
    if (keys.has_error()) return keys.error();
    access.credentials.base = domain::static_keys{std::move(keys.value())};
    access.credentials.source = "static keys";
    access.plan_again = [plan = access.credentials]() -> result<domain::credential_plan> {
        return plan;
    };
    return access;
}

}  // namespace

result<connection_access> resolve_access(
    const domain::connection_settings& connection, const environment& env, const aws_files& files
) {
    return access_with(resolve_credentials(connection, env, files), connection);
}

result<connection_access> resolve_command_access(
    const domain::connection_settings& connection, const environment& env, const aws_files& files
) {
    return access_with(resolve_command_credentials(connection.profile, env, files), connection);
}

}  // namespace trainwatch::app
