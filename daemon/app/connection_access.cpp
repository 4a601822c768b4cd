#include "app/connection_access.hpp"

#include <utility>

#include "wire/aws_config.hpp"
#include "wire/credential_plan.hpp"

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
    for (const auto& region : connection.regions) {
        auto endpoint = wire::resolve_endpoint(
            files, profile, wire::aws_service::sagemaker, region, connection.endpoint_url
        );
        if (endpoint.has_error()) return named(endpoint.error());
        access.sagemaker[region] = std::move(endpoint->where);
    }
    const auto selection = selection_of(connection, naming);
    auto plan = wire::plan_credentials(files, selection);
    if (plan.has_error()) return named(plan.error());
    access.credentials = std::move(plan.value());
    access.plan_again = [env, selection, read, named]() -> result<domain::credential_plan> {
        auto again = wire::plan_credentials(read_aws_files(env, read), selection);
        if (again.has_error()) return named(again.error());
        return again;
    };
    return access;
}

}  // namespace

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
